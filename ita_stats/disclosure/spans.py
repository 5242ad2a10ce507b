"""Spans for which splits are told once: a fiscal year of an office with many cases, else three fiscal years together.

A span is chosen by what was received in the year before, which the exact rows tell anyhow. Spans never overlap and are
never moved, so that no two splits can be subtracted from each other.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ita_stats.calendar import first_month_of_fiscal_year, format_calendar_date
from ita_stats.cases.model import Period

MIN_CASES_FOR_A_YEAR = 60
"""Cases received in the year before, from which on a fiscal year is a span by itself."""
BLOCK_YEARS = 3
"""Fiscal years in the span of an office with fewer cases. Where no year stood alone, blocks begin in 2568, 2571, …"""
SETTLING_TIME = timedelta(days=31)
"""From the last day of a span to the last day on which what is recorded still counts in its split."""


@dataclass(frozen=True, slots=True)
class SplitSpan:
    """One or three fiscal years. `first_year`: Buddhist."""

    first_year: int
    years: int

    @property
    def first(self) -> date:
        """The first day of the span."""
        return first_month_of_fiscal_year(self.first_year).first

    @property
    def last(self) -> date:
        """The last day of the span."""
        return first_month_of_fiscal_year(self.first_year + self.years).first - timedelta(days=1)

    @property
    def settling_day(self) -> date:
        """The last day on which what is recorded still counts. The split may be told once this day is over."""
        return self.last + SETTLING_TIME

    @property
    def last_year(self) -> int:
        """The last fiscal year of the span, Buddhist."""
        return self.first_year + self.years - 1

    @property
    def period(self) -> Period:
        """The span as a period, with its labels."""
        if self.years == 1:
            code, years, words = f"fy{self.first_year}", str(self.first_year), "Fiscal year"
        else:
            code, years, words = (
                f"fy{self.first_year}..{self.last_year}",
                f"{self.first_year}-{self.last_year}",
                "Fiscal years",
            )
        thai = f"{format_calendar_date(self.first)} - {format_calendar_date(self.last)}"
        english = f"{format_calendar_date(self.first, 'en')} - {format_calendar_date(self.last, 'en')}"
        return Period(
            code,
            self.first,
            self.last,
            f"ปีงบประมาณ พ.ศ. {years} ({thai})",
            f"{words} {years} ({english})",
        )


def get_block_start(year: int) -> int:
    """Return the first year of the block that holds a fiscal year, where no year before it was a span by itself."""
    return year - year % BLOCK_YEARS


def list_spans(start: int, last_year: int, count_received: Callable[[int], int]) -> Iterator[SplitSpan]:
    """Yield the spans from a fiscal year on, to the one that holds `last_year`.

    count_received: the cases received in a fiscal year, as recorded by its last day.
    """
    year = start
    while year <= last_year:
        alone = count_received(year - 1) >= MIN_CASES_FOR_A_YEAR
        span = SplitSpan(year, 1 if alone else BLOCK_YEARS)
        yield span
        year += span.years
