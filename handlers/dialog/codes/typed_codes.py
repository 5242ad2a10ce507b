"""Tracking codes in what people send: taken out before anything is kept, and asked about where they may be mistyped.

Every message of a desk passes here first (`screen_message`), and its turn passes here last (`finish_turn`). A code is a
key to a case: it is used to open the case or it is dropped, and is never stored with what somebody writes.
"""

import re
from dataclasses import dataclass, replace
from functools import cache

from handlers.dialog.answers import MIN_STORY_LETTERS
from handlers.dialog.choices import PICK_FROM_LIST, STALE, make_options, parse_choice, to_choices
from handlers.dialog.codes.code_finder import find_codes, has_codes, remove_codes
from handlers.dialog.codes.one_time_code import OneTimeCode
from handlers.dialog.context import Context
from handlers.dialog.effects import TurnResult
from handlers.dialog.events import Event, Lang, find_lang
from handlers.dialog.receipt import Receipt
from handlers.dialog.replies import NEUTRAL, OF_CASE, ExpectedInput, Phrase, Reply
from handlers.dialog.session import TEXT_PREFIX, DoubtfulText, advance_prompt
from handlers.dialog.unasked import MAX_UNCONFIRMED_LENGTH
from handlers.i18n import WORDING, render_text
from handlers.thai.grammar.particles import PLAIN_PARTICLES, join_particles
from handlers.thai.matching import normalize_for_matching
from handlers.thai.text import ADDRESS, count_letters_and_digits

MIN_WORDING_LINE = 15
"""Characters of a line of ours that is recognized where people paste our message with the code."""

DOUBT_OPTIONS = make_options(("yes", "no"))

_INFORMING_COMMANDS = frozenset(("help", "privacy", "board"))
"""Commands after which the present question is asked again, as after those that change the language."""

_FILLERS = re.compile(
    rf"{ADDRESS}|"
    "รหัสติดตาม|รหัสของคำถามนี้|รหัส|หมายเลข|ติดตาม|เรื่อง|คำถาม|ของท่าน|ของผม|ของฉัน|ของดิฉัน|ของหนู|ของเรา|คือ|นี้|นี่|อันนี้"
    "|ขอดู|ขอ|ดู|เช็ค|เช็ก|ตาม|สถานะ|ความคืบหน้า|คืบหน้า|ได้|ด้วย|เลย|สวัสดี|ผม|หนู|ดิฉัน"
    rf"|{join_particles(PLAIN_PARTICLES)}"
    r"|\b(?:my|the|is|this|here|code|tracking|track|number|no|id|please|case|report|question|follow|receipt|start)\b"
)
"""What people write with a code and mean nothing more by, also the address that it stands in."""


_ARGUMENT = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True)
class TypedCode:
    """A code that stood in a text. receipt: of a tracking code; one_time: of a slip; typed: as it was typed.

    letters_beside: letters and digits of other words beside it, counted up to `MIN_STORY_LETTERS`.
    """

    receipt: Receipt | None
    typed: str
    letters_beside: int
    one_time: OneTimeCode | None = None

    @property
    def is_mistyped(self) -> bool:
        """Whether its check symbol, or its check digits, are wrong."""
        return self.receipt is None and self.one_time is None

    @property
    def has_words(self) -> bool:
        """Whether the text says anything beside the code."""
        return self.letters_beside > 0

    @property
    def has_story(self) -> bool:
        """Whether the text says enough beside the code to be meant as a message."""
        return self.letters_beside >= MIN_STORY_LETTERS


@dataclass(frozen=True, slots=True)
class ScreenedMessage:
    """A message without its codes. code: the first one, that was taken out of its text; None where none was.

    is_dropped: it is a command, with which a text that waited for an answer is given up. too_long: the note that its
    text was not kept, after which the present question is asked again; None where it is handled.
    """

    ctx: Context
    code: TypedCode | None = None
    is_dropped: bool = False
    too_long: Reply | None = None


def get_code_placeholder(lang: Lang) -> str:
    """Return what stands in a text in place of a code."""
    return render_text(Phrase("code.placeholder"), lang)


