"""What a roll-up says of each office, and of all together. Only exact figures of whole rows: no split is read."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from ita_stats.cases.model import Layout, StatusCounts


class OfficeVerdict(StrEnum):
    """What is true of an office's publishing: the first of these that holds."""

    NO_ADDRESS = "no_address"
    """The list has neither address nor folder."""
    SILENT = "silent"
    """Nothing answered there."""
    NOTHING_PUBLISHED = "nothing_published"
    """It answers, and has no release."""
    NO_KEY = "no_key"
    """It published, and the list has no key of it: who keeps the list has to ask for it."""
    BROKEN = "broken"
    """What it published is not what it signed, or is signed by nobody known, or cannot be read."""
    OUT_OF_DATE = "out_of_date"
    """A newer release was due by its own layout."""
    NOT_WHOLE = "not_whole"
    """Its newest release is current, but the year that is asked for was never released to its end."""
    PUBLISHED = "published"


class ReleaseFault(StrEnum):
    """Why a release is not believed."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    NOT_SIGNED = "not_signed"
    NO_KEY = "no_key"  # of the list, not of the office
    OTHER_KEY = "other_key"
    KEY_OF_OTHER_TIME = "key_of_other_time"
    ALTERED = "altered"
    OTHER_DESK = "other_desk"
    DOES_NOT_ADD_UP = "does_not_add_up"
    IN_THE_FUTURE = "in_the_future"


@dataclass(frozen=True, slots=True)
class ReleaseSummary:
    """A release whose signature holds. name: as 3/2570; period: its code; counts: the exact total of its rows."""

    name: str
    period: str
    as_of: date
    layout: Layout
    counts: StatusCounts
    says_none: bool
    """Whether it states that no case was received."""


@dataclass(frozen=True, slots=True)
class OfficeState:
    """An office in the roll-up. place: its address or folder, empty where the list has none.

    newest: its newest release; of_year: that of the year which is asked for; fault: why one of them is not believed.
    """

    name: str
    name_en: str
    group: str
    place: str
    verdict: OfficeVerdict
    newest: ReleaseSummary | None = None
    of_year: ReleaseSummary | None = None
    is_year_whole: bool = False
    fault: ReleaseFault | None = None

    @property
    def is_counted(self) -> bool:
        """Whether the year's figures are added up: they are whole, and nothing of the office is broken."""
        return self.is_year_whole and self.fault is None


@dataclass(frozen=True)
class RollUp:
    """The offices in the order of the list. year: the fiscal year (Buddhist) that is added up; day: as of when."""

    publisher: str
    publisher_en: str
    year: int
    day: date
    offices: Sequence[OfficeState]

    @cached_property
    def verdicts(self) -> Counter[OfficeVerdict]:
        """How many offices are in each state."""
        return Counter(one.verdict for one in self.offices)

    @cached_property
    def counted(self) -> tuple[OfficeState, ...]:
        """The offices whose figures are added up."""
        return tuple(one for one in self.offices if one.is_counted)

    @cached_property
    def total(self) -> StatusCounts:
        """The sum of the year's figures of the offices that are counted."""
        return add_counts(one.of_year.counts for one in self.counted if one.of_year is not None)

    def list_in_state(self, verdict: OfficeVerdict) -> list[OfficeState]:
        """Return the offices in a state, in the order of the list."""
        return [one for one in self.offices if one.verdict is verdict]

    @property
    def is_complete(self) -> bool:
        """Whether every office published what it should."""
        return self.verdicts[OfficeVerdict.PUBLISHED] == len(self.offices)


def add_counts(counts: Iterable[StatusCounts]) -> StatusCounts:
    """Return the sums of counts that are all known."""
    sums = [0, 0, 0, 0]
    for one in counts:
        for place, cell in enumerate(one.cells):
            sums[place] += cell or 0
    return StatusCounts(*sums)
