"""Cleaning of pasted and typed text: control and direction characters, piles of marks, counting letters."""

import re
import unicodedata
from dataclasses import dataclass

# Invisible characters that reorder or hide their neighbours: bidi overrides and isolates, marks, BOM.
_INVISIBLE = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

ADDRESS = r"[A-Za-z][A-Za-z0-9+.-]{0,15}://\S*"
"""Pattern of an address. Its scheme has a limit, without which a search takes quadratic time in a text of one word."""

MAX_COMBINING_MARKS = 30
"""Marks on one letter, the limit of Unicode's stream-safe text format (UAX 15): sorting them takes quadratic time."""
_MARK_PILE = re.compile(rf"[^\w\s\x00-\x7f]{{{MAX_COMBINING_MARKS + 1},}}")


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


def is_removed(character: str) -> bool:
    """Whether `clean_text` removes a character wherever it stands, so that its neighbours come together."""
    return _INVISIBLE.match(character) is not None or _CONTROL.match(character) is not None


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
