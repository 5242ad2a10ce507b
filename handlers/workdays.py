"""Working days: not weekends, Thai public holidays, or the office's own days off."""

from collections.abc import Collection
from datetime import date, timedelta
from functools import cache

SATURDAY = 5


@cache
def _get_public_holidays(year: int) -> frozenset[date]:
    """Return the government's holidays of a Christian year, with substitutes (library `holidays`, Thailand)."""
    import holidays  # lazy: it takes a fourteenth of the start time of every command, and most need no working days

    return frozenset(holidays.country_holidays("TH", years=year, categories=("public", "government")))


def is_workday(day: date, own: Collection[date] = ()) -> bool:
    """Whether the office works on a day. `own`: its extra days off."""
    return day.weekday() < SATURDAY and day not in own and day not in _get_public_holidays(day.year)


def count_workdays(start: date, end: date, own: Collection[date] = ()) -> int:
    """Return the working days after a day, up to another (inclusive); 0 where it is not later."""
    days = (start + timedelta(days=number) for number in range(1, (end - start).days + 1))
    return sum(is_workday(day, own) for day in days)


def add_days(start: date, days: int, own: Collection[date] | None = None) -> date:
    """Return the last day of a period of `days` days, which begins on the day after `start`.

    own: the office's extra days off, where working days are counted; None counts calendar days.
    The day of the event itself is not counted (Civil and Commercial Code, section 193/3).
    """
    if own is None:
        return start + timedelta(days=days)
    day, left = start, days
    while left:
        day += timedelta(days=1)
        left -= is_workday(day, own)
    return day


def subtract_days(end: date, days: int, own: Collection[date] | None = None) -> date:
    """Return the day that is `days` days before `end`; working days where `own` is given."""
    if own is None:
        return end - timedelta(days=days)
    day, left = end, days
    while left:
        day -= timedelta(days=1)
        left -= is_workday(day, own)
    return day
