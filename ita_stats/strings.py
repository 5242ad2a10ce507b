"""Texts of the statistics, in Thai and English: `words.toml` holds every name and note."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files

from ita_stats.cases.model import Footnote

StringCatalogue = Mapping[str, Mapping[str, Mapping[str, str]]]
STATISTICS_STRINGS: StringCatalogue = tomllib.loads((files("ita_stats") / "words.toml").read_text("utf-8"))


def get_statistics_text(group: str, name: str, **filled: object) -> tuple[str, str]:
    """Return a text in Thai and English. Raises KeyError for an unknown one."""
    words = STATISTICS_STRINGS[group][name]
    return words["th"].format_map(filled), words["en"].format_map(filled)


def build_footnote(name: str, code: str = "", **filled: object) -> Footnote:
    """Build a footnote. `code`: where it differs from the name of the text."""
    return Footnote(code or name, *get_statistics_text("note", name, **filled))
