"""Comparison of texts: each step that makes two ways of writing the same thing equal is written here, once.

`fold_characters` is the base that everything shares: how signs are encoded and typed. `normalize_for_matching` adds
what does not matter in a short text. Codes, names and the search index add what they need to the base.
"""

import re
import unicodedata

from ita_stats.calendar import to_arabic_digits

_UNUSUAL_SIGN = re.compile("[^\t\n -~ก-าิ-ฺ฿เ-ไๆ-์]")
"""What is neither ASCII nor everyday Thai, so that Unicode may have another form for it; also ำ, which NFKC splits."""
_INVISIBLE_SIGN = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
"""Signs without width: soft hyphens, joiners, direction marks, variation selectors, the byte-order mark."""
_NIKHAHIT = "\u0e4d"
_MISTYPED_SIGN = re.compile("เเ|ํ|ำ[่-๋]|[่-๋][ัิ-ฺ็]|([ะ-ฺเ-ๆ็-๎])\\1")
"""Sara e twice for แ, an ำ in parts, a tone mark on the wrong side of a vowel, a vowel or mark typed twice."""
_DOUBLE_SARA_E = re.compile("เเ")
_DECOMPOSED_SARA_AM = re.compile(_NIKHAHIT + "([\u0e48-\u0e4b]?)\u0e32")
"""ำ as decomposed by NFKC and some keyboards: its ring, possibly a tone mark, and า."""
_TONE_AFTER_SARA_AM = re.compile("ำ([่-๋])")
_TONE_BEFORE_VOWEL = re.compile("([่-๋])([ัิ-ฺ็])")
_REPEATED_SIGN = re.compile("([ะ-ฺเ-ๆ็-๎])\\1+")
"""Thai vowels, marks and ๆ: none of them is ever written twice in a row."""
_EMPHASIS = re.compile(r"([^\W\d_อ])\1{2,}")
"""A letter three times or more: มากกก. Two may be right, as in กรรม, and three อ, as in ขอออก; digits always are."""

_OUTER_PUNCTUATION = " .!?/"
MAX_NUMBER_TEXT = 40


def fold_characters(text: str) -> str:
    """Return a text with one form for each sign: case, width, digits, invisible signs, mistyped vowels and tones.

    The number and the order of its letters stay, also of those that repeat: a code is not changed by it.
    """
    if text.isascii():
        return text.casefold()
    if _UNUSUAL_SIGN.search(text):
        text = to_arabic_digits(unicodedata.normalize("NFKC", _INVISIBLE_SIGN.sub("", text))).casefold()
    else:
        text = text.casefold()
    return _mend_typing(text) if _MISTYPED_SIGN.search(text) else text


def _mend_typing(text: str) -> str:
    text = _REPEATED_SIGN.sub("\\1", _DOUBLE_SARA_E.sub("แ", text))
    text = _REPEATED_SIGN.sub("\\1", _TONE_BEFORE_VOWEL.sub("\\2\\1", text))
    return _TONE_AFTER_SARA_AM.sub("\\1ำ", _DECOMPOSED_SARA_AM.sub("\\1ำ", text))


def remove_emphasis(text: str) -> str:
    """Return a text in which a letter that is repeated for emphasis stands once: มากกก is มาก."""
    return _EMPHASIS.sub("\\1", text)


def normalize_for_matching(text: str) -> str:
    """Normalize a short text for comparison: beside `fold_characters`, emphasis, spaces and outer punctuation."""
    return " ".join(remove_emphasis(fold_characters(text)).split()).strip(_OUTER_PUNCTUATION)


def normalize_stored_words(text: str) -> str:
    """Normalize words that were stored, to find the same words again. This form never changes.

    Hashes of statements and opinions are made of it, and the numbers of free texts, to which themes refer.
    """
    plain = to_arabic_digits(unicodedata.normalize("NFKC", text))
    if _NIKHAHIT in plain:
        plain = _DECOMPOSED_SARA_AM.sub("\\1ำ", plain)
    return " ".join(plain.casefold().split()).strip(_OUTER_PUNCTUATION)


def parse_number(text: str) -> int | None:
    """Parse a number of up to four Thai or Arabic digits; None where the text is not one."""
    if len(text) > MAX_NUMBER_TEXT:
        return None
    plain = normalize_for_matching(text)
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 4 else None
