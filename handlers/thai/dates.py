"""Thai calendar days: Buddhist-era dates written in words or digits, relative days, and their formatting."""

from dataclasses import dataclass
from datetime import date, datetime

from handlers.dialog.events import DEFAULT_LANG, Lang, select_by_lang
from handlers.thai.date_readings import DatePrecision
from handlers.thai.date_spans import find_date_span
from ita_stats.calendar import (
    BANGKOK,
    BUDDHIST_ERA,
    CalendarMonth,
    format_calendar_date,
    format_calendar_month,
    get_fiscal_year,
    parse_written_year,
    to_arabic_digits,
    to_bangkok_date,
    to_christian_year,
)

__all__ = [
    "BANGKOK",
    "BUDDHIST_ERA",
    "CalendarMonth",
    "DatePrecision",
    "ParsedDate",
    "complete_buddhist_year",
    "format_calendar_month",
    "format_date",
    "format_days",
    "format_time",
    "get_fiscal_year",
    "parse_date",
    "parse_exact_day",
    "parse_written_year",
    "to_arabic_digits",
    "to_bangkok_date",
    "to_christian_year",
]


def complete_buddhist_year(year: int) -> int:
    """Return a Buddhist year written with two digits in full: 70 is 2570. Any other number as it is."""
    return year + 2500 if 0 < year < 100 else year


def format_date(when: date, lang: Lang) -> str:
    """Format a day: 22 พฤศจิกายน 2569, or 22 November 2026 (B.E. 2569)."""
    return select_by_lang(
        lang,
        th=format_calendar_date(when),
        en=f"{format_calendar_date(when, 'en')} (B.E. {when.year + BUDDHIST_ERA})",
    )


def format_time(instant: datetime) -> str:
    """Return the time of day in Bangkok, `14:05`."""
    return instant.astimezone(BANGKOK).strftime("%H:%M")


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """The days that a text speaks of, from `first_day` to `last_day`, and how precisely.

    formatted: to confirm them to the person. end_first_day: the first day of what the span ends in, which is to come
    where the span is. is_year_assumed: no year was told, and it is the last one in which the day has passed.
    """

    first_day: date
    last_day: date
    precision: DatePrecision
    end_first_day: date
    formatted: str
    is_year_assumed: bool = False

    def is_to_come(self, today: date) -> bool:
        """Whether a part of it that was told by itself has not come yet; the rest of a running month does not count."""
        return self.first_day > today or self.end_first_day > today


def parse_date(text: str, today: date, lang: Lang = DEFAULT_LANG) -> ParsedDate | None:
    """Find days, months or years in everyday words, Thai or English, of either era, absolute or counted from today.

    None where nothing is certain; what the person typed is stored in any case.
    """
    span = find_date_span(text, today)
    if span is None:
        return None
    shown = format_days(span.first_day, span.last_day, span.precision, lang)
    return ParsedDate(
        span.first_day, span.last_day, span.precision, span.end_first_day, shown, span.is_year_assumed
    )


def parse_exact_day(text: str, today: date) -> date | None:
    """Return the day of a text that names one with its year, as in a file; None for spans and relative days."""
    span = find_date_span(text, today)
    if span is None or not span.explicit or span.is_year_assumed or span.precision is not DatePrecision.DAY:
        return None
    return span.first_day if span.first_day == span.last_day else None


def format_days(first: date, last: date, precision: DatePrecision, lang: Lang) -> str:
    """Format a day, a month, a year or a span: 5–7 มกราคม 2569, มกราคม – มีนาคม 2569, พ.ศ. 2568."""
    if precision is DatePrecision.YEAR and (first, last) == (date(first.year, 1, 1), date(last.year, 12, 31)):
        years = [str(year + select_by_lang(lang, th=BUDDHIST_ERA, en=0)) for year in (first.year, last.year)]
        return select_by_lang(lang, th="พ.ศ. ", en="") + " – ".join(dict.fromkeys(years))
    start, end = CalendarMonth.from_date(first), CalendarMonth.from_date(last)
    if precision >= DatePrecision.MONTH and (first, last) == (start.first, end.last):
        return _join_ends(format_calendar_month(start, lang), format_calendar_month(end, lang))
    era = select_by_lang(lang, th="", en=f" (B.E. {last.year + BUDDHIST_ERA})")
    if first != last and start == end:
        return f"{first.day}–{format_calendar_date(last, lang)}{era}"
    return _join_ends(format_calendar_date(first, lang), format_calendar_date(last, lang)) + era


def _join_ends(first: str, last: str) -> str:
    """Join the ends of a span; a year that both have stands once."""
    if first == last:
        return last
    words, _, year = first.rpartition(" ")
    return f"{words if last.endswith(' ' + year) else first} – {last}"
