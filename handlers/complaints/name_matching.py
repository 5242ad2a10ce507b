"""Thai names as people write them: what is left of a name where spelling does not matter, and its titles.

Thai writes some sounds with several letters, silences letters with a sign that is often forgotten, and marks tones
that are often left out. A text is read in a few ways, a name in all that its spelling allows; one of them in
common is enough.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

TITLES = (
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

_ALIKE = {
    **dict.fromkeys("ศษซ", "ส"), "ณ": "น", "ญ": "ย", "ฎ": "ด", "ฏ": "ต", "ร": "ล", "ฬ": "ล", "ฮ": "ห",
    **dict.fromkeys("ฐฑฒถธ", "ท"), **dict.fromkeys("ขฃฅฆ", "ค"), **dict.fromkeys("ฌฉ", "ช"),
    **dict.fromkeys("ภผ", "พ"), "ฝ": "ฟ", "ใ": "ไ", "ี": "ิ", "ู": "ุ", "ื": "ึ", "ๅ": "า",
}  # fmt: skip
"""Letters that are written for each other, as they sound alike."""

_TONES = re.compile("[\u0e47-\u0e4b\u0e4e]")
_SILENCER = "\u0e4c"
_SILENT = re.compile("[ก-ฮ][\u0e34\u0e38]?\u0e4c")
_SILENT_PAIR = re.compile("(?:[ดตทธ]ร|ษ[ณม])\u0e4c|" + _SILENT.pattern)
"""What a silenced letter may take with it: จันทร์ is written จัน, ลักษณ์ ลัก."""

MOST_SILENT = 3
"""Silenced letters of a name that are read in every combination; no Thai name has more."""

_TWICE = re.compile(r"(.)\1+")
_TITLE = re.compile("|".join(sorted(map(re.escape, TITLES), key=len, reverse=True)))
_WITHIN = re.compile(r"[\u0e30-\u0e3a\u0e45\u0e47-\u0e4e]")
"""What cannot begin a word: what stands before it was no title, as in นายิกา."""


@lru_cache(maxsize=4096)
def readings(text: str) -> frozenset[str]:
    """What is left of a text where tones, silenced letters, look-alikes, spaces and points do not matter.

    A silenced letter that stands (ศักดิ์, ศักดิ), and one that goes with its sign (จันทร์, จันท); รร as ั
    (วรรณา, วัณา), and as ร, for it may be two words; ฤ as ริ and as รึ.
    """
    plain = _plain(text)
    double = {plain, plain.replace("รร", "ั")}
    ways = {w.replace(_SILENCER, "") for one in double for w in (one, _SILENT.sub("", one))}
    return frozenset(_bare(way.replace("ฤ", sound)) for way in ways for sound in _sounds(way))


@lru_cache(maxsize=4096)
def spellings(name: str) -> frozenset[str]:
    """All that may be left of a name: each silenced letter stands, goes, or goes with the one before it."""
    found = set()
    plain = _plain(name)
    for whole in {plain, plain.replace("รร", "ั")}:
        for way in _silenced(whole):
            found |= {_bare(way.replace("ฤ", sound)) for sound in _sounds(way)}
    return frozenset(found)


def untitled(name: str) -> str:
    """A name without its titles: นางสาวสมศรี, ว่าที่ ร.ต. ดร. สมศรี."""
    left = name.strip()
    while (rest := _after_title(left)) is not None:
        left = rest
    return left


@lru_cache(maxsize=1024)
def words(text: str) -> frozenset[str]:
    """The readings of every word of a text that spaces and signs set apart, without its titles."""
    parts = re.split(r"[\s,.;:()\"'“”/\-]+", text)
    return frozenset(reading for part in parts for reading in readings(untitled(part)))


@lru_cache(maxsize=1024)
def titled(text: str) -> frozenset[str]:
    """The readings of what follows each title in a text, as far as a short name could go."""
    folded = text.casefold()
    rests = (_begun(folded, found) for found in _TITLE.finditer(folded))
    return frozenset(reading for rest in rests if rest for reading in readings(rest[:SHORT]))


SHORT = 12
"""Letters in which a short name that follows a title stands, with its marks."""


def _after_title(name: str) -> str | None:
    folded = name.casefold()
    found = _TITLE.match(folded) if len(folded) == len(name) else None
    rest = _begun(name, found) if found else None
    return rest if rest and any(unicodedata.category(c)[0] == "L" for c in rest) else None


def _begun(text: str, title: re.Match[str]) -> str | None:
    """What begins after a title; None where the letters belong to one word."""
    rest = text[title.end() :]
    if _WITHIN.match(rest) or (title[0][-1].isascii() and title[0][-1].isalpha() and rest[:1].isalpha()):
        return None
    return rest.strip()


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold().replace("\u0e4d\u0e32", "ัม")
    return plain.replace("เเ", "แ").replace("ฤๅ", "ฤ")


def _sounds(text: str) -> tuple[str, ...]:
    return ("ริ", "รึ") if "ฤ" in text else ("",)


def _silenced(name: str) -> Iterator[str]:
    """A name with each of its silenced letters standing, gone, or gone with the one before."""
    parts, at = list[tuple[str, ...]](), 0
    for count, found in enumerate(_SILENT_PAIR.finditer(name)):
        start = found.start()
        parts.append((name[at:start],))
        pair = found[0].replace(_SILENCER, "")
        alone = _SILENT.sub("", found[0])
        parts.append(tuple(dict.fromkeys((pair, alone, ""))) if count < MOST_SILENT else (pair,))
        at = found.end()
    parts.append((name[at:].replace(_SILENCER, ""),))
    for chosen in product(*parts):
        yield "".join(chosen)


def _bare(text: str) -> str:
    alike = "".join(_ALIKE.get(c, c) for c in _TONES.sub("", text) if unicodedata.category(c)[0] in "LM")
    return _TWICE.sub(r"\1", alike)
