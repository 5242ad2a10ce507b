"""The Thai official calendar."""

from datetime import UTC, date, datetime

import pytest

from ita_stats.calendar import (
    CalendarMonth,
    end_of_day,
    format_calendar_date,
    format_calendar_month,
    get_fiscal_year,
    parse_written_year,
    to_arabic_digits,
    to_bangkok_date,
    to_christian_year,
)


def test_the_cut_off_is_the_end_of_a_day_in_bangkok() -> None:
    end = end_of_day(date(2026, 11, 22))
    assert end == datetime(2026, 11, 22, 16, 59, 59, tzinfo=UTC)
    assert to_bangkok_date(end) == date(2026, 11, 22)


def test_an_instant_without_a_zone_has_no_day() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        to_bangkok_date(datetime(2026, 11, 22))  # noqa: DTZ001


@pytest.mark.parametrize(("day", "year"), [(date(2026, 9, 30), 2569), (date(2026, 10, 1), 2570)])
def test_a_fiscal_year_begins_in_october(day: date, year: int) -> None:
    assert get_fiscal_year(day) == year


@pytest.mark.parametrize(("written", "year"), [(2569, 2026), (2401, 1858), (2400, 2400), (2026, 2026)])
def test_a_year_above_2400_is_buddhist(written: int, year: int) -> None:
    assert to_christian_year(written) == year


@pytest.mark.parametrize(
    ("written", "year"), [("69", 2026), ("00", 1957), ("2569", 2026), ("2026", 2026), ("๖๙", 2026)]
)
def test_a_written_year_of_two_digits_is_buddhist(written: str, year: int) -> None:
    assert parse_written_year(written) == year


def test_a_month_reads_back_from_its_code() -> None:
    october = CalendarMonth(2026, 10)
    assert CalendarMonth.from_code("2569-10") == october
    assert CalendarMonth.from_code(october.code) == october
    with pytest.raises(ValueError, match="int"):
        CalendarMonth.from_code("2569")


def test_only_digits_become_arabic() -> None:
    assert to_arabic_digits("ที่ ๑๒/๒๕๗๐ (3)") == "ที่ 12/2570 (3)"


def test_thai_has_the_buddhist_year_and_english_the_christian() -> None:
    day = date(2026, 10, 1)
    assert [format_calendar_date(day, lang) for lang in ("th", "en")] == ["1 ตุลาคม 2569", "1 October 2026"]
    month = CalendarMonth.from_date(day)
    assert [format_calendar_month(month, lang) for lang in ("th", "en")] == ["ตุลาคม 2569", "October 2026"]
