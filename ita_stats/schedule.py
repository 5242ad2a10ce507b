"""The schedule of releases: on the 1st after each row of the office's layout, for the fiscal year so far."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from ita_stats.calendar import BANGKOK, CalendarMonth, get_fiscal_year
from ita_stats.cases.model import Layout, Period
from ita_stats.period import MONTHS_PER_ROW, parse_period

FISCAL_YEAR_START_MONTH = 10


def list_scheduled_releases(since: datetime, now: datetime, layout: Layout, hour: int) -> Iterator[date]:
    """Yield the days after `since`, up to `now`, on which a release was due: the 1st, at an hour in Bangkok."""
    month, length = CalendarMonth.from_date(since.astimezone(BANGKOK).date()), MONTHS_PER_ROW[layout]
    while (due := _to_instant(month.first, hour)) <= now:
        if due > since and not (month.number - FISCAL_YEAR_START_MONTH) % length:
            yield month.first
        month += 1


def get_release_period(run: date) -> tuple[Period, date]:
    """Return what a scheduled run releases: the fiscal year of the day before, with that day as the cut-off."""
    as_of = run - timedelta(days=1)
    return parse_period(f"fy{get_fiscal_year(as_of)}", as_of), as_of


def _to_instant(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), BANGKOK).astimezone(UTC)
