"""Texts of the results in Thai and English: `words.toml` holds every heading and note."""

import tomllib
from collections.abc import Mapping
from datetime import date
from importlib.resources import files

from ita_stats.calendar import format_calendar_date

BilingualText = tuple[str, str]
"""Thai and English."""
StringCatalogue = Mapping[str, Mapping[str, Mapping[str, str]]]
OPINION_STRINGS: StringCatalogue = tomllib.loads(
    (files("ita_stats.opinions") / "words.toml").read_text("utf-8")
)


def get_opinion_text(group: str, name: str, **filled: object) -> BilingualText:
    """Return a text in Thai and English. Raises KeyError for an unknown one."""
    found = OPINION_STRINGS[group][name]
    return found["th"].format_map(filled), found["en"].format_map(filled)


def get_opinion_heading(name: str, **filled: object) -> BilingualText:
    """Return a heading in Thai and English."""
    return get_opinion_text("heading", name, **filled)


def get_dated_heading(name: str, day: date) -> BilingualText:
    """Return a heading with a date as `day_th` (Buddhist Era) and `day_en`."""
    return get_opinion_heading(name, day_th=format_calendar_date(day), day_en=format_calendar_date(day, "en"))
