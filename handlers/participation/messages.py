"""What activities of participation ask of storage, and what is published of one (ITA item 29, O19 since 2569)."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from handlers.dialog.effects import Act, Query

MAX_ACTIVITY_PICTURES = 3
"""Pictures of one activity: a page that a telephone loads, and a PDF that can be sent."""

MAX_PICTURE_WORDS_LENGTH = 150


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
class ActivityPicture:
    """A picture of an activity, without its content. place: a number that no other had; words: what it shows."""

    place: int
    words: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Activity:
    """A published activity. number: in its fiscal year (Buddhist); is_shown: false where it was taken off the page."""

    fiscal_year: int
    number: int
    text: ActivityText
    written_on: date
    is_shown: bool
    pictures: tuple[ActivityPicture, ...] = ()

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


@dataclass(frozen=True, slots=True)
class GetActivityPicture(Query[bytes | None]):
    """The JPEG of a picture; None where there is none, or its activity was taken off the page."""

    fiscal_year: int
    number: int
    place: int


@dataclass(frozen=True, slots=True)
class AddActivityPicture(Act):
    """Publish a picture of an activity. content: a JPEG of ours, without metadata. staff: id of who does."""

    fiscal_year: int
    number: int
    words: str
    width: int
    height: int
    content: bytes = field(repr=False)
    staff: str = ""


@dataclass(frozen=True, slots=True)
class RemoveActivityPicture(Act):
    """Delete a picture. staff: id of who does."""

    fiscal_year: int
    number: int
    place: int
    staff: str
