"""Taking part in a consultation, decision by decision."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from handlers.consultations.invitation import offer_open_consultations
from handlers.consultations.messages import (
    Consultation,
    ConsultationPhase,
    FindConsultation,
    FindResponse,
    ListConsultations,
    SubmitResponse,
)
from handlers.consultations.respond import (
    begin_consultation,
    build_consultation_survey,
    handle_consultation,
    is_at_consultation_link,
    is_in_consultation,
    reprompt_consultation,
)
from handlers.dialog.effects import Listing
from handlers.dialog.events import Channel, Event
from handlers.dialog.replies import AS_SECTION, MUST_ARRIVE, NEUTRAL, Phrase, Reply, raw_text
from handlers.dialog.session import DialogTopic, Session
from handlers.questions.messages import ReplyAddress
from tests.handlers.consultations.consultation_rows import CONSULTATION, KEYS
from tests.handlers.questions.test_ask import LEFT, MENU
from tests.in_memory_desk import MORNING
from tests.run_decision import PERSON, Outcome, begin_session, make_context, make_event, pick, run_decision

CODE = CONSULTATION.code
CLOSES = "1 ธันวาคม 2569 09:00"
COMING = replace(CONSULTATION, phase=ConsultationPhase.COMING, opens=MORNING + timedelta(hours=1))
CLOSED = replace(CONSULTATION, phase=ConsultationPhase.CLOSED)
OVER = replace(CONSULTATION, closes=MORNING)
NOT_OPEN = [CLOSED, OVER, replace(CONSULTATION, phase=ConsultationPhase.PUBLISHED)]


def at(step: str, **answers: str) -> Session:
    return begin_session(
        topic=DialogTopic.OPINION, step=step, at=MORNING, answers={"ballot": CODE, **answers}
    )


GIVEN = {"q1": "a", "q3": "score4", "q5.s1": "agree"}
AT_REVIEW = at("review", **GIVEN)


def decide(event: Event, session: Session, consultation: Consultation | None = CONSULTATION) -> Outcome:
    return run_decision(
        handle_consultation(make_context(event, session), "https://c.example"),
        {FindConsultation: consultation},
    )


def begin(consultation: Consultation | None, kept: Any = None, code: str = CODE, **parts: Any) -> Outcome:
    before = begin_session(at=MORNING, answers={"question": "อื่น"})
    return run_decision(
        begin_consultation(make_context(make_event(**parts), before), code),
        {FindConsultation: consultation, FindResponse: kept},
    )


def test_each_statement_is_a_question_of_its_own() -> None:
    survey = build_consultation_survey(CONSULTATION)
    assert tuple(item.key for item in survey) == KEYS
    assert [item.multiple for item in survey] == [False, True, False, False, False, False]
    assert [item.optional for item in survey] == [True, True, True, True, False, True]
    assert [[option.value for option in item.options] for item in survey] == [
        ["a", "b"],
        ["a", "b"],
        ["score5", "score4", "score3", "score2", "score1"],
        [],
        ["agree", "disagree", "pass"],
        [],
    ]


@pytest.mark.parametrize(
    ("channel", "voice"), [(Channel.WEB, "consult.apart"), (Channel.LINE, "consult.once")]
)
@pytest.mark.parametrize("code", [CODE, CODE.lower()])
def test_a_consultation_is_introduced(channel: Channel, voice: str, code: str) -> None:
    outcome = begin(CONSULTATION, code=code, channel=channel)
    hello = Reply(
        "consult.hello",
        NEUTRAL,
        {
            "title": CONSULTATION.title,
            "background": CONSULTATION.background,
            "link": raw_text(f"\n{CONSULTATION.link}"),
            "closes": CLOSES,
            "voice": Phrase(voice),
        },
        presentation=AS_SECTION,
    )
    assert outcome.session == at("q1").replace(prompt_number=8)
    assert outcome.replies[0] == hello
    assert outcome.keys[1:] == ("poll.item",)
    assert outcome.queries == (FindConsultation(CODE), FindResponse(CODE, PERSON))


def test_who_answered_before_reviews_the_answers() -> None:
    outcome = begin(CONSULTATION, {"q1": "a", "q3": "4", "q5.s1": "agree"})
    assert outcome.session == AT_REVIEW.replace(prompt_number=8)
    assert outcome.replies[0] == Reply(
        "consult.before", NEUTRAL, {"title": CONSULTATION.title, "closes": CLOSES}
    )
    assert outcome.keys[1:] == ("poll.review",)


@pytest.mark.parametrize(
    ("consultation", "key"),
    [(None, "consult.unknown"), (COMING, "consult.early"), *((one, "consult.closed") for one in NOT_OPEN)],
)
def test_a_consultation_that_is_not_open(consultation: Consultation | None, key: str) -> None:
    outcome = begin(consultation)
    assert (outcome.session, outcome.acts) == (LEFT, ())
    assert outcome.keys == (key, "welcome.again")
    if consultation is COMING:
        assert outcome.replies[0].args["opens"] == "22 พฤศจิกายน 2569 10:00"


@pytest.mark.parametrize("consultation", NOT_OPEN)
def test_what_was_not_sent_before_it_closed_is_given_back(consultation: Consultation) -> None:
    outcome = decide(make_event("1"), AT_REVIEW, consultation)
    assert outcome.session == LEFT
    assert outcome.keys == ("consult.closed", "consult.unsent", "welcome.again")
    lines = outcome.replies[1].args["lines"]
    assert isinstance(lines, tuple)
    assert [line.key for line in lines] == ["poll.line"] * 3
    assert outcome.acts == ()


def test_a_consultation_that_was_removed_meanwhile() -> None:
    assert decide(make_event("1"), AT_REVIEW, None) == Outcome(
        LEFT, (Reply("consult.unknown", NEUTRAL), MENU), queries=(FindConsultation(CODE),)
    )


@pytest.mark.parametrize(
    ("step", "event", "following", "answers"),
    [
        ("q1", make_event("1"), "q2", {"q1": "a"}),
        ("q1", make_event("ข้าม"), "q2", {}),
        ("q2", make_event("1"), "q2", {"q2": "a"}),
        ("q3", make_event("1"), "q4", {"q3": "score1"}),
        ("q3", make_event("ให้ ๕ ค่ะ"), "q4", {"q3": "score5"}),
        ("q3", make_event("ไม่มี"), "q4", {}),
        ("q4", make_event("ไม่มีค่ะ"), "q5.s1", {}),
        ("q4", make_event("1"), "q5.s1", {"q4": "1"}),
        ("q5.s1", make_event("2"), "q5+", {"q5.s1": "disagree"}),
        ("q5+", make_event("ควรมีรถรับส่ง"), "review", {"q5+": "ควรมีรถรับส่ง"}),
        ("q5+", make_event("กลับ"), "q5.s1", {}),
        ("q4", make_event("ครูเรียกรับเงิน"), "suspect", {"q4": "ครูเรียกรับเงิน"}),
    ],
)
def test_each_answer_leads_to_the_next_question(
    step: str, event: Event, following: str, answers: dict[str, str]
) -> None:
    outcome = decide(event, at(step))
    assert outcome.kept.step == following
    assert outcome.kept.answers == {"ballot": CODE, **answers}
    assert (outcome.acts, outcome.queries) == ((), (FindConsultation(CODE),))


def test_an_answer_that_is_no_complaint_is_kept() -> None:
    asked = decide(make_event("ครูเรียกรับเงิน"), at("q4"))
    outcome = decide(pick(asked.kept, "mere"), asked.kept)
    assert (outcome.kept.step, outcome.kept.answers["q4"]) == ("q5.s1", "ครูเรียกรับเงิน")
    handed_over = decide(pick(asked.kept, "complain"), asked.kept)
    assert (handed_over.session, handed_over.keys) == (
        LEFT.replace(prompt_number=8),
        ("ask.handover", "welcome.again"),
    )


def test_who_skips_everything_is_asked_anew() -> None:
    outcome = decide(make_event("ข้าม"), at("q5+"))
    assert (outcome.kept.step, outcome.keys) == ("q1", ("consult.nothing", "poll.item"))


@pytest.mark.parametrize("step", KEYS)
def test_leaving_at_any_question_sends_nothing(step: str) -> None:
    outcome = decide(make_event("ยกเลิก"), at(step, q1="a"))
    assert (outcome.session, outcome.replies, outcome.acts) == (
        LEFT,
        (Reply("consult.left", NEUTRAL), MENU),
        (),
    )


@pytest.mark.parametrize(
    ("parts", "typed", "account", "address", "key"),
    [
        ({}, "1", False, None, "consult.thanks_apart"),
        ({"channel": Channel.LINE, "reply_to": b"to"}, "1", True, None, "consult.thanks"),
        (
            {"channel": Channel.LINE, "reply_to": b"to"},
            "2",
            True,
            ReplyAddress(PERSON, Channel.LINE, b"to", "th"),
            "consult.thanks",
        ),
    ],
)
def test_a_response_is_sent_once_for_an_account(
    parts: dict[str, Any], typed: str, account: bool, address: ReplyAddress | None, key: str
) -> None:
    outcome = decide(make_event(typed, **parts), AT_REVIEW)
    thanks = Reply(key, MUST_ARRIVE, {"title": CONSULTATION.title, "closes": CLOSES})
    act = SubmitResponse(CODE, PERSON, account, {"q1": "a", "q3": "4", "q5.s1": "agree"}, address)
    assert outcome == Outcome(LEFT, (thanks, MENU), (act,), (FindConsultation(CODE),))


def test_answers_to_questions_that_are_no_longer_asked_are_not_sent() -> None:
    (act,) = decide(make_event("1"), at("review", q1="a", q9="x", q2="", suspect="1")).acts
    assert isinstance(act, SubmitResponse)
    assert act.answers == {"q1": "a"}


@pytest.mark.parametrize(
    ("event", "keys", "step"),
    [
        (make_event("2"), ("poll.item",), "q1"),
        (make_event("ยกเลิก"), ("consult.left", "welcome.again"), ""),
        (make_event("อะไร"), ("pick.unknown", "poll.review"), "review"),
        (make_event(choice="7.give_hear"), ("pick.stale", "poll.review"), "review"),
    ],
)
def test_what_else_is_done_at_the_review(event: Event, keys: tuple[str, ...], step: str) -> None:
    outcome = decide(event, AT_REVIEW)
    assert (outcome.keys, outcome.kept.step, outcome.acts) == (keys, step, ())


@pytest.mark.parametrize(
    ("session", "key"),
    [(at("q2"), "poll.item"), (AT_REVIEW, "poll.review"), (at("suspect", q4="ก"), "ask.suspect")],
)
def test_the_present_question_is_repeated(session: Session, key: str) -> None:
    note = Reply("welcome.help", NEUTRAL)
    ctx = make_context(make_event(), session)
    outcome = run_decision(reprompt_consultation(ctx, note), {FindConsultation: CONSULTATION})
    assert (outcome.keys, outcome.session) == (("welcome.help", key), session)
    closed = run_decision(reprompt_consultation(ctx, note), {FindConsultation: CLOSED})
    assert closed.keys[:2] == ("welcome.help", "consult.closed")


def test_being_in_a_consultation() -> None:
    assert is_in_consultation(make_context(make_event(), AT_REVIEW))
    assert not is_in_consultation(make_context(make_event(), begin_session()))
    assert is_at_consultation_link(AT_REVIEW, f"c-{CODE}")
    assert not is_at_consultation_link(AT_REVIEW, "c-OTHER0")


@pytest.mark.parametrize(
    ("listed", "keys"),
    [
        ((CONSULTATION,), ("opinion.which",)),
        ((CLOSED, CONSULTATION), ("opinion.which",)),
        ((CLOSED, COMING), ("welcome.consultations.none", "welcome.again")),
        ((), ("welcome.consultations.none", "welcome.again")),
    ],
)
def test_open_consultations_are_offered(listed: tuple[Consultation, ...], keys: tuple[str, ...]) -> None:
    ctx = make_context(make_event(), begin_session(at=MORNING))
    assert run_decision(offer_open_consultations(ctx), {ListConsultations: Listing(listed)}).keys == keys
