"""What no question asked for, on both desks: unreadable messages, fear, small talk, and texts at a choice.

A text at a choice is shown back, and stays apart from the draft (`Session.unconfirmed`) until it is known what it is.
"""

from dataclasses import dataclass

from handlers.dialog.choices import PICK_FROM_LIST, Option, make_options, to_choices
from handlers.dialog.context import Context
from handlers.dialog.events import Event, UnreadableKind
from handlers.dialog.replies import NEUTRAL, OF_CASE, ExpectedInput, Phrase, Presentation, Reply
from handlers.dialog.session import DialogTopic, Session, UnconfirmedText
from handlers.dialog.text import shorten_text
from handlers.thai.meanings import list_readings, read_meanings
from handlers.thai.phrases import Meaning
from handlers.thai.small_talk import SmallTalk, parse_small_talk
from handlers.thai.text import clean_text, count_letters_and_digits
from handlers.thai.worries import Worry, find_worry

MAX_UNCONFIRMED_LENGTH = 100_000
"""Characters that wait to be confirmed; what is longer than an answer becomes a file when it is confirmed."""

MAX_QUOTE_LENGTH = 200
"""Characters of a text that are shown back."""

MIN_TEXT_LETTERS = 10
"""Letters. A shorter text at a choice is taken for a slip: it is called an unknown choice, and does not wait."""

MIN_LETTERS_AT_CHOICE = 3
"""Letters, vowels above and below and digits not counted, of a short text at a choice that tells something."""

_SOUND_WORDS = """
อะไร อะไรนะ อะไรเนี่ย ไรนะ ไร ไรเนี่ย ว่าไง ว่าไงนะ ห๊ะ หะ หา หืม หือ เอ๊ะ เอะ อ้าว เอ้า อ้าวเฮ้ย เฮ้ย เฮ้อ โอ๊ย โอย เอิ่ม
คือ คือว่า ยังไง ไง ฮา ฮาๆ
what huh hmm asdf test lol haha um
"""
_SOUNDS = frozenset(_SOUND_WORDS.split())
"""Sounds of surprise and the like, that tell nothing."""

ADD_TO_STORY, AS_ANSWER, DROP_TEXT = "add_story", "as_answer", "drop_text"


def describe_unreadable(kind: UnreadableKind) -> Reply:
    """Say that a message of this kind brought nothing that could be kept, and what to do instead."""
    return Reply(f"unreadable.{kind}", NEUTRAL)


@dataclass(frozen=True, slots=True)
class Aside:
    """A text that is no answer, or not only: the reply to it, and what else happens.

    goes_on: it is handled as usual too; greets: who says it first is greeted instead; leaves: the person takes leave;
    thanks: they say thanks, which also means that an answer fits.
    """

    reply: Reply
    goes_on: bool = False
    greets: bool = False
    leaves: bool = False
    thanks: bool = False


def find_aside(
    ctx: Context, known: Phrase, address: str, *, takes_text: bool, is_message: bool = False
) -> Aside | None:
    """Find fear, a call for help or small talk in a typed text; None for any other event.

    known: what is known of the person in this channel; address: of the web page where one is safer, or empty;
    takes_text: a text is asked for here; is_message: one that goes to an officer, who is thanked and told of fear too.
    Nothing is kept of who was afraid.
    """
    text = ctx.event.text or ""
    if ctx.event.choice is not None or ctx.event.file is not None or not text:
        return None
    worry, is_draft = find_worry(text), ctx.session.topic in _DRAFT_TOPICS
    if worry is not None:
        reply = build_worry_reply(worry, known, address)
        is_account = worry.tells_something and (takes_text or not is_slip(ctx.event))
        is_answer = is_draft and (
            (worry is Worry.HELP and takes_text and ctx.session.step in _WISHES)
            or not _UNDECIDED.issuperset(read_meanings(text))
        )
        return Aside(reply, goes_on=is_account or is_answer or (is_message and worry is not Worry.WHO_KNOWS))
    talk = None if is_message else _find_small_talk(text, ctx.session.topic)
    if talk is None:
        return None
    reply = Reply(f"small_talk.{talk}_draft" if is_draft else f"small_talk.{talk}", NEUTRAL)
    return Aside(
        reply,
        greets=talk is SmallTalk.HELLO,
        leaves=talk is SmallTalk.LEAVE,
        thanks=talk is SmallTalk.THANKS,
    )


def _find_small_talk(text: str, topic: DialogTopic) -> SmallTalk | None:
    """Return what small talk a text is; in a draft, not a short reply that may answer its question: “แค่นี้ก่อน”."""
    meanings = read_meanings(text)
    for meaning in meanings:
        if meaning in _TALK:
            return _TALK[meaning]
    if meanings and topic is DialogTopic.MENU and _LEAVING.issuperset(meanings):
        return SmallTalk.LEAVE
    return None if meanings and topic in _DRAFT_TOPICS else parse_small_talk(text)


def build_worry_reply(worry: Worry, known: Phrase, address: str) -> Reply:
    """Say what is known of the person and what is not, where they are safer, and whom to call in danger."""
    door = Phrase("worry.door", {"address": address}) if address else Phrase("worry.door_elsewhere")
    return Reply(f"worry.{worry}", NEUTRAL, {"known": known, "door": door})


