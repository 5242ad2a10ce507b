"""Forms of dates: patterns over the tokens of a text, and what each says, such as `5-7 ม.ค. 69` or `3 เดือนก่อน`."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from handlers.errors import DecisionError
from handlers.thai.date_words import Token, TokenKind
from ita_stats.calendar import BUDDHIST_ERA, CalendarMonth, first_month_of_fiscal_year, parse_written_year

MAX_SHORT_YEAR_AGE = 40
"""Years back that a year of two digits may lie: of one further back (00, 10) it is not certain what was meant."""

MAX_UNITS_AGO = 1200
"""The largest number of days, weeks, months or years ago that is taken for a date."""


class DatePrecision(IntEnum):
    """How precisely a person said when, the most precise first. ABOUT: without sharp ends, as a week."""

    DAY = 0
    ABOUT = 1
    MONTH = 2
    YEAR = 3


class NoSuchDayError(DecisionError):
    """A text names a day that is in no calendar, such as 31 February, or a year that nobody can mean."""


@dataclass(frozen=True, slots=True)
class DayRange:
    """The days from `first` to `last`."""

    first: date
    last: date
    precision: DatePrecision


@dataclass(frozen=True, slots=True)
class DateReading:
    """What a form says: a `period`, or parts of one whose year may stand at the other end of a range.

    month, day, last_day (of `5-7`), part (0 to 2: beginning, middle, end); year: Christian, None where none was told.
    year_is_last_passed: no number was told, but that it is the last one that has passed.
    explicit: told by a calendar's words, not from today. weak: no date by itself, but as an end of a range.
    """

    period: DayRange | None = None
    year: int | None = None
    month: int = 0
    day: int | None = None
    last_day: int | None = None
    part: int | None = None
    year_is_last_passed: bool = False
    explicit: bool = True
    weak: bool = False

    @property
    def has_year(self) -> bool:
        return self.period is not None or self.year is not None or self.year_is_last_passed


ReadDate = Callable[[Sequence[Token], date], DateReading]


def _get_year(token: Token, today: date) -> int:
    if token.digits not in (2, 4):
        raise NoSuchDayError
    year = parse_written_year(f"{token.value:0{token.digits}}")
    oldest = today.year - MAX_SHORT_YEAR_AGE if token.digits == 2 else 1901
    if not oldest <= year <= today.year + 100:
        raise NoSuchDayError
    return year


def _get_steps(kind: TokenKind) -> int:
    """Return -1, 0 or 1 for last, this and next."""
    return {TokenKind.LAST: -1, TokenKind.NEXT: 1}.get(kind, 0)


def _list_numbers(tokens: Sequence[Token]) -> list[Token]:
    return [token for token in tokens if token.kind is TokenKind.NUMBER]


def _has(tokens: Sequence[Token], kind: TokenKind) -> bool:
    return any(token.kind is kind for token in tokens)


def _read_numbers(tokens: Sequence[Token], today: date) -> DateReading:
    """Read `12/1/69`, `12.01.2569` and `2569-01-12`."""
    day, month, year = _list_numbers(tokens)
    if day.digits == 4:
        day, year = year, day
    return DateReading(year=_get_year(year, today), month=month.value, day=day.value)


def _read_numbers_with_days(tokens: Sequence[Token], today: date) -> DateReading:
    """Read `5-7/1/69`, days of one month."""
    first, last, month, year = _list_numbers(tokens)
    return DateReading(year=_get_year(year, today), month=month.value, day=first.value, last_day=last.value)


def _read_day_and_month(tokens: Sequence[Token], _today: date) -> DateReading:
    """Read `วันที่ 12/3` and `วันที่ 12 เดือน 3`; `12/3` alone may be anything."""
    day, month = _list_numbers(tokens)
    return DateReading(month=month.value, day=day.value, weak=tokens[0].kind is not TokenKind.DAY)


def _read_named_month(tokens: Sequence[Token], today: date) -> DateReading:
    """Read `[5 [- 7]] มกราคม [2569]`, also with a part (`กลางเดือนมีนา`)."""
    names = (TokenKind.MONTH_NAME, TokenKind.ENGLISH_MONTH)
    at = next(index for index, token in enumerate(tokens) if token.kind in names)
    days = [token.value for token in _list_numbers(tokens[:at])]
    part = next((token.value for token in tokens[:at] if token.kind is TokenKind.PART), None)
    end, has_year = tokens[-1], len(tokens) > at + 1
    year = None
    if end.kind is TokenKind.NUMBER and has_year:
        year = _get_year(end, today)
    elif _has(tokens[at:], TokenKind.YEAR) or end.kind is TokenKind.THIS:
        year = today.year + _get_steps(end.kind)
    return DateReading(
        year=year,
        month=tokens[at].value,
        day=days[0] if days else None,
        last_day=days[1] if len(days) > 1 else None,
        part=part,
        year_is_last_passed=has_year and year is None,
        weak=len(tokens) == 1,
    )


def _read_year_before_month(tokens: Sequence[Token], today: date) -> DateReading:
    """Read `ปีที่แล้วเดือนมีนา` and `ปี 2568 วันที่ 5 มีนาคม`."""
    at = 1 + next(n for n, token in enumerate(tokens) if token.kind is not TokenKind.YEAR)
    return _read_named_month((*tokens[at:], *tokens[:at]), today)


def _read_month_before_day(tokens: Sequence[Token], today: date) -> DateReading:
    """Read `May 5, 2025`."""
    day, *year = _list_numbers(tokens)
    return DateReading(year=_get_year(year[0], today) if year else None, month=tokens[0].value, day=day.value)


def _read_numbered_month(tokens: Sequence[Token], today: date) -> DateReading:
    """Read `[วันที่ 5] เดือน 3 ปี 2569` and `3/2569`."""
    *day, month, year = _list_numbers(tokens)
    return DateReading(year=_get_year(year, today), month=month.value, day=day[0].value if day else None)


def _read_day_of_relative_month(tokens: Sequence[Token], today: date) -> DateReading:
    """Read `วันที่ 5 เดือนที่แล้ว`."""
    month = CalendarMonth.from_date(today) + _get_steps(tokens[-1].kind)
    return DateReading(year=month.year, month=month.number, day=_list_numbers(tokens)[0].value)


def _read_year(tokens: Sequence[Token], today: date) -> DateReading:
    """Read `ปี 2568`, `ปลายปีที่แล้ว` and `2568`."""
    end = tokens[-1] if tokens[-1].kind is not TokenKind.YEAR else tokens[-2]
    explicit = end.kind is TokenKind.NUMBER
    year = _get_year(end, today) if explicit else today.year + _get_steps(end.kind)
    if tokens[0].kind is TokenKind.PART:
        start = CalendarMonth(year, tokens[0].value * 4 + 1)
        period = DayRange(start.first, (start + 3).last, DatePrecision.ABOUT)
    else:
        period = DayRange(date(year, 1, 1), date(year, 12, 31), DatePrecision.YEAR)
    return DateReading(period, explicit=explicit, weak=len(tokens) == 1)


def _read_fiscal_year(tokens: Sequence[Token], today: date) -> DateReading:
    """Read `ปีงบประมาณ 2568`, from October to September."""
    october = first_month_of_fiscal_year(_get_year(tokens[-1], today) + BUDDHIST_ERA)
    return DateReading(DayRange(october.first, (october + 11).last, DatePrecision.MONTH))


def _read_month_from_now(tokens: Sequence[Token], today: date) -> DateReading:
    """Read `เดือนที่แล้ว` and `ต้นเดือนที่แล้ว`."""
    end = tokens[-1] if tokens[-1].kind is not TokenKind.MONTH else tokens[-2]
    month = CalendarMonth.from_date(today) + _get_steps(end.kind)
    if tokens[0].kind is TokenKind.PART:
        return DateReading(make_part_of_month(month, tokens[0].value), explicit=False)
    return DateReading(DayRange(month.first, month.last, DatePrecision.MONTH), explicit=False)


def make_part_of_month(month: CalendarMonth, part: int) -> DayRange:
    """Return the first ten days of a month (part 0), the second ten (1), or the rest (2)."""
    first = month.first.replace(day=part * 10 + 1)
    last = month.last if part == 2 else first.replace(day=part * 10 + 10)
    return DayRange(first, last, DatePrecision.ABOUT)


def _read_week_from_now(tokens: Sequence[Token], today: date) -> DateReading:
    """Read `สัปดาห์ที่แล้ว`, from Monday to Sunday."""
    end = tokens[-1] if tokens[-1].kind is not TokenKind.WEEK else tokens[-2]
    return DateReading(_make_week(today, _get_steps(end.kind)), explicit=False)


def _make_week(today: date, weeks: int) -> DayRange:
    monday = today + timedelta(days=7 * weeks - today.weekday())
    return DayRange(monday, monday + timedelta(days=6), DatePrecision.ABOUT)


def _make_day(day: date, *, weak: bool = False) -> DateReading:
    return DateReading(DayRange(day, day, DatePrecision.DAY), explicit=False, weak=weak)


def _read_weekday(tokens: Sequence[Token], today: date) -> DateReading:
    """Read `วันจันทร์ที่ผ่านมา`, which is the last one before today, and `วันจันทร์สัปดาห์ที่แล้ว`."""
    weekday = next(token.value for token in tokens if token.kind is TokenKind.WEEKDAY)
    kind = next(t.kind for t in tokens if t.kind in (TokenKind.LAST, TokenKind.THIS, TokenKind.NEXT))
    if _has(tokens, TokenKind.WEEK):
        return _make_day(_make_week(today, _get_steps(kind)).first + timedelta(days=weekday))
    if kind is TokenKind.NEXT:
        return _make_day(today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1))
    return _make_day(today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1))


def _read_days_ago(tokens: Sequence[Token], today: date) -> DateReading:
    return _make_day(today - timedelta(days=tokens[0].value))


def _read_present(_tokens: Sequence[Token], today: date) -> DateReading:
    return _make_day(today, weak=True)


def _read_same_day(tokens: Sequence[Token], today: date) -> DateReading:
    """Read `วันนี้ของเดือนที่แล้ว`: the same day of last month or year, or the last day of that month."""
    months = _get_steps(tokens[-1].kind) * (12 if _has(tokens, TokenKind.YEAR) else 1)
    month = CalendarMonth.from_date(today) + months
    day = month.first.replace(day=min(today.day, month.last.day))
    return _make_day(day - timedelta(days=tokens[0].value))


def _read_units_ago(tokens: Sequence[Token], today: date) -> DateReading:
    """Read `3 วันก่อน`, `2-3 เดือนที่แล้ว` (that day, week, month or year) and `3 เดือนที่ผ่านมา` (since then)."""
    counts = [token.value for token in _list_numbers(tokens)]
    oldest, newest = (_go_back(tokens[-2].kind, count, today) for count in (max(counts), min(counts)))
    if tokens[-1].kind is TokenKind.ALREADY or tokens[-1].value == 1:
        newest = DayRange(today, today, DatePrecision.DAY)
    precision = oldest.precision if oldest == newest else max(DatePrecision.ABOUT, oldest.precision)
    return DateReading(DayRange(oldest.first, newest.last, precision), explicit=False)


def _go_back(unit: TokenKind, count: int, today: date) -> DayRange:
    if count > MAX_UNITS_AGO:
        raise NoSuchDayError
    if unit is TokenKind.DAY:
        day = today - timedelta(days=count)
        return DayRange(day, day, DatePrecision.DAY)
    if unit is TokenKind.WEEK:
        return _make_week(today, -count)
    month = CalendarMonth.from_date(today) + -count * (1 if unit is TokenKind.MONTH else 12)
    if month.year <= 1900:
        raise NoSuchDayError
    if unit is TokenKind.MONTH:
        return DayRange(month.first, month.last, DatePrecision.MONTH)
    return DayRange(date(month.year, 1, 1), date(month.year, 12, 31), DatePrecision.YEAR)


_YEAR_END = "(?:y{0,2}[NY]|o?y[LHX]|[LH])"
_FORMS: tuple[tuple[str, ReadDate | None], ...] = (
    (r"E[dwmyUTM]N?", None),
    (r"y{1,2}[NYLHX](?:d?N)?o?m?M(?!y{0,2}[NY])", _read_year_before_month),
    (r"d?N([/.\-])N\1[NY]|YN?-N-N|Y-N-N", _read_numbers),
    (r"d?N[\->]d?N([/.])N\1[NY]", _read_numbers_with_days),
    (rf"d?N(?:[\-,>]d?N)?o?m?M{_YEAR_END}?", _read_named_month),
    (r"JN(?:,?Y)?", _read_month_before_day),
    (r"d?NmN(?:y{1,2}|/)[NY]", _read_numbered_month),
    (rf"pm?o?M{_YEAR_END}?|mM{_YEAR_END}?|M{_YEAR_END}", _read_named_month),
    (r"m?N/Y|mN(?:y{1,2}|/)[NY]", _read_numbered_month),
    (r"dN[m/]N|N/N", _read_day_and_month),
    (r"dNo?m[LHX]|Nom[LHX]|NmH", _read_day_of_relative_month),
    (r"f[NY]", _read_fiscal_year),
    (r"p?y{1,2}[NY]|pY", _read_year),
    (r"To?[my][LHX]", _read_same_day),
    (r"Uo?w[LHX]|U[LXH]|LU", _read_weekday),
    (r"N(?:[\-,>]?N)?[dwmy][LA]", _read_units_ago),
    (r"p?y[LHX]|p?Ly", _read_year),
    (r"p?m[LHX]|p?Lm", _read_month_from_now),
    (r"w[LHX]|Lw", _read_week_from_now),
    (r"T", _read_days_ago),
    (r"P", _read_present),
    (r"M", _read_named_month),
    (r"Y", _read_year),
)
FORMS = tuple((re.compile(form), read) for form, read in _FORMS)
"""Each form as a pattern over tokens' letters, in the order in which they are tried.

`Y` is a number of four digits, `J` a month before its day. A form without a function is no date, and what it matches
is part of no other.
"""
