"""The place in a story: what stands after “ที่”, “ใน”, “หน้า” and is a kind of place, as it was written."""

import re

from handlers.complaints.review.doubt import is_certain
from handlers.thai.grammar.particles import PLAIN_PARTICLES

MAX_PLACE_LENGTH = 40
"""Characters. What goes on for longer is no name of a place, and nothing is understood."""

_KINDS = (
    "ห้อง", "โรงเรียน", "โรงอาหาร", "โรงพยาบาล", "โรงพัก", "อาคาร", "ตึก", "สำนักงาน", "ศาลากลาง", "ศาลา", "วัด",
    "ตลาด", "ร้าน", "บ้านพัก", "อำเภอ", "ตำบล", "หมู่บ้าน", "หมู่ที่", "สนาม", "โกดัง", "คลังพัสดุ", "เคาน์เตอร์", "ลานจอดรถ",
    "ด่าน", "วิทยาลัย", "มหาวิทยาลัย", "ธนาคาร", "ปั๊มน้ำมัน", "เทศบาล", "ที่ว่าการ", "หอประชุม", "ป้อม",
)  # fmt: skip
_ENDS = (
    "ตอน", "เมื่อ", "เวลา", "วัน", "ช่วง", "แล้ว", "และ", "โดย", "เพื่อ", "ให้", "ว่า", "ก่อน", "หลัง", "ซึ่ง", "ที่", "มี",
    "ไม่", "เป็น", "ถูก", "จะ", "ได้", "ทุก", "เขา", "แต่", "จาก", "กับ", "เรียก", "เก็บ", "บอก", "ใคร", "ทำ", "เอา",
    "จ่าย", "คน", "ผม", "ดิฉัน", "หนู", "ฉัน", "ไป", "มา", "อยู่", "ถึง", "ยัง", "เพราะ",
    "ตั้งแต่", "พร้อม", "เป็นประจำ", "ต้อง", "เจ้าหน้าที่", "ผู้", "ครู", "นาย", "นาง", "ราย", "หัก", "ขาย", "ซื้อ", "ขน",
    "อ่ะ", "อะ", "เลย", "นี้", "นั้น", "แห่งหนึ่ง",
)  # fmt: skip
"""What a clause goes on with: the name of a place ends before it."""

_PARTICLE_ENDS = rf"(?:{'|'.join(PLAIN_PARTICLES.split())})+(?=\s|$)"
"""A particle ends a clause only as its last word: “หน้า” is none."""

_MAY_BE_OF_NAME = re.compile(r"ที่|และ|มา|คน|ขน|มี|ทำ|นาย|นาง|ให้|ไป|ไม่|ได้|หนู|ผม|ครู|วัน|ขาย|ซื้อ|หน้า|ข้าง|หลัง")
"""What ends a name or belongs to it, as in “สำนักงานที่ดิน”, “วัดมาบตาพุด”: right after a name it is not known which."""

_NEED_NAME = frozenset({"อำเภอ", "ตำบล", "หมู่บ้าน", "หมู่ที่", "ห้อง"})
"""Kinds of places that say nothing without the name."""

_PLACE = re.compile(
    r"(?:(?<!หน้า)(?<!วัน)(?<!คน)(?<!เรื่อง)(?<!ทำงาน)(?<!อยู่)ที่|ใน|ภายใน|บริเวณ|ตรง|แถว|(?<!หัว)(?=หน้า|หลัง|ข้าง))\s?"
    rf"(?P<place>(?:หน้า|หลัง|ข้าง)?(?P<kind>{'|'.join(_KINDS)})"
    rf"(?:(?!{'|'.join(_ENDS)}|{_PARTICLE_ENDS})[ก-๎.])*(?: ?\d{{1,3}}(?!\d|,))?)"
)


def find_place(story: str) -> str:
    """Return the first place that a story names, as it is written there; empty for none."""
    for match in _PLACE.finditer(story):
        place = match["place"].strip(" .")
        if match["kind"] in _NEED_NAME and place.endswith(match["kind"]):
            continue
        goes_on = _MAY_BE_OF_NAME.match(story, match.end()) is not None
        if goes_on or not is_certain(story, match.start(), match.end()):
            return ""
        if len(place) <= MAX_PLACE_LENGTH:
            return place
    return ""
