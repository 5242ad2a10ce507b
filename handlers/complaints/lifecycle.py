"""The life of a case: a row for each state, step and outcome, from which everything else about them derives.

What is open (also in SQL), what may follow what and by which command, what each state is called in public and how it
is counted. A member of an enum without its row is an error of types, and stops the import.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import assert_never

from handlers.dialog.events import Channel
from handlers.errors import DecisionError
from handlers.staff.permissions import CommandName


class CaseStatus(StrEnum):
    """Where a case stands, inside the office."""

    RECEIVED = "received"
    SCREENING = "screening"
    INVESTIGATING = "investigating"
    CLOSED = "closed"
    NOT_ACCEPTED = "not_accepted"


class CaseSource(StrEnum):
    """How a case came to the office: by a channel of this program, or otherwise and an officer entered it."""

    WEB = "web"
    LINE = "line"
    TELEGRAM = "telegram"
    TERMINAL = "terminal"
    LETTER = "letter"
    WALK_IN = "walk_in"
    CALL = "call"
    DELEGATED = "delegated"


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


class CountedAs(StrEnum):
    """How the statistics count a state: in hand, not accepted, or by the outcome with which the case was closed."""

    OPEN = "open"
    NOT_ACCEPTED = "not_accepted"
    BY_OUTCOME = "by_outcome"


@dataclass(frozen=True, slots=True)
class StatusRules:
    """All that a state means. Whatever else needs to know it derives from here.

    is_open: there is still something to do; closing_outcomes: how an officer may close a case that stands here.
    """

    is_open: bool
    public_status: PublicStatus
    counted_as: CountedAs
    transitions: Mapping[Transition, CaseStatus]
    closing_outcomes: frozenset[CaseOutcome] = frozenset()


@dataclass(frozen=True, slots=True)
class TransitionRules:
    """commands: those of officers that take the step; none where only the reporter takes it."""

    commands: tuple[CommandName, ...]


@dataclass(frozen=True, slots=True)
class OutcomeRules:
    """is_forwarding: names the body that the case goes to, and is counted as the office has set it.

    typed_words: what officers type for it in a command, the first of them on its button; none where it has a command
    of its own or is the reporter's.
    """

    is_forwarding: bool
    typed_words: tuple[str, ...]


EARLY_OUTCOMES = frozenset({CaseOutcome.FORWARDED, CaseOutcome.INSUFFICIENT})
"""How a case may be closed from screening, before anyone investigated."""


def get_channel_source(channel: Channel) -> CaseSource:
    """Return the source of a case that was filed in a channel."""
    match channel:
        case Channel.WEB:
            return CaseSource.WEB
        case Channel.LINE:
            return CaseSource.LINE
        case Channel.TELEGRAM:
            return CaseSource.TELEGRAM
        case Channel.TERMINAL:
            return CaseSource.TERMINAL
        case _:
            assert_never(channel)


INTAKE_SOURCES = tuple(
    source for source in CaseSource if source not in {get_channel_source(channel) for channel in Channel}
)
"""How a case comes to the office otherwise: officers choose one of these."""


def get_status_rules(status: CaseStatus) -> StatusRules:
    """The row of a state: a new state without one is an error of types, and of the import."""
    match status:
        case CaseStatus.RECEIVED:
            return StatusRules(
                is_open=True,
                public_status=PublicStatus.RECEIVED,
                counted_as=CountedAs.OPEN,
                transitions={
                    Transition.SCREEN: CaseStatus.SCREENING,
                    # The reporter may withdraw at any time before the end.
                    Transition.WITHDRAW: CaseStatus.CLOSED,
                },
            )
        case CaseStatus.SCREENING:
            return StatusRules(
                is_open=True,
                public_status=PublicStatus.IN_PROGRESS,
                counted_as=CountedAs.OPEN,
                transitions={
                    Transition.INVESTIGATE: CaseStatus.INVESTIGATING,
                    # A matter of another body is seen at screening; sending it on needs no investigation of ours.
                    Transition.CLOSE: CaseStatus.CLOSED,
                    Transition.NOT_ACCEPT: CaseStatus.NOT_ACCEPTED,
                    Transition.WITHDRAW: CaseStatus.CLOSED,
                },
                closing_outcomes=EARLY_OUTCOMES,
            )
        case CaseStatus.INVESTIGATING:
            return StatusRules(
                is_open=True,
                public_status=PublicStatus.IN_PROGRESS,
                counted_as=CountedAs.OPEN,
                transitions={
                    Transition.CLOSE: CaseStatus.CLOSED,
                    Transition.WITHDRAW: CaseStatus.CLOSED,
                },
                closing_outcomes=frozenset(CaseOutcome) - {CaseOutcome.WITHDRAWN},
            )
        case CaseStatus.CLOSED:
            return StatusRules(
                is_open=False,
                public_status=PublicStatus.DONE,
                counted_as=CountedAs.BY_OUTCOME,
                # What was decided once is looked at again in full, ...
                transitions={Transition.REOPEN: CaseStatus.INVESTIGATING},
            )
        case CaseStatus.NOT_ACCEPTED:
            return StatusRules(
                is_open=False,
                public_status=PublicStatus.NOT_ACCEPTED,
                counted_as=CountedAs.NOT_ACCEPTED,
                # ... and what was never taken up is screened again.
                transitions={Transition.REOPEN: CaseStatus.SCREENING},
            )
        case _:
            assert_never(status)


def get_transition_rules(move: Transition) -> TransitionRules:
    """The row of a step."""
    match move:
        case Transition.SCREEN:
            return TransitionRules(commands=(CommandName.SCREEN,))
        case Transition.INVESTIGATE:
            return TransitionRules(commands=(CommandName.INVESTIGATE,))
        case Transition.CLOSE:
            return TransitionRules(commands=(CommandName.CLOSE, CommandName.FORWARD))
        case Transition.NOT_ACCEPT:
            return TransitionRules(commands=(CommandName.NOT_ACCEPT,))
        case Transition.WITHDRAW:
            return TransitionRules(commands=())
        case Transition.REOPEN:
            return TransitionRules(commands=(CommandName.REOPEN,))
        case _:
            assert_never(move)


def get_outcome_rules(outcome: CaseOutcome) -> OutcomeRules:
    """The row of an outcome."""
    match outcome:
        case CaseOutcome.SUBSTANTIATED:
            return OutcomeRules(is_forwarding=False, typed_words=("substantiated", "มีมูล", "พบมูล"))
        case CaseOutcome.UNSUBSTANTIATED:
            return OutcomeRules(is_forwarding=False, typed_words=("unsubstantiated", "ไม่มีมูล"))
        case CaseOutcome.INSUFFICIENT:
            return OutcomeRules(
                is_forwarding=False, typed_words=("insufficient", "หลักฐานไม่พอ", "พยานหลักฐานไม่พอ")
            )
        case CaseOutcome.FORWARDED:
            return OutcomeRules(is_forwarding=True, typed_words=())
        case CaseOutcome.WITHDRAWN:
            return OutcomeRules(is_forwarding=False, typed_words=())
        case _:
            assert_never(outcome)


STATUS_RULES: Mapping[CaseStatus, StatusRules] = {status: get_status_rules(status) for status in CaseStatus}
TRANSITION_RULES: Mapping[Transition, TransitionRules] = {
    move: get_transition_rules(move) for move in Transition
}
OUTCOME_RULES: Mapping[CaseOutcome, OutcomeRules] = {
    outcome: get_outcome_rules(outcome) for outcome in CaseOutcome
}
TRANSITIONS_BY_COMMAND: Mapping[CommandName, Transition] = {
    command: move for move, rules in TRANSITION_RULES.items() for command in rules.commands
}
"""The step that a command of officers takes."""
ENDED_STATUSES = frozenset(status for status, rules in STATUS_RULES.items() if not rules.is_open)


@dataclass(frozen=True, slots=True)
class TransitionRequest:
    """A move with what it needs: an outcome (and the body it goes to), or a coded reason for not accepting."""

    move: Transition
    outcome: CaseOutcome | None = None
    reason: NonAcceptanceReason | None = None
    body: str = ""


class TransitionNotAllowedError(DecisionError):
    """A step that the lifecycle does not allow. The asker's fault; trying again changes nothing."""

    def __init__(self, status: CaseStatus, step: TransitionRequest) -> None:
        self.status, self.step, self.allowed = status, step, list_allowed_transitions(status)
        super().__init__(
            f"{step.move} is not allowed in {status}; allowed: {', '.join(self.allowed) or 'nothing'}"
        )


