"""Replies that go on to tell something: “ไม่ใช่ค่ะ เขาเป็นแค่ลูกจ้าง”, “ให้ 4 ค่ะ พนักงานพูดดี”.

The reply stands first, as a clause of its own. What follows is told: it may not ask, take back or deny what was said.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from handlers.thai.agreement import combine_meanings
from handlers.thai.grammar.parser import list_stems, parse_reply, squeeze_text
from handlers.thai.grammar.particles import POLITE_ALONE
from handlers.thai.grammar.spelling import correct_spelling
from handlers.thai.matching import normalize_for_matching
from handlers.thai.phrases import Meaning

MAX_LED_REPLY = 200
"""Characters. A longer text is told as a whole."""

MAX_CLAUSES_BEFORE = 4
"""Words between spaces that the reply may take."""

_POLITE = "|".join(sorted(POLITE_ALONE.split(), key=len, reverse=True))
_AFTER_POLITE = re.compile(f"((?:{_POLITE})(?:นะ|ๆ)?)(?=\\S)(?!แนน|หน้า|ของ|ภาพ|นาย|[่-๎ะาิ-ู])")
_ENDS_POLITELY = re.compile(f"(?:{_POLITE}|นะ|เด้อ|เน้อ)$")
_GOES_AGAINST = re.compile(
    "แต่|หรือ|ถ้า|ยกเว้น|ทว่า|และ|กับ|แล้วถ้า|ก่อน|มี|(?!100)[0-9]|(?:คน|ชั่วโมง|ครั้ง|รอบ|วัน|นาที|เดือน|ปี|บาท|ช่อง|ที่นั่ง|ครึ่ง)(?!ละ|นี้|นั้น)"
)
_ASKS = re.compile(
    f"ไหม|มั้ย|มัย|หรือเปล่า|หรือไม่|หรือยัง|ใคร|ทำไม|ยังไง|อย่างไร|อะไร|กี่|ไหน|เมื่อไหร่|เมื่อไร|ไง(?:ดี|{_POLITE})?$|เหรอ|หรอ(?!ก)"
)
_ABOUT_WHOM = (
    "(?:เขา|เค้า|แก|ท่าน|คนนี้|คนนั้น|คนเดียวกัน|หัวหน้า|ผอ|ผู้อำนวยการ"
    "|เจ้านาย|นาย|เอง|นั่น|แหละ|นี่|เลย|เนี่ย|น่ะ|สิ|ล่ะ|จริงๆ|แน่ๆ|เป็น|คือ|คนอื่น|อีกคน|คน|คนละ|กัน|100)"
)
_TELLS_NOTHING = re.compile(f"(?:{_ABOUT_WHOM}|{_POLITE})+")
_CONTRADICTING: Mapping[Meaning, re.Pattern[str]] = {
    Meaning.NO: re.compile(
        "(?<!ไม่)(?<!มิ)ใช่|(?<!ไม่)(?<!ไม่ได้)(?<!ลูกน้อง)(?:เป็น|คือ)(?:คน)?(?:หัวหน้า|ผอ|ผู้อำนวยการ|นายก|ปลัด|ผู้บริหาร|เจ้านาย|ผู้ดูแล)"
    ),
    Meaning.YES: re.compile("ไม่|มิใช่|เปล่า|ลูกน้อง"),
    Meaning.ANONYMOUS: re.compile("(?<!ไม่)(?<!ไม่อยาก)(?:บอก|เปิดเผย|ระบุ)"),
    Meaning.NAMED: re.compile("ไม่|กลัว|อย่า|ห้าม"),
}
"""What a reply may not be followed by, if it is to be taken."""

_OF_THE_HEAD = re.compile(
    "(?:(?P<no>ไม่ใช่|ไม่ได้เป็น|ไม่เป็น|มิใช่)|ใช่|เป็น)(?:คน)?(?:หัวหน้า|ผู้บริหาร|ผอ|ผู้อำนวยการ|เจ้านาย|ผู้ดูแล)(?:หน่วยงาน|หน่วย|ช่องทางนี้|ช่องทาง|ที่นี่|คนนี้|เอง){0,3}"
)
"""Whether somebody is the head, said with the word: “ไม่ใช่หัวหน้าค่ะ”. Only a choice of yes and no is picked by it."""


@dataclass(frozen=True, slots=True)
class LedReply:
    """A reply and what is told after it. told: empty where that says nothing more; is_polite: a particle ends it."""

    reply: str
    meanings: tuple[Meaning, ...]
    told: str
    is_polite: bool


def separate_clauses(plain: str) -> list[str]:
    """Return the clauses of a normalized text: what stands between spaces, and after a particle of politeness."""
    return _AFTER_POLITE.sub("\\1 ", plain).split()


def list_led_replies(text: str) -> list[LedReply]:
    """List the replies that a text may begin with, the longest first, each with what is told after it."""
    if len(text) > MAX_LED_REPLY or "?" in text or "\uff1f" in text or text.startswith("ใช้"):
        return []
    plain = correct_spelling(normalize_for_matching(text))
    of_head = next(filter(None, map(_OF_THE_HEAD.fullmatch, list_stems(squeeze_text(plain).text))), None)
    if of_head is not None:
        is_it = Meaning.NO if of_head["no"] else Meaning.YES
        return [LedReply("ไม่ใช่" if of_head["no"] else "ใช่", (is_it,), "", is_polite=True)]
    clauses = separate_clauses(plain)
    found = []
    for end in range(min(len(clauses) - 1, MAX_CLAUSES_BEFORE), 0, -1):
        reply, told = " ".join(clauses[:end]), "".join(clauses[end:])
        if _GOES_AGAINST.match(told) or _ASKS.search(told):
            continue
        parse = parse_reply(squeeze_text(reply)) or ()
        meanings = combine_meanings([part.meaning for part in parse])
        if any(meaning in _CONTRADICTING and _CONTRADICTING[meaning].search(told) for meaning in meanings):
            continue
        said = "" if _TELLS_NOTHING.fullmatch(squeeze_text(told).text) else told
        if meanings == (Meaning.AMBIGUOUS,):
            continue
        found.append(LedReply(reply, meanings, said, _ENDS_POLITELY.search(reply) is not None))
    return found
