"""What happens in the demo, and when: steps that are planned before the first of them is written."""

from dataclasses import dataclass, field
from datetime import datetime
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
    """A case is given to an officer. officer: their place among those of the demo."""

    receipt: Receipt
    officer: int


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line of a case. answer_days: days in which the reporter is asked to answer, for a question."""

    receipt: Receipt
    kind: HistoryEntryKind
    by: ActorKind
    text: str = field(repr=False)
    officer: int = 0
    answer_days: int = 0


@dataclass(frozen=True, slots=True)
class PlannedMove:
    """A transition of a case, with the text that its reporter reads."""

    receipt: Receipt
    request: TransitionRequest
    by: ActorKind
    text: str = field(repr=False)
    officer: int = 0


@dataclass(frozen=True, slots=True)
class PlannedThreadLine:
    """A line of a question: an answer, or that its asker asks on."""

    receipt: Receipt
    kind: ThreadLineKind
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PlannedThreadRating:
    receipt: Receipt
    rating: Rating


@dataclass(frozen=True, slots=True)
class PlannedThreadPublication:
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class PlannedThreadClosing:
    receipt: Receipt


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


CaseStep: TypeAlias = PlannedAssignment | PlannedLine | PlannedMove
ThreadStep: TypeAlias = (
    PlannedThreadLine | PlannedThreadRating | PlannedThreadPublication | PlannedThreadClosing
)
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
