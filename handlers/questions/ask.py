"""Asking: the nearest known answers first, and an officer where none of them fits."""

import re
from collections.abc import Generator
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeAlias

from handlers.complaints.track import reset_session
from handlers.dialog.answers import list_text_warnings
from handlers.dialog.choices import STALE, Option, make_options, parse_choice, to_choices
from handlers.dialog.code_lookup import format_retry_time, record_failure
from handlers.dialog.context import Context
from handlers.dialog.effects import Act, Decision, NewReceipt, Query, TurnResult, run_query
from handlers.dialog.replies import ExpectedInput, Reply, ReplyArg, raw_text
from handlers.dialog.session import DialogTopic, advance_prompt
from handlers.office import Bilingual
from handlers.questions.menu import show_service_greeting, show_service_menu
from handlers.questions.messages import (
    AnswerMatch,
    FindKnownAnswers,
    GetQuestionRate,
    SaveQuestionRate,
    SubmitQuestion,
    make_reply_address,
)
from handlers.questions.misdirected import is_complaint, is_foreign
from handlers.thai import (
    clean_text,
    count_letters_and_digits,
    format_date,
    normalize_for_matching,
    to_bangkok_date,
)

MAX_QUESTION_LENGTH = 4000
MAX_TITLE_LENGTH = 60

MatchGenerator: TypeAlias = Generator[Query[Any], Any, tuple[AnswerMatch, ...]]

_GREETING = re.compile(
    r"(สวัสดี|หวัดดี|ดี|ฮัลโหล|ขอบคุณ|ทดสอบ|hello|hi|hey|good (morning|afternoon)|thanks|thank you|test)"
    r"(ครับ|คับ|ค่ะ|คะ|จ้า|จ้ะ|ฮะ|มาก|ๆ|[\s!.])*"
)


def is_greeting(text: str) -> bool:
    """Whether words are no question yet."""
    return (
        count_letters_and_digits(text, enough=3) < 3
        or _GREETING.fullmatch(normalize_for_matching(text[:60])) is not None
    )


def begin_question(m: Context, *before: Reply) -> TurnResult:
    """Ask what the question is."""
    session = m.session if m.session.step == "ask" else advance_prompt(m.session, step="ask")
    session = session.replace(topic=DialogTopic.ASK, answers={})
    return TurnResult(
        session,
        (
            *before,
            Reply("ask.ask", {}, to_choices(make_options(("leave",)), session), wants=ExpectedInput.TEXT),
        ),
    )


def handle_question(m: Context, address: str) -> Decision:
    """Answer one message of a person who asks. address: of the complaints desk, or empty."""
    if m.session.step == "suspect":
        return (yield from _handle_suspicion(m, address))
    matches = yield from _find_matches(m)
    choice = parse_choice(m.event, m.session, _list_options(m, matches), numbers=m.session.step != "ask")
    if choice is STALE:
        return _show_current_step(m, matches, Reply("pick.stale"))
    if choice is None and m.session.step == "ask" and is_greeting(m.event.text or ""):
        return show_service_greeting(m.with_session(reset_session(m)))
    if choice is None:
        return (yield from handle_question_text(m))
    return (yield from _handle_choice(m, matches, choice))


def handle_question_text(m: Context, *before: Reply) -> Decision:
    """Take words for a question: one of corruption is asked about, all others are looked up."""
    cleaned = clean_text(m.event.text or "")
    notes = (*before, *list_text_warnings(cleaned))
    if not cleaned.text:
        return (yield from reprompt_question(m, *notes, Reply("text.empty")))
    if len(cleaned.text) > MAX_QUESTION_LENGTH:
        limits = {
            "limit": f"{MAX_QUESTION_LENGTH:,}",
            "count": f"{len(cleaned.text):,}",
            "unsent": cleaned.text,
        }
        return begin_question(m, *notes, Reply("ask.too_long", limits))
    if is_complaint(cleaned.text):
        return _ask_if_complaint(m.replace_session(answers={"question": cleaned.text}))
    return (yield from look_up_answers(m, cleaned.text, *notes))


def look_up_answers(m: Context, text: str, *before: Reply) -> Decision:
    """What is known already about a question; what is in no language that is read goes to the officers."""
    m = m.replace_session(topic=DialogTopic.ASK, step="found", answers={"question": text})
    if is_foreign(text):
        return (yield from send_question_to_officers(m, *before, Reply("ask.foreign")))
    matches = yield from _find_matches(m)
    if matches and matches[0].sure:
        return _show_answer(m, matches, 0, *before)
    return _show_matches(m, matches, *before)


def reprompt_question(m: Context, *before: Reply) -> Decision:
    """Ask the present question once more."""
    if m.session.step == "suspect":
        return _ask_if_complaint(m, *before)
    return _show_current_step(m, (yield from _find_matches(m)), *before)


