"""Periods of tables: how people write them, their labels, and their rows.

`fy2570` is a fiscal year, and so are `2570` and `ปีงบประมาณ 2570`; `2570H1` and `2570Q1` are its halves and quarters,
`cy2569H1` the same of a calendar year (`cy2569` all of it), `2569-11` a month, `2569-10..2570-03` any range of months.
Years are Buddhist.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from ita_stats.calendar import (
    BUDDHIST_ERA,
    ENGLISH_MONTHS,
    THAI_SHORT_MONTHS,
    CalendarMonth,
    first_month_of_fiscal_year,
    format_calendar_date,
    format_calendar_month,
    to_arabic_digits,
)
from ita_stats.cases.model import Layout, Period
from ita_stats.errors import StatisticsError

MONTHS_PER_ROW: dict[Layout, int] = {"month": 1, "quarter": 3, "half": 6}
"""Months in a row of each layout."""

PERIOD_EXAMPLES = "fy2570, 2570H1, 2570Q1, cy2569H1, 2569-11, 2569-10..2570-03"
# Narrower than `to_christian_year` on purpose: who errs is told so. Before B.E. 2484 the year began in April, and a
# Christian year where a Buddhist one belongs is refused, with what was probably meant.
_BUDDHIST_YEARS = range(2484, 2800)
_CHRISTIAN_YEARS = range(1941, 2257)
_MAX_MONTHS = 120  # months
_YEAR_PATTERN = re.compile(r"(fy|cy)?([0-9]{4})(?:(h)([12])|(q)([1-4]))?")
_FISCAL_YEAR_WORDS = re.compile(r"^(?:ปีงบประมาณ|ปีงบฯ?|ปี)(?:พ\.?ศ\.?)?(?=[0-9]{4}$)")
_MONTH_PATTERN = re.compile(r"([0-9]{4})-([0-9]{1,2})")


class PeriodError(StatisticsError):
    """A text is not a valid period or date. The message is Thai first, then English, for who wrote the text."""

    def __init__(self, th: str, en: str) -> None:
        super().__init__(f"{th} / {en}")


@dataclass(frozen=True, slots=True)
class RowSpan:
    """The months of one row, with its label."""

    months: tuple[CalendarMonth, ...]
    label_th: str
    label_en: str


def parse_period(text: str, today: date) -> Period:
    """Parse a period. Raises `PeriodError`: unreadable, Christian years, reversed, or in the future.

    today: the Bangkok day as of which is counted. A period must have begun by then.
    """
    plain = _FISCAL_YEAR_WORDS.sub("", to_arabic_digits(re.sub(r"\s+", "", text)).lower())
    period = _parse_range(plain) if ".." in plain else _parse_single(plain)
    if period is None:
        raise PeriodError(
            f"“{text}” ไม่ใช่ช่วงเวลาที่รู้จัก เขียนได้เช่น {PERIOD_EXAMPLES}",
            f"“{text}” is no period; it may be written {PERIOD_EXAMPLES}",
        )
    if period.first > today:
        raise PeriodError(
            f"{period.code} ยังมาไม่ถึง: เริ่ม {format_calendar_date(period.first)} แต่นับถึง {format_calendar_date(today)}",
            f"{period.code} is in the future: it begins on {format_calendar_date(period.first, 'en')}"
            f" ({period.first}), and what is counted ends on {format_calendar_date(today, 'en')} ({today})",
        )
    return period


def parse_cutoff_date(text: str, today: date) -> date:
    """Parse an ISO date with a Buddhist or Christian year. Raises `PeriodError`, also for a date after `today`."""
    plain = to_arabic_digits(text.strip())
    found = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", plain)
    try:
        year, month, number = (int(part) for part in found.groups()) if found else (0, 0, 0)
        meant = date(year - BUDDHIST_ERA if year in _BUDDHIST_YEARS else year, month, number)
    except ValueError:
        raise PeriodError(
            f"“{text}” ไม่ใช่วันที่ เขียนได้เช่น 2570-03-31 หรือ 2027-03-31",
            f"“{text}” is no day; it may be written 2570-03-31 or 2027-03-31",
        ) from None
    if meant > today:
        raise PeriodError(
            f"{text} ยังมาไม่ถึง วันนี้ {format_calendar_date(today)}", f"{text} is in the future; today is {today}"
        )
    return meant


def require_finished_day(as_of: date, today: date) -> None:
    """Check that a day is over in Bangkok, so that nothing can happen on it any more. Raises `PeriodError`."""
    if as_of >= today:
        last = today - timedelta(days=1)
        raise PeriodError(
            f"{as_of} ยังไม่สิ้นวัน เรื่องที่เข้ามาวันนี้จะขาดไป ให้ใช้ --as-of {last} หรือรอถึงเช้าวันถัดไป",
            f"{as_of} is not over yet in Bangkok, and what comes in today would be missing;"
            f" use --as-of {last}, or wait until the morning after it",
        )


def list_period_months(period: Period) -> tuple[CalendarMonth, ...]:
    """Return the months of a period, in order."""
    found = [CalendarMonth.from_date(period.first)]
    while found[-1].last < period.last:
        found.append(found[-1] + 1)
    return tuple(found)


def list_period_rows(period: Period, layout: Layout) -> tuple[RowSpan, ...]:
    """Return the rows of a period: months, quarters or half years, each cut to the months of the period.

    Quarters and halves are those of the fiscal year, unless the period is one of a calendar year.
    """
    start = 1 if period.code.startswith("cy") else 10
    length, spans = MONTHS_PER_ROW[layout], dict[CalendarMonth, list[CalendarMonth]]()
    for month in list_period_months(period):
        first = month + -((month.number - start) % length)
        spans.setdefault(first, []).append(month)
    return tuple(
        RowSpan(tuple(found), *_format_row_labels(first, length, found, start))
        for first, found in spans.items()
    )


def _parse_single(plain: str) -> Period | None:
    if (found := _MONTH_PATTERN.fullmatch(plain)) is not None:
        month = _parse_month(found, plain)
        label_th, label_en = f"เดือน{format_calendar_month(month)}", format_calendar_month(month, "en")
        return Period(month.code, month.first, month.last, label_th, label_en)
    found = _YEAR_PATTERN.fullmatch(plain)
    if found is None:
        return None
    kind, year = found[1] or "fy", int(found[2])
    _check_year(year, plain)
    calendar_year = kind == "cy"
    start = CalendarMonth(year - BUDDHIST_ERA, 1) if calendar_year else first_month_of_fiscal_year(year)
    part, length, number = _parse_part(found)
    first, last = start + length * (number - 1), start + (length * number - 1)
    prefix = "cy" if calendar_year else "" if part else "fy"
    code = f"{prefix}{year}{part.upper()}{number if part else ''}"
    return Period(
        code, first.first, last.last, *_format_labels(first, last, part, number, year, calendar_year)
    )


def _parse_part(found: re.Match[str]) -> tuple[str, int, int]:
    if found[3]:
        return "h", 6, int(found[4])
    if found[5]:
        return "q", 3, int(found[6])
    return "", 12, 1


def _parse_range(plain: str) -> Period | None:
    ends = [_MONTH_PATTERN.fullmatch(part) for part in plain.split("..")]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return None
    first, last = _parse_month(ends[0], plain), _parse_month(ends[1], plain)
    if last < first:
        meant = f"{last.code}..{first.code}"
        raise PeriodError(
            f"{plain} กลับด้าน: เดือนแรกอยู่หลังเดือนสุดท้าย หมายถึง {meant} หรือไม่",
            f"{plain} is turned round: its first month comes after its last; did you mean {meant}?",
        )
    if first + _MAX_MONTHS <= last:
        raise PeriodError(f"{plain} ยาวเกิน 10 ปี", f"{plain} is longer than 10 years")
    return Period(
        f"{first.code}..{last.code}",
        first.first,
        last.last,
        _format_span_th(first, last),
        _format_span_en(first, last),
    )


def _parse_month(found: re.Match[str], plain: str) -> CalendarMonth:
    year, number = int(found[1]), int(found[2])
    _check_year(year, plain)
    if not 1 <= number <= 12:
        raise PeriodError(f"{plain}: ไม่มีเดือนที่ {number}", f"{plain}: there is no month {number}")
    return CalendarMonth(year - BUDDHIST_ERA, number)


def _check_year(year: int, plain: str) -> None:
    if year in _BUDDHIST_YEARS:
        return
    if year in _CHRISTIAN_YEARS:
        meant = re.sub(r"(?<![0-9])[0-9]{4}", lambda y: _to_buddhist(int(y[0])), plain)
        meant = re.sub(r"(?<=[0-9])[hq]", lambda part: part[0].upper(), meant)
        raise PeriodError(
            f"{plain}: {year} เป็นปี ค.ศ. ให้เขียนปี พ.ศ. หมายถึง {meant} หรือไม่",
            f"{plain}: {year} is a Christian year, and years here are Buddhist ones; did you mean {meant}?",
        )
    raise PeriodError(f"{plain}: ไม่มีปี พ.ศ. {year} ในระบบนี้", f"{plain}: the year {year} cannot be counted")


def _to_buddhist(year: int) -> str:
    return str(year + BUDDHIST_ERA if year in _CHRISTIAN_YEARS else year)


def _format_labels(
    first: CalendarMonth, last: CalendarMonth, part: str, number: int, year: int, calendar_year: bool
) -> tuple[str, str]:
    th = f"ปี พ.ศ. {year}" if calendar_year else f"ปีงบประมาณ พ.ศ. {year}"
    en = f"calendar year {year - BUDDHIST_ERA}" if calendar_year else f"fiscal year {year}"
    if part == "h":
        th = f"{'หกเดือนแรก' if number == 1 else 'หกเดือนหลัง'}ของ{th}"
        en = f"{'first' if number == 1 else 'second'} half of {en}"
    elif part == "q":
        th, en = f"ไตรมาสที่ {number} {th}", f"quarter {number} of {en}"
    return (
        f"{th} ({_format_days(first, last)})",
        f"{en[0].upper()}{en[1:]} ({_format_days(first, last, 'en')})",
    )


def _format_days(first: CalendarMonth, last: CalendarMonth, lang: str = "th") -> str:
    return f"{format_calendar_date(first.first, lang)} - {format_calendar_date(last.last, lang)}"


def _format_span_th(first: CalendarMonth, last: CalendarMonth) -> str:
    return f"เดือน{format_calendar_month(first)} - {format_calendar_month(last)}"


def _format_span_en(first: CalendarMonth, last: CalendarMonth) -> str:
    return f"{format_calendar_month(first, 'en')} - {format_calendar_month(last, 'en')}"


def _format_row_labels(
    first: CalendarMonth, length: int, found: list[CalendarMonth], start: int
) -> tuple[str, str]:
    if length == 1:
        return _format_short_th(first), _format_short_en(first)
    number = (first.number - start) % 12 // length + 1
    th, en = ("ครึ่งปี", "Half") if length == MONTHS_PER_ROW["half"] else ("ไตรมาส", "Quarter")
    span, span_en = _format_short_th(found[0]), _format_short_en(found[0])
    if found[0] != found[-1]:
        span, span_en = (
            f"{span} - {_format_short_th(found[-1])}",
            f"{span_en} - {_format_short_en(found[-1])}",
        )
    return f"{th} {number} ({span})", f"{en} {number} ({span_en})"


def _format_short_th(month: CalendarMonth) -> str:
    return f"{THAI_SHORT_MONTHS[month.number - 1]} {month.buddhist_year}"


def _format_short_en(month: CalendarMonth) -> str:
    return f"{ENGLISH_MONTHS[month.number - 1][:3]} {month.year}"
