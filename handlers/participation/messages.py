"""What activities of participation ask of storage, and what is published of one (ITA item 29, O19 since 2569)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from handlers.dialog.effects import Act, Query


class ActivityKind(StrEnum):
    """What people took part in."""

    MEETING = "meeting"
    PLANNING = "planning"
    MONITORING = "monitoring"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ActivityTakers:
    """How many of one kind of people took part. kind: in the officer's words, such as ผู้ปกครอง; no name of anybody."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class ActivityText:
    """What is published of an activity, all of it. outcome: what came of it."""

    kind: ActivityKind
    day: date
    title: str
    takers: tuple[ActivityTakers, ...]
    outcome: str

    @property
    def total(self) -> int:
        """How many people took part."""
        return sum(one.count for one in self.takers)


@dataclass(frozen=True, slots=True)
class Activity:
    """A published activity. number: in its fiscal year (Buddhist); is_shown: false where it was taken off the page."""

    fiscal_year: int
    number: int
    text: ActivityText
    written_on: date
    is_shown: bool

    @property
    def name(self) -> str:
        """The name that officers use: 3/2570."""
        return f"{self.number}/{self.fiscal_year}"


@dataclass(frozen=True, slots=True)
class ListActivities(Query[tuple[Activity, ...]]):
    """All activities, newest day first, those taken off too."""


@dataclass(frozen=True, slots=True)
class PublishActivity(Act):
    """Publish an activity, or what replaces one. replaces: year and number of the one that is corrected.

    staff: id of who wrote it.
    """

    text: ActivityText
    written_on: date
    staff: str
    replaces: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class SetActivityShown(Act):
    """Take an activity off the page, or put it back. staff: id of who does."""

    fiscal_year: int
    number: int
    is_shown: bool
    staff: str
