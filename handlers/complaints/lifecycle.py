"""The life of a case: one table of what may follow what, and what each state is called in public."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Status(StrEnum):
    """Where a case stands, inside the office."""

    RECEIVED = "received"
    SCREENING = "screening"
    INVESTIGATING = "investigating"
    CLOSED = "closed"
    NOT_ACCEPTED = "not_accepted"


class Move(StrEnum):
    """What may be done to a case."""

    SCREEN = "screen"
    INVESTIGATE = "investigate"
    CLOSE = "close"
    NOT_ACCEPT = "not_accept"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


class Outcome(StrEnum):
    """How a closed case ended."""

    SUBSTANTIATED = "substantiated"
    UNSUBSTANTIATED = "unsubstantiated"
    INSUFFICIENT = "insufficient"
    FORWARDED = "forwarded"
    WITHDRAWN = "withdrawn"


class Reason(StrEnum):
    """Why a case was not accepted: the grounds that Thai agencies publish."""

    INSUFFICIENT_DETAIL = "insufficient_detail"
    IN_COURT = "in_court"
    CONCLUDED = "concluded"
    POLICY = "policy"
    ROYAL = "royal"
    OUTSIDE_MANDATE = "outside_mandate"


class Public(StrEnum):
    """The four states that a reporter and the public see."""

    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    NOT_ACCEPTED = "not_accepted"


NEXT: Mapping[tuple[Status, Move], Status] = {
    (Status.RECEIVED, Move.SCREEN): Status.SCREENING,
    (Status.SCREENING, Move.INVESTIGATE): Status.INVESTIGATING,
    (Status.INVESTIGATING, Move.CLOSE): Status.CLOSED,
    # A matter of another body is seen at screening; sending it on needs no investigation of ours.
    (Status.SCREENING, Move.CLOSE): Status.CLOSED,
    (Status.SCREENING, Move.NOT_ACCEPT): Status.NOT_ACCEPTED,
    # The reporter may withdraw at any time before the end.
    (Status.RECEIVED, Move.WITHDRAW): Status.CLOSED,
    (Status.SCREENING, Move.WITHDRAW): Status.CLOSED,
    (Status.INVESTIGATING, Move.WITHDRAW): Status.CLOSED,
    # What was decided once is looked at again in full, ...
    (Status.CLOSED, Move.REOPEN): Status.INVESTIGATING,
    # ... and what was never taken up is screened again.
    (Status.NOT_ACCEPTED, Move.REOPEN): Status.SCREENING,
}

EARLY_OUTCOMES = frozenset({Outcome.FORWARDED, Outcome.INSUFFICIENT})
"""How a case may be closed from screening, before anyone investigated."""

PUBLIC: Mapping[Status, Public] = {
    Status.RECEIVED: Public.RECEIVED,
    Status.SCREENING: Public.IN_PROGRESS,
    Status.INVESTIGATING: Public.IN_PROGRESS,
    Status.CLOSED: Public.DONE,
    Status.NOT_ACCEPTED: Public.NOT_ACCEPTED,
}

ENDED = frozenset({Status.CLOSED, Status.NOT_ACCEPTED})


@dataclass(frozen=True, slots=True)
class Step:
    """A move with what it needs: an outcome (and the body it goes to), or a coded reason for not accepting."""

    move: Move
    outcome: Outcome | None = None
    reason: Reason | None = None
    body: str = ""


class Forbidden(Exception):  # noqa: N818 - it is the answer, not an accident
    """A step that the lifecycle does not allow. The asker's fault; trying again changes nothing."""

    def __init__(self, status: Status, step: Step) -> None:
        self.status, self.step, self.legal = status, step, moves(status)
        super().__init__(
            f"{step.move} is not allowed in {status}; allowed: {', '.join(self.legal) or 'nothing'}"
        )


def moves(status: Status) -> tuple[Move, ...]:
    """What may be done in a state."""
    return tuple(move for (at, move) in NEXT if at is status)


def after(status: Status, step: Step) -> Status:
    """The state that a step leads to. Raises Forbidden, also when outcome, reason or body do not fit the move."""
    following = NEXT.get((status, step.move))
    if following is None or not _is_complete(status, step):
        raise Forbidden(status, step)
    return following


def _is_complete(status: Status, step: Step) -> bool:
    if (step.outcome is Outcome.FORWARDED) != bool(step.body):
        return False
    if (step.move is Move.NOT_ACCEPT) != (step.reason is not None):
        return False
    if step.move is Move.CLOSE:
        allowed = (
            frozenset(Outcome) - {Outcome.WITHDRAWN} if status is Status.INVESTIGATING else EARLY_OUTCOMES
        )
        return step.outcome in allowed
    return step.outcome is (Outcome.WITHDRAWN if step.move is Move.WITHDRAW else None)


def is_overdue(status: Status, answer_by: date, today: date) -> bool:
    """Whether a case should have been decided by now: a flag beside its state, never a state. Days are Bangkok's."""
    return status not in ENDED and today > answer_by


def counted_as(status: Status, outcome: Outcome | None, *, forwarded_is_done: bool) -> Public:
    """Done, in progress or not accepted, as the statistics count it (received is in progress too).

    Forwarded counts as done unless the office has set it to stay in progress; no official definition exists.
    """
    if status is Status.NOT_ACCEPTED:
        return Public.NOT_ACCEPTED
    if status is Status.CLOSED and (outcome is not Outcome.FORWARDED or forwarded_is_done):
        return Public.DONE
    return Public.IN_PROGRESS
