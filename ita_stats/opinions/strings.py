"""What the results of public opinion say in words: `words.toml` holds every heading and note."""

import tomllib
from collections.abc import Mapping
from datetime import date
from importlib.resources import files

from ita_stats.calendar import written

Words = tuple[str, str]
"""Thai and English."""
Told = Mapping[str, Mapping[str, Mapping[str, str]]]
WORDS: Told = tomllib.loads((files("ita_stats.opinions") / "words.toml").read_text("utf-8"))


def pair(group: str, name: str, **filled: object) -> Words:
    """Words in Thai and English. KeyError for words that are not there."""
    found = WORDS[group][name]
    return found["th"].format_map(filled), found["en"].format_map(filled)


def heading(name: str, **filled: object) -> Words:
    """A heading in Thai and English."""
    return pair("heading", name, **filled)


def dated(name: str, day: date) -> Words:
    """A heading with a day, Buddhist Era in Thai, as `day_th` and `day_en`."""
    return heading(name, day_th=written(day), day_en=written(day, "en"))
