"""What is decided of one report of a matter is made of another in its own state."""

from datetime import date

import pytest

from handlers.complaints.lifecycle import (
    CaseOutcome,
    CaseStatus,
    NonAcceptanceReason,
    Transition,
    TransitionRequest,
    get_next_status,
    list_steps_of_matter,
)
from handlers.staff.complaints.matters.decide import list_transitions_of_report
from handlers.staff.complaints.matters.reports import MatterReport

DAY = date(2026, 11, 30)
SCREEN, INVESTIGATE = TransitionRequest(Transition.SCREEN), TransitionRequest(Transition.INVESTIGATE)
FOUNDED = TransitionRequest(Transition.CLOSE, CaseOutcome.SUBSTANTIATED)
EARLY = TransitionRequest(Transition.CLOSE, CaseOutcome.INSUFFICIENT)
REFUSED = TransitionRequest(Transition.NOT_ACCEPT, reason=NonAcceptanceReason.POLICY)


@pytest.mark.parametrize(
    ("status", "decided", "steps"),
    [
        (CaseStatus.RECEIVED, SCREEN, (SCREEN,)),
        (CaseStatus.RECEIVED, INVESTIGATE, (SCREEN, INVESTIGATE)),
        (CaseStatus.RECEIVED, FOUNDED, (SCREEN, INVESTIGATE, FOUNDED)),
        (CaseStatus.RECEIVED, EARLY, (SCREEN, EARLY)),
        (CaseStatus.RECEIVED, REFUSED, (SCREEN, REFUSED)),
        (CaseStatus.INVESTIGATING, REFUSED, ()),
        (CaseStatus.INVESTIGATING, INVESTIGATE, ()),
        (CaseStatus.CLOSED, FOUNDED, ()),
    ],
)
def test_one_that_is_behind_is_brought_along(
    status: CaseStatus, decided: TransitionRequest, steps: tuple[TransitionRequest, ...]
) -> None:
    acts = list_transitions_of_report(MatterReport("c2", 2, 2570, 7, status, DAY), decided, "s1", DAY)
    assert tuple(act.step for act in acts) == steps
    assert [act.seq for act in acts] == list(range(8, 8 + len(steps)))


@pytest.mark.parametrize("status", CaseStatus)
def test_each_step_is_one_that_the_lifecycle_allows(status: CaseStatus) -> None:
    for decided in (SCREEN, INVESTIGATE, FOUNDED, EARLY, REFUSED):
        present = status
        for step, following in list_steps_of_matter(status, decided):
            assert get_next_status(present, step) is following
            present = following
