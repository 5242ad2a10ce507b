"""Judge an office's publishing by its signed releases: current, whole, added up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import ValidationError

from ita_stats.calendar import BUDDHIST_ERA, first_month_of_fiscal_year
from ita_stats.cases.model import Layout, StatisticsTables, StatusCounts
from ita_stats.period import MONTHS_PER_ROW, PeriodError, parse_period
from ita_stats.release import Manifest, describes_same_release
from ita_stats.render.json_text import parse_release_info, parse_statistics
from ita_stats.rollup.model import OfficeState, OfficeVerdict, ReleaseFault, ReleaseSummary
from ita_stats.schedule import FISCAL_YEAR_START_MONTH

GRACE_DAYS = 10
"""Days after the 1st in which a release may still come: officers learn of late reports, a head approves."""
MOST_CASES = 10_000_000
"""A figure above it is no office's, and would only spoil the totals."""
ROLLED_UP_DESK = "complaints"


@dataclass(frozen=True, slots=True)
class ListedOffice:
    """An office of the list, as far as it is shown."""

    name: str
    name_en: str
    group: str
    place: str


def summarize_release(manifest: Manifest, figures: bytes) -> ReleaseSummary | ReleaseFault:
    """Return the exact total of a release. manifest: of which signature and file hashes were checked.

    figures: its statistics.json. Its texts are not returned: nobody can write on the roll-up by a release.
    """
    try:
        tables, issue = parse_statistics(figures), parse_release_info(figures)
    except ValidationError:
        return ReleaseFault.UNREADABLE
    if manifest.desk != ROLLED_UP_DESK:
        return ReleaseFault.OTHER_DESK
    if issue is None or not describes_same_release(manifest, tables, issue):
        return ReleaseFault.ALTERED
    try:
        period = parse_period(manifest.period.code, manifest.as_of)
    except PeriodError:
        return ReleaseFault.UNREADABLE
    if (period.first, period.last) != (tables.period.first, tables.period.last):
        return ReleaseFault.ALTERED
    if not _adds_up(tables):
        return ReleaseFault.DOES_NOT_ADD_UP
    return ReleaseSummary(
        manifest.name,
        period.code,
        manifest.as_of,
        manifest.layout,
        tables.total,
        tables.statement is not None,
    )


def _adds_up(tables: StatisticsTables) -> bool:
    """Whether every row adds up, and all rows to the total. A hidden figure of a row does not."""
    rows = [row.figures for row in tables.rows if row.reached]
    if any(not _is_whole(one) for one in (*rows, tables.total)):
        return False
    sums = [sum(cell or 0 for cell in cells) for cells in zip(*(one.cells for one in rows), strict=True)]
    return (sums or [0, 0, 0, 0]) == [*tables.total.cells]


def _is_whole(counts: StatusCounts) -> bool:
    received, *states = counts.cells
    if received is None or received > MOST_CASES or None in states:
        return False
    return received == sum(cell or 0 for cell in states)


def find_last_full_year(day: date) -> int:
    """Return the last fiscal year (Buddhist) whose last release is due by a day."""
    year = day.year + BUDDHIST_ERA
    end = first_month_of_fiscal_year(year + 1).first
    return year if day >= end + timedelta(days=GRACE_DAYS) else year - 1


def find_due_cutoff(day: date, layout: Layout) -> date:
    """Return the cut-off that the newest release must have by a day, by the schedule of a layout."""
    due = (day - timedelta(days=GRACE_DAYS)).replace(day=1)
    while (due.month - FISCAL_YEAR_START_MONTH) % MONTHS_PER_ROW[layout]:
        due = (due - timedelta(days=1)).replace(day=1)
    return due - timedelta(days=1)


def is_year_whole(release: ReleaseSummary, year: int) -> bool:
    """Whether a release counts a fiscal year to its end."""
    last = first_month_of_fiscal_year(year + 1).first - timedelta(days=1)
    return release.period == f"fy{year}" and release.as_of >= last


def judge_office(
    listed: ListedOffice, found: Sequence[ReleaseSummary | ReleaseFault] | None, year: int, day: date
) -> OfficeState:
    """Judge an office. found: its newest release and that of the year, or why one is not believed; None: silent."""
    common = (listed.name, listed.name_en, listed.group, listed.place)
    if not listed.place:
        return OfficeState(*common, OfficeVerdict.NO_ADDRESS)
    if found is None:
        return OfficeState(*common, OfficeVerdict.SILENT)
    if not found:
        return OfficeState(*common, OfficeVerdict.NOTHING_PUBLISHED)
    sound = [one for one in found if isinstance(one, ReleaseSummary)]
    fault = next((one for one in found if isinstance(one, ReleaseFault)), None)
    if fault is None and any(one.as_of >= day for one in sound):
        fault = ReleaseFault.IN_THE_FUTURE
    newest = max(sound, key=lambda one: one.as_of, default=None)
    of_year = max(
        (one for one in sound if one.period == f"fy{year}"), key=lambda one: one.as_of, default=None
    )
    is_whole = of_year is not None and is_year_whole(of_year, year)
    verdict = _judge_releases(newest, fault, day, is_whole=is_whole)
    return OfficeState(*common, verdict, newest, of_year, is_whole, fault)


def _judge_releases(
    newest: ReleaseSummary | None, fault: ReleaseFault | None, day: date, *, is_whole: bool
) -> OfficeVerdict:
    if fault is ReleaseFault.NO_KEY:
        return OfficeVerdict.NO_KEY
    if fault is not None or newest is None:
        return OfficeVerdict.BROKEN
    if newest.as_of < find_due_cutoff(day, newest.layout):
        return OfficeVerdict.OUT_OF_DATE
    return OfficeVerdict.PUBLISHED if is_whole else OfficeVerdict.NOT_WHOLE
