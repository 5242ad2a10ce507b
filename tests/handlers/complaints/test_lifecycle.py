"""The lifecycle: every transition tried, allowed and forbidden."""

import itertools
from datetime import date

import pytest

from handlers.complaints.lifecycle import (
    EARLY_OUTCOMES,
    ENDED_STATUSES,
    STATUS_RULES,
    CaseOutcome,
    CaseStatus,
    CountedAs,
    NonAcceptanceReason,
    PublicStatus,
    Transition,
    TransitionNotAllowedError,
    TransitionRequest,
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
    """The lifecycle as specified, written a second time in another form."""
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
    reached = {following for rules in STATUS_RULES.values() for following in rules.transitions.values()}
    assert reached | {CaseStatus.RECEIVED} == set(CaseStatus)
    assert all(list_allowed_transitions(status) for status in CaseStatus)


def test_what_is_open_is_in_hand_for_the_public_and_the_statistics() -> None:
    for status, rules in STATUS_RULES.items():
        assert rules.is_open == (status not in ENDED_STATUSES) == (rules.counted_as is CountedAs.OPEN)
        assert rules.is_open == (rules.public_status in {PublicStatus.RECEIVED, PublicStatus.IN_PROGRESS})
        assert (rules.counted_as is CountedAs.NOT_ACCEPTED) == (
            rules.public_status is PublicStatus.NOT_ACCEPTED
        )
        assert bool(rules.closing_outcomes) == (Transition.CLOSE in rules.transitions)
    assert {STATUS_RULES[status].public_status for status in CaseStatus} == set(PublicStatus)


def test_overdue_is_a_flag_of_open_cases_from_the_day_after() -> None:
    due = date(2026, 12, 7)
    for status in CaseStatus:
        assert not is_overdue(status, due, due)
        assert is_overdue(status, due, date(2026, 12, 8)) == (status not in ENDED_STATUSES)
