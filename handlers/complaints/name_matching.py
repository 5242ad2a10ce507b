"""Fuzzy matching of Thai names: keys that ignore spelling variants, and removal of titles.

Thai writes some sounds with several letters, silences letters with a sign (thanthakhat) that is often forgotten, and
marks tones that are often left out. A text gets a few keys, a name all that its spelling allows; a name matches a
text if they have one key in common.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from handlers.thai.matching import fold_characters

NAME_TITLES = (
    "นางสาว", "น.ส.", "นส.", "นาย", "นาง", "เด็กชาย", "เด็กหญิง", "ด.ช.", "ด.ญ.",
    "ว่าที่ร้อยตรีหญิง", "ว่าที่ร้อยตรี", "ว่าที่ร้อยโท", "ว่าที่ร้อยเอก", "ว่าที่พันตรี", "ว่าที่ ร้อยตรี",
    "ว่าที่ ร.ต.หญิง", "ว่าที่ร.ต.หญิง", "ว่าที่ ร.ต.", "ว่าที่ร.ต.", "ว่าที่ ร.ท.", "ว่าที่ร.ท.", "ว่าที่ ร.อ.", "ว่าที่ร.อ.",
    "ว่าที่ ร.ต", "ว่าที่ร.ต", "พลตำรวจเอก", "พลตำรวจโท", "พลตำรวจตรี", "พันตำรวจเอก", "พันตำรวจโท", "พันตำรวจตรี",
    "ร้อยตำรวจเอก", "ร้อยตำรวจโท", "ร้อยตำรวจตรี", "ดาบตำรวจ", "จ่าสิบตำรวจ", "สิบตำรวจเอก", "สิบตำรวจโท", "สิบตำรวจตรี",
    "พลเอก", "พลโท", "พลตรี", "พันเอก", "พันโท", "พันตรี", "ร้อยเอก", "ร้อยโท", "ร้อยตรี", "จ่าสิบเอก", "สิบเอก", "สิบโท",
    "นาวาอากาศเอก", "นาวาอากาศโท", "นาวาอากาศตรี", "นาวาเอก", "นาวาโท", "นาวาตรี", "เรืออากาศเอก", "เรือเอก",
    "พล.ต.อ.", "พล.ต.ท.", "พล.ต.ต.", "พ.ต.อ.", "พ.ต.ท.", "พ.ต.ต.", "ร.ต.อ.", "ร.ต.ท.", "ร.ต.ต.", "พล.อ.", "พล.ท.",
    "พล.ต.", "พ.อ.", "พ.ท.", "พ.ต.", "จ.ส.ต.", "ส.ต.อ.", "ส.ต.ท.", "ส.ต.ต.", "น.อ.", "น.ท.", "น.ต.",
    "ด.ต.", "จ.ส.อ.", "ส.อ.", "ร.อ.", "ร.ท.", "ร.ต.", "รองผู้อำนวยการ", "รองผอ.", "รอง ผอ.", "ผู้อำนวยการ", "ผอ.", "ผอ",
    "ศาสตราจารย์", "รองศาสตราจารย์", "ผู้ช่วยศาสตราจารย์", "ศ.ดร.", "รศ.ดร.", "ผศ.ดร.", "ศ.", "รศ.", "ผศ.", "ดร.", "ดร",
    "ด็อกเตอร์", "อาจารย์", "อ.", "คุณครู", "ครู", "คุณ", "ท่าน", "พี่", "น้อง", "นายแพทย์", "แพทย์หญิง", "ทันตแพทย์หญิง",
    "ทันตแพทย์", "เภสัชกรหญิง", "เภสัชกร", "นพ.", "พญ.", "ทพ.", "ทพญ.", "ภก.", "ภญ.", "หม่อมหลวง", "หม่อมราชวงศ์",
    "ม.ล.", "ม.ร.ว.", "ศึกษาธิการจังหวัด", "ศึกษาธิการ", "ศธจ.", "หัวหน้ากลุ่ม", "หัวหน้า", "หน.", "ปลัด", "นายอำเภอ", "กำนัน",
    "ผู้ใหญ่บ้าน", "mister", "mr.", "mrs.", "miss", "ms.", "mr", "mrs", "ms", "dr.", "dr", "khun",
)  # fmt: skip

_SOUND_ALIKE = {
    **dict.fromkeys("ศษซ", "ส"), "ณ": "น", "ญ": "ย", "ฎ": "ด", "ฏ": "ต", "ร": "ล", "ฬ": "ล", "ฮ": "ห",
    **dict.fromkeys("ฐฑฒถธ", "ท"), **dict.fromkeys("ขฃฅฆ", "ค"), **dict.fromkeys("ฌฉ", "ช"),
    **dict.fromkeys("ภผ", "พ"), "ฝ": "ฟ", "ใ": "ไ", "ี": "ิ", "ู": "ุ", "ื": "ึ", "ๅ": "า",
}  # fmt: skip
"""Letters that are confused in writing because they sound alike, each with the letter that stands for it in keys."""

_TONE_MARKS = re.compile("[\u0e47-\u0e4b\u0e4e]")
_THANTHAKHAT = "\u0e4c"
_SILENCED_LETTER = re.compile("[ก-ฮ][\u0e34\u0e38]?\u0e4c")
_SILENCED_CLUSTER = re.compile("(?:[ดตทธ]ร|ษ[ณม])\u0e4c|" + _SILENCED_LETTER.pattern)
"""Silenced letters, with the letter before them that may be left out too: จันทร์ is written จัน, ลักษณ์ ลัก."""

MAX_SILENCED_LETTERS = 3
"""Silenced letters of a name that are expanded in every combination; no Thai name has more."""

_REPEATED_LETTER = re.compile(r"(.)\1+")
_TITLE_PATTERN = re.compile("|".join(sorted(map(re.escape, NAME_TITLES), key=len, reverse=True)))
_NON_SPACE = re.compile(r"\S")
_NON_INITIAL_MARK = re.compile(r"[\u0e30-\u0e3a\u0e45\u0e47-\u0e4e]")
"""Signs that cannot begin a word: a title before one of them is part of a longer word, as in นายิกา."""


@lru_cache(maxsize=4096)
def compute_text_keys(text: str) -> frozenset[str]:
    """Return the keys of a text: without tones, silenced letters, sound-alikes, spaces and points.

    Variants: a silenced letter kept (ศักดิ์, ศักดิ) or dropped with its sign (จันทร์, จันท); รร as ั (วรรณา, วัณา) and
    as ร, since it may span two words; ฤ as ริ and as รึ.
    """
    plain = _normalize_text(text)
    double = {plain, plain.replace("รร", "ั")}
    ways = {w.replace(_THANTHAKHAT, "") for one in double for w in (one, _SILENCED_LETTER.sub("", one))}
    return frozenset(
        _reduce_to_key(way.replace("ฤ", sound)) for way in ways for sound in _list_ru_sounds(way)
    )


@lru_cache(maxsize=4096)
def compute_name_keys(name: str) -> frozenset[str]:
    """Return the keys of a name: each silenced letter kept, dropped, or dropped with the one before it."""
    found = set()
    plain = _normalize_text(name)
    for whole in {plain, plain.replace("รร", "ั")}:
        for way in _expand_silenced(whole):
            found |= {_reduce_to_key(way.replace("ฤ", sound)) for sound in _list_ru_sounds(way)}
    return frozenset(found)


def strip_titles(name: str) -> str:
    """Return a name without its titles: สมศรี for นางสาวสมศรี and for ว่าที่ ร.ต. ดร. สมศรี."""
    left = name.strip()
    folded = fold_characters(left)
    # A name whose letters fold one by one keeps its capitals.
    shown = left if len(folded) == len(left) else folded
    letters = (at for at, sign in enumerate(folded) if unicodedata.category(sign)[0] == "L")
    last_letter = max(letters, default=-1)
    at = 0
    while (found := _TITLE_PATTERN.match(folded, at)) is not None:
        start = _find_start_after_title(folded, found)
        if start is None or start > last_letter:
            break
        at = start
    return shown[at:].strip() if at else left


@lru_cache(maxsize=1024)
def compute_word_keys(text: str) -> frozenset[str]:
    """Return the keys of each word of a text (split at spaces and punctuation), without its titles."""
    parts = re.split(r"[\s,.;:()\"'“”/\-]+", text)
    return frozenset(reading for part in parts for reading in compute_text_keys(strip_titles(part)))


@lru_cache(maxsize=1024)
def compute_keys_after_titles(text: str) -> frozenset[str]:
    """Return the keys of what follows each title in a text, cut to `MAX_SHORT_NAME` characters."""
    folded = fold_characters(text)
    starts = (_find_start_after_title(folded, found) for found in _TITLE_PATTERN.finditer(folded))
    rests = {folded[start : start + MAX_SHORT_NAME] for start in starts if start is not None}
    return frozenset(reading for rest in rests if rest for reading in compute_text_keys(rest))


MAX_SHORT_NAME = 12
"""Characters, marks included, within which a short name after a title ends."""


def _find_start_after_title(text: str, title: re.Match[str]) -> int | None:
    """Return where the text after a title starts; None where the title's letters are part of a longer word."""
    end = title.end()
    if _NON_INITIAL_MARK.match(text, end) or (
        title[0][-1].isascii() and title[0][-1].isalpha() and text[end : end + 1].isalpha()
    ):
        return None
    found = _NON_SPACE.search(text, end)
    return found.start() if found else len(text)


