"""Giving feedback, decision by decision."""

from datetime import date, timedelta
from typing import Any

import pytest

from handlers.consultations.messages import FindConsultation, FindResponse, ListConsultations
from handlers.dialog.attempts import Attempts
from handlers.dialog.effects import Listing, NewReceipt
from handlers.dialog.events import Channel, Event
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import MUST_ARRIVE, NEUTRAL, Choice, ExpectedInput, Reply
from handlers.dialog.session import DialogTopic, Session
from handlers.feedback.give import begin_feedback, handle_feedback, reprompt_feedback
from handlers.feedback.messages import NewFeedbackNumber, SubmitFeedback
from handlers.questions.messages import GetQuestionRate, ReplyAddress, SaveQuestionRate, SubmitQuestion
from tests.handlers.consultations.consultation_rows import CONSULTATION
from tests.handlers.questions.test_ask import LEFT, MENU
from tests.in_memory_desk import MORNING, OFFICE
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

RECEIPT = make_receipt(161803)
TODAY = date(2026, 11, 22)
RATE = SaveQuestionRate(PERSON, Attempts(MORNING, 1))
NO_TOPICS = OFFICE.model_copy(update={"topics": ()})
FULL = {"topic": "counter", "score": "score2", "text": "คิวยาว", "wish": "จองคิวได้", "answer": "no_answer"}


def at(step: str, **answers: str) -> Session:
    return begin_session(topic=DialogTopic.OPINION, step=step, at=MORNING, answers=answers)


def answers_with(rate: Attempts | None = None, *open_ones: Any) -> dict[Any, Any]:
    return {
        ListConsultations: Listing(open_ones),
        FindConsultation: CONSULTATION,
        FindResponse: None,
        GetQuestionRate: rate or Attempts(),
        NewFeedbackNumber: 12,
        NewReceipt: RECEIPT,
    }


def decide(event: Event, session: Session, rate: Attempts | None = None, *open_ones: Any) -> Outcome:
    return run_decision(handle_feedback(make_context(event, session), ""), answers_with(rate, *open_ones))


def moved(session: Session, step: str, **parts: Any) -> Session:
    return session.replace(step=step, prompt_number=session.prompt_number + 1, **parts)


@pytest.mark.parametrize(("office", "first", "of"), [(OFFICE, "topic", 5), (NO_TOPICS, "score", 4)])
def test_feedback_begins_with_the_topic_where_the_office_has_topics(office: Any, first: str, of: int) -> None:
    before = begin_session(at=MORNING, answers={"old": "x"})
    outcome = run_decision(begin_feedback(make_context(make_event(), before, office)), answers_with())
    assert outcome.session == moved(before, first, topic=DialogTopic.OPINION, answers={})
    assert outcome.keys == ("opinion.hello", "poll.item")
    assert (outcome.replies[1].args["place"], outcome.replies[1].args["of"]) == (1, of)
    assert outcome.queries == (ListConsultations(),)


def test_open_consultations_are_offered_first() -> None:
    before = begin_session(at=MORNING)
    outcome = run_decision(
        begin_feedback(make_context(make_event(), before)), answers_with(None, CONSULTATION)
    )
    after = moved(before, "which", topic=DialogTopic.OPINION)
    own = Choice(f"8.{CONSULTATION.code}", "literal", {"text": CONSULTATION.title})
    choices = (own, *make_buttons(after, "any", "leave"))
    assert outcome == Outcome(
        after,
        (Reply("opinion.which", NEUTRAL, {}, choices, wants=ExpectedInput.PICK),),
        queries=(ListConsultations(),),
    )


