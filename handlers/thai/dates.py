"""Thai calendar days: Buddhist-era dates written in words or digits, relative days, and their formatting."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handlers.dialog.events import DEFAULT_LANG, Lang, select_by_lang
from handlers.thai.matching import normalize_for_matching
from ita_stats.calendar import (
    BANGKOK,
    BUDDHIST_ERA,
    ENGLISH_MONTHS,
    THAI_MONTHS,
    THAI_SHORT_MONTHS,
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
    "ParsedDate",
    "complete_buddhist_year",
    "format_date",
    "format_time",
    "get_fiscal_year",
    "parse_date",
    "parse_written_year",
    "to_arabic_digits",
    "to_bangkok_date",
    "to_christian_year",
]

MAX_DATE_TEXT = 300
"""Characters in which a date is searched."""


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
    """A day, month or year found in a text. `first_day`: its first day; `formatted`: to confirm it to the person."""

    first_day: date
    formatted: str


_MONTH_NAMES = {
    name.replace(".", ""): index
    for names in (
        THAI_MONTHS,
        THAI_SHORT_MONTHS,
        tuple(m.lower() for m in ENGLISH_MONTHS),
        tuple(m[:3].lower() for m in ENGLISH_MONTHS),
    )
    for index, name in enumerate(names, start=1)
}
_MONTH_NAME_PATTERN = "|".join(sorted(map(re.escape, _MONTH_NAMES), key=len, reverse=True))
_BY_NAME = re.compile(
    rf"(?:(?P<d>\d{{1,2}})\s*)?(?:เดือน)?\s*(?P<m>{_MONTH_NAME_PATTERN})\s*(?:พศ|be|ปี|\s)*(?P<y>\d{{4}}|\d{{2}})(?!\d)"
)
_BY_NUMBER = re.compile(r"(?<!\d)(?P<d>\d{1,2})[/\-](?P<m>\d{1,2})[/\-](?P<y>\d{4}|\d{2})(?!\d)")
_ISO = re.compile(r"(?<!\d)(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)")
_YEAR = re.compile(r"(?:^|ปี|พศ|in )\s*(?P<y>\d{4})(?!\d)")
_RELATIVE_DAYS = {"วันนี้": 0, "today": 0, "เมื่อวานซืน": 2, "วานซืน": 2, "เมื่อวาน": 1, "วานนี้": 1, "yesterday": 1}


def parse_date(text: str, today: date, lang: Lang = DEFAULT_LANG) -> ParsedDate | None:
    """Find a day, month or year: Thai or English month names, Buddhist or Christian years, relative days.

    None where nothing is certain; what the person typed is stored in any case.
    """
    plain = " ".join(
        normalize_for_matching(text[:MAX_DATE_TEXT]).replace(".", "").replace("พ ศ", "พศ").split()
    )
    for word, ago in _RELATIVE_DAYS.items():
        if word in plain:
            return _make_exact_date(today - timedelta(days=ago), lang)
    for pattern in (_ISO, _BY_NAME, _BY_NUMBER):
        if found := pattern.search(plain):
            return _parse_date_parts(found.groupdict(), today, lang)
    if found := _YEAR.search(plain):
        year = _parse_likely_year(found["y"], today)
        if year is None:
            return None
        words = select_by_lang(lang, th=f"พ.ศ. {year + BUDDHIST_ERA}", en=f"{year}")
        return ParsedDate(date(year, 1, 1), words)
    return None


def _make_exact_date(found: date, lang: Lang) -> ParsedDate:
    return ParsedDate(found, format_date(found, lang))


def _parse_date_parts(part: dict[str, str | None], today: date, lang: Lang) -> ParsedDate | None:
    year = _parse_likely_year(part["y"] or "", today)
    name = part["m"] or ""
    month = _MONTH_NAMES.get(name) or int(name)
    try:
        if year is None:
            return None
        if part["d"] is None:
            return ParsedDate(date(year, month, 1), format_calendar_month(CalendarMonth(year, month), lang))
        return _make_exact_date(date(year, month, int(part["d"])), lang)
    except (ValueError, IndexError):
        return None  # no such day, such as 31 February, so nothing is certain


def _parse_likely_year(written: str, today: date) -> int | None:
    """Return the Christian year of a written one of either era; None where nobody can mean it."""
    year = parse_written_year(written)
    return year if 1900 < year <= today.year + 100 else None
