"""A reminder to officers: what the clock knows of an open case, and what it tells whom."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from handlers.complaints.lifecycle import CaseStatus
from handlers.dialog.effects import Act
from handlers.dialog.replies import Phrase
from handlers.staff.permissions import Role


class ReminderStage(StrEnum):
    """When a reminder is given."""

    BEFORE = "before"
    ON = "on"
    AFTER = "after"
    UNTOUCHED = "untouched"


@dataclass(frozen=True, slots=True)
class CaseDeadlineState:
    """What the clock knows of an open case; nothing of what it is about.

    since: the day on which it came to where it stands; answered: the reporter heard from the office;
    officer: who has it in hand, empty for nobody; excluded: who must not know of it; told: names of the
    reminders that were given.
    """

    case: str
    fiscal_year: int
    number: int
    status: CaseStatus
    received_on: date
    status_since: date
    touched_on: date
    answer_by: date
    answered: bool = False
    officer: str = ""
    excluded_staff: frozenset[str] = frozenset()
    sent_reminders: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReminderRecipient:
    """A person of the staff who can be told something."""

    id: str
    role: Role


@dataclass(frozen=True, slots=True)
class SendReminder(Act):
    """Give a reminder of a case, once: `told` are people's ids. passed: older reminders that this one stands for.

    due: the day that is spoken of, said in the language of each who is told.
    """

    case: str
    name: str
    on: date
    due: date
    notice: Phrase = field(repr=False)
    recipients: tuple[str, ...]
    superseded: tuple[str, ...] = ()
