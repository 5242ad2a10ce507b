"""When a release is current, when a year is whole, and what is said of an office."""

from datetime import date

import pytest

from ita_stats.cases.model import Layout, StatusCounts
from ita_stats.rollup.judge import (
    ListedOffice,
    find_due_cutoff,
    find_last_full_year,
    is_year_whole,
    judge_office,
)
from ita_stats.rollup.model import OfficeVerdict, ReleaseFault, ReleaseSummary, RollUp, add_counts
from ita_stats.rollup.render import list_rollup_lines, render_rollup_page, serialize_rollup

OFFICE = ListedOffice("<b>สำนักงาน</b>", "Office", "ภาค", "https://report.example.go.th")
DAY = date(2026, 11, 20)


def make_summary(
    period: str = "fy2570", as_of: date = date(2026, 10, 31), received: int = 3, layout: Layout = "month"
) -> ReleaseSummary:
    counts = StatusCounts(received, received, 0, 0)
    return ReleaseSummary("1/2570", period, as_of, layout, counts, says_none=received == 0)


WHOLE = make_summary("fy2569", date(2026, 9, 30))


@pytest.mark.parametrize(
    ("day", "layout", "due"),
    [
        (date(2026, 11, 20), "month", date(2026, 10, 31)),
        (date(2026, 11, 10), "month", date(2026, 9, 30)),  # within the ten days
        (date(2026, 11, 11), "month", date(2026, 10, 31)),
        (date(2026, 11, 20), "quarter", date(2026, 9, 30)),
        (date(2027, 1, 11), "quarter", date(2026, 12, 31)),
        (date(2027, 3, 31), "half", date(2026, 9, 30)),
        (date(2027, 4, 11), "half", date(2027, 3, 31)),
    ],
)
def test_the_newest_release_is_due_by_its_own_layout(day: date, layout: Layout, due: date) -> None:
    assert find_due_cutoff(day, layout) == due


def test_the_year_that_is_added_up_is_the_last_whose_release_is_due() -> None:
    assert find_last_full_year(date(2026, 10, 10)) == 2568
    assert find_last_full_year(date(2026, 10, 11)) == 2569
    assert find_last_full_year(date(2027, 1, 1)) == 2569


def test_a_year_is_whole_only_to_its_last_day() -> None:
    assert is_year_whole(WHOLE, 2569)
    assert not is_year_whole(make_summary("fy2569", date(2026, 8, 31)), 2569)
    assert not is_year_whole(make_summary("2569H2", date(2026, 9, 30)), 2569)


def test_each_verdict() -> None:
    current = make_summary()

    def judge(*found: ReleaseSummary | ReleaseFault) -> OfficeVerdict:
        return judge_office(OFFICE, found, 2569, DAY).verdict

    assert judge(current, WHOLE) is OfficeVerdict.PUBLISHED
    assert judge(current) is OfficeVerdict.NOT_WHOLE
    assert judge(WHOLE) is OfficeVerdict.OUT_OF_DATE
    assert judge() is OfficeVerdict.NOTHING_PUBLISHED
    assert judge(current, ReleaseFault.ALTERED) is OfficeVerdict.BROKEN
    assert judge(ReleaseFault.NO_KEY, ReleaseFault.NO_KEY) is OfficeVerdict.NO_KEY
    assert judge(WHOLE, make_summary(as_of=DAY)) is OfficeVerdict.BROKEN  # a day that is not over
    assert judge_office(OFFICE, None, 2569, DAY).verdict is OfficeVerdict.SILENT
    nowhere = ListedOffice("ก", "ก", "", "")
    assert judge_office(nowhere, None, 2569, DAY).verdict is OfficeVerdict.NO_ADDRESS


def test_only_whole_years_without_a_fault_are_added_up() -> None:
    states = (
        judge_office(OFFICE, [make_summary(), WHOLE], 2569, DAY),
        judge_office(OFFICE, [make_summary("fy2569", date(2026, 8, 31), 5)], 2569, DAY),
        judge_office(OFFICE, [WHOLE, ReleaseFault.OTHER_KEY], 2569, DAY),
    )
    found = RollUp("กระทรวง", "Ministry", 2569, DAY, states)
    assert found.total == StatusCounts(3, 3, 0, 0) == add_counts([WHOLE.counts])
    page = render_rollup_page(found)
    assert "<b>" not in page  # a name of the list is no markup
    assert "(5)" in page
    assert '"counted": 1' in serialize_rollup(found)
    lines = list_rollup_lines(found)
    assert lines[-1][-4:] == [3, 3, 0, 0]
    assert lines[5][-4:] == ["", "", "", ""]  # what is not added up is no number of the sheet
