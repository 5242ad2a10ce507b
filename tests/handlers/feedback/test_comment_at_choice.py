"""A text at a choice of feedback or a consultation: a comment only once the person says so."""

from typing import Any

import pytest

from handlers.consultations.messages import SubmitResponse
from handlers.consultations.survey import MAX_SURVEY_TEXT
from handlers.dialog.replies import NEUTRAL, OF_CASE, ExpectedInput, Reply
from handlers.dialog.session import Session, UnconfirmedText
from handlers.feedback.messages import SubmitFeedback
from tests.handlers.consultations import test_respond as consultation
from tests.handlers.feedback.test_give import FULL, at, decide
from tests.run_decision import make_buttons, make_event, pick

TEXT = "คิวยาวมากทุกวันจันทร์"
MORE = "เจ้าหน้าที่พูดไม่เพราะ"


def waiting(step: str, field: str, words: str = TEXT, **answers: str) -> Session:
    return at(step, **answers).replace(unconfirmed=UnconfirmedText(words, step, field))


@pytest.mark.parametrize(
    ("step", "field"), [("topic", "text"), ("score", "text"), ("answer", "wish"), ("review", "wish")]
)
def test_a_text_at_a_choice_is_shown_back(step: str, field: str) -> None:
    outcome = decide(make_event(TEXT), at(step, **FULL))
    after = waiting(step, field, **FULL)
    assert outcome.session == after
    (question,) = outcome.replies
    assert (question.key, question.policy, question.wants) == (
        "unasked.ask_survey",
        OF_CASE,
        ExpectedInput.PICK,
    )
    assert question.args["text"] == TEXT
    assert question.choices == make_buttons(after, "as_comment", "drop_text")


@pytest.mark.parametrize("how", ["tap", "1", "เก็บเป็นความคิดเห็น"])
@pytest.mark.parametrize(("wish", "kept"), [("", TEXT), ("จองคิวได้", f"จองคิวได้\n{TEXT}")])
def test_a_comment_is_added_to_the_answer_in_words(how: str, wish: str, kept: str) -> None:
    before = waiting("answer", "wish", score="score2", **({"wish": wish} if wish else {}))
    outcome = decide(pick(before, "as_comment") if how == "tap" else make_event(how), before)
    assert outcome.session == at("answer", score="score2", wish=kept)
    assert outcome.keys == ("unasked.as_comment", "poll.item")


def test_what_is_no_comment_is_quoted_and_gone() -> None:
    before = waiting("score", "text", topic="counter")
    outcome = decide(make_event("2"), before)
    assert outcome.session == at("score", topic="counter")
    assert outcome.replies[0] == Reply("unasked.not_kept", OF_CASE, {"text": TEXT})
    assert outcome.keys[1:] == ("poll.item",)


def test_texts_in_a_row_wait_together_and_a_slip_does_not() -> None:
    before = waiting("score", "text")
    assert decide(make_event(MORE), before).session == waiting("score", "text", f"{TEXT}\n{MORE}")
    slip = decide(make_event("9"), before)
    assert (slip.session, slip.keys) == (before, ("pick.unknown", "unasked.ask_survey"))


def test_the_choice_can_be_made_and_the_text_still_waits() -> None:
    before = waiting("score", "text", topic="counter")
    outcome = decide(pick(before, "score4"), before)
    assert (outcome.kept.step, outcome.kept.unconfirmed) == ("text", before.unconfirmed)
    assert outcome.kept.answers["score"] == "score4"
    assert outcome.keys == ("unasked.ask_survey",)
    added = decide(make_event(MORE), outcome.kept)
    assert "text" not in added.kept.answers
    assert decide(make_event("ย้อนกลับ"), outcome.kept).kept.unconfirmed == before.unconfirmed


def test_nothing_is_sent_while_a_text_waits() -> None:
    before = waiting("review", "wish", **FULL)
    outcome = decide(pick(before, "give"), before)
    assert (outcome.session, outcome.acts) == (before, ())
    assert outcome.keys == ("unasked.before_give", "unasked.ask_survey")
    decided = decide(pick(before, "drop_text"), before).kept
    sent = [act for act in decide(pick(decided, "give"), decided).acts if isinstance(act, SubmitFeedback)]
    assert [(act.text, act.wish) for act in sent] == [(FULL["text"], FULL["wish"])]


@pytest.mark.parametrize("session", [at("score", topic="counter"), waiting("score", "text", topic="counter")])
def test_what_may_be_a_complaint_is_not_kept_and_the_other_desk_is_named(session: Session) -> None:
    outcome = decide(make_event("ครูเรียกรับเงินผู้ปกครองค่ารับเด็ก"), session)
    assert outcome.session == session
    assert outcome.keys[0] == "ask.handover"


def test_what_is_too_long_for_the_answer_is_given_back() -> None:
    text = "ก" * (MAX_SURVEY_TEXT + 1)
    before = waiting("score", "text", text)
    outcome = decide(pick(before, "as_comment"), before)
    assert outcome.session == at("score")
    assert (outcome.keys, outcome.replies[0].args["unsent"]) == (("ask.too_long", "poll.item"), text)


def test_where_a_text_is_asked_it_is_the_answer() -> None:
    assert decide(make_event(TEXT), at("text", score="score2")).kept.answers["text"] == TEXT


@pytest.mark.parametrize(("step", "field"), [("q1", "q4"), ("q3", "q4"), ("q5.s1", "q4"), ("review", "q5+")])
def test_a_text_at_a_choice_of_a_consultation(step: str, field: str) -> None:
    session = consultation.at(step, **consultation.GIVEN)
    outcome = consultation.decide(make_event(TEXT), session)
    assert outcome.session == session.replace(unconfirmed=UnconfirmedText(TEXT, step, field))
    assert outcome.keys == ("unasked.ask_survey",)
    kept = consultation.decide(pick(outcome.kept, "as_comment"), outcome.kept)
    assert kept.kept.answers == {**session.answers, field: TEXT}
    assert kept.replies[0] == Reply("unasked.as_comment", NEUTRAL)


def test_no_response_is_sent_while_a_text_waits() -> None:
    before: Any = consultation.AT_REVIEW.replace(unconfirmed=UnconfirmedText(TEXT, "review", "q4"))
    assert consultation.decide(pick(before, "give"), before).acts == ()
    decided = consultation.decide(pick(before, "as_comment"), before).kept
    (act,) = consultation.decide(pick(decided, "give"), decided).acts
    assert isinstance(act, SubmitResponse)
    assert act.answers["q4"] == TEXT
