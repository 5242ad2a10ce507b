"""How a case was handled is asked at most once an end, of who comes back, and nothing of it is kept with the case."""

from dataclasses import replace
from datetime import date

import pytest

from handlers.complaints.lifecycle import CaseOutcome, CaseStatus
from handlers.complaints.messages import (
    CaseOpening,
    FindCase,
    ListExclusions,
    RecordCaseOpening,
    ReporterCase,
)
from handlers.complaints.ratings.ask import may_be_asked
from handlers.complaints.ratings.count import count_rating
from handlers.complaints.ratings.messages import RecordSatisfaction, Satisfaction
from handlers.complaints.track import look_up_case
from handlers.dialog.attempts import Attempts, GetAttempts
from handlers.dialog.events import Channel
from handlers.staff.members import ListStaff
from tests.handlers.complaints.followed_case import CASE, CLOSED, CLOSED_ENTRY, RECEIPT, TODAY, at, decide
from tests.run_decision import Outcome, begin_session, make_context, make_event, pick, run_decision

ENDED = CLOSED_ENTRY.on


def opened(day: date) -> CaseOpening:
    return CaseOpening(day, Channel.WEB)


@pytest.mark.parametrize(
    ("case", "asked"),
    [
        (CASE, False),
        (CLOSED, True),
        (replace(CLOSED, last_opening=opened(date(2026, 11, 20))), True),
        (replace(CLOSED, last_opening=opened(ENDED)), False),  # perhaps after it ended: never twice
        (replace(CLOSED, last_opening=opened(TODAY)), False),
        (replace(CLOSED, status=CaseStatus.NOT_ACCEPTED, outcome=None), True),
        (replace(CLOSED, outcome=CaseOutcome.WITHDRAWN), False),
    ],
)
def test_who_comes_back_first_after_the_end_is_asked(case: ReporterCase, *, asked: bool) -> None:
    assert may_be_asked(case) is asked


def open_case(case: ReporterCase) -> Outcome:
    """Type the code of a case."""
    ctx = make_context(make_event(RECEIPT.formatted), begin_session())
    answers = {FindCase: case, ListStaff: (), ListExclusions: (), GetAttempts: Attempts()}
    return run_decision(look_up_case(ctx, RECEIPT.formatted), answers)


def list_choices(outcome: Outcome) -> list[str]:
    return [choice.key for choice in outcome.replies[-1].choices]


def test_the_action_is_offered_and_nothing_is_written_but_the_opening() -> None:
    first = open_case(CLOSED)
    assert "choice.rating" in list_choices(first)
    assert [type(act) for act in first.acts] == [RecordCaseOpening]
    again = open_case(replace(CLOSED, last_opening=opened(TODAY)))
    assert "choice.rating" not in list_choices(again)


@pytest.mark.parametrize("answer", list(Satisfaction))
def test_an_answer_is_one_number_that_names_no_case(answer: Satisfaction) -> None:
    before = at("case", may_rate=True)
    asked = decide(pick(before, "rating"), before, CLOSED)
    assert list_choices(asked) == [*(f"choice.{one}" for one in Satisfaction), "choice.stay"]
    assert asked.session is not None
    counted = decide(pick(asked.session, answer), asked.session, CLOSED)
    assert counted.acts == (RecordSatisfaction(answer, TODAY),)
    assert counted.keys == ("track.rated", "track.case")
    assert "choice.rating" not in list_choices(counted)


def test_it_may_be_left_unanswered_and_a_text_there_is_a_message() -> None:
    asking = at("rating", may_rate=True)
    assert decide(pick(asking, "stay"), asking, CLOSED).acts == ()
    held = decide(make_event("ขอบคุณที่ช่วยดูเรื่องนี้ให้ค่ะ"), asking, CLOSED)
    assert (held.keys[-1], held.acts) == ("track.offer", ())


def test_an_answer_that_comes_again_or_after_the_case_was_reopened_counts_nothing() -> None:
    for session, case in (
        (at("rating", may_rate=False), CLOSED),
        (at("rating", may_rate=True), replace(CASE, status=CaseStatus.INVESTIGATING)),
    ):
        ctx = make_context(make_event("พอใจ"), session)
        assert count_rating(ctx, case, "satisfied").acts == ()
