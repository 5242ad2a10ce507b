"""The lifecycle of a case: rules for each status, transition and outcome, from which all else derives.

That is: which statuses are open (also in SQL), which transitions are allowed and by which command, and how each status
is shown in public and counted in statistics. An enum member without rules is a type error and fails the import.
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
    """Status of a case, as the office sees it."""

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
    SCREEN = "screen"
    INVESTIGATE = "investigate"
    CLOSE = "close"
    NOT_ACCEPT = "not_accept"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


class CaseOutcome(StrEnum):
    SUBSTANTIATED = "substantiated"
    UNSUBSTANTIATED = "unsubstantiated"
    INSUFFICIENT = "insufficient"
    FORWARDED = "forwarded"
    WITHDRAWN = "withdrawn"


class NonAcceptanceReason(StrEnum):
    """Why a case was not accepted: the grounds published by Thai agencies."""

    INSUFFICIENT_DETAIL = "insufficient_detail"
    IN_COURT = "in_court"
    CONCLUDED = "concluded"
    POLICY = "policy"
    ROYAL = "royal"
    OUTSIDE_MANDATE = "outside_mandate"


class PublicStatus(StrEnum):
    """The four statuses that reporters and the public see."""

    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    NOT_ACCEPTED = "not_accepted"


class CountedAs(StrEnum):
    """How the statistics count a status: open, not accepted, or by the outcome with which the case was closed."""

    OPEN = "open"
    NOT_ACCEPTED = "not_accepted"
    BY_OUTCOME = "by_outcome"


@dataclass(frozen=True, slots=True)
class StatusRules:
    """All rules of a status; other code derives what it needs from them.

    is_open: the office still has to act; closing_outcomes: the outcomes with which an officer may close a case in this
    status. likely_next: what officers most likely do next, the likeliest first, beside reading it.
    """

    is_open: bool
    public_status: PublicStatus
    counted_as: CountedAs
    transitions: Mapping[Transition, CaseStatus]
    likely_next: tuple[CommandName, ...]
    closing_outcomes: frozenset[CaseOutcome] = frozenset()


@dataclass(frozen=True, slots=True)
class TransitionRules:
    """commands: the officers' commands for the transition; none where only the reporter can request it."""

    commands: tuple[CommandName, ...]


@dataclass(frozen=True, slots=True)
class OutcomeRules:
    """is_forwarding: the transition names the body the case goes to, and the office sets how it is counted.

    typed_words: what officers type for the outcome in a command, the first of them on its button; none where it has its
    own command or only the reporter can cause it.
    """

    is_forwarding: bool
    typed_words: tuple[str, ...]


EARLY_OUTCOMES = frozenset({CaseOutcome.FORWARDED, CaseOutcome.INSUFFICIENT})
"""The outcomes with which a case may be closed from screening, without an investigation."""


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


_RECEIVED = StatusRules(
    is_open=True,
    public_status=PublicStatus.RECEIVED,
    counted_as=CountedAs.OPEN,
    transitions={
        Transition.SCREEN: CaseStatus.SCREENING,
        # The reporter may withdraw at any time before the end.
        Transition.WITHDRAW: CaseStatus.CLOSED,
    },
    likely_next=(CommandName.SCREEN, CommandName.ASK, CommandName.REPLY),
)

_SCREENING = StatusRules(
    is_open=True,
    public_status=PublicStatus.IN_PROGRESS,
    counted_as=CountedAs.OPEN,
    transitions={
        Transition.INVESTIGATE: CaseStatus.INVESTIGATING,
        # Screening finds a matter of another body; forwarding it needs no investigation by this office.
        Transition.CLOSE: CaseStatus.CLOSED,
        Transition.NOT_ACCEPT: CaseStatus.NOT_ACCEPTED,
        Transition.WITHDRAW: CaseStatus.CLOSED,
    },
    likely_next=(CommandName.INVESTIGATE, CommandName.ASK, CommandName.NOT_ACCEPT),
    closing_outcomes=EARLY_OUTCOMES,
)

_INVESTIGATING = StatusRules(
    is_open=True,
    public_status=PublicStatus.IN_PROGRESS,
    counted_as=CountedAs.OPEN,
    transitions={
        Transition.CLOSE: CaseStatus.CLOSED,
        Transition.WITHDRAW: CaseStatus.CLOSED,
    },
    likely_next=(CommandName.ASK, CommandName.CLOSE, CommandName.NOTE),
    closing_outcomes=frozenset(CaseOutcome) - {CaseOutcome.WITHDRAWN},
)

