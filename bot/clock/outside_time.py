"""What time it is elsewhere: the `Date` of the answers to calls that the program makes anyway."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from types import SimpleNamespace
from typing import TYPE_CHECKING

from bot.clock.decision import MAX_DIFFERENCE

if TYPE_CHECKING:  # importing aiohttp takes a third of a second, and a command makes no calls
    import aiohttp

EARLIEST_DATE, LATEST_DATE = datetime(2020, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""A date outside of these is a fault or an attack; with one near the last that Python counts, no sum is possible."""

DATE_HOLDS_FOR = timedelta(days=1)
"""How long a heard date counts. Within a day no machine's clock drifts by a minute."""


def read_uptime() -> float:
    """Return seconds that nobody can set, and that go on while the machine is suspended, where the system has them."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class TimeSource(Enum):
    """Whose clock it is. A platform's is kept right for millions; that of the office's website may be as wrong as ours.

    So a website alone can confirm our clock, and never make it doubted.
    """

    PLATFORM = auto()
    WEBSITE = auto()


@dataclass
class OutsideTime:
    """The last date that was heard of each source, and the uptime at which it was."""

    _heard: dict[TimeSource, tuple[datetime, float]] = field(default_factory=dict)

    def hear(
        self, date_header: str, uptime: float | None = None, source: TimeSource = TimeSource.PLATFORM
    ) -> None:
        """Note the `Date` of an answer. What is no date, or none that can be true, is ignored."""
        try:
            heard = parsedate_to_datetime(date_header)
        except (ValueError, OverflowError):
            return
        heard = heard if heard.tzinfo else heard.replace(tzinfo=UTC)
        if not EARLIEST_DATE <= heard < LATEST_DATE:
            return
        self._heard[source] = heard, read_uptime() if uptime is None else uptime

    def get_difference(self, now: datetime, uptime: float | None = None) -> timedelta | None:
        """Return how far others' clocks are ahead of ours; None where none was heard of within a day.

        now: by our clock. What was heard goes on with the uptime, so that a clock that is set meanwhile is noticed.
        """
        at = read_uptime() if uptime is None else uptime
        platform = self._get_difference_of(TimeSource.PLATFORM, now, at)
        if platform is not None:
            return platform
        website = self._get_difference_of(TimeSource.WEBSITE, now, at)
        return website if website is not None and abs(website) <= MAX_DIFFERENCE else None

    def _get_difference_of(self, source: TimeSource, now: datetime, uptime: float) -> timedelta | None:
        if source not in self._heard:
            return None
        heard, heard_at = self._heard[source]
        passed = timedelta(seconds=uptime - heard_at)
        return None if passed > DATE_HOLDS_FOR else heard + passed - now

    def correct(self, now: datetime) -> datetime:
        """Return what time it is elsewhere when it is `now` by our clock; `now` itself where no date was heard."""
        return now + (self.get_difference(datetime.now(UTC)) or timedelta())


OUTSIDE_TIME = OutsideTime()
"""Of this process: a machine has one clock, whatever desks and platforms it serves."""


def trace_dates(source: TimeSource = TimeSource.PLATFORM) -> "list[aiohttp.TraceConfig]":
    """Return the trace of an aiohttp session whose answers are heard."""
    import aiohttp

    async def hear_answer(
        _session: aiohttp.ClientSession, _context: SimpleNamespace, answer: aiohttp.TraceRequestEndParams
    ) -> None:
        if date := answer.response.headers.get("Date"):
            OUTSIDE_TIME.hear(date, source=source)

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(hear_answer)
    return [trace]
