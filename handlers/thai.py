"""Thai input and output: Buddhist-era dates, Thai digits, relative days, and hidden characters in pasted text."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handlers.dialog.events import DEFAULT_LANG, Lang, select_by_lang
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
    "MAX_COMBINING_MARKS",
    "CalendarMonth",
    "CleanedText",
    "ParsedDate",
    "clean_text",
    "complete_buddhist_year",
    "count_letters_and_digits",
    "format_date",
    "format_time",
    "get_fiscal_year",
    "normalize_for_matching",
    "parse_date",
    "parse_number",
    "parse_written_year",
    "to_arabic_digits",
    "to_bangkok_date",
    "to_christian_year",
]

_NIKHAHIT = "\u0e4d"
_DECOMPOSED_SARA_AM = re.compile(_NIKHAHIT + "([\u0e48-\u0e4b]?)\u0e32")
"""ำ as decomposed by NFKC and some keyboards: its ring, possibly a tone mark, and า."""

# Invisible characters that reorder or hide their neighbours: bidi overrides and isolates, marks, BOM.
_INVISIBLE = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

MAX_COMBINING_MARKS = 30
"""Marks on one letter, the limit of Unicode's stream-safe text format (UAX 15): sorting them takes quadratic time."""
_MARK_PILE = re.compile(rf"[^\w\s\x00-\x7f]{{{MAX_COMBINING_MARKS + 1},}}")

MAX_DATE_TEXT = 300
"""Characters in which a date is searched."""
MAX_NUMBER_TEXT = 40


@dataclass(frozen=True, slots=True)
class CleanedText:
    """A text that is safe to store. `removed`: hidden characters removed; `unreadable`: `�` left in."""

    text: str
    removed: int = 0
    unreadable: int = 0


def clean_text(raw: str) -> CleanedText:
    """Remove control and direction characters; keep every letter, mark and emoji as typed (NFC)."""
    lines = raw.replace("\r\n", "\n").replace("\r", "\n")
    shown, hidden = _INVISIBLE.subn("", lines)
    shown, controls = _CONTROL.subn("", shown)
    level = _MARK_PILE.sub(_trim_mark_pile, shown)
    text = unicodedata.normalize("NFC", level).strip()
    return CleanedText(text, hidden + controls + len(shown) - len(level), text.count("\ufffd"))


def _trim_mark_pile(run: re.Match[str]) -> str:
    """Cut the marks on each letter to `MAX_COMBINING_MARKS`."""
    kept, height = [], 0
    for character in run[0]:
        height = height + 1 if unicodedata.combining(character) else 0
        if height <= MAX_COMBINING_MARKS:
            kept.append(character)
    return "".join(kept)


def count_letters_and_digits(text: str, enough: int = 10) -> int:
    """Count letters, vowel signs and digits, up to `enough`. Emoji do not count."""
    found = 0
    for character in text:
        if unicodedata.category(character)[0] in "LMN":
            found += 1
            if found == enough:
                break
    return found


def normalize_for_matching(text: str) -> str:
    """Normalize a short text for comparison: case, Thai digits, spaces and outer punctuation do not matter."""
    plain = to_arabic_digits(unicodedata.normalize("NFKC", text))
    if _NIKHAHIT in plain:
        plain = _DECOMPOSED_SARA_AM.sub("\\1ำ", plain)
    return " ".join(plain.casefold().split()).strip(" .!?/")


def parse_number(text: str) -> int | None:
    """Parse a number of up to four Thai or Arabic digits; None where the text is not one."""
    if len(text) > MAX_NUMBER_TEXT:
        return None
    plain = normalize_for_matching(text)
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 4 else None


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
