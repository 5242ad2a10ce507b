"""Periods as offices write them: Buddhist years, fiscal years from October."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ita_stats.calendar import CalendarMonth, get_fiscal_year
from ita_stats.cases.model import Layout
from ita_stats.period import (
    PeriodError,
    list_period_months,
    list_period_rows,
    parse_cutoff_date,
    parse_period,
)

LATER = date(2030, 1, 1)


@pytest.mark.parametrize(
    ("text", "first", "last", "label"),
    [
        (
            "fy2570",
            date(2026, 10, 1),
            date(2027, 9, 30),
            "ปีงบประมาณ พ.ศ. 2570 (1 ตุลาคม 2569 - 30 กันยายน 2570)",
        ),
        ("2570", date(2026, 10, 1), date(2027, 9, 30), "ปีงบประมาณ พ.ศ. 2570"),
        ("ปีงบประมาณ ๒๕๗๐", date(2026, 10, 1), date(2027, 9, 30), "ปีงบประมาณ พ.ศ. 2570"),
        ("ปีงบ 2570", date(2026, 10, 1), date(2027, 9, 30), "ปีงบประมาณ พ.ศ. 2570"),
        ("2570H1", date(2026, 10, 1), date(2027, 3, 31), "หกเดือนแรกของปีงบประมาณ พ.ศ. 2570"),
        ("2570h2", date(2027, 4, 1), date(2027, 9, 30), "หกเดือนหลังของปีงบประมาณ พ.ศ. 2570"),
        ("fy2570Q1", date(2026, 10, 1), date(2026, 12, 31), "ไตรมาสที่ 1 ปีงบประมาณ พ.ศ. 2570"),
        ("2570Q4", date(2027, 7, 1), date(2027, 9, 30), "ไตรมาสที่ 4 ปีงบประมาณ พ.ศ. 2570"),
        ("cy2569H1", date(2026, 1, 1), date(2026, 6, 30), "หกเดือนแรกของปี พ.ศ. 2569"),
        ("cy2569", date(2026, 1, 1), date(2026, 12, 31), "ปี พ.ศ. 2569"),
        ("2569-11", date(2026, 11, 1), date(2026, 11, 30), "เดือนพฤศจิกายน 2569"),
        (" ๒๕๖๙-๑๐ .. 2570-3 ", date(2026, 10, 1), date(2027, 3, 31), "เดือนตุลาคม 2569 - มีนาคม 2570"),
        ("2571-02", date(2028, 2, 1), date(2028, 2, 29), "เดือนกุมภาพันธ์ 2571"),
    ],
)
def test_every_form_is_read(text: str, first: date, last: date, label: str) -> None:
    found = parse_period(text, LATER)
    assert (found.first, found.last) == (first, last)
    assert found.label_th.startswith(label)
    assert parse_period(found.code, LATER) == found


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("fy2027", "fy2570"),
        ("2027H1", "2570H1"),
        ("cy2026H1", "cy2569H1"),
        ("2026-11", "2569-11"),
        ("2026-10..2027-03", "2569-10..2570-03"),
        ("2569-10..2027-03", "2569-10..2570-03"),
        ("2570-03..2569-10", "2569-10..2570-03"),
    ],
)
def test_who_errs_is_told_what_was_meant(text: str, meant: str) -> None:
    with pytest.raises(PeriodError) as told:
        parse_period(text, LATER)
    assert f"หมายถึง {meant} หรือไม่ / " in str(told.value)
    assert f"did you mean {meant}?" in str(told.value)
    parse_period(meant, LATER)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "fy2570, 2570H1"),
        ("2570Q5", "fy2570, 2570H1"),
        ("2570-13", "no month 13"),
        ("2569-10..", "fy2570, 2570H1"),
        ("fy9999", "9999"),
        ("2550-01..2569-01", "10 years"),
        ("fy2574", "in the future"),
    ],
)
def test_what_cannot_be_counted_is_said(text: str, told: str) -> None:
    with pytest.raises(PeriodError, match=told):
        parse_period(text, LATER)


def test_a_period_that_has_begun_is_not_in_the_future() -> None:
    assert parse_period("fy2570", date(2026, 10, 1)).code == "fy2570"
    with pytest.raises(PeriodError, match="1 ตุลาคม 2569"):
        parse_period("fy2570", date(2026, 9, 30))


@pytest.mark.parametrize("text", ["2569-11-22", "2026-11-22", "๒๕๖๙-๑๑-๒๒"])
def test_a_day_may_have_either_year(text: str) -> None:
    assert parse_cutoff_date(text, LATER) == date(2026, 11, 22)


@pytest.mark.parametrize("text", ["22/11/2569", "2569-02-30", "yesterday", "2590-01-01"])
def test_no_day_is_said_to_be_none(text: str) -> None:
    with pytest.raises(PeriodError):
        parse_cutoff_date(text, LATER)


@pytest.mark.parametrize(
    ("text", "layout", "labels"),
    [
        ("2569-11", "month", ["พ.ย. 2569"]),
        ("2570H1", "quarter", ["ไตรมาส 1 (ต.ค. 2569 - ธ.ค. 2569)", "ไตรมาส 2 (ม.ค. 2570 - มี.ค. 2570)"]),
        ("fy2570", "half", ["ครึ่งปี 1 (ต.ค. 2569 - มี.ค. 2570)", "ครึ่งปี 2 (เม.ย. 2570 - ก.ย. 2570)"]),
        ("cy2569H1", "quarter", ["ไตรมาส 1 (ม.ค. 2569 - มี.ค. 2569)", "ไตรมาส 2 (เม.ย. 2569 - มิ.ย. 2569)"]),
        ("2569-11..2570-01", "quarter", ["ไตรมาส 1 (พ.ย. 2569 - ธ.ค. 2569)", "ไตรมาส 2 (ม.ค. 2570)"]),
    ],
)
def test_rows_are_those_of_the_year(text: str, layout: Layout, labels: list[str]) -> None:
    assert [row.label_th for row in list_period_rows(parse_period(text, LATER), layout)] == labels


@given(st.dates(date(1950, 1, 1), date(2200, 12, 31)))
def test_every_day_is_in_its_fiscal_year_and_month(day: date) -> None:
    year = parse_period(f"fy{get_fiscal_year(day)}", date.max)
    assert year.first <= day <= year.last
    months = list_period_months(year)
    assert len(months) == 12
    assert sum(month.first <= day <= month.last for month in months) == 1
    assert CalendarMonth.from_date(day) in months
