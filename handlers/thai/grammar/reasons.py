"""Reasons that people give with a reply, before or after it: “ไม่บอกชื่อ กลัวโดนไล่ออก”, “กดผิด ขอย้อนกลับ”.

A reason says nothing that the reply does not: it is set aside beside a meaning that it supports. Beside any other, and
alone, it is told, and the text is no short reply. Some go on to the end of their clause: what somebody is afraid of.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from handlers.thai.phrases import Meaning

MAX_REASON_TAIL = 40
"""Characters of what a reason goes on with."""

_TAIL = f"(?:(?!แต่|หรือ|ไหม|มั้ย|มั๊ย|ถ้า|ยังไง|ใคร|บ้าง|อะไร|จึง|เลยไม่|ส่ง|ลบ|ยกเลิก).){{0,{MAX_REASON_TAIL}}}"
_CAUSE = (
    "(?:เมื่อกี้|เมื่อตะกี้|ตะกี้|เพราะว่า|เพราะ|เนื่องจาก|พอดี|คือ|ก็|เดี๋ยว|เกรงว่า|ตอนนี้|มัน|ผม|หนู|ฉัน|เรา|ลุง|ป้า|ยาย|ตา|พี่){0,6}"
)

_WITHHOLDING = frozenset(
    {
        Meaning.ANONYMOUS,
        Meaning.CANCEL,
        Meaning.NO,
        Meaning.SKIP,
        Meaning.LEAVE,
        Meaning.DELETE,
        Meaning.NOT_YET,
        Meaning.NEVER,
    }
)
_UNKNOWING = frozenset({Meaning.UNSURE, Meaning.NONE, Meaning.SKIP, Meaning.NEVER, Meaning.NO})
_MOVING = frozenset({Meaning.BACK, Meaning.EDIT, Meaning.CANCEL, Meaning.KEEP})


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason. supports: the meanings beside which it is set aside; goes_on: to the end of its clause."""

    pattern: re.Pattern[str]
    supports: frozenset[Meaning]
    goes_on: bool = False


def _make_reason(pattern: str, supports: frozenset[Meaning], *, goes_on: bool = False) -> Reason:
    return Reason(re.compile(f"{_CAUSE}(?:{pattern}){_TAIL if goes_on else ''}"), supports, goes_on)


