"""The life of a case: one table of what may follow what, and what each state is called in public."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class CaseStatus(StrEnum):
    """Where a case stands, inside the office."""

    RECEIVED = "received"
    SCREENING = "screening"
    INVESTIGATING = "investigating"
    CLOSED = "closed"
    NOT_ACCEPTED = "not_accepted"


class Transition(StrEnum):
    """What may be done to a case."""

    SCREEN = "screen"
    INVESTIGATE = "investigate"
    CLOSE = "close"
    NOT_ACCEPT = "not_accept"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


class CaseOutcome(StrEnum):
    """How a closed case ended."""

    SUBSTANTIATED = "substantiated"
    UNSUBSTANTIATED = "unsubstantiated"
    INSUFFICIENT = "insufficient"
    FORWARDED = "forwarded"
    WITHDRAWN = "withdrawn"


class NonAcceptanceReason(StrEnum):
    """Why a case was not accepted: the grounds that Thai agencies publish."""

    INSUFFICIENT_DETAIL = "insufficient_detail"
    IN_COURT = "in_court"
    CONCLUDED = "concluded"
    POLICY = "policy"
    ROYAL = "royal"
    OUTSIDE_MANDATE = "outside_mandate"


class PublicStatus(StrEnum):
    """The four states that a reporter and the public see."""

    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    NOT_ACCEPTED = "not_accepted"


TRANSITIONS: Mapping[tuple[CaseStatus, Transition], CaseStatus] = {
    (CaseStatus.RECEIVED, Transition.SCREEN): CaseStatus.SCREENING,
    (CaseStatus.SCREENING, Transition.INVESTIGATE): CaseStatus.INVESTIGATING,
    (CaseStatus.INVESTIGATING, Transition.CLOSE): CaseStatus.CLOSED,
    # A matter of another body is seen at screening; sending it on needs no investigation of ours.
    (CaseStatus.SCREENING, Transition.CLOSE): CaseStatus.CLOSED,
    (CaseStatus.SCREENING, Transition.NOT_ACCEPT): CaseStatus.NOT_ACCEPTED,
    # The reporter may withdraw at any time before the end.
    (CaseStatus.RECEIVED, Transition.WITHDRAW): CaseStatus.CLOSED,
    (CaseStatus.SCREENING, Transition.WITHDRAW): CaseStatus.CLOSED,
    (CaseStatus.INVESTIGATING, Transition.WITHDRAW): CaseStatus.CLOSED,
    # What was decided once is looked at again in full, ...
    (CaseStatus.CLOSED, Transition.REOPEN): CaseStatus.INVESTIGATING,
    # ... and what was never taken up is screened again.
    (CaseStatus.NOT_ACCEPTED, Transition.REOPEN): CaseStatus.SCREENING,
}

EARLY_OUTCOMES = frozenset({CaseOutcome.FORWARDED, CaseOutcome.INSUFFICIENT})
"""How a case may be closed from screening, before anyone investigated."""

PUBLIC_STATUSES: Mapping[CaseStatus, PublicStatus] = {
    CaseStatus.RECEIVED: PublicStatus.RECEIVED,
    CaseStatus.SCREENING: PublicStatus.IN_PROGRESS,
    CaseStatus.INVESTIGATING: PublicStatus.IN_PROGRESS,
    CaseStatus.CLOSED: PublicStatus.DONE,
    CaseStatus.NOT_ACCEPTED: PublicStatus.NOT_ACCEPTED,
}

ENDED_STATUSES = frozenset({CaseStatus.CLOSED, CaseStatus.NOT_ACCEPTED})


@dataclass(frozen=True, slots=True)
class TransitionRequest:
    """A move with what it needs: an outcome (and the body it goes to), or a coded reason for not accepting."""

    move: Transition
    outcome: CaseOutcome | None = None
    reason: NonAcceptanceReason | None = None
    body: str = ""


class TransitionNotAllowedError(Exception):
    """A step that the lifecycle does not allow. The asker's fault; trying again changes nothing."""

    def __init__(self, status: CaseStatus, step: TransitionRequest) -> None:
        self.status, self.step, self.allowed = status, step, list_allowed_transitions(status)
        super().__init__(
            f"{step.move} is not allowed in {status}; allowed: {', '.join(self.allowed) or 'nothing'}"
        )


def list_allowed_transitions(status: CaseStatus) -> tuple[Transition, ...]:
    """What may be done in a state."""
    return tuple(move for (at, move) in TRANSITIONS if at is status)


def get_next_status(status: CaseStatus, step: TransitionRequest) -> CaseStatus:
    """The state that a step leads to. Raises Forbidden, also when outcome, reason or body do not fit the move."""
    following = TRANSITIONS.get((status, step.move))
    if following is None or not _is_complete(status, step):
        raise TransitionNotAllowedError(status, step)
    return following


def _is_complete(status: CaseStatus, step: TransitionRequest) -> bool:
    if (step.outcome is CaseOutcome.FORWARDED) != bool(step.body):
        return False
    if (step.move is Transition.NOT_ACCEPT) != (step.reason is not None):
        return False
    if step.move is Transition.CLOSE:
        allowed = (
            frozenset(CaseOutcome) - {CaseOutcome.WITHDRAWN}
            if status is CaseStatus.INVESTIGATING
            else EARLY_OUTCOMES
        )
        return step.outcome in allowed
    return step.outcome is (CaseOutcome.WITHDRAWN if step.move is Transition.WITHDRAW else None)


def is_overdue(status: CaseStatus, answer_by: date, today: date) -> bool:
    """Whether a case should have been decided by now: a flag beside its state, never a state. Days are Bangkok's."""
    return status not in ENDED_STATUSES and today > answer_by


def classify_for_statistics(
    status: CaseStatus, outcome: CaseOutcome | None, *, forwarded_is_done: bool
) -> PublicStatus:
    """Done, in progress or not accepted, as the statistics count it (received is in progress too).

    Forwarded counts as done unless the office has set it to stay in progress; no official definition exists.
    """
    if status is CaseStatus.NOT_ACCEPTED:
        return PublicStatus.NOT_ACCEPTED
    if status is CaseStatus.CLOSED and (outcome is not CaseOutcome.FORWARDED or forwarded_is_done):
        return PublicStatus.DONE
    return PublicStatus.IN_PROGRESS
