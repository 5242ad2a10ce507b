"""Asking a question: the nearest known answers first, then an officer if none of them fits."""

from collections.abc import Generator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from handlers.dialog.answers import list_text_warnings
from handlers.dialog.attempts import find_lockout_end, record_failure
from handlers.dialog.choices import (
    STALE,
    Option,
    UnclearChoice,
    explain_no_choice,
    make_options,
    parse_choice,
    to_choices,
)
from handlers.dialog.context import Context, reset_session
from handlers.dialog.effects import Act, Decision, NewReceipt, Query, TurnResult, run_query
from handlers.dialog.receipt import Receipt
from handlers.dialog.replies import (
    AS_RECEIPT,
    AS_SECTION,
    ASKS_FOR_QUESTION,
    MUST_ARRIVE,
    NEUTRAL,
    ExpectedInput,
    Phrase,
    Presentation,
    Reply,
    ReplyArg,
    TextLabel,
    raw_text,
)
from handlers.dialog.session import DialogTopic, Session, advance_prompt
from handlers.dialog.text import shorten_text
from handlers.dialog.unasked import describe_unknown_choice
from handlers.office import Bilingual
from handlers.questions.menu import show_service_menu
from handlers.questions.messages import (
    MAX_QUOTED_QUESTION,
    AnswerMatch,
    FindKnownAnswers,
    GetQuestionRate,
    SaveQuestionRate,
    SubmitQuestion,
    make_reply_address,
)
from handlers.questions.misdirected import is_complaint, is_foreign
from handlers.questions.officer_wishes import asks_for_officer
from handlers.questions.topics import (
    TOPIC_STEPS,
    MatchGenerator,
    find_typed_topic,
    list_title_options,
    list_titles,
    show_titles,
    show_topic,
    show_topics,
    turn_page,
)
from handlers.thai.dates import format_date, to_bangkok_date
from handlers.thai.meanings import read_meanings
from handlers.thai.phrases import Meaning
from handlers.thai.small_talk import SmallTalk, parse_small_talk
from handlers.thai.text import clean_text, count_letters_and_digits

MAX_QUESTION_LENGTH = 4000
MAX_TITLE_LENGTH = 60

_FOUND_TITLES = Presentation(text_label=TextLabel.QUESTION, args_as_buttons="titles")

_GREETINGS = frozenset({Meaning.GREETING, Meaning.THANKS})


def is_greeting(text: str) -> bool:
    """Whether a text is a greeting or too short to be a question."""
    return (
        count_letters_and_digits(text, enough=3) < 3
        or not _GREETINGS.isdisjoint(read_meanings(text))
        or parse_small_talk(text) in {SmallTalk.HELLO, SmallTalk.THANKS}
    )


def begin_question(ctx: Context, *before: Reply) -> TurnResult:
    """Ask what the question is."""
    session = ctx.session if ctx.session.step == "ask" else advance_prompt(ctx.session, step="ask")
    session = session.replace(topic=DialogTopic.ASK, answers={})
    return TurnResult(
        session,
        (
            *before,
            Reply(
                "ask.ask",
                NEUTRAL,
                {},
                to_choices(make_options(("topics", "leave")), session),
                wants=ExpectedInput.TEXT,
                presentation=ASKS_FOR_QUESTION,
            ),
        ),
    )


def handle_question(ctx: Context, address: str) -> Decision:
    """Handle a message of somebody who asks. `address`: of the complaints desk, or empty."""
    if ctx.session.step == "suspect":
        return (yield from _handle_suspicion(ctx, address))
    matches = yield from _find_matches(ctx)
    choice = parse_choice(
        ctx.event,
        ctx.session,
        _list_options(ctx, matches),
        numbers=ctx.session.step != "ask",
        is_message=ctx.session.step == "ask",
    )
    if choice is STALE or isinstance(choice, UnclearChoice):
        return _show_current_step(ctx, matches, explain_no_choice(choice))
    if choice is None and ctx.session.step == "ask" and is_greeting(ctx.event.text or ""):
        return begin_question(ctx)
    if choice is None and ctx.session.step in {"found", "told"} and asks_for_officer(ctx.event.text or ""):
        return (yield from send_question_to_officers(ctx))
    if choice is None:
        return (yield from handle_question_text(ctx))
    return (yield from _handle_choice(ctx, matches, choice))