def take_codes_out(event: Event, lang: Lang, *, mistyped: bool = False) -> tuple[Event, TypedCode | None]:
    """Return the event without codes in any of its texts, and the first one of the text that was typed.

    mistyped: what may be a mistyped code is one.
    """
    placeholder = get_code_placeholder(lang)
    text = event.text or ""
    found = [one for one in find_codes(text) if mistyped or not one.is_mistyped]
    code = None
    if found:
        first = next((one for one in found if not one.is_mistyped), found[0])
        rest, typed = remove_codes(text, " ", mistyped=mistyped), text[first.start : first.end]
        code = TypedCode(first.receipt, typed, _count_letters_beside(rest), first.one_time)
        event = replace(event, text=remove_codes(text, placeholder, mistyped=mistyped))
    if event.previous_text and has_codes(event.previous_text):
        event = replace(event, previous_text=remove_codes(event.previous_text, placeholder))
    if event.choice and has_codes(event.choice):
        event = replace(event, choice=remove_codes(event.choice, placeholder))
    return event, code


def remove_words_beside_code(text: str) -> str:
    """Return what is left of a text without what people say with a code: politeness, “รหัสคือ”."""
    return _FILLERS.sub(" ", normalize_for_matching(text))


def _count_letters_beside(text: str) -> int:
    """Count the letters that are left of a text without what people say with a code, and without lines of ours."""
    count = 0
    for line in text.splitlines():
        if not _is_own_line(line):
            count += count_letters_and_digits(remove_words_beside_code(line), MIN_STORY_LETTERS - count)
        if count == MIN_STORY_LETTERS:
            break
    return count


def _is_own_line(line: str) -> bool:
    plain = line.strip()
    if len(plain) < MIN_WORDING_LINE:
        return False
    lines, patterns = _collect_own_lines()
    return plain in lines or any(pattern.fullmatch(plain) for pattern in patterns)


