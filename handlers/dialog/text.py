"""Lengths and cuts of texts, as platforms count them: in UTF-16 units, or in graphemes (a letter with its marks)."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate, takewhile

ZERO_WIDTH_JOINER = "\u200d"
JOINED_CATEGORIES = frozenset(("Mn", "Me", "Cf"))
"""Unicode categories that belong to the sign before them: Thai vowels and tone marks above and below, joiners."""

JOINED_SIGNS = frozenset(("ำ", *map(chr, range(0x1F3FB, 0x1F400))))
"""Further signs that belong to the one before them (UAX #29): Thai sara am, and the skin tones of emoji."""


def utf16_length(text: str) -> int:
    """Return the number of UTF-16 units, which is how Telegram and LINE count texts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_text(text: str, longest: int) -> Iterator[str]:
    """Split a text into pieces of at most so many UTF-16 units (two or more); only spaces at the cuts are lost.

    It is cut at a line break, else at a space, else between two graphemes, as long as that is in the second half of
    what fits.
    """
    while utf16_length(text) > longest:
        end = _count_fitting(text, longest)
        head = text[:end]
        places = (head.rfind("\n"), head.rfind(" "), _find_grapheme_start(text, end))
        at = next((place for place in places if place > longest // 2), end)
        yield text[:at].rstrip() or "…"
        text = text[at:].lstrip()
    if text:
        yield text


def shorten_text(text: str, longest: int) -> str:
    """Shorten a text to so many characters; an ellipsis is the last of them where something was left out."""
    return text if len(text) <= longest else text[: _find_grapheme_start(text, longest - 1)].rstrip() + "…"


def shorten_to_graphemes(text: str, longest: int) -> str:
    """Shorten a text to so many graphemes, the last of which is an ellipsis where something was left out."""
    starts = [
        at for at, sign in enumerate(text) if not at or unicodedata.category(sign) not in JOINED_CATEGORIES
    ]
    return text if len(starts) <= longest else text[: starts[longest - 1]] + "…"


def _count_fitting(text: str, longest: int) -> int:
    """Return how many characters of a text have at most so many UTF-16 units."""
    lengths = accumulate(2 if sign > "\uffff" else 1 for sign in text)
    return sum(1 for _ in takewhile(lambda length: length <= longest, lengths))


def _find_grapheme_start(text: str, at: int) -> int:
    """Return the last place, not after `at`, where a grapheme begins; 0 if the text up to there is a single one."""
    while at > 0 and (
        unicodedata.category(text[at]) in JOINED_CATEGORIES
        or text[at] in JOINED_SIGNS
        or text[at - 1] == ZERO_WIDTH_JOINER
    ):
        at -= 1
    return at


_SCHEME = re.compile(r"\b(h)tt(ps?)(?=://)", re.IGNORECASE)
_HOST = re.compile(r"(?<![A-Za-z0-9.@-])[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.([A-Za-z]{2,24})(?![A-Za-z0-9-])")
_FILE_ENDINGS = frozenset(
    [
        "jpg",
        "jpeg",
        "png",
        "gif",
        "heic",
        "webp",
        "tif",
        "tiff",
        "bmp",
        "pdf",
        "doc",
        "docx",
        "xls",
        "xlsx",
        "ppt",
        "pptx",
        "odt",
        "ods",
        "txt",
        "csv",
        "rtf",
        "mp3",
        "m4a",
        "ogg",
        "wav",
    ]
)
"""Endings of names that are files; no name of a host ends so."""


def disarm_links(text: str) -> str:
    """Write the links of a text so that no program makes them clickable: `hxxps://`, and `[.]` in names of hosts.

    What a reporter or a citizen sends to officers may lead to a page that attacks them, or that tells who opened it.
    """
    plain = _SCHEME.sub(r"\1xx\2", text)
    return _HOST.sub(_disarm_host, plain)


def _disarm_host(found: re.Match[str]) -> str:
    return found[0] if found[1].lower() in _FILE_ENDINGS else found[0].replace(".", "[.]")