@pytest.mark.parametrize(
    ("event", "keys"),
    [
        (make_event("1"), ("consult.hello", "poll.item")),
        (make_event(choice=f"7.{CONSULTATION.code}"), ("consult.hello", "poll.item")),
        (make_event(CONSULTATION.title), ("consult.hello", "poll.item")),
        (make_event("2"), ("opinion.hello", "poll.item")),
        (make_event("3"), ("welcome.again",)),
        (make_event("ยกเลิก"), ("welcome.again",)),
        (make_event("4"), ("pick.unknown", "opinion.which")),
        (make_event(choice="6.any"), ("pick.stale", "opinion.which")),
        (make_event(""), ("pick.unknown_here", "opinion.which")),
    ],
)
def test_which_consultation_or_none(event: Event, keys: tuple[str, ...]) -> None:
    assert decide(event, at("which"), None, CONSULTATION).keys == keys


def test_a_consultation_that_closed_meanwhile_is_not_picked() -> None:
    outcome = decide(make_event(choice=f"7.{CONSULTATION.code}"), at("which"))
    assert outcome.keys == ("pick.stale", "opinion.which")


@pytest.mark.parametrize(
    ("step", "event", "following", "answers"),
    [
        ("topic", make_event("4"), "score", {"topic": "counter"}),
        ("score", make_event("1"), "text", {"score": "score1"}),
        ("score", make_event("๕"), "text", {"score": "score5"}),
        ("score", make_event("ไม่ให้คะแนน"), "text", {}),
        ("score", make_event("ข้าม"), "text", {}),
        ("text", make_event("คิวยาว"), "wish", {"text": "คิวยาว"}),
        ("wish", make_event("ข้าม"), "answer", {}),
        ("answer", make_event("3"), "contact", {"answer": "by_contact"}),
        ("answer", make_event("ติดต่อกลับได้ค่ะ"), "contact", {"answer": "by_contact"}),
    ],
)
def test_each_answer_leads_to_the_next_question(
    step: str, event: Event, following: str, answers: dict[str, str]
) -> None:
    outcome = decide(event, at(step))
    assert outcome.session == moved(at(step), following, answers=answers)
    assert outcome.acts == ()


def test_the_last_answer_leads_to_the_review() -> None:
    before = at("answer", score="score2")
    assert decide(make_event("1"), before).kept.step == "review"
    contact = decide(make_event("081"), at("contact", score="score2", answer="by_contact"))
    assert (contact.kept.step, contact.kept.answers["contact"]) == ("review", "081")


def test_without_a_score_or_a_text_there_is_nothing_to_send() -> None:
    outcome = decide(make_event("1"), at("answer", topic="counter", wish="ดีขึ้น"))
    assert (outcome.keys, outcome.kept.step) == (("opinion.nothing", "poll.item"), "text")


@pytest.mark.parametrize("step", ["topic", "score", "text", "wish", "answer"])
def test_leaving_at_any_question_forgets_it_all(step: str) -> None:
    assert decide(make_event("ยกเลิก"), at(step, score="score2")) == Outcome(
        LEFT, (Reply("opinion.forgotten", NEUTRAL), MENU)
    )


@pytest.mark.parametrize(("step", "asked"), [("text", True), ("wish", True), ("contact", False)])
def test_a_complaint_among_the_feedback_is_asked_about(step: str, asked: bool) -> None:
    before = at(step, score="score1", answer="by_contact")
    outcome = decide(make_event("ครูเรียกรับเงิน"), before)
    assert (outcome.keys[-1] == "ask.suspect") is asked
    if asked:
        on = decide(pick(outcome.kept, "mere"), outcome.kept)
        assert on.kept.answers == {**before.answers, step: "ครูเรียกรับเงิน", "suspect": "1"}
        assert on.kept.step == {"text": "wish", "wish": "answer"}[step]


# The review.

SUBMITTED = SubmitFeedback(2570, 12, "counter", 2, TODAY, PERSON, "คิวยาว", "จองคิวได้", "")
THANKS = Reply("opinion.thanks", MUST_ARRIVE, {"number": "12/2570"})
QUERIES = (GetQuestionRate(PERSON), NewFeedbackNumber(2570))


@pytest.mark.parametrize("event", [make_event(choice="7.give"), make_event("1"), make_event("ส่ง")])
def test_feedback_is_sent(event: Event) -> None:
    assert decide(event, at("review", **FULL)) == Outcome(LEFT, (THANKS, MENU), (SUBMITTED, RATE), QUERIES)


