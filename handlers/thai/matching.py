"""Comparison of short texts: one form for labels, menu words, commands, names of columns and numbers."""

import re
import unicodedata

from ita_stats.calendar import to_arabic_digits

_NIKHAHIT = "\u0e4d"
_DECOMPOSED_SARA_AM = re.compile(_NIKHAHIT + "([\u0e48-\u0e4b]?)\u0e32")
"""ำ as decomposed by NFKC and some keyboards: its ring, possibly a tone mark, and า."""

MAX_NUMBER_TEXT = 40


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