def send_question_to_officers(m: Context, *before: Reply) -> Decision:
    """Give the question to the officers: who sent five in a quarter of an hour is asked to wait."""
    tries = yield from run_query(GetQuestionRate(m.event.person_id))
    if tries.until is not None and m.now < tries.until:
        until = format_retry_time(tries.until)
        return _show_matches(m, (), *before, Reply("ask.wait", {"until": until}))
    receipt = yield from run_query(NewReceipt())
    on = to_bangkok_date(m.now)
    due = on + timedelta(days=m.office.deadlines.first_answer_days)
    back = make_reply_address(m.event.person_id, m.event.channel, m.event.reply_to, m.lang)
    act = SubmitQuestion(receipt, m.session.answers["question"], m.event.person_id, m.lang, on, due, back)
    acts: tuple[Act, ...] = (act, SaveQuestionRate(m.event.person_id, record_failure(tries, m.now)))
    filed = Reply(
        "ask.filed" if back else "ask.filed_code",
        {"receipt": receipt.formatted, "answer_by": format_date(due, m.lang)},
        certain=True,
    )
    menu = show_service_menu(m.with_session(reset_session(m)), *before, filed)
    return replace(menu, acts=acts)


def _find_matches(m: Context) -> MatchGenerator:
    text = m.session.answers.get("question", "")
    if not text or m.session.step in {"ask", "suspect"} or is_foreign(text):
        return ()
    return (yield from run_query(FindKnownAnswers(text, to_bangkok_date(m.now))))


def _list_options(m: Context, matches: tuple[AnswerMatch, ...]) -> tuple[Option, ...]:
    """What may be picked at the present step."""
    match m.session.step:
        case "told":
            return make_options(("fits", "other", "officer"))
        case "found" if matches:
            titles = [
                Option(f"m{n}", Bilingual(th=_shorten_title(one.title))) for n, one in enumerate(matches, 1)
            ]
            return (*titles, *make_options(("officer", "again", "leave")))
        case "found":
            return make_options(("officer", "again", "leave"))
    return make_options(("leave",))


def _shorten_title(title: str) -> str:
    return title if len(title) <= MAX_TITLE_LENGTH else f"{title[: MAX_TITLE_LENGTH - 1]}…"


def _show_current_step(m: Context, matches: tuple[AnswerMatch, ...], *before: Reply) -> TurnResult:
    if m.session.step == "told" and m.session.answers.get("shown", "0") < str(len(matches)):
        return _show_answer(m, matches, int(m.session.answers["shown"]), *before)
    if m.session.step in {"told", "found"}:
        return _show_matches(m, matches, *before)
    return begin_question(m, *before)


def _show_matches(m: Context, matches: tuple[AnswerMatch, ...], *before: Reply) -> TurnResult:
    """The titles that are near, to pick from."""
    session = advance_prompt(m.session, step="found", topic=DialogTopic.ASK)
    session = session.replace(answers={"question": session.answers["question"]})
    choices = to_choices(_list_options(m.with_session(session), matches), session)
    lines = tuple(raw_text(f"{n}. {one.title}") for n, one in enumerate(matches, 1))
    question = Reply("ask.found", {"titles": lines}) if matches else Reply("ask.none")
    return TurnResult(session, (*before, replace(question, choices=choices, wants=ExpectedInput.PICK)))


def _show_answer(m: Context, matches: tuple[AnswerMatch, ...], place: int, *before: Reply) -> TurnResult:
    """One known answer in full, and whether it fits."""
    one = matches[place]
    session = advance_prompt(m.session, step="told", topic=DialogTopic.ASK)
    session = session.replace(answers={"question": session.answers["question"], "shown": str(place)})
    args: dict[str, ReplyArg] = {
        "title": one.title,
        "answer": one.answer,
        "link": raw_text(f"\n{one.link}") if one.link else raw_text(""),
    }
    choices = to_choices(_list_options(m.with_session(session), matches), session)
    return TurnResult(
        session,
        (
            *before,
            Reply("ask.told_example" if one.example else "ask.told", args, choices, wants=ExpectedInput.PICK),
        ),
    )


def _handle_choice(m: Context, matches: tuple[AnswerMatch, ...], choice: str) -> Decision:
    if choice == "officer":
        return (yield from send_question_to_officers(m))
    if choice == "fits":
        return show_service_menu(m.with_session(reset_session(m)), Reply("ask.glad"))
    if choice == "leave":
        return show_service_menu(m.with_session(reset_session(m)))
    if choice == "again":
        return begin_question(m)
    if choice == "other":
        return _show_matches(m, matches)
    return _show_answer(m, matches, int(choice.removeprefix("m")) - 1)


def _ask_if_complaint(m: Context, *before: Reply) -> TurnResult:
    """Ask whether it is a complaint of corruption. Until it is known, the words are held in memory only."""
    session = advance_prompt(m.session, topic=DialogTopic.ASK, step="suspect")
    choices = to_choices(make_options(("complain", "general", "leave")), session)
    return TurnResult(session, (*before, Reply("ask.suspect", {}, choices, wants=ExpectedInput.PICK)))


def _handle_suspicion(m: Context, address: str) -> Decision:
    choice = parse_choice(m.event, m.session, make_options(("complain", "general", "leave")), numbers=True)
    if choice == "complain":
        return show_service_menu(m.with_session(reset_session(m)), build_handover_reply(m, address))
    if choice == "leave":
        return show_service_menu(m.with_session(reset_session(m)), Reply("ask.forgotten"))
    if choice == "general":
        session = m.session.replace(step="found")
        return (yield from look_up_answers(m.with_session(session), m.session.answers["question"]))
    note = Reply("pick.stale") if choice is STALE else Reply("pick.unknown_here")
    return _ask_if_complaint(m, note)


def build_handover_reply(m: Context, address: str) -> Reply:
    """Where complaints of corruption are taken; nothing was kept here."""
    where = address or m.office.website
    return Reply("ask.handover", {"office": m.office.name.in_lang(m.lang), "address": where})
