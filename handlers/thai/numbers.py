"""Numbers in short replies: the place of what is picked (“ข้อ 2”, “อันแรก”), and points on a scale (“ให้ 4”, “4/5”)."""

import re
from collections.abc import Mapping

from handlers.thai.grammar.particles import OPENERS, PARTICLES
from handlers.thai.matching import fold_characters, remove_emphasis

MAX_NUMBER_REPLY = 40
"""Characters of a reply that is read as a number."""

_NUMBERS_FROM_ONE = (
    "หนึ่ง สอง สาม สี่ ห้า หก เจ็ด แปด เก้า สิบ",
    "one two three four five six seven eight nine ten",
    "first second third fourth fifth",
)
_NUMBER_WORDS: Mapping[str, int] = {
    **{word: n for words in _NUMBERS_FROM_ONE for n, word in enumerate(words.split(), start=1)},
    "แรก": 1,
    "นึง": 1,
}


def _join_words(words: str) -> str:
    return "|".join(sorted(map(re.escape, words.split()), key=len, reverse=True))


_BEFORE = rf"(?:(?:{_join_words(OPENERS)}|ให้|the|my)\s*)*?"
_AFTER = rf"(?:\s*(?:{_join_words(PARTICLES)}|ๆ|one|[.!)\]]))*\s*"
_WORDS = "|".join(sorted(_NUMBER_WORDS, key=len, reverse=True))
_KINDS = "ตัวเลือกที่ ตัวเลือก ข้อที่ ข้อ หมายเลข เบอร์ เลขที่ เลข อันที่ อัน ลำดับที่ ที่ number option choice item"
_PLACE = re.compile(
    rf"{_BEFORE}(?P<kind>{_join_words(_KINDS)}|no\.?|[#(\[])?\s*"
    rf"(?:(?P<digits>\d{{1,4}})|(?P<word>{_WORDS})){_AFTER}"
)
_POINTS = re.compile(
    rf"{_BEFORE}(?:(?:คะแนน|ประมาณ|ได้|ระดับ|สัก|แค่|score|give|rating|it|a)\s*)*"
    rf"(?:(?P<digits>\d{{1,4}})(?:\.0+)?|(?P<word>{_WORDS}))"
    r"\s*(?:(?:/|จาก|เต็ม|out of|of|ใน)\s*(?P<most>\d{1,4}|ห้า|สิบ)|เต็ม)?"
    rf"\s*(?:คะแนน|แต้ม|ดาว|points?|stars?|ค่ะแนน|คะเเนน)?\s*(?:เต็ม|ก็พอ|พอ|ละกัน)?{_AFTER}"
)
_FULL_MARKS = re.compile(rf"{_BEFORE}(?:คะแนนเต็ม|เต็มห้า|เต็ม ?5|เต็มที่|เต็ม|full|full marks){_AFTER}")
_STAR = re.compile("(?:[\u2605\u2b50\U0001f31f]\ufe0f?)+")


def _match_reply(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Match a whole reply, as it is or, failing that, without letters repeated for emphasis."""
    if len(text) > MAX_NUMBER_REPLY:
        return None
    plain = " ".join(fold_characters(text).split())
    return pattern.fullmatch(plain) or pattern.fullmatch(remove_emphasis(plain))


def read_place(text: str) -> int | None:
    """Return the place that a reply names, from 1; None where it names none or says more than that."""
    found = _match_reply(_PLACE, text)
    if found is None or (found["word"] in {"แรก", "นึง"} and not found["kind"]):
        return None
    return int(found["digits"]) if found["digits"] else _NUMBER_WORDS[found["word"]]


def read_points(text: str, most: int) -> int | None:
    """Return the points that a reply gives on a scale from 1 to `most`; None where there are none, or not on it."""
    if _STAR.fullmatch(text.strip()):
        points = sum(sign in "\u2605\u2b50\U0001f31f" for sign in text)
    elif _match_reply(_FULL_MARKS, text):
        points = most
    else:
        found = _match_reply(_POINTS, text)
        if found is None or (found["most"] and _read_number(found["most"]) != most):
            return None
        points = _read_number(found["digits"] or found["word"])
    return points if 1 <= points <= most else None


def _read_number(written: str) -> int:
    return int(written) if written.isdigit() else _NUMBER_WORDS[written]
