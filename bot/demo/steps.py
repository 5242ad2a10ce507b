"""What happens in the demo, and when: steps that are planned before the first of them is written."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import TypeAlias

from bot.desk_names import DeskName
from handlers.complaints.lifecycle import TransitionRequest
from handlers.complaints.messages import ActorKind, HistoryEntryKind
from handlers.consultations.messages import Theme
from handlers.dialog.effects import Act
from handlers.dialog.receipt import Receipt
from handlers.feedback.messages import SubmitFeedback
from handlers.questions.messages import Rating, ThreadLineKind


@dataclass(frozen=True, slots=True)
class PlannedAct:
    """An act that needs nothing from storage."""

    act: Act


@dataclass(frozen=True, slots=True)
class PlannedAssignment:
    """A case is given to its officer."""


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line of a case. answer_days: days in which the reporter is asked to answer, for a question."""

    kind: HistoryEntryKind
    by: ActorKind
    text: str = field(repr=False)
    answer_days: int = 0


@dataclass(frozen=True, slots=True)
class PlannedMove:
    """A transition of a case, with the text that its reporter reads."""

    request: TransitionRequest
    by: ActorKind
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CaseStep:
    """What happens to a case. officer: the place among those of the demo of who has it."""

    receipt: Receipt
    officer: int
    what: PlannedAssignment | PlannedLine | PlannedMove


@dataclass(frozen=True, slots=True)
class PlannedThreadLine:
    """A line of a question: an answer, or that its asker asks on."""

    kind: ThreadLineKind
    text: str = field(repr=False)


class PlannedThreadEnd(Enum):
    """What an officer does with a question after its answer, or in place of one."""

    PUBLISH = auto()
    CLOSE = auto()


@dataclass(frozen=True, slots=True)
class ThreadStep:
    """What happens to a question; its asker may rate the answer."""

    receipt: Receipt
    what: PlannedThreadLine | Rating | PlannedThreadEnd


@dataclass(frozen=True, slots=True)
class PlannedFeedback:
    """An opinion; its number is the next one at its time."""

    act: SubmitFeedback


@dataclass(frozen=True, slots=True)
class PlannedResults:
    """The results of a consultation are published, with one theme that holds all texts and its answer."""

    code: str
    title: str
    theme: Theme


Step: TypeAlias = PlannedAct | CaseStep | ThreadStep | PlannedFeedback | PlannedResults


@dataclass(frozen=True, slots=True)
class TimedStep:
    """A step at its instant (UTC)."""

    at: datetime
    desk: DeskName
    step: Step


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """All steps in the order of time, and the codes of cases and questions, oldest first."""

    steps: tuple[TimedStep, ...]
    cases: tuple[Receipt, ...]
    questions: tuple[Receipt, ...]
