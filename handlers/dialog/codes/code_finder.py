"""Finding tracking codes and one-time codes in any text: with words round them, mistyped; and taking them out.

A code is five groups of 4-4-4-4-1 symbols, or 17 symbols in a row with at least one letter (`handlers.dialog.receipt`).
Read are: both cases, Thai and full-width digits, O, I and L, any dash, spaces and line breaks between the groups, some
of the dashes missing, invisible and control characters anywhere, and words, brackets or an address round it. Numbers
of other kinds (telephones, accounts, documents, ID cards) and words are none. The time is linear in the length. A
one-time code is read the same way, with gaps between its groups of three digits only (`one_time_code`).
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from handlers.dialog.codes.one_time_code import (
    ONE_TIME_CODE_AS_SHOWN,
    ONE_TIME_CODE_SIGNS,
    OneTimeCode,
    parse_one_time_code,
)
from handlers.dialog.receipt import (
    LOOKALIKES,
    MAX_RECEIPT_TEXT,
    RECEIPT_ALPHABET,
    RECEIPT_LENGTH,
    Receipt,
    has_right_check_symbol,
)
from handlers.thai.matching import fold_characters
from handlers.thai.text import is_removed

GROUP_ENDS = (4, 8, 12, 16, RECEIPT_LENGTH)
"""After how many symbols each group of a code ends."""

MAX_GAP = 8
"""Characters between two groups."""

_DASH, _SPACE, _BREAK, _INVISIBLE, _OTHER = "-", " ", "\n", "\x00", "!"
_MORE_DASHES = frozenset("\u2212_.+~·•ー")
_DASH_WORD = "ขีด"
_LINE_STARTS = frozenset(">|")
"""What mail and chat programs put before a quoted line: no more than a space."""

_TOKEN = re.compile(f"[{RECEIPT_ALPHABET}OIL]+")
_GAP = re.compile(f"[{_DASH}{_SPACE}{_BREAK}]{{1,{MAX_GAP}}}")
_BROKEN_GROUP = re.compile(f"(?<=[{RECEIPT_ALPHABET}OIL]){_BREAK}(?=[{RECEIPT_ALPHABET}OIL])")
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
MIN_TYPED_DIGITS = 9
"""Digits among the symbols of a one-time code: words of the letters O, I and L alone are none."""

_ESCAPED_GAPS = {"%20": " ", "%0A": " ", "%2D": "-"}
_LEADING_WORDS = frozenset(("CODE", "ID", "NO", "REF", "TRACK"))
"""Words that are written against 17 symbols without a space. Before groups with dashes any word is let pass."""


@dataclass(frozen=True, slots=True)
class FoundCode:
    """What stands in a text at [start, end): a tracking code, a one-time code, or one that may be mistyped."""

    start: int
    end: int
    receipt: Receipt | None
    one_time: OneTimeCode | None = None

    @property
    def is_mistyped(self) -> bool:
        """Whether its check symbol, or its check digits, are wrong."""
        return self.receipt is None and self.one_time is None


@dataclass(frozen=True, slots=True)
class _Signs:
    """A text as one sign a character: symbols in capitals, gaps, `!` for others; no invisible characters.

    places: where in the text each sign comes from.
    """

    signs: str
    places: Sequence[int]
    text: str

    def make_code(self, start: int, end: int, receipt: Receipt | None) -> FoundCode:
        """Make the finding of the signs [start, end)."""
        return FoundCode(self.places[start], self.places[end - 1] + 1, receipt)

    def is_in_capitals(self, start: int, end: int) -> bool:
        """Whether the letters of the signs [start, end) were typed as capitals."""
        typed = self.text[self.places[start] : self.places[end - 1] + 1]
        return typed == typed.upper()


def find_codes(text: str) -> tuple[FoundCode, ...]:
    """Return the codes in a text and what may be mistyped ones, in their order; they do not overlap."""
    if len(text) < RECEIPT_LENGTH:
        return ()
    read = _read_signs(text)
    tokens = [one.span() for one in _TOKEN.finditer(read.signs)]
    if sum(end - start for start, end in tokens) < RECEIPT_LENGTH:
        return ()
    shaped = [one for place in range(len(tokens)) if (one := _read_groups(read, tokens, place))]
    kept: list[FoundCode] = []
    for one in (  # of two that overlap, the first of these
        *(one for one in shaped if one.receipt is not None),
        *_find_one_time_codes(read),
        *_find_across_lines(read),
        *_find_beside_words(read, tokens),
        *_read_whole_text(read, tokens),
        *shaped,
    ):
        at = bisect_left(kept, one.end, key=lambda other: other.start)
        if at == 0 or kept[at - 1].end <= one.start:
            kept.insert(at, one)
    return tuple(kept)


def find_receipts(text: str) -> tuple[Receipt, ...]:
    """Return the tracking codes in a text: those with the right check symbol."""
    return tuple(one.receipt for one in find_codes(text) if one.receipt is not None)


def has_codes(text: str) -> bool:
    """Whether a tracking code or a one-time code, with the right check symbols, is in a text."""
    return any(not one.is_mistyped for one in find_codes(text))


def remove_codes(text: str, placeholder: str, *, mistyped: bool = False) -> str:
    """Return a text with a placeholder for each code. mistyped: also for what may be a mistyped one."""
    parts, at = list[str](), 0
    for one in find_codes(text):
        if mistyped or not one.is_mistyped:
            parts += (text[at : one.start], placeholder)
            at = one.end
    return "".join((*parts, text[at:])) if parts else text


@lru_cache(maxsize=4096)
def _read_sign(character: str) -> str:
    plain = fold_characters(character).upper()
    if len(plain) == 1 and plain.isascii() and plain.isalnum():
        return plain
    category = unicodedata.category(character)
    if is_removed(character) or not plain or category == "Cf":
        return _INVISIBLE
    if category == "Pd" or character in _MORE_DASHES:
        return _DASH
    if character == "\n":
        return _BREAK
    if character.isspace() or character in _LINE_STARTS:
        return _SPACE
    return _OTHER


def _read_signs(text: str) -> _Signs:
    typed = _ESCAPE.sub(_replace_escape, text) if "%" in text else text
    if _DASH_WORD in typed:
        typed = typed.replace(_DASH_WORD, "-\u200b\u200b")  # as it is read out; of the same length
    signs = "".join(map(_read_sign, typed))
    if _INVISIBLE not in signs:
        return _Signs(signs, range(len(signs)), text)
    places = [at for at, sign in enumerate(signs) if sign != _INVISIBLE]
    return _Signs(signs.replace(_INVISIBLE, ""), places, text)


def _replace_escape(escape: re.Match[str]) -> str:
    """Replace an escaped character of an address by what it stands for, in the same length."""
    return _ESCAPED_GAPS.get(escape[0].upper(), _OTHER) + "\u200b\u200b"


def _read_groups(
    read: _Signs, tokens: Sequence[tuple[int, int]], first: int, skipped: int = 0, *, has_word: bool = False
) -> FoundCode | None:
    """Return the code that begins with the run of symbols `first`, after so many of its signs; None for none.

    has_word: a word may stand against its last group.
    """
    start = at = tokens[first][0] + skipped
    symbols, gaps = "", list[str]()
    for place in range(first, len(tokens)):
        begin, end = tokens[place]
        if place > first:
            gap = read.signs[at:begin]
            if len(symbols) not in GROUP_ENDS or _GAP.fullmatch(gap) is None:
                return None
            gaps.append(gap)
        symbols += read.signs[max(begin, start) : end]
        at = end
        if len(symbols) >= RECEIPT_LENGTH:
            break
    word, symbols = symbols[RECEIPT_LENGTH:], symbols[:RECEIPT_LENGTH]
    if len(symbols) < RECEIPT_LENGTH or (word and not (has_word and gaps and word.isalpha())):
        return None
    at -= len(word)
    plain = symbols.translate(LOOKALIKES)
    is_right = has_right_check_symbol(plain)
    if not _is_convincing(symbols, gaps, is_right=is_right, is_capital=read.is_in_capitals(start, at)):
        return None
    return read.make_code(start, at, Receipt(plain) if is_right else None)


def _find_one_time_codes(read: _Signs) -> Iterator[FoundCode]:
    """Yield the one-time codes; those with wrong check digits only where they are written as they are shown."""
    for found in ONE_TIME_CODE_SIGNS.finditer(read.signs):
        symbols = "".join(filter(str.isalnum, found[0]))
        if sum(map(str.isdigit, symbols)) < MIN_TYPED_DIGITS:
            continue
        code = parse_one_time_code(symbols.translate(LOOKALIKES))
        if code is not None or ONE_TIME_CODE_AS_SHOWN.fullmatch(found[0]):
            place = read.make_code(found.start(), found.end(), None)
            yield FoundCode(place.start, place.end, None, code)


def _find_across_lines(read: _Signs) -> Iterator[FoundCode]:
    """Yield the codes with a right check symbol with a line break within a group, as where a text was cut."""
    breaks = {one.start() for one in _BROKEN_GROUP.finditer(read.signs)}
    if not breaks:
        return
    places = [place for at, place in enumerate(read.places) if at not in breaks]
    joined = _Signs(_BROKEN_GROUP.sub("", read.signs), places, read.text)
    tokens = [one.span() for one in _TOKEN.finditer(joined.signs)]
    for first in range(len(tokens)):
        found = _read_groups(joined, tokens, first)
        if found is not None and found.receipt is not None and " " not in read.text[found.start : found.end]:
            yield found


def _find_beside_words(read: _Signs, tokens: Sequence[tuple[int, int]]) -> Iterator[FoundCode]:
    """Yield the codes with a right check symbol that a word stands against without a space, before or after."""
    for place, (start, end) in enumerate(tokens):
        for length in (*(length for length in GROUP_ENDS if length < end - start), end - start):
            word = read.signs[start : end - length]
            if word and not (word.isalpha() and (length < RECEIPT_LENGTH or word in _LEADING_WORDS)):
                continue
            found = _read_groups(read, tokens, place, len(word), has_word=True)
            if found is not None and found.receipt is not None:
                yield found


def _is_convincing(symbols: str, gaps: Sequence[str], *, is_right: bool, is_capital: bool) -> bool:
    """Whether 17 symbols, as typed, are meant as a code and no number or words of another kind.

    Of all codes, 1 in 600 has no digit; 1 in 300 has no group of four with both a letter and a digit.
    """
    has_letter, has_digit = not symbols.isdigit(), not symbols.isalpha()
    is_dashed = all(_DASH in gap for gap in gaps)
    if is_dashed and len(gaps) == len(GROUP_ENDS) - 1:  # as a code is shown
        return is_right or has_digit or is_capital
    if not has_letter:
        return False
    if not has_digit:  # a code is never shown with O, I or L, and most long words have one of them
        return is_right and not set(symbols) & set("OIL") and (is_dashed or is_capital)
    if not gaps:
        return True
    return (is_right and is_capital) or any(
        not symbols[end - 4 : end].isdigit() and not symbols[end - 4 : end].isalpha()
        for end in GROUP_ENDS[:-1]
    )


def _read_whole_text(read: _Signs, tokens: Sequence[tuple[int, int]]) -> Iterator[FoundCode]:
    """Yield the code that is the whole text, however its symbols are grouped."""
    groups = [read.signs[start:end] for start, end in tokens]
    symbols = "".join(groups)
    if (
        len(read.text) > MAX_RECEIPT_TEXT
        or len(symbols) != RECEIPT_LENGTH
        or _OTHER in read.signs
        or symbols.isdigit()
        or symbols.isalpha()
    ):
        return
    start, end = tokens[0][0], tokens[-1][1]
    plain = symbols.translate(LOOKALIKES)
    is_right = has_right_check_symbol(plain)
    is_mixed = any(not group.isdigit() and not group.isalpha() for group in groups)
    if is_mixed or max(map(len, groups)) <= 2 or (is_right and read.is_in_capitals(start, end)):
        yield read.make_code(start, end, Receipt(plain) if is_right else None)
