"""The lifecycle: every transition tried, allowed and forbidden."""

import itertools
from datetime import date

import pytest

from handlers.complaints.lifecycle import (
    EARLY_OUTCOMES,
    ENDED,
    NEXT,
    PUBLIC,
    Forbidden,
    Move,
    Outcome,
    Public,
    Reason,
    Status,
    Step,
    after,
    counted_as,
    is_overdue,
    moves,
)

CLOSINGS = {Outcome.SUBSTANTIATED, Outcome.UNSUBSTANTIATED, Outcome.INSUFFICIENT, Outcome.FORWARDED}
EVERY_STEP = [
    Step(move, outcome, reason, body)
    for move, outcome, reason, body in itertools.product(
        Move, (None, *Outcome), (None, *Reason), ("", "สำนักงาน ป.ป.ช.")
    )
]


def expected(status: Status, step: Step) -> Status | None:
    """The lifecycle of the issue, written a second time and otherwise."""
    if bool(step.body) != (step.outcome is Outcome.FORWARDED):
        return None
    plain = step.outcome is None and step.reason is None
    match status, step.move:
        case Status.RECEIVED, Move.SCREEN if plain:
            return Status.SCREENING
        case Status.SCREENING, Move.INVESTIGATE if plain:
            return Status.INVESTIGATING
        case Status.SCREENING, Move.NOT_ACCEPT if step.reason and not step.outcome:
            return Status.NOT_ACCEPTED
        case Status.SCREENING, Move.CLOSE if step.outcome in EARLY_OUTCOMES and not step.reason:
            return Status.CLOSED
        case Status.INVESTIGATING, Move.CLOSE if step.outcome in CLOSINGS and not step.reason:
            return Status.CLOSED
        case ((Status.RECEIVED | Status.SCREENING | Status.INVESTIGATING), Move.WITHDRAW):
            return Status.CLOSED if step.outcome is Outcome.WITHDRAWN and not step.reason else None
        case Status.CLOSED, Move.REOPEN if plain:
            return Status.INVESTIGATING
        case Status.NOT_ACCEPTED, Move.REOPEN if plain:
            return Status.SCREENING
    return None


@pytest.mark.parametrize("status", list(Status))
def test_every_step_from_every_state(status: Status) -> None:
    for step in EVERY_STEP:
        wanted = expected(status, step)
        if wanted is None:
            with pytest.raises(Forbidden) as refused:
                after(status, step)
            assert refused.value.legal == moves(status)
        else:
            assert after(status, step) is wanted


def test_every_state_but_the_first_is_reached_and_can_be_left() -> None:
    assert {*NEXT.values(), Status.RECEIVED} == set(Status)
    assert all(moves(status) for status in Status)


def test_every_state_has_a_public_word_and_a_count() -> None:
    assert set(PUBLIC) == set(Status)
    assert {s for s in Status if PUBLIC[s] in {Public.DONE, Public.NOT_ACCEPTED}} == ENDED
    for status, outcome in itertools.product(Status, (None, *Outcome)):
        counted = counted_as(status, outcome, forwarded_is_done=True)
        assert counted is not Public.RECEIVED
        assert (counted is Public.NOT_ACCEPTED) == (status is Status.NOT_ACCEPTED)
        assert (counted is Public.DONE) == (status is Status.CLOSED)


def test_overdue_is_a_flag_of_open_cases_from_the_day_after() -> None:
    due = date(2026, 12, 7)
    for status in Status:
        assert not is_overdue(status, due, due)
        assert is_overdue(status, due, date(2026, 12, 8)) == (status not in ENDED)


def test_forwarded_counts_as_the_office_sets_it() -> None:
    assert counted_as(Status.CLOSED, Outcome.FORWARDED, forwarded_is_done=True) is Public.DONE
    assert counted_as(Status.CLOSED, Outcome.FORWARDED, forwarded_is_done=False) is Public.IN_PROGRESS
    assert counted_as(Status.CLOSED, Outcome.WITHDRAWN, forwarded_is_done=False) is Public.DONE