_CLOSED = StatusRules(
    is_open=False,
    public_status=PublicStatus.DONE,
    counted_as=CountedAs.BY_OUTCOME,
    # A decided case is investigated again when reopened, ...
    transitions={Transition.REOPEN: CaseStatus.INVESTIGATING},
    likely_next=(CommandName.REOPEN, CommandName.REPLY, CommandName.NOTE),
)

_NOT_ACCEPTED = StatusRules(
    is_open=False,
    public_status=PublicStatus.NOT_ACCEPTED,
    counted_as=CountedAs.NOT_ACCEPTED,
    # ... and one that was not accepted is screened again.
    transitions={Transition.REOPEN: CaseStatus.SCREENING},
    likely_next=(CommandName.REOPEN, CommandName.REPLY, CommandName.NOTE),
)


def get_status_rules(status: CaseStatus) -> StatusRules:
    """Return the rules of a status. A new status without rules is a type error and fails the import."""
    match status:
        case CaseStatus.RECEIVED:
            return _RECEIVED
        case CaseStatus.SCREENING:
            return _SCREENING
        case CaseStatus.INVESTIGATING:
            return _INVESTIGATING
        case CaseStatus.CLOSED:
            return _CLOSED
        case CaseStatus.NOT_ACCEPTED:
            return _NOT_ACCEPTED
        case _:
            assert_never(status)


def get_transition_rules(move: Transition) -> TransitionRules:
    """Return the rules of a transition."""
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
    """Return the rules of an outcome."""
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
"""The transition of each officers' command."""
ENDED_STATUSES = frozenset(status for status, rules in STATUS_RULES.items() if not rules.is_open)


@dataclass(frozen=True, slots=True)
class TransitionRequest:
    """A transition with its parameters: an outcome (and the body for forwarding), or a reason for non-acceptance."""

    move: Transition
    outcome: CaseOutcome | None = None
    reason: NonAcceptanceReason | None = None
    body: str = ""


class TransitionNotAllowedError(DecisionError):
    """The lifecycle does not allow the transition. A mistake of the caller; retrying does not help."""

    def __init__(self, status: CaseStatus, step: TransitionRequest) -> None:
        self.status, self.step, self.allowed = status, step, list_allowed_transitions(status)
        super().__init__(
            f"{step.move} is not allowed in {status}; allowed: {', '.join(self.allowed) or 'nothing'}"
        )


def list_allowed_transitions(status: CaseStatus) -> tuple[Transition, ...]:
    """List the transitions allowed from a status."""
    return tuple(STATUS_RULES[status].transitions)


def list_transition_commands(status: CaseStatus) -> list[CommandName]:
    """List the officers' commands for the transitions allowed from a status."""
    return [
        command for move in STATUS_RULES[status].transitions for command in TRANSITION_RULES[move].commands
    ]


def get_next_status(status: CaseStatus, step: TransitionRequest) -> CaseStatus:
    """Return the status that a transition leads to.

    Raises TransitionNotAllowedError, also when outcome, reason or body do not fit the transition.
    """
    rules = STATUS_RULES[status]
    following = rules.transitions.get(step.move)
    if following is None or not _is_complete(rules, step):
        raise TransitionNotAllowedError(status, step)
    return following


def list_steps_of_matter(
    status: CaseStatus, step: TransitionRequest
) -> tuple[tuple[TransitionRequest, CaseStatus], ...]:
    """Return the transitions by which a decision on one report of a matter is made of another, and where each leads.

    One that is behind is brought along, state by state; none where the decision does not fit, as for one further on.
    """
    steps: tuple[tuple[TransitionRequest, CaseStatus], ...] = ()
    for before in (None, Transition.SCREEN, Transition.INVESTIGATE):
        try:
            if before is not None:
                status = get_next_status(status, TransitionRequest(before))
                steps = (*steps, (TransitionRequest(before), status))
            return (*steps, (step, get_next_status(status, step)))
        except TransitionNotAllowedError:
            continue
    return ()


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
    """Whether an open case is past its day to answer. A flag beside the status, never a status. Days are in Bangkok."""
    return STATUS_RULES[status].is_open and today > answer_by
