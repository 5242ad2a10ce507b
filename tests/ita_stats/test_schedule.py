"""When releases are due."""

from datetime import UTC, date, datetime

import pytest

from ita_stats.cases.model import Layout
from ita_stats.schedule import get_release_period, list_scheduled_releases

SINCE = datetime(2026, 11, 23, 3, tzinfo=UTC)


def due(until: datetime, layout: Layout = "month", hour: int = 8, since: datetime = SINCE) -> list[str]:
    return [str(day) for day in list_scheduled_releases(since, until, layout, hour)]


def test_the_hour_is_bangkoks() -> None:
    assert due(datetime(2026, 12, 1, 0, 59, 59, tzinfo=UTC)) == []
    assert due(datetime(2026, 12, 1, 1, tzinfo=UTC)) == ["2026-12-01"]
    assert due(datetime(2026, 11, 30, 17, tzinfo=UTC), hour=0) == ["2026-12-01"]


def test_what_was_missed_comes_in_order() -> None:
    assert due(datetime(2027, 2, 20, tzinfo=UTC)) == ["2026-12-01", "2027-01-01", "2027-02-01"]


@pytest.mark.parametrize(
    ("layout", "days"),
    [
        ("quarter", ["2027-01-01", "2027-04-01", "2027-07-01", "2027-10-01"]),
        ("half", ["2027-04-01", "2027-10-01"]),
    ],
)
def test_a_coarse_layout_releases_as_often_as_it_has_rows(layout: Layout, days: list[str]) -> None:
    assert due(datetime(2027, 12, 31, tzinfo=UTC), layout) == days


def test_nothing_is_due_before_the_beginning() -> None:
    assert due(datetime(2020, 1, 1, tzinfo=UTC)) == []
    assert due(SINCE) == []
    later = datetime(2026, 12, 1, 1, 30, tzinfo=UTC)
    assert due(later, since=later) == []  # first opened after the hour: the next month is the first


def test_a_run_releases_the_year_so_far() -> None:
    for run, code, day in (
        (date(2026, 12, 1), "fy2570", date(2026, 11, 30)),
        (date(2027, 10, 1), "fy2570", date(2027, 9, 30)),
        (date(2027, 11, 1), "fy2571", date(2027, 10, 31)),
    ):
        period, as_of = get_release_period(run)
        assert (period.code, as_of) == (code, day)
