"""What the results of public opinion say in words: `words.toml` holds every heading and note."""

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
    """Words in Thai and English. KeyError for words that are not there."""
    found = OPINION_STRINGS[group][name]
    return found["th"].format_map(filled), found["en"].format_map(filled)


def get_opinion_heading(name: str, **filled: object) -> BilingualText:
    """A heading in Thai and English."""
    return get_opinion_text("heading", name, **filled)


def get_dated_heading(name: str, day: date) -> BilingualText:
    """A heading with a day, Buddhist Era in Thai, as `day_th` and `day_en`."""
    return get_opinion_heading(name, day_th=format_calendar_date(day), day_en=format_calendar_date(day, "en"))
