"""Texts of the results in Thai and English: `words.toml` holds every heading and note."""

from datetime import date

from ita_stats.calendar import format_calendar_date
from ita_stats.strings import BilingualText, fill_text, load_strings

OPINION_STRINGS = load_strings("ita_stats.opinions")


def get_opinion_text(group: str, name: str, **filled: object) -> BilingualText:
    """Return a text in Thai and English. Raises KeyError for an unknown one."""
    return fill_text(OPINION_STRINGS, group, name, **filled)


def get_opinion_heading(name: str, **filled: object) -> BilingualText:
    """Return a heading in Thai and English."""
    return get_opinion_text("heading", name, **filled)


def get_dated_heading(name: str, day: date) -> BilingualText:
    """Return a heading with a date as `day_th` (Buddhist Era) and `day_en`."""
    return get_opinion_heading(name, day_th=format_calendar_date(day), day_en=format_calendar_date(day, "en"))