@pytest.mark.parametrize(
    ("answers", "act"),
    [
        ({"score": "score5"}, SubmitFeedback(2570, 12, "general", 5, TODAY, PERSON)),
        ({"text": "ดี"}, SubmitFeedback(2570, 12, "general", None, TODAY, PERSON, "ดี")),
        (
            {"text": "ดี", "answer": "by_contact", "contact": "081"},
            SubmitFeedback(2570, 12, "general", None, TODAY, PERSON, "ดี", "", "081"),
        ),
        (
            {"text": "ดี", "answer": "no_answer", "contact": "081"},
            SubmitFeedback(2570, 12, "general", None, TODAY, PERSON, "ดี"),
        ),
    ],
)
def test_what_was_skipped_is_left_out_and_a_contact_taken_back_is_not_stored(
    answers: dict[str, str], act: SubmitFeedback
) -> None:
    assert decide(make_event("1"), at("review", **answers)).acts == (act, RATE)


@pytest.mark.parametrize(
    ("parts", "address", "key"),
    [
        ({}, None, "ask.filed_code"),
        (
            {"channel": Channel.LINE, "reply_to": b"to"},
            ReplyAddress(PERSON, Channel.LINE, b"to", "th"),
            "ask.filed",
        ),
    ],
)
def test_feedback_that_wants_an_answer_is_a_question_too(
    parts: dict[str, Any], address: ReplyAddress | None, key: str
) -> None:
    outcome = decide(make_event("1", **parts), at("review", **{**FULL, "answer": "by_code"}))
    question = SubmitQuestion(RECEIPT, "คิวยาว\nจองคิวได้\n2/5", PERSON, "th", TODAY, date(2026, 12, 7), address)
    assert outcome.acts == (SUBMITTED, RATE, question)
    assert outcome.keys == ("opinion.thanks", key, "welcome.again")
    assert outcome.queries == (*QUERIES, NewReceipt())


def test_who_sends_too_much_waits_with_everything_kept() -> None:
    busy = Attempts(None, 0, MORNING + timedelta(minutes=7), 1)
    outcome = decide(make_event("1"), at("review", **FULL), busy)
    assert (outcome.session, outcome.acts) == (at("review", **FULL), ())
    assert outcome.replies[0] == Reply("ask.wait", NEUTRAL, {"until": "09:07"})
    assert outcome.keys[1] == "poll.review"


@pytest.mark.parametrize(
    ("event", "keys", "step"),
    [
        (make_event("2"), ("poll.item",), "answer"),
        (make_event("3"), ("opinion.forgotten", "welcome.again"), ""),
        (make_event("อะไรนะ"), ("pick.unknown", "poll.review"), "review"),
        (make_event("ส่งไปแล้วค่ะ"), ("pick.unclear", "poll.review"), "review"),
        (make_event("โอเค ส่งแล้ว"), ("pick.unclear", "poll.review"), "review"),
        (make_event(choice="6.give"), ("pick.stale", "poll.review"), "review"),
        (make_event(choice="7.give_hear"), ("pick.stale", "poll.review"), "review"),
    ],
)
def test_what_else_is_done_at_the_review(event: Event, keys: tuple[str, ...], step: str) -> None:
    outcome = decide(event, at("review", **FULL))
    assert (outcome.keys, outcome.kept.step, outcome.acts) == (keys, step, ())


@pytest.mark.parametrize(
    ("session", "key"),
    [
        (at("which"), "opinion.which"),
        (at("suspect", text="ก"), "ask.suspect"),
        (at("review", **FULL), "poll.review"),
        (at("score"), "poll.item"),
    ],
)
def test_the_present_question_is_repeated(session: Session, key: str) -> None:
    note = Reply("welcome.help", NEUTRAL)
    outcome = run_decision(
        reprompt_feedback(make_context(make_event(), session), note), answers_with(None, CONSULTATION)
    )
    assert (outcome.keys, outcome.session) == (("welcome.help", key), session)
