"""The lifecycle: every transition tried, allowed and forbidden."""

import itertools
from datetime import date

import pytest

from handlers.complaints.lifecycle import (
    EARLY_OUTCOMES,
    ENDED_STATUSES,
    PUBLIC_STATUSES,
    TRANSITIONS,
    CaseOutcome,
    CaseStatus,
    NonAcceptanceReason,
    PublicStatus,
    Transition,
    TransitionNotAllowedError,
    TransitionRequest,
    classify_for_statistics,
    get_next_status,
    is_overdue,
    list_allowed_transitions,
)

CLOSINGS = {
    CaseOutcome.SUBSTANTIATED,
    CaseOutcome.UNSUBSTANTIATED,
    CaseOutcome.INSUFFICIENT,
    CaseOutcome.FORWARDED,
}
EVERY_STEP = [
    TransitionRequest(move, outcome, reason, body)
    for move, outcome, reason, body in itertools.product(
        Transition, (None, *CaseOutcome), (None, *NonAcceptanceReason), ("", "สำนักงาน ป.ป.ช.")
    )
]


def expected(status: CaseStatus, step: TransitionRequest) -> CaseStatus | None:
    """The lifecycle of the issue, written a second time and otherwise."""
    if bool(step.body) != (step.outcome is CaseOutcome.FORWARDED):
        return None
    plain = step.outcome is None and step.reason is None
    match status, step.move:
        case CaseStatus.RECEIVED, Transition.SCREEN if plain:
            return CaseStatus.SCREENING
        case CaseStatus.SCREENING, Transition.INVESTIGATE if plain:
            return CaseStatus.INVESTIGATING
        case CaseStatus.SCREENING, Transition.NOT_ACCEPT if step.reason and not step.outcome:
            return CaseStatus.NOT_ACCEPTED
        case CaseStatus.SCREENING, Transition.CLOSE if step.outcome in EARLY_OUTCOMES and not step.reason:
            return CaseStatus.CLOSED
        case CaseStatus.INVESTIGATING, Transition.CLOSE if step.outcome in CLOSINGS and not step.reason:
            return CaseStatus.CLOSED
        case ((CaseStatus.RECEIVED | CaseStatus.SCREENING | CaseStatus.INVESTIGATING), Transition.WITHDRAW):
            return CaseStatus.CLOSED if step.outcome is CaseOutcome.WITHDRAWN and not step.reason else None
        case CaseStatus.CLOSED, Transition.REOPEN if plain:
            return CaseStatus.INVESTIGATING
        case CaseStatus.NOT_ACCEPTED, Transition.REOPEN if plain:
            return CaseStatus.SCREENING
    return None


@pytest.mark.parametrize("status", list(CaseStatus))
def test_every_step_from_every_state(status: CaseStatus) -> None:
    for step in EVERY_STEP:
        wanted = expected(status, step)
        if wanted is None:
            with pytest.raises(TransitionNotAllowedError) as refused:
                get_next_status(status, step)
            assert refused.value.allowed == list_allowed_transitions(status)
        else:
            assert get_next_status(status, step) is wanted


def test_every_state_but_the_first_is_reached_and_can_be_left() -> None:
    assert {*TRANSITIONS.values(), CaseStatus.RECEIVED} == set(CaseStatus)
    assert all(list_allowed_transitions(status) for status in CaseStatus)


def test_every_state_has_a_public_word_and_a_count() -> None:
    assert set(PUBLIC_STATUSES) == set(CaseStatus)
    assert {
        s for s in CaseStatus if PUBLIC_STATUSES[s] in {PublicStatus.DONE, PublicStatus.NOT_ACCEPTED}
    } == ENDED_STATUSES
    for status, outcome in itertools.product(CaseStatus, (None, *CaseOutcome)):
        counted = classify_for_statistics(status, outcome, forwarded_is_done=True)
        assert counted is not PublicStatus.RECEIVED
        assert (counted is PublicStatus.NOT_ACCEPTED) == (status is CaseStatus.NOT_ACCEPTED)
        assert (counted is PublicStatus.DONE) == (status is CaseStatus.CLOSED)


def test_overdue_is_a_flag_of_open_cases_from_the_day_after() -> None:
    due = date(2026, 12, 7)
    for status in CaseStatus:
        assert not is_overdue(status, due, due)
        assert is_overdue(status, due, date(2026, 12, 8)) == (status not in ENDED_STATUSES)


def test_forwarded_counts_as_the_office_sets_it() -> None:
    assert (
        classify_for_statistics(CaseStatus.CLOSED, CaseOutcome.FORWARDED, forwarded_is_done=True)
        is PublicStatus.DONE
    )
    assert (
        classify_for_statistics(CaseStatus.CLOSED, CaseOutcome.FORWARDED, forwarded_is_done=False)
        is PublicStatus.IN_PROGRESS
    )
    assert (
        classify_for_statistics(CaseStatus.CLOSED, CaseOutcome.WITHDRAWN, forwarded_is_done=False)
        is PublicStatus.DONE
    )