def handle_question_text(ctx: Context, *before: Reply) -> Decision:
    """Take a text as a question: look it up, unless it may be a complaint of corruption, which is asked first."""
    cleaned = clean_text(ctx.event.text or "")
    notes = (*before, *list_text_warnings(cleaned))
    if not cleaned.text:
        return (yield from reprompt_question(ctx, *notes, Reply("text.empty", NEUTRAL)))
    if len(cleaned.text) > MAX_QUESTION_LENGTH:
        limits = {
            "limit": f"{MAX_QUESTION_LENGTH:,}",
            "count": f"{len(cleaned.text):,}",
            "unsent": cleaned.text,
        }
        return begin_question(ctx, *notes, Reply("ask.too_long", NEUTRAL, limits))
    if is_complaint(cleaned.text):
        return _ask_if_complaint(ctx.replace_session(answers={"question": cleaned.text}))
    if topic := (yield from find_typed_topic(ctx, cleaned.text)):
        return (yield from show_topic(ctx, topic, *notes))
    return (yield from look_up_answers(ctx, cleaned.text, *notes))


def look_up_answers(ctx: Context, text: str, *before: Reply) -> Decision:
    """Look up known answers. A text in a script that is not supported is sent to the officers."""
    ctx = ctx.replace_session(topic=DialogTopic.ASK, step="found", answers={"question": text})
    if is_foreign(text):
        return (yield from send_question_to_officers(ctx, *before, Reply("ask.foreign", NEUTRAL)))
    matches = yield from _find_matches(ctx)
    if matches and matches[0].sure:
        return _show_answer(ctx, matches, 0, *before)
    return _show_matches(ctx, matches, *before)


def reprompt_question(ctx: Context, *before: Reply) -> Decision:
    """Repeat the present question."""
    if ctx.session.step == "suspect":
        return _ask_if_complaint(ctx, *before)
    return _show_current_step(ctx, (yield from _find_matches(ctx)), *before)


def send_question_to_officers(ctx: Context, *before: Reply) -> Decision:
    """Send the question to the officers. At five in a quarter of an hour the person is asked to wait."""
    tries = yield from run_query(GetQuestionRate(ctx.event.person_id))
    if until := find_lockout_end(tries, ctx.now):
        return _show_matches(ctx, (), *before, Reply("ask.wait", NEUTRAL, {"until": until}))
    act, filed = yield from file_question(ctx, ctx.session.answers["question"])
    acts: tuple[Act, ...] = (act, SaveQuestionRate(ctx.event.person_id, record_failure(tries, ctx.now)))
    menu = show_service_menu(ctx.with_session(reset_session(ctx)), *before, filed)
    return replace(menu, acts=acts)


def file_question(ctx: Context, text: str) -> Generator[Query[Any], Any, tuple[SubmitQuestion, Reply]]:
    """Return the act that sends a question to the officers, and the reply with its code and the day it is due."""
    receipt = yield from run_query(NewReceipt())
    on = to_bangkok_date(ctx.now)
    due = on + timedelta(days=ctx.office.deadlines.first_answer_days)
    back = make_reply_address(ctx.event.person_id, ctx.event.channel, ctx.event.reply_to, ctx.lang)
    act = SubmitQuestion(receipt, text, ctx.event.person_id, ctx.lang, on, due, back)
    return act, build_filed_reply(ctx, receipt, due, text, is_answer_sent=back is not None)


def build_filed_reply(ctx: Context, receipt: Receipt, due: date, text: str, *, is_answer_sent: bool) -> Reply:
    """Give the receipt of a question. is_answer_sent: the answer is sent to the person, who need not ask for it."""
    return Reply(
        "ask.filed" if is_answer_sent else "ask.filed_code",
        MUST_ARRIVE,
        {
            "receipt": receipt.formatted,
            "answer_by": format_date(due, ctx.lang),
            "quoted": quote_question(text),
        },
        presentation=AS_RECEIPT if is_answer_sent else AS_SECTION,
    )