@cache
def _collect_own_lines() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Collect the lines of our messages, in all languages: fixed ones, and patterns of what stands with a code."""
    fixed, patterns = set[str](), set[str]()
    for text in (text for words in WORDING.values() for text in words.values()):
        for line in map(str.strip, text.splitlines()):
            if "{" not in line:
                fixed.add(line)
            elif "{receipt}" in text and len(_ARGUMENT.sub("", line)) >= MIN_WORDING_LINE:
                patterns.add(".{0,80}".join(map(re.escape, _ARGUMENT.split(line))))
    return frozenset(fixed), tuple(re.compile(pattern) for pattern in sorted(patterns))


def screen_message(
    ctx: Context, command: str | None, *, is_code_asked: bool, is_late: bool = False
) -> ScreenedMessage | TurnResult:
    """Take the codes out of a message; where one may be mistyped, return the turn that asks about it.

    command: the message as a command, if it is one. is_code_asked: the present question asks for a code, so that a
    mistyped one is no question. is_late: the message was for an earlier question, and is not kept anyhow.
    """
    is_command = command is not None or (ctx.event.text or "").startswith("/")
    leaves = is_command and command not in _INFORMING_COMMANDS and find_lang(command) is None
    is_lost = not any(one.text for one in ctx.session.doubtful)
    is_dropped = bool(ctx.session.doubtful) and (leaves or is_lost)
    if is_dropped:
        ctx = ctx.replace_session(doubtful=())
    elif ctx.session.doubtful and not is_command:
        answered = _read_answer(ctx)
        if answered is not None:
            return answered
    event, code = take_codes_out(ctx.event, ctx.lang, mistyped=is_code_asked)
    if code is not None and code.is_mistyped and code.has_story:
        event, code = take_codes_out(ctx.event, ctx.lang)
    screened = ScreenedMessage(replace(ctx, event=event), code, is_dropped=is_dropped)
    if is_late or not any(one.is_mistyped for one in find_codes(event.text or "")):
        return screened
    held, notes = _hold_text(screened.ctx)
    if not held.session.doubtful:
        return replace(screened, too_long=notes[0])
    return ask_about_code(held, *notes)


def finish_turn(turn: TurnResult, screened: ScreenedMessage) -> TurnResult:
    """Finish the turn of a message: no code in what came together, and an open question about one asked again."""
    if turn.session is None:
        return turn
    ctx = screened.ctx
    if screened.is_dropped or (ctx.session.doubtful and not turn.session.doubtful):
        turn = turn.prepend((Reply("code.dropped", NEUTRAL),))
    turn = _remove_joined_codes(turn, ctx)
    if turn.session is not None and turn.session.doubtful:
        asked = ask_about_code(ctx.with_session(turn.session), *turn.replies)
        return replace(turn, session=asked.session, replies=asked.replies)
    return turn


def _remove_joined_codes(turn: TurnResult, ctx: Context) -> TurnResult:
    """Remove a code that came in two messages, such as the parts of a long text, from the answers that they joined."""
    session, before = turn.session, ctx.session.answers
    if session is None:
        return turn
    placeholder = get_code_placeholder(ctx.lang)
    cleaned = {
        name: remove_codes(text, placeholder)
        for name, text in session.answers.items()
        if text != before.get(name) and has_codes(text)
    }
    held = session.unconfirmed
    if held is not None and held != ctx.session.unconfirmed and has_codes(held.text):
        session = session.replace(unconfirmed=replace(held, text=remove_codes(held.text, placeholder)))
    elif not cleaned:
        return turn
    session = session.replace(answers={**session.answers, **cleaned})
    return replace(turn, session=session).prepend((Reply("code.removed", NEUTRAL),))


def _hold_text(ctx: Context) -> tuple[Context, tuple[Reply, ...]]:
    """Let the text of the event wait, after those that wait already. Return the context, and a note if it is too long.

    What an edit replaces waits too, and counts. The text is given back, and not stored: a code may be in it.
    """
    event, waiting = ctx.event, ctx.session.doubtful
    held = DoubtfulText(event.text or "", event.previous_text, event.message_id)
    if sum(len(one.text) + len(one.previous_text or "") for one in (*waiting, held)) > MAX_UNCONFIRMED_LENGTH:
        counts = {"limit": f"{MAX_UNCONFIRMED_LENGTH:,}", "count": f"{len(held.text):,}"}
        args = {**counts, "unsent": held.text}
        return ctx, (Reply("unasked.too_long", OF_CASE, args, memory_args=("unsent",)),)
    return ctx.replace_session(doubtful=(*waiting, held)), ()


def ask_about_code(ctx: Context, *before: Reply) -> TurnResult:
    """Ask whether what looks like a mistyped code is one. The text waits in the session until that is answered."""
    session = advance_prompt(ctx.session)
    text = "\n".join(one.text for one in session.doubtful)
    begins = next((text[one.start : one.start + 4] for one in find_codes(text) if one.is_mistyped), "")
    question = Reply(
        "code.ask", OF_CASE, {"begins": begins}, to_choices(DOUBT_OPTIONS, session), wants=ExpectedInput.PICK
    )
    return TurnResult(session, (*before, question))


def _read_answer(ctx: Context) -> ScreenedMessage | TurnResult | None:
    """Read the answer to `ask_about_code`; None for what is none: a file, a command's button, something unreadable."""
    event = ctx.event
    if event.file is not None or event.unreadable is not None or (event.choice or "").startswith("/"):
        return None
    choice = parse_choice(event, ctx.session, DOUBT_OPTIONS, numbers=True)
    if choice is STALE:
        return ask_about_code(ctx, Reply("pick.stale", NEUTRAL))
    if choice is None:
        if has_codes(event.text or ""):  # the right one is typed now
            held, notes = _hold_text(ctx)
            return ask_about_code(held, *notes) if notes else _settle(held, mistyped=True)
        if count_letters_and_digits(event.text or "", MIN_STORY_LETTERS) < MIN_STORY_LETTERS:
            return ask_about_code(ctx, PICK_FROM_LIST)
        held, notes = _hold_text(ctx)
        return ask_about_code(held, *notes)
    return _settle(ctx, mistyped=choice == "yes")


def _settle(ctx: Context, *, mistyped: bool) -> ScreenedMessage:
    """Return the text that waited, as the message that it was meant as. mistyped: without what looked like a code."""
    held = ctx.session.doubtful
    origins = {one.message_id: f"{TEXT_PREFIX}{one.text}" for one in held if one.message_id}
    session = ctx.session.replace(doubtful=(), message_origins={**ctx.session.message_origins, **origins})
    event = replace(
        ctx.event,
        text="\n".join(one.text for one in held),
        choice=None,
        previous_text=held[0].previous_text if len(held) == 1 else None,
        message_id=held[-1].message_id,
        prompt_number=None,
    )
    event, code = take_codes_out(event, ctx.lang, mistyped=mistyped)
    return ScreenedMessage(replace(ctx, event=event, session=session), code)