def list_allowed_transitions(status: CaseStatus) -> tuple[Transition, ...]:
    """What may be done in a state."""
    return tuple(STATUS_RULES[status].transitions)


def list_transition_commands(status: CaseStatus) -> list[CommandName]:
    """The commands of officers that take a step from a state."""
    return [
        command for move in STATUS_RULES[status].transitions for command in TRANSITION_RULES[move].commands
    ]


def get_next_status(status: CaseStatus, step: TransitionRequest) -> CaseStatus:
    """The state that a step leads to.

    Raises TransitionNotAllowedError, also when outcome, reason or body do not fit the move.
    """
    rules = STATUS_RULES[status]
    following = rules.transitions.get(step.move)
    if following is None or not _is_complete(rules, step):
        raise TransitionNotAllowedError(status, step)
    return following


def _is_complete(rules: StatusRules, step: TransitionRequest) -> bool:
    is_forwarding = step.outcome is not None and OUTCOME_RULES[step.outcome].is_forwarding
    if is_forwarding != bool(step.body) or (step.move is Transition.NOT_ACCEPT) != (step.reason is not None):
        return False
    match step.move:
        case Transition.CLOSE:
            return step.outcome in rules.closing_outcomes
        case Transition.WITHDRAW:
            return step.outcome is CaseOutcome.WITHDRAWN
        case Transition.SCREEN | Transition.INVESTIGATE | Transition.NOT_ACCEPT | Transition.REOPEN:
            return step.outcome is None
        case _:
            assert_never(step.move)


def is_overdue(status: CaseStatus, answer_by: date, today: date) -> bool:
    """Whether a case should have been decided by now: a flag beside its state, never a state. Days are Bangkok's."""
    return STATUS_RULES[status].is_open and today > answer_by