def quote_question(text: str) -> Phrase:
    """Return the question as it is repeated where it is sent, so that nobody sends another by mistake."""
    return Phrase("ask.quoted", {"question": shorten_text(" ".join(text.split()), MAX_QUOTED_QUESTION)})


def _find_matches(ctx: Context) -> MatchGenerator:
    if ctx.session.step in TOPIC_STEPS:
        return (yield from list_titles(ctx))
    text = ctx.session.answers.get("question", "")
    if not text or ctx.session.step in {"ask", "suspect"} or is_foreign(text):
        return ()
    declined = tuple(ctx.session.answers.get("declined", "").split())
    return (yield from run_query(FindKnownAnswers(text, to_bangkok_date(ctx.now), declined)))


def _list_options(ctx: Context, matches: tuple[AnswerMatch, ...]) -> tuple[Option, ...]:
    """Return what may be picked at the present step."""
    match ctx.session.step:
        case "topics" | "topic":
            return list_title_options(ctx, matches)
        case "told":
            return make_options(("fits", "other", "officer"))
        case "found" if matches:
            titles = [
                Option(f"m{n}", Bilingual(th=shorten_text(one.title, MAX_TITLE_LENGTH)))
                for n, one in enumerate(matches, 1)
            ]
            return (*titles, *make_options(("officer", "again", "leave")))
        case "found":
            return make_options(("officer", "topics", "again", "leave"))
    return make_options(("topics", "leave"))


def _show_current_step(ctx: Context, matches: tuple[AnswerMatch, ...], *before: Reply) -> TurnResult:
    if ctx.session.step == "told" and ctx.session.answers.get("shown", "0") < str(len(matches)):
        return _show_answer(ctx, matches, int(ctx.session.answers["shown"]), *before)
    if ctx.session.step in TOPIC_STEPS:
        return show_titles(ctx, matches, *before)
    if ctx.session.step in {"told", "found"}:
        return _show_matches(ctx, matches, *before)
    return begin_question(ctx, *before)


def _show_matches(ctx: Context, matches: tuple[AnswerMatch, ...], *before: Reply) -> TurnResult:
    """Show the titles of the nearest answers."""
    session = advance_prompt(ctx.session, step="found", topic=DialogTopic.ASK)
    session = session.replace(answers=_keep_question(session))
    choices = to_choices(_list_options(ctx.with_session(session), matches), session)
    lines = tuple(raw_text(f"{n}. {one.title}") for n, one in enumerate(matches, 1))
    quoted = quote_question(session.answers.get("question", ""))
    question = Reply("ask.none", NEUTRAL, {"quoted": quoted}, presentation=ASKS_FOR_QUESTION)
    if matches:
        args: dict[str, ReplyArg] = {"titles": lines, "quoted": quoted}
        question = Reply("ask.found", NEUTRAL, args, presentation=_FOUND_TITLES)
    return TurnResult(session, (*before, replace(question, choices=choices, wants=ExpectedInput.PICK)))


def _show_answer(ctx: Context, matches: tuple[AnswerMatch, ...], place: int, *before: Reply) -> TurnResult:
    """Show one known answer in full, and ask whether it fits."""
    one = matches[place]
    session = advance_prompt(ctx.session, step="told", topic=DialogTopic.ASK)
    session = session.replace(answers={**_keep_question(session), "shown": str(place)})
    shown = format_known_answer(ctx, one)
    choices = to_choices(_list_options(ctx.with_session(session), matches), session)
    return TurnResult(
        session,
        (
            *before,
            Reply(
                shown.key,
                NEUTRAL,
                shown.args,
                choices,
                wants=ExpectedInput.PICK,
                presentation=ASKS_FOR_QUESTION,
            ),
        ),
    )


def format_known_answer(ctx: Context, one: AnswerMatch) -> Phrase:
    """Return a known answer as citizens read it."""
    args: dict[str, ReplyArg] = {
        "title": one.title,
        "answer": one.answer,
        "link": raw_text(f"\n{one.link}") if one.link else raw_text(""),
        "age": _describe_age(ctx, one),
    }
    return Phrase("ask.told_example" if one.example else "ask.told", args)


