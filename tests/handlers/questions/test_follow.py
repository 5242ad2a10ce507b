"""Following a question, decision by decision: its code, a further question, a rating, and buttons in a chat."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from handlers.complaints.messages import ActorKind
from handlers.dialog.attempts import Attempts, GetAttempts, SaveAttempts
from handlers.dialog.events import Channel, Event
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import (
    ASKS_FOR_QUESTION,
    MUST_ARRIVE,
    NEUTRAL,
    OF_CASE,
    ExpectedInput,
    Phrase,
    Reply,
    ReplyPolicy,
    raw_text,
)
from handlers.dialog.session import DialogTopic, Session
from handlers.questions.faq_messages import FaqCatalogue, GetFaqCatalogue
from handlers.questions.follow import (
    apply_thread_line,
    ask_question_code,
    handle_answer_button,
    handle_thread,
    reprompt_thread,
)
from handlers.questions.messages import (
    AppendThreadLine,
    FindKnownAnswers,
    FindThreadByCode,
    GetQuestionRate,
    GetThread,
    QuestionState,
    QuestionThread,
    RateAnswer,
    Rating,
    ReplyAddress,
    SaveQuestionRate,
    ThreadLine,
    ThreadLineKind,
)
from tests.handlers.questions.test_ask import LEFT, MENU
from tests.in_memory_desk import MORNING
from tests.run_decision import (
    PERSON,
    Outcome,
    begin_session,
    make_buttons,
    make_context,
    make_event,
    pick,
    run_decision,
)

CODE = make_receipt(1618)
TODAY = date(2026, 11, 22)
DUE = date(2026, 12, 7)
ASKED = ThreadLine(1, date(2026, 11, 20), ThreadLineKind.ASKED, "ขอยืมเต็นท์ได้ไหม")
ANSWER = ThreadLine(2, date(2026, 11, 21), ThreadLineKind.ANSWER, "ยืมได้")
OPEN = QuestionThread("t1", 2570, 1, QuestionState.OPEN, ASKED.on, date(2026, 12, 5), None, (ASKED,))
ANSWERED = replace(OPEN, state=QuestionState.ANSWERED, lines=(ASKED, ANSWER))
RATED = replace(ANSWERED, rating=Rating.GOOD)
ASKED_LINE = Phrase("thread.line_asked", {"on": "20 พฤศจิกายน 2569", "text": "ขอยืมเต็นท์ได้ไหม"})
ANSWER_LINE = Phrase("thread.line_answer", {"on": "21 พฤศจิกายน 2569", "text": "ยืมได้"})


def at(step: str, **answers: str) -> Session:
    return begin_session(topic=DialogTopic.THREAD, step=step, at=MORNING, answers={"thread": "t1", **answers})


AT_CODE = begin_session(topic=DialogTopic.THREAD, step="code", at=MORNING)
AT_THREAD, AT_MORE, AT_HELD = at("thread"), at("more"), at("held", held="ต้องมัดจำไหม")


def decide(
    event: Event, session: Session, thread: QuestionThread | None = OPEN, rate: Attempts | None = None
) -> Outcome:
    answers = {
        GetThread: thread,
        FindThreadByCode: thread,
        GetAttempts: Attempts(),
        GetQuestionRate: rate or Attempts(),
        FindKnownAnswers: (),
        GetFaqCatalogue: FaqCatalogue(),
    }
    return run_decision(handle_thread(make_context(event, session)), answers)


def status(thread: QuestionThread, *lines: Phrase, number: int = 8) -> Reply:
    can_rate = thread.state is QuestionState.ANSWERED and thread.rating is None
    is_open = thread.state is QuestionState.OPEN
    due = {"answer_by": "5 ธันวาคม 2569" if thread.answer_by == OPEN.answer_by else "7 ธันวาคม 2569"}
    ways = ("more", *(("good", "fair", "poor") if can_rate else ()), "refresh", "leave")
    return Reply(
        "thread.status",
        MUST_ARRIVE,
        {
            "state": Phrase(f"thread.{thread.state}"),
            "due": Phrase("thread.due", due) if is_open else raw_text(""),
            "asked": "20 พฤศจิกายน 2569",
            "lines": (*lines, *((Phrase("thread.rate"),) if can_rate else ())),
        },
        make_buttons(Session(prompt_number=number), *ways),
        wants=ExpectedInput.PICK,
        presentation=ASKS_FOR_QUESTION,
    )


def question(session: Session, policy: ReplyPolicy, wants: ExpectedInput, *buttons: str) -> Reply:
    held = {"held": session.answers["held"]} if "held" in session.answers else {}
    return Reply(
        f"thread.{session.step}",
        policy,
        held,
        make_buttons(session, *buttons),
        wants=wants,
        presentation=ASKS_FOR_QUESTION,
    )


def moved(session: Session, step: str, **answers: str) -> Session:
    return session.replace(
        step=step, prompt_number=session.prompt_number + 1, answers={"thread": "t1", **answers}
    )


CODE_QUESTION = Reply("track.ask", OF_CASE, {}, make_buttons(AT_CODE, "leave"), wants=ExpectedInput.CODE)

# The code.


def test_asking_for_the_code() -> None:
    before = begin_session(at=MORNING, prompt_number=6, answers={"old": "x"})
    assert run_decision(ask_question_code(make_context(make_event(), before))) == Outcome(
        AT_CODE, (CODE_QUESTION,)
    )


def test_the_code_opens_the_question() -> None:
    outcome = decide(make_event(CODE.formatted.lower()), AT_CODE)
    assert outcome == Outcome(
        AT_THREAD.replace(prompt_number=8),
        (status(OPEN, ASKED_LINE),),
        (),
        (GetAttempts(PERSON), FindThreadByCode(CODE)),
    )


@pytest.mark.parametrize("event", [make_event(choice="7.leave"), make_event("ยกเลิก")])
def test_leaving_instead_of_typing_the_code(event: Event) -> None:
    assert decide(event, AT_CODE) == Outcome(LEFT, (MENU,))


def test_a_stale_button_at_the_code() -> None:
    assert decide(make_event(choice="6.leave"), AT_CODE).replies == (
        Reply("pick.stale", NEUTRAL),
        CODE_QUESTION,
    )


@pytest.mark.parametrize(
    ("typed", "key"), [("", "track.length"), ("1", "track.length"), ("ก" * 17, "track.length")]
)
def test_what_is_no_code_asks_nothing_of_the_register(typed: str, key: str) -> None:
    outcome = decide(make_event(typed), AT_CODE)
    assert (outcome.keys, outcome.queries) == ((key, "track.ask"), ())


def test_a_code_that_nobody_has_counts_as_a_guess() -> None:
    outcome = decide(make_event(CODE.formatted), AT_CODE, None)
    assert outcome.keys == ("track.unknown", "track.is_case", "track.ask")
    assert outcome.acts == (SaveAttempts(PERSON, Attempts(MORNING, 1)),)


# The question.


@pytest.mark.parametrize("thread", [OPEN, ANSWERED, RATED, replace(OPEN, state=QuestionState.CLOSED)])
def test_the_state_says_when_an_answer_is_due_and_what_may_be_rated(thread: QuestionThread) -> None:
    lines = (ASKED_LINE, ANSWER_LINE)[: len(thread.lines)]
    outcome = decide(pick(AT_THREAD, "refresh"), AT_THREAD, thread)
    assert outcome == Outcome(moved(AT_THREAD, "thread"), (status(thread, *lines),), (), (GetThread("t1"),))


def test_a_line_that_was_unsent_says_so_and_only_the_newest_twelve_are_shown() -> None:
    lines = tuple(ThreadLine(n, ASKED.on, ThreadLineKind.MORE, "") for n in range(1, 20))
    outcome = decide(pick(AT_THREAD, "refresh"), AT_THREAD, replace(OPEN, lines=lines))
    unsent = Phrase("thread.line_more", {"on": "20 พฤศจิกายน 2569", "text": Phrase("thread.taken_back")})
    assert outcome.replies[0].args["lines"] == (unsent,) * 12


@pytest.mark.parametrize("data", ["6.more", "7.good", "7.send_more", "7.", ""])
def test_a_stale_button_shows_the_question_again(data: str) -> None:
    outcome = decide(make_event(choice=data), AT_THREAD)
    assert (outcome.replies, outcome.acts) == ((Reply("pick.stale", NEUTRAL), status(OPEN, ASKED_LINE)), ())


def test_leaving_the_question() -> None:
    assert decide(pick(AT_THREAD, "leave"), AT_THREAD) == Outcome(
        LEFT, (Reply("thread.left", NEUTRAL), MENU), queries=(GetThread("t1"),)
    )


def test_a_question_that_was_deleted_meanwhile() -> None:
    outcome = decide(make_event("ต้องมัดจำไหม"), AT_MORE, None)
    assert outcome.session == AT_CODE.replace(prompt_number=8)
    assert outcome.keys == ("track.unknown", "track.ask")


# A further question.


def test_asking_further() -> None:
    after = moved(AT_THREAD, "more")
    outcome = decide(pick(AT_THREAD, "more"), AT_THREAD)
    assert (outcome.session, outcome.replies) == (
        after,
        (question(after, NEUTRAL, ExpectedInput.TEXT, "stay_here"),),
    )


@pytest.mark.parametrize(
    ("parts", "address"),
    [
        ({}, None),
        ({"channel": Channel.LINE, "reply_to": b"to"}, ReplyAddress(PERSON, Channel.LINE, b"to", "th")),
    ],
)
@pytest.mark.parametrize("text", ["ต้องมัดจำไหม", "1", "๒"])
def test_a_further_question_is_sent(text: str, parts: dict[str, Any], address: ReplyAddress | None) -> None:
    outcome = decide(make_event(text, **parts), AT_MORE, RATED)
    act = AppendThreadLine("t1", 3, TODAY, ThreadLineKind.MORE, ActorKind.REPORTER, text, DUE, address)
    after = apply_thread_line(RATED, act)
    line = Phrase("thread.line_more", {"on": "22 พฤศจิกายน 2569", "text": text})
    assert outcome == Outcome(
        moved(AT_MORE, "thread"),
        (Reply("thread.sent", NEUTRAL), status(after, ASKED_LINE, ANSWER_LINE, line)),
        (act, SaveQuestionRate(PERSON, Attempts(MORNING, 1))),
        (GetThread("t1"), GetQuestionRate(PERSON)),
    )


def test_who_sends_too_much_gets_the_text_back() -> None:
    busy = Attempts(None, 0, MORNING + timedelta(minutes=5), 1)
    outcome = decide(make_event("ต้องมัดจำไหม"), AT_MORE, rate=busy)
    assert outcome.acts == ()
    assert outcome.replies[0] == Reply("ask.wait", NEUTRAL, {"until": "09:05", "unsent": "ต้องมัดจำไหม"})


@pytest.mark.parametrize("session", [AT_THREAD, AT_MORE, AT_HELD])
@pytest.mark.parametrize(
    ("text", "key"), [("", "text.empty"), ("\u200b", "text.empty"), ("ก" * 4001, "ask.too_long")]
)
def test_an_empty_or_too_long_text_is_not_sent(session: Session, text: str, key: str) -> None:
    outcome = decide(make_event(text), session)
    assert (outcome.keys, outcome.acts) == ((key, "thread.status"), ())


def test_a_text_that_nobody_asked_for_is_held_and_offered() -> None:
    outcome = decide(make_event("ต้องมัดจำไหม"), AT_THREAD)
    after = moved(AT_THREAD, "held", held="ต้องมัดจำไหม")
    assert (outcome.session, outcome.acts) == (after, ())
    assert outcome.replies == (question(after, OF_CASE, ExpectedInput.PICK, "send_more", "new", "stay_here"),)


@pytest.mark.parametrize("event", [pick(AT_HELD, "send_more"), make_event("1"), make_event("๑")])
def test_the_held_text_is_sent(event: Event) -> None:
    outcome = decide(event, AT_HELD)
    assert isinstance(outcome.acts[0], AppendThreadLine)
    assert outcome.acts[0].text == "ต้องมัดจำไหม"
    assert outcome.kept.answers == {"thread": "t1"}


def test_the_held_text_is_a_new_question() -> None:
    outcome = decide(pick(AT_HELD, "new"), AT_HELD)
    assert outcome.kept.answers == {"question": "ต้องมัดจำไหม"}
    assert outcome.keys == ("ask.none",)


def test_the_held_text_is_dropped() -> None:
    outcome = decide(pick(AT_HELD, "stay_here"), AT_HELD)
    assert (outcome.session, outcome.keys, outcome.acts) == (moved(AT_HELD, "thread"), ("thread.status",), ())


# Ratings, and the buttons below an answer in a chat.


@pytest.mark.parametrize("rating", list(Rating))
def test_an_answer_is_rated_once(rating: Rating) -> None:
    outcome = decide(pick(AT_THREAD, rating), AT_THREAD, ANSWERED)
    assert outcome.acts == (RateAnswer("t1", rating),)
    assert outcome.replies == (
        Reply("thread.rated", NEUTRAL),
        status(replace(ANSWERED, rating=rating), ASKED_LINE, ANSWER_LINE),
    )


def press(data: str, thread: QuestionThread | None) -> Outcome:
    draft = begin_session(topic=DialogTopic.ASK, step="found", at=MORNING, answers={"question": "อื่น"})
    return run_decision(
        handle_answer_button(make_context(make_event(choice=f"/{data}"), draft), data), {GetThread: thread}
    )


@pytest.mark.parametrize(
    ("data", "thread", "keys", "acts"),
    [
        ("q.t1.good", ANSWERED, ("thread.rated", "thread.status"), (RateAnswer("t1", Rating.GOOD),)),
        ("q.t1.poor", RATED, ("thread.rated_before", "thread.status"), ()),
        ("q.t1.good", OPEN, ("thread.rated_before", "thread.status"), ()),
        ("q.t1.more", ANSWERED, ("thread.more",), ()),
        ("q.t1.leave", ANSWERED, ("thread.status",), ()),
        ("q.t1.send_more", ANSWERED, ("thread.status",), ()),
        ("q.t1", ANSWERED, ("thread.status",), ()),
        ("q.t1.good.poor", ANSWERED, ("thread.rated", "thread.status"), (RateAnswer("t1", Rating.GOOD),)),
        ("q.", ANSWERED, ("thread.status",), ()),
        ("q.t1.good", None, ("track.unknown", "welcome.again"), ()),
    ],
)
def test_a_button_below_an_answer_leads_to_its_question(
    data: str, thread: QuestionThread | None, keys: tuple[str, ...], acts: tuple[Any, ...]
) -> None:
    outcome = press(data, thread)
    assert (outcome.keys, outcome.acts) == (keys, acts)
    assert outcome.queries == (GetThread([*data.split("."), ""][1]),)
    assert "question" not in outcome.kept.answers


@pytest.mark.parametrize(
    ("session", "key"),
    [
        (AT_CODE, "track.ask"),
        (AT_THREAD, "thread.status"),
        (AT_MORE, "thread.more"),
        (AT_HELD, "thread.held"),
    ],
)
def test_the_present_question_is_repeated(session: Session, key: str) -> None:
    thread = None if session is AT_CODE else OPEN
    note = Reply("welcome.help", NEUTRAL)
    outcome = run_decision(reprompt_thread(make_context(make_event(), session), note), {GetThread: thread})
    assert outcome.keys == ("welcome.help", key)
    assert outcome.kept.answers == session.answers


@pytest.mark.parametrize(
    ("kind", "answer_by", "state", "due"),
    [
        (ThreadLineKind.ANSWER, None, QuestionState.ANSWERED, OPEN.answer_by),
        (ThreadLineKind.MORE, DUE, QuestionState.OPEN, DUE),
    ],
)
def test_a_line_changes_the_state_of_its_thread(
    kind: ThreadLineKind, answer_by: date | None, state: QuestionState, due: date
) -> None:
    act = AppendThreadLine("t1", 2, TODAY, kind, ActorKind.OFFICE, "ก", answer_by)
    after = apply_thread_line(OPEN, act)
    assert after == replace(OPEN, state=state, answer_by=due, lines=(ASKED, ThreadLine(2, TODAY, kind, "ก")))