_REASONS = (
    _make_reason(
        "กลัว|เกรง|หวั่น|ไม่กล้า|ไม่สบายใจ|ไม่ไว้ใจ|ไม่มั่นใจใน|อันตราย|ไม่ปลอดภัย|เขาจะรู้|เขารู้|โดนไล่ออก|เสี่ยง|มีปัญหา|เดือดร้อน|อาย",
        _WITHHOLDING,
        goes_on=True,
    ),
    _make_reason(
        "ไม่กลัว(?:แล้ว|ใคร|อะไร){0,6}|ไม่มีอะไร(?:ต้อง|จะ)?(?:ปิดบัง|ปิด|กลัว)|ไม่มีปัญหา|กล้าทำกล้ารับ|บริสุทธิ์ใจ|รับผิดชอบเอง",
        frozenset({Meaning.NAMED, Meaning.SEND, Meaning.YES}),
    ),
    _make_reason(
        "(?:กด|พิมพ์|ตอบ|เลือก|กรอก|ใส่|จิ้ม|เขียน|มือ|แตะ)(?:ไป)?(?:เข้ามา)?(?:ผิด|พลาด|ลั่น|โดน|เกิน)(?:ข้อ|อัน|ปุ่ม|ไป|อยู่|ตัว|เมนู){0,6}"
        "|(?:ยัง)?(?:มี|เห็น)(?:ข้อ|ที่|จุด|ตรง|บางข้อ|บางที่|คำ){0,2}ผิด(?:พลาด|อยู่|นิดหน่อย){0,2}|เผลอ(?:กด|ตอบ|พิมพ์)?(?:ไป)?|มือลั่น|ลืม(?:ตอบ|ใส่|พิมพ์|บอก|เขียน)(?:ไป)?",
        _MOVING,
    ),
    _make_reason(
        "เปลี่ยนใจ(?:แล้ว)?|คิดดู(?:ดีๆ)?แล้ว|ไม่อยาก(?:ยุ่ง|มีเรื่อง|มีปัญหา|เอาเรื่อง|วุ่นวาย|ใช้|ทำ)(?:แล้ว|ด้วย|กับใคร){0,6}|ช่าง(?:มัน|เถอะ|เขา){0,6}|ไม่คุ้ม"
        "|เสียเวลา|ไม่ว่าง|ขี้เกียจ|เหนื่อย(?:แล้ว)?|ไม่ไหว(?:แล้ว)?|ไม่(?:ใช้|อยู่|ทำ|เอา)แล้ว|ยุ่งยาก|ยาวไป|ไม่มีประโยชน์|เคลียร์(?:กัน)?(?:ได้)?แล้ว|เริ่มใหม่(?:ดีกว่า)?",
        frozenset({Meaning.CANCEL, Meaning.DELETE, Meaning.LEAVE, Meaning.SKIP, Meaning.NO, Meaning.KEEP}),
    ),
    _make_reason(
        "(?:มัน)?(?:ผ่านมา|เกิด|เรื่อง){0,6}นาน(?:มาก|แล้ว|เกิน|ไป|หลายปี)+|(?:ก็)?ไม่ได้(?:สังเกต|จด|จำ|ถาม|เห็น|อยู่ด้วย|อยู่ตรงนั้น)(?:ไว้)?"
        "|แก่แล้ว|โดน(?:แล้ว|เติบแล้ว)|ไม่รู้(?:ว่า)?(?:จะ|ต้อง)?(?:ไป)?(?:แจ้ง|ร้องเรียน|บอก)(?:กับ)?(?:ที่ไหน|ใคร|ยังไง)(?:ดี)?|ไม่รู้จัก(?:เขา|คนนี้|แก|ใคร)?|ความจำไม่ดี|มืด(?:มาก)?|ไม่เห็นหน้า|เพิ่งย้ายมา|ไม่ทันมอง|ไม่ทันได้ดู|เขาไม่(?:ให้|ยอม)(?:ถ่าย|อัด)(?:รูป)?|ห้ามถ่าย(?:รูป)?|กล้องเสีย"
        "|มือถือ(?:พัง|หาย|แบตหมด)|แบตหมด|ลบไป(?:หมด)?แล้ว|ตกใจ(?:อยู่)?",
        _UNKNOWING,
    ),
    _make_reason(
        "(?:อ่าน|ตรวจ|เช็ค|เช็ก|ดู|ทวน)(?:ทวน|ดู|สอบ){0,6}(?:ดี|หมด|ครบ|จบ|เรียบร้อย|ละเอียด){0,6}แล้ว|ข้อมูล(?:ถูกต้อง|ครบถ้วน|ครบ)(?:หมด)?(?:แล้ว)?|ไม่มีอะไรแก้(?:ไข)?(?:แล้ว)?",
        frozenset({Meaning.SEND, Meaning.START, Meaning.YES, Meaning.OKAY, Meaning.NEXT}),
    ),
    _make_reason(
        "(?:เขา|เค้า|แก|มัน|คนนี้|คนนั้น)?เป็น(?:แค่|เพียง)?(?:หัวหน้า|ผอ|ผู้อำนวยการ|นายก|เจ้านาย|นาย)?(?:เอง|เลย|เนี่ย|แหละ|จริงๆ)+",
        frozenset({Meaning.YES}),
    ),
)


def list_reasons(text: str, at: int, breaks: frozenset[int]) -> Iterator[tuple[int, Reason]]:
    """List the ends and kinds of the reasons at a place of a squeezed text, in which clauses end at `breaks`."""
    for reason in _REASONS:
        found = reason.pattern.match(text, at)
        if found is None or found.end() == at:
            continue
        if reason.goes_on:
            yield from ((place, reason) for place in breaks if at < place <= found.end())
        else:
            yield found.end(), reason
