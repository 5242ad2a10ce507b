"""Reminders to officers: what the scheduled job reads of an open case, and what it sends to whom."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from handlers.complaints.lifecycle import CaseStatus
from handlers.dialog.effects import Act
from handlers.dialog.replies import Phrase
from handlers.staff.permissions import Role


class ReminderStage(StrEnum):
    """When a reminder is sent: before, on or after the due day, or because nobody touched the case."""

    BEFORE = "before"
    ON = "on"
    AFTER = "after"
    UNTOUCHED = "untouched"


@dataclass(frozen=True, slots=True)
class CaseDeadlineState:
    """What the scheduled job reads of an open case: none of its content.

    status_since: the day on which it entered its status; answered: the reporter has had an answer; officer: staff id
    of the assigned officer, or empty; excluded_staff: staff who must not know of the case; sent_reminders: names of
    the reminders already sent.
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
    """A member of the staff who can receive reminders."""

    id: str
    role: Role


@dataclass(frozen=True, slots=True)
class SendReminder(Act):
    """Send a reminder of a case, once. number: its register number; recipients: staff ids.

    superseded: earlier reminders that this one replaces.

    due: the due day in the notice, formatted in each recipient's language.
    """

    case: str
    number: str
    name: str
    on: date
    due: date
    notice: Phrase = field(repr=False)
    recipients: tuple[str, ...]
    superseded: tuple[str, ...] = ()
