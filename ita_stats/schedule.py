"""When a desk releases by itself: on the 1st after each row of the office's layout, the fiscal year so far."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from ita_stats.calendar import BANGKOK, CalendarMonth, fiscal_year
from ita_stats.cases.model import Layout, Period
from ita_stats.period import LENGTHS, parsed

OCTOBER = 10


def runs(since: datetime, now: datetime, layout: Layout, hour: int) -> Iterator[date]:
    """The days after `since`, up to now, on which a release fell due, in order: the 1st, at an hour of Bangkok's."""
    month, length = CalendarMonth.of(since.astimezone(BANGKOK).date()), LENGTHS[layout]
    while (due := _at(month.first, hour)) <= now:
        if due > since and not (month.number - OCTOBER) % length:
            yield month.first
        month += 1


def released_on(run: date) -> tuple[Period, date]:
    """What a run releases: the fiscal year of the day before, and that day as the cut-off."""
    as_of = run - timedelta(days=1)
    return parsed(f"fy{fiscal_year(as_of)}", as_of), as_of


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), BANGKOK).astimezone(UTC)
