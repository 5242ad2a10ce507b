"""Which jobs of a desk can have something to do at an instant, so that a desk that nothing happens at costs nothing.

Something comes due because rows changed, because an instant came that the rows or the calendar name, or because a file
grew old. What is due is known in memory only: after a start every job looks for itself once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum, auto
from pathlib import Path
from typing import TypeAlias, assert_never

from ita_stats.calendar import BANGKOK
from storage.schedule.changes import ChangeWatch, has_log
from storage.schedule.due_times import RowDuty, load_due_times
from storage.store import Store

REMINDERS_FROM_HOUR = 8
"""Hour of the day in Bangkok from which reminders are sent."""


class Timing(Enum):
    """When a job is run that is not due at an instant of the rows; all but MINUTE and LOG also after each change."""

    MINUTE = auto()
    """Each minute: it works in memory only."""

    LOG = auto()
    """While the write-ahead log holds something."""

    HOUR = auto()
    """Each hour: it looks for files that grew old, or that a program left which was killed."""

    DAY = auto()
    """Each day, from midnight in Bangkok."""

    DAYTIME = auto()
    """Each day, from `REMINDERS_FROM_HOUR` in Bangkok."""


@dataclass(frozen=True, slots=True)
class RowTiming:
    """A job is due at the earliest instant that the rows name for a duty, and so long after it."""

    duty: RowDuty
    after: timedelta = timedelta()


JobTiming: TypeAlias = Timing | RowTiming


@dataclass
class DeskSchedule:
    """What the clock of a server knows of a desk between two minutes.

    Each run is `begin`, `is_due` for each job in turn, `note_work` after one that did something, `end`. Where it
    `is_quiet` none is needed.
    """

    database: Path
    _watch: ChangeWatch = field(init=False)
    _has_changed: bool = True
    _due: Mapping[RowDuty, datetime] = field(default_factory=dict)
    _last_run: datetime | None = None
    _next_due: datetime | None = None
    """The earliest instant after the last run at which the rows make a job due."""

    def __post_init__(self) -> None:
        self._watch = ChangeWatch(self.database)

    def is_quiet(self, now: datetime) -> bool:
        """Whether no job but those of each minute can have anything to do: nothing changed, and no instant came."""
        last = self._last_run
        if last is None or now < last or _name_span(Timing.HOUR, last) != _name_span(Timing.HOUR, now):
            return False
        if self._next_due is not None and self._next_due <= now:
            return False
        return not self._watch.has_changed() and not has_log(self.database)

    async def begin(self, store: Store, now: datetime) -> None:
        """Look whether rows changed since the last run, and if so when they come due."""
        self._has_changed = self._watch.look() or self._last_run is None
        self._next_due = None
        if self._has_changed:
            last_run, self._last_run = self._last_run, None  # where the rows cannot be read, every job is run
            self._due = await load_due_times(store, now)
            self._last_run = last_run

    def is_due(self, timing: JobTiming, now: datetime) -> bool:
        """Whether a job with this timing can have something to do."""
        if isinstance(timing, RowTiming):
            due = self._due.get(timing.duty)
            if due is not None:
                due += timing.after
                self._next_due = min(due, self._next_due or due)
            return self._last_run is None or (due is not None and due <= now)
        match timing:
            case Timing.MINUTE:
                return True
            case Timing.LOG:
                return has_log(self.database)
            case Timing.HOUR | Timing.DAY | Timing.DAYTIME:
                last = self._last_run
                return (
                    self._has_changed or last is None or _name_span(timing, last) != _name_span(timing, now)
                )
            case _:
                assert_never(timing)

    def note_work(self) -> None:
        """A job did something: those after it look whether that concerns them."""
        self._has_changed = True

    def end(self, now: datetime, *, is_complete: bool) -> None:
        """Remember the run. is_complete: no job failed or had to wait; otherwise all are run again the next time."""
        self._last_run = now if is_complete else None


def _name_span(timing: Timing, now: datetime) -> tuple[date, int]:
    """Return the day in Bangkok, and the part of it, in which a job with this timing is run once."""
    local = now.astimezone(BANGKOK)
    match timing:
        case Timing.HOUR:
            return local.date(), local.hour
        case Timing.DAYTIME:
            return local.date(), int(local.hour >= REMINDERS_FROM_HOUR)
        case Timing.DAY | Timing.MINUTE | Timing.LOG:
            return local.date(), 0
        case _:
            assert_never(timing)
