"""Asking: the nearest known answers first, and an officer where none of them fits."""

import re
from collections.abc import Generator
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeAlias

from handlers import thai
from handlers.complaints.track import fresh
from handlers.dialog import attempts as guesses
from handlers.dialog.answers import oddities
from handlers.dialog.choices import STALE, Option, offered, options, picked
from handlers.dialog.context import Context
from handlers.dialog.events import (
    Act,
    Arg,
    Deciding,
    DialogTopic,
    ExpectedInput,
    NewReceipt,
    Query,
    Reply,
    TurnResult,
    asked,
    literal,
    read,
)
from handlers.office import Bilingual
from handlers.questions import menu as welcome
from handlers.questions.messages import (
    AnswerMatch,
    FindKnownAnswers,
    GetQuestionRate,
    SaveQuestionRate,
    SubmitQuestion,
    ways_back,
)
from handlers.questions.misdirected import is_complaint, is_foreign

MOST_CHARACTERS = 4000
LONGEST_TITLE = 60

Matching: TypeAlias = Generator[Query[Any], Any, tuple[AnswerMatch, ...]]

_GREETING = re.compile(
    r"(สวัสดี|หวัดดี|ดี|ฮัลโหล|ขอบคุณ|ทดสอบ|hello|hi|hey|good (morning|afternoon)|thanks|thank you|test)"
    r"(ครับ|คับ|ค่ะ|คะ|จ้า|จ้ะ|ฮะ|มาก|ๆ|[\s!.])*"
)


def is_greeting(text: str) -> bool:
    """Whether words are no question yet."""
    return thai.letters(text, enough=3) < 3 or _GREETING.fullmatch(thai.folded(text[:60])) is not None


def begin(m: Context, *before: Reply) -> TurnResult:
    """Ask what the question is."""
    session = m.session if m.session.step == "ask" else asked(m.session, step="ask")
    session = session.with_(topic=DialogTopic.ASK, answers={})
    return TurnResult(
        session,
        (*before, Reply("ask.ask", {}, offered(options(("leave",)), session), wants=ExpectedInput.TEXT)),
    )


def hear(m: Context, address: str) -> Deciding:
    """Answer one message of a person who asks. address: of the complaints desk, or empty."""
    if m.session.step == "suspect":
        return (yield from _at_suspicion(m, address))
    matches = yield from _matches(m)
    choice = picked(m.event, m.session, _options(m, matches), numbers=m.session.step != "ask")
    if choice is STALE:
        return _standing(m, matches, Reply("pick.stale"))
    if choice is None and m.session.step == "ask" and is_greeting(m.event.text or ""):
        return welcome.greet(m.on(fresh(m)))
    if choice is None:
        return (yield from told(m))
    return (yield from _chosen(m, matches, choice))


def told(m: Context, *before: Reply) -> Deciding:
    """Take words for a question: one of corruption is asked about, all others are looked up."""
    cleaned = thai.clean(m.event.text or "")
    notes = (*before, *oddities(cleaned))
    if not cleaned.text:
        return (yield from again(m, *notes, Reply("text.empty")))
    if len(cleaned.text) > MOST_CHARACTERS:
        limits = {"limit": f"{MOST_CHARACTERS:,}", "count": f"{len(cleaned.text):,}", "unsent": cleaned.text}
        return begin(m, *notes, Reply("ask.too_long", limits))
    if is_complaint(cleaned.text):
        return _suspected(m.with_(answers={"question": cleaned.text}))
    return (yield from looked_up(m, cleaned.text, *notes))


def looked_up(m: Context, text: str, *before: Reply) -> Deciding:
    """What is known already about a question; what is in no language that is read goes to the officers."""
    m = m.with_(topic=DialogTopic.ASK, step="found", answers={"question": text})
    if is_foreign(text):
        return (yield from send(m, *before, Reply("ask.foreign")))
    matches = yield from _matches(m)
    if matches and matches[0].sure:
        return _answer(m, matches, 0, *before)
    return _list(m, matches, *before)


def again(m: Context, *before: Reply) -> Deciding:
    """Ask the present question once more."""
    if m.session.step == "suspect":
        return _suspected(m, *before)
    return _standing(m, (yield from _matches(m)), *before)


def send(m: Context, *before: Reply) -> Deciding:
    """Give the question to the officers: who sent five in a quarter of an hour is asked to wait."""
    tries = yield from read(GetQuestionRate(m.event.who))
    if tries.until is not None and m.now < tries.until:
        until = guesses.until(tries.until)
        return _list(m, (), *before, Reply("ask.wait", {"until": until}))
    receipt = yield from read(NewReceipt())
    on = thai.day(m.now)
    due = on + timedelta(days=m.office.deadlines.first_answer_days)
    back = ways_back(m.event.who, m.event.channel, m.event.back, m.lang)
    act = SubmitQuestion(receipt, m.session.answers["question"], m.event.who, m.lang, on, due, back)
    acts: tuple[Act, ...] = (act, SaveQuestionRate(m.event.who, guesses.missed(tries, m.now)))
    filed = Reply(
        "ask.filed" if back else "ask.filed_code",
        {"receipt": receipt.shown, "answer_by": thai.shown(due, m.lang)},
        certain=True,
    )
    menu = welcome.again(m.on(fresh(m)), *before, filed)
    return replace(menu, acts=acts)