def _describe_age(ctx: Context, one: AnswerMatch) -> Phrase:
    """Return the line that says when an answer was last checked; nothing where it is not known."""
    if one.checked is None or one.example:
        return raw_text("")
    old = to_bangkok_date(ctx.now) - one.checked > timedelta(days=ctx.office.answers.check_after_days)
    return Phrase(
        "ask.age_old" if old else "ask.age", {"line": "\n\n", "on": format_date(one.checked, ctx.lang)}
    )


def _handle_choice(ctx: Context, matches: tuple[AnswerMatch, ...], choice: str) -> Decision:
    if choice == "officer":
        return (yield from send_question_to_officers(ctx))
    if choice == "fits":
        return show_service_menu(ctx.with_session(reset_session(ctx)), Reply("ask.glad", NEUTRAL))
    if choice == "leave":
        return show_service_menu(ctx.with_session(reset_session(ctx)))
    if choice == "again":
        return begin_question(ctx)
    if choice == "topics" or ctx.session.step in TOPIC_STEPS:
        return (yield from _browse(ctx, matches, choice))
    if choice == "other":
        return (yield from _show_next_matches(ctx, matches))
    return _show_answer(ctx, matches, int(choice.removeprefix("m")) - 1)


def _browse(ctx: Context, titles: tuple[AnswerMatch, ...], choice: str) -> Decision:
    """Show the topics, the next titles, a topic, or the answer of a title, as was chosen."""
    if choice == "topics":
        return (yield from show_topics(ctx))
    if choice == "more_titles":
        return turn_page(ctx, titles)
    title = titles[int(choice.removeprefix("m")) - 1].title
    if ctx.session.step == "topics":
        return (yield from show_topic(ctx, title))
    # A title is a question that the office put, so that its own answer is found.
    return (yield from look_up_answers(ctx, title))


def _show_next_matches(ctx: Context, matches: tuple[AnswerMatch, ...]) -> Decision:
    """Show the next nearest answers; what was shown in full did not fit, and is not offered for this question again."""
    place, answers = int(ctx.session.answers.get("shown", "0")), _keep_question(ctx.session)
    if place < len(matches):
        answers["declined"] = " ".join((*answers.get("declined", "").split(), matches[place].id))
    ctx = ctx.replace_session(answers=answers)
    return _show_matches(ctx, (yield from _find_matches(ctx)))


def _keep_question(session: Session) -> dict[str, str]:
    """Return what is kept between questions and answers: the question, and the answers that did not fit."""
    return {key: session.answers[key] for key in ("question", "declined") if key in session.answers}


def _ask_if_complaint(ctx: Context, *before: Reply) -> TurnResult:
    """Ask whether it is a complaint of corruption. Until answered, the text is kept in memory only."""
    session = advance_prompt(ctx.session, topic=DialogTopic.ASK, step="suspect")
    choices = to_choices(make_options(("complain", "general", "leave")), session)
    return TurnResult(
        session,
        (
            *before,
            Reply(
                "ask.suspect", NEUTRAL, {}, choices, wants=ExpectedInput.PICK, presentation=ASKS_FOR_QUESTION
            ),
        ),
    )


def _handle_suspicion(ctx: Context, address: str) -> Decision:
    choice = parse_choice(
        ctx.event, ctx.session, make_options(("complain", "general", "leave")), numbers=True
    )
    if choice == "complain":
        return show_service_menu(ctx.with_session(reset_session(ctx)), build_handover_reply(ctx, address))
    if choice == "leave":
        return show_service_menu(ctx.with_session(reset_session(ctx)), Reply("ask.forgotten", NEUTRAL))
    if choice == "general":
        session = ctx.session.replace(step="found")
        return (yield from look_up_answers(ctx.with_session(session), ctx.session.answers["question"]))
    note = explain_no_choice(choice, describe_unknown_choice(ctx.event, memory_only=True))
    return _ask_if_complaint(ctx, note)


def build_handover_reply(ctx: Context, address: str) -> Reply:
    """Say where complaints of corruption are received, and that nothing was stored here."""
    where = address or ctx.office.website
    return Reply(
        "ask.handover",
        NEUTRAL,
        {"office": ctx.office.name.in_lang(ctx.lang), "address": where},
        presentation=AS_SECTION,
    )
