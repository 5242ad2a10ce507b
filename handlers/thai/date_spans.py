"""Finding the days that a text speaks of: an explicit day before a relative one, and ranges of both."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from handlers.thai.date_readings import (
    FORMS,
    DatePrecision,
    DateReading,
    DayRange,
    NoSuchDayError,
    ReadDate,
    make_part_of_month,
)
from handlers.thai.date_words import MAX_DATE_TEXT, Token, TokenKind, split_into_tokens
from ita_stats.calendar import CalendarMonth

MAX_HOUR_OR_COUNT = 60
"""A number up to this before an hour or a count (`10 โมง`, `30 คน`) is no year."""

MAX_DAY = 31
MAX_YEARS_TO_LEAP_DAY = 8

_JOINT = re.compile(r"(?:o?(?P<joint>[\-,])|[?o]{0,2}>)[os]?")


@dataclass(frozen=True, slots=True)
class DateSpan:
    """The days from `first_day` to `last_day`.

    end_first_day: the first day of what the span ends in: of “January to March” 1 March, of “5 to 7 March” 7 March.
    explicit: told by a calendar's words, not from today. is_year_assumed: no year was told, and it is the last one.
    """

    first_day: date
    last_day: date
    precision: DatePrecision
    end_first_day: date
    explicit: bool
    is_year_assumed: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """A date in a text: the indices of its tokens, and its reading; None where there is no such day."""

    start: int
    end: int
    reading: DateReading | None

    def get_reading(self) -> DateReading:
        if self.reading is None:
            raise NoSuchDayError
        return self.reading


def find_date_span(text: str, today: date) -> DateSpan | None:
    """Find the days that a text speaks of; None where nothing is certain. Takes time in proportion to its length."""
    tokens = split_into_tokens(text)
    letters = _get_letters(tokens)
    found = list(_find_readings(letters, tokens, today))
    spans, is_certain = list[DateSpan](), True
    while found:
        one = found.pop(0)
        try:
            span = None
            if found and _is_range(one, found[0], letters):
                span = _join_readings(one.get_reading(), found.pop(0).get_reading(), today)
            elif _stands_alone(one, letters, tokens):
                span = _resolve_reading(one.get_reading(), today)
        except (NoSuchDayError, OverflowError):
            is_certain = False  # no such day, such as 31 February
        else:
            spans += [span] if span is not None else []
    explicit = [span for span in spans if span.explicit]
    if explicit:
        return explicit[0]
    return _choose_relative(spans, today) if is_certain else None


def find_kinds_around_date(text: str, today: date) -> tuple[str, str] | None:
    """Return the letters of the kinds of tokens before and after the only date of a text, which may be a range.

    Words such as “from” and “in” before it are left out. None where there is no date, or more than one.
    """
    tokens = split_into_tokens(text)
    letters = _get_letters(tokens)
    found = list(_find_readings(letters, tokens, today))
    is_range = len(found) == 2 and _is_range(found[0], found[1], letters)
    if len(text) > MAX_DATE_TEXT or not (len(found) == 1 or is_range):
        return None
    return letters[: found[0].start].strip("so"), letters[found[-1].end :]


def _choose_relative(spans: Sequence[DateSpan], today: date) -> DateSpan | None:
    """Choose the first that is not just today or yesterday, on which a person may only have heard of it."""
    others = [s for s in spans if s.precision is not DatePrecision.DAY or abs((today - s.first_day).days) > 1]
    return next(iter(others or spans), None)


def _get_letters(tokens: Sequence[Token]) -> str:
    """Return a letter for each token: mostly that of its kind."""
    letters = ""
    for index, token in enumerate(tokens):
        following = [(t.kind, t.value) for t in tokens[index + 1 : index + 4]]
        if token.kind is TokenKind.NUMBER:
            letters += _get_letter_of_number(token, [kind for kind, _ in following], letters)
        elif token.kind is TokenKind.ENGLISH_MONTH:
            is_before_day = (
                bool(following)
                and following[0][0] is TokenKind.NUMBER
                and following[0][1] <= MAX_DAY
                and letters[-1:] != "N"
            )
            letters += token.kind.value if is_before_day else TokenKind.MONTH_NAME.value
        else:
            letters += token.kind.value
    return letters


def _get_letter_of_number(token: Token, following: Sequence[TokenKind], before: str) -> str:
    """Return `N` for a number of up to two digits, `Y` for one of four, `?` for a count, an hour or any other."""
    is_count = following[:1] == [TokenKind.UNIT] and (token.value <= MAX_HOUR_OR_COUNT or token.digits == 4)
    is_hour = following[:2] == [TokenKind.DOT, TokenKind.NUMBER] and following[2:] != [TokenKind.DOT]
    if is_count or (is_hour and before[-1:] != TokenKind.DOT) or token.digits == 3 or token.digits > 4:
        return TokenKind.OTHER
    return "Y" if token.digits == 4 else TokenKind.NUMBER


def _find_readings(letters: str, tokens: Sequence[Token], today: date) -> Iterator[_Found]:
    position = 0
    while position < len(letters):
        end = position + 1
        for form, read in FORMS:
            if (match := form.match(letters, position)) is not None:
                end = match.end()
                if read is not None:
                    yield _Found(position, end, _try_read(read, tokens[position:end], today))
                break
        position = end


def _try_read(read: ReadDate, tokens: Sequence[Token], today: date) -> DateReading | None:
    try:
        return read(tokens, today)
    except (NoSuchDayError, OverflowError):
        return None


def _is_range(one: _Found, other: _Found, letters: str) -> bool:
    """Whether two dates are the ends of a range, or the only days of a list."""
    joint = _JOINT.fullmatch(letters, one.end, other.start)
    if joint is None or one.reading is None or other.reading is None:
        return False
    if joint["joint"] == TokenKind.AND.value:
        return one.reading.explicit and other.reading.explicit and not one.reading.weak
    return not (one.reading.weak and other.reading.weak and one.reading.day is not None)


def _stands_alone(one: _Found, letters: str, tokens: Sequence[Token]) -> bool:
    """Whether a date is the day that is told, and not what it was before or after, or part of something else."""
    before = letters[: one.start].rstrip("os")
    if before.endswith((TokenKind.NOT, TokenKind.UNTIL)):
        return False
    if one.reading is None:
        return True
    is_before = before.endswith(TokenKind.LAST) and tokens[len(before) - 1] == Token(TokenKind.LAST)
    if one.reading.explicit and is_before and before[-2:-1] not in tuple("dwmyUMT"):
        return False  # “before 5 January”
    if not one.reading.weak:
        return True
    is_whole = not before and (not letters[one.end :].strip("?") or letters[one.start] == "Y")
    return is_whole and letters[one.start] != TokenKind.PRESENT


def _resolve_reading(reading: DateReading, today: date, year: int | None = None) -> DateSpan:
    """Return the days of a reading. year: of the other end of its range. Raises NoSuchDayError where there are none."""
    year = reading.year or year
    if reading.period is not None:
        return _make_span(reading.period, explicit=reading.explicit)
    if year is not None:
        return _make_span(_get_period(reading, year), explicit=reading.explicit)
    for ago in range(MAX_YEARS_TO_LEAP_DAY + 1):
        with suppress(NoSuchDayError):
            period = _get_period(reading, today.year - ago)
            if period.first <= today:
                assumed = not reading.year_is_last_passed
                return _make_span(period, explicit=reading.explicit, assumed=assumed)
    raise NoSuchDayError


def _make_span(period: DayRange, *, explicit: bool, assumed: bool = False) -> DateSpan:
    end = period.last if period.precision is DatePrecision.DAY else period.first
    return DateSpan(period.first, period.last, period.precision, end, explicit, assumed)


def _get_period(reading: DateReading, year: int) -> DayRange:
    try:
        month = CalendarMonth(year, reading.month)
        if reading.part is not None:
            return make_part_of_month(month, reading.part)
        if reading.day is None:
            return DayRange(month.first, month.last, DatePrecision.MONTH)
        first = month.first.replace(day=reading.day)
        last = first if reading.last_day is None else first.replace(day=reading.last_day)
    except ValueError:
        raise NoSuchDayError from None
    if last < first:
        raise NoSuchDayError
    return DayRange(first, last, DatePrecision.DAY)


def _join_readings(one: DateReading, other: DateReading, today: date) -> DateSpan:
    """Return the days from one date to another; a year that only one of them has is the year of both.

    Raises NoSuchDayError where the second is before the first.
    """
    if one.has_year and not other.has_year:
        first = _resolve_reading(one, today)
        last = _resolve_reading(other, today, first.first_day.year)
        if last.last_day < first.first_day:
            last = _resolve_reading(other, today, first.first_day.year + 1)
    else:
        last = _resolve_reading(other, today)
        year = None if one.has_year else last.first_day.year
        first = _resolve_reading(one, today, year)
        if first.first_day > last.last_day and year is not None:
            first = _resolve_reading(one, today, year - 1)
    if first.first_day > last.last_day:
        raise NoSuchDayError
    return DateSpan(
        first.first_day,
        max(first.last_day, last.last_day),
        max(first.precision, last.precision),
        last.end_first_day,
        first.explicit or last.explicit,
        last.is_year_assumed,
    )