def _matches(m: Context) -> Matching:
    text = m.session.answers.get("question", "")
    if not text or m.session.step in {"ask", "suspect"} or is_foreign(text):
        return ()
    return (yield from read(FindKnownAnswers(text, thai.day(m.now))))


def _options(m: Context, matches: tuple[AnswerMatch, ...]) -> tuple[Option, ...]:
    """What may be picked at the present step."""
    match m.session.step:
        case "told":
            return options(("fits", "other", "officer"))
        case "found" if matches:
            titles = [Option(f"m{n}", Bilingual(th=_short(one.title))) for n, one in enumerate(matches, 1)]
            return (*titles, *options(("officer", "again", "leave")))
        case "found":
            return options(("officer", "again", "leave"))
    return options(("leave",))


def _short(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"


def _standing(m: Context, matches: tuple[AnswerMatch, ...], *before: Reply) -> TurnResult:
    if m.session.step == "told" and m.session.answers.get("shown", "0") < str(len(matches)):
        return _answer(m, matches, int(m.session.answers["shown"]), *before)
    if m.session.step in {"told", "found"}:
        return _list(m, matches, *before)
    return begin(m, *before)


def _list(m: Context, matches: tuple[AnswerMatch, ...], *before: Reply) -> TurnResult:
    """The titles that are near, to pick from."""
    session = asked(m.session, step="found", topic=DialogTopic.ASK)
    session = session.with_(answers={"question": session.answers["question"]})
    choices = offered(_options(m.on(session), matches), session)
    lines = tuple(literal(f"{n}. {one.title}") for n, one in enumerate(matches, 1))
    question = Reply("ask.found", {"titles": lines}) if matches else Reply("ask.none")
    return TurnResult(session, (*before, replace(question, choices=choices, wants=ExpectedInput.PICK)))


def _answer(m: Context, matches: tuple[AnswerMatch, ...], place: int, *before: Reply) -> TurnResult:
    """One known answer in full, and whether it fits."""
    one = matches[place]
    session = asked(m.session, step="told", topic=DialogTopic.ASK)
    session = session.with_(answers={"question": session.answers["question"], "shown": str(place)})
    args: dict[str, Arg] = {
        "title": one.title,
        "answer": one.answer,
        "link": literal(f"\n{one.link}") if one.link else literal(""),
    }
    choices = offered(_options(m.on(session), matches), session)
    return TurnResult(
        session,
        (
            *before,
            Reply("ask.told_example" if one.example else "ask.told", args, choices, wants=ExpectedInput.PICK),
        ),
    )


def _chosen(m: Context, matches: tuple[AnswerMatch, ...], choice: str) -> Deciding:
    if choice == "officer":
        return (yield from send(m))
    if choice == "fits":
        return welcome.again(m.on(fresh(m)), Reply("ask.glad"))
    if choice == "leave":
        return welcome.again(m.on(fresh(m)))
    if choice == "again":
        return begin(m)
    if choice == "other":
        return _list(m, matches)
    return _answer(m, matches, int(choice.removeprefix("m")) - 1)


def _suspected(m: Context, *before: Reply) -> TurnResult:
    """Ask whether it is a complaint of corruption. Until it is known, the words are held in memory only."""
    session = asked(m.session, topic=DialogTopic.ASK, step="suspect")
    choices = offered(options(("complain", "general", "leave")), session)
    return TurnResult(session, (*before, Reply("ask.suspect", {}, choices, wants=ExpectedInput.PICK)))


def _at_suspicion(m: Context, address: str) -> Deciding:
    choice = picked(m.event, m.session, options(("complain", "general", "leave")), numbers=True)
    if choice == "complain":
        return welcome.again(m.on(fresh(m)), handover(m, address))
    if choice == "leave":
        return welcome.again(m.on(fresh(m)), Reply("ask.forgotten"))
    if choice == "general":
        session = m.session.with_(step="found")
        return (yield from looked_up(m.on(session), m.session.answers["question"]))
    note = Reply("pick.stale") if choice is STALE else Reply("pick.unknown_here")
    return _suspected(m, note)


def handover(m: Context, address: str) -> Reply:
    """Where complaints of corruption are taken; nothing was kept here."""
    where = address or m.office.website
    return Reply("ask.handover", {"office": m.office.name.in_(m.lang), "address": where})