def _normalize_text(text: str) -> str:
    return fold_characters(text).replace("ำ", "ัม").replace("ฤๅ", "ฤ")


def _list_ru_sounds(text: str) -> tuple[str, ...]:
    return ("ริ", "รึ") if "ฤ" in text else ("",)


def _expand_silenced(name: str) -> Iterator[str]:
    """Yield a name with each of its silenced letters kept, dropped, or dropped with the one before."""
    parts, at = list[tuple[str, ...]](), 0
    for count, found in enumerate(_SILENCED_CLUSTER.finditer(name)):
        start = found.start()
        parts.append((name[at:start],))
        pair = found[0].replace(_THANTHAKHAT, "")
        alone = _SILENCED_LETTER.sub("", found[0])
        parts.append(tuple(dict.fromkeys((pair, alone, ""))) if count < MAX_SILENCED_LETTERS else (pair,))
        at = found.end()
    parts.append((name[at:].replace(_THANTHAKHAT, ""),))
    for chosen in product(*parts):
        yield "".join(chosen)


class _KeySigns(dict[int, str | None]):
    """What each sign becomes in a key: its sound-alike, or nothing where it is no letter or vowel."""

    def __missing__(self, code: int) -> str | None:
        sign = chr(code)
        is_part = unicodedata.category(sign)[0] in "LM" and not _TONE_MARKS.match(sign)
        becomes = _SOUND_ALIKE.get(sign, sign) if is_part else None
        if code <= _LAST_THAI_SIGN:  # others are too many to be kept
            self[code] = becomes
        return becomes


_LAST_THAI_SIGN = 0x0E7F
_KEY_SIGNS = _KeySigns()


def _reduce_to_key(text: str) -> str:
    return _REPEATED_LETTER.sub(r"\1", text.translate(_KEY_SIGNS))