_DRAFT_TOPICS = frozenset({DialogTopic.REPORT, DialogTopic.OPINION})
_WISHES = frozenset({"wish"})
"""Questions what the office should do, of a complaint and of an opinion: a call for help answers them."""
_UNDECIDED = frozenset({Meaning.HELP, Meaning.AMBIGUOUS, Meaning.UNSURE, Meaning.NOT_YET, Meaning.UNFINISHED})
"""What a text may mean, beside fear, that answers no question. “ไม่บอกชื่อ กลัว” does."""
_TALK = {
    Meaning.THANKS: SmallTalk.THANKS,
    Meaning.PARTING: SmallTalk.LEAVE,
    Meaning.GREETING: SmallTalk.HELLO,
}
_LEAVING = frozenset({Meaning.LEAVE, Meaning.DONE})
"""What says good-bye at the menu, where nothing is asked that they could answer."""


def is_slip(event: Event) -> bool:
    """Whether the text of an event is too short to tell something."""
    return count_letters_and_digits(clean_text(event.text or "").text, MIN_TEXT_LETTERS) < MIN_TEXT_LETTERS


_SAYS_THERE_ARE = frozenset({Meaning.HAVE, Meaning.YES, Meaning.OKAY, Meaning.POLITE, Meaning.SEND})
_SAYS_WHEN = frozenset({Meaning.UNFINISHED, Meaning.NOT_YET})

CANCEL_OPTION = make_options(("cancel",))


def announces_files(event: Event) -> bool:
    """Whether a reply only says that there are files, or that some are coming: “มีค่ะ เดี๋ยวส่งให้”."""
    meanings = set(read_meanings(event.text or "")) if event.choice is None and event.file is None else set()
    return not meanings.isdisjoint(_SAYS_THERE_ARE) and meanings <= {*_SAYS_THERE_ARE, *_SAYS_WHEN}


def is_slip_at_choice(event: Event) -> bool:
    """Whether a text that picks nothing is no more than a slip: a number, a few signs, or a sound of surprise.

    A short text that says something (“นายก อบต”, “ห้าพัน”) waits like a longer one, until it is known what it is.
    """
    text = event.text or ""
    if not is_slip(event):
        return False
    letters = sum(sign.isalpha() for sign in text)
    return letters < MIN_LETTERS_AT_CHOICE or not _SOUNDS.isdisjoint(list_readings(text))


def describe_unknown_choice(event: Event, *, memory_only: bool = False) -> Reply:
    """Say that a text picks nothing. It is repeated, since it is not kept; memory_only: it may not be stored."""
    text = clean_text(event.text or "").text
    if not text:
        return PICK_FROM_LIST
    quote = shorten_text(text, MAX_QUOTE_LENGTH)
    return Reply(
        "pick.unknown",
        NEUTRAL,
        {"text": quote},
        presentation=Presentation(page_wording="page.pick_unknown"),
        memory_args=("text",) if memory_only else (),
    )


def hold_text(
    ctx: Context, *, field: str | None = None, memory_only: bool = False
) -> tuple[Context, tuple[Reply, ...]]:
    """Let the text of the event wait, after one that waits already. Return the context, and a note if it is too long.

    field: the question whose answer all that waits may be, empty for none; None where that stays as it was.
    memory_only: it may not be stored.
    """
    text = clean_text(ctx.event.text or "").text
    before = ctx.session.unconfirmed or UnconfirmedText("")
    whole = "\n".join(filter(None, (before.text, text)))
    if len(whole) > MAX_UNCONFIRMED_LENGTH:
        counts = {"limit": f"{MAX_UNCONFIRMED_LENGTH:,}", "count": f"{len(text):,}"}
        unsent = {} if memory_only or before.memory_only else {"unsent": text}
        return ctx, (Reply("unasked.too_long", OF_CASE, {**counts, **unsent}),)
    number = ctx.event.message_id
    held = UnconfirmedText(
        whole,
        ctx.session.step,
        before.field if field is None else field,
        (*before.messages, number) if number else before.messages,
        memory_only or before.memory_only,
    )
    return ctx.replace_session(unconfirmed=held), ()


def drop_held_text(session: Session) -> Session:
    """Return the session without the text that waits, nor any trace of the messages it came in."""
    gone = session.unconfirmed.messages if session.unconfirmed else ()
    origins = {number: what for number, what in session.message_origins.items() if number not in gone}
    return session.replace(unconfirmed=None, message_origins=origins)


def list_text_options(session: Session, held: UnconfirmedText) -> tuple[Option, ...]:
    """List what a text may be said to be that waits in a complaint: part of the story, an answer, or nothing.

    Who has second thoughts finds the way out there too, save where leaving the draft is asked already.
    """
    answer = (Option(AS_ANSWER, about=f"choice.field_{held.field}"),) if held.field else ()
    leaving = () if session.resume else CANCEL_OPTION
    return (*make_options((ADD_TO_STORY,)), *answer, *make_options((DROP_TEXT,)), *leaving)


def build_text_question(session: Session, held: UnconfirmedText) -> Reply:
    """Show the text that waits, and ask what it is."""
    return Reply(
        "unasked.ask",
        OF_CASE,
        {"text": shorten_text(held.text, MAX_QUOTE_LENGTH)},
        to_choices(list_text_options(session, held), session),
        wants=ExpectedInput.PICK,
    )


def build_early_text_note(held: UnconfirmedText, *, at_notice: bool = False) -> Reply:
    """Say that a text which came before the notice was acknowledged is not sent yet, or that it is lost.

    at_notice: the notice is open, so that what makes the text part of a report is to acknowledge it.
    """
    if not held.text:
        return Reply("unasked.lost", NEUTRAL)
    return Reply(
        "unasked.early_at_notice" if at_notice else "unasked.early",
        OF_CASE,
        {"text": shorten_text(held.text, MAX_QUOTE_LENGTH)},
        memory_args=("text",),
    )
