"""Texts of the statistics, in Thai and English: `words.toml` holds every name and note."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files

from ita_stats.cases.model import Footnote

BilingualText = tuple[str, str]
"""Thai and English."""
StringCatalogue = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Texts by group, name and language."""


def load_strings(package: str) -> StringCatalogue:
    """Load the texts of a package from its `words.toml`."""
    return tomllib.loads((files(package) / "words.toml").read_text("utf-8"))


def fill_text(catalogue: StringCatalogue, group: str, name: str, **filled: object) -> BilingualText:
    """Return a text with its figures filled in. Raises KeyError for an unknown one."""
    text = catalogue[group][name]
    return text["th"].format_map(filled), text["en"].format_map(filled)


STATISTICS_STRINGS = load_strings("ita_stats")


def get_statistics_text(group: str, name: str, **filled: object) -> BilingualText:
    """Return a text in Thai and English. Raises KeyError for an unknown one."""
    return fill_text(STATISTICS_STRINGS, group, name, **filled)


def build_footnote(name: str, code: str = "", **filled: object) -> Footnote:
    """Build a footnote. `code`: where it differs from the name of the text."""
    return Footnote(code or name, *get_statistics_text("note", name, **filled))
