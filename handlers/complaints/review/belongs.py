"""What a text that came at the review seems to be about, by plain signs; nothing where two things fit, or none.

It only decides which question is offered beside “add to what happened”: the person picks.
"""

import re
from collections.abc import Mapping

from handlers.complaints.review.places import find_place
from handlers.dialog.context import Context
from handlers.thai.date_words import MAX_DATE_TEXT
from handlers.thai.dates import parse_date, to_bangkok_date

MAX_READ_LENGTH = 300
"""Characters. A longer text tells of several things."""

_SEEN_BY = "คน|เพื่อน|ใคร|บ้าน|ด้วย|เขา|แม่บ้าน|ยาม|รปภ|ครู|นักเรียน|ลูกค้า"
_WHO = "เขา|เค้า|แก(?!้)|คนนั้น|คนนี้|มัน|คนทำ|คนเรียก"
_SIGNS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(sign, re.IGNORECASE)
    for name, sign in {
        "witnesses": rf"พยาน|(?:{_SEEN_BY})[^\n]{{0,20}}เห็น|witness|saw it",
        "evidence": "หลักฐาน|คลิป|รูปถ่าย|ใบเสร็จ|สลิป|อัดเสียง|กล้องวงจรปิด|แชต|แชท|evidence|photo|receipt|video",
        "elsewhere": r"เคย(?:ไป)?(?:แจ้ง|ร้อง|บอก|ฟ้อง)|แจ้งความ|แจ้ง(?:ที่อื่น|ป\.?ป\.?[ชท])|ร้องเรียน(?:ไป|ที่)|reported",
        "wish": "^(?:ขอให้|อยากให้|ต้องการให้|ขอความเป็นธรรม|อยากได้|please )|ช่วยตรวจสอบ|ให้ตรวจสอบ|คืนเงิน",
        "accused": rf"(?:{_WHO})[^\n]{{0,12}}(?:ชื่อ|เป็น)|^ชื่อ|ชื่อเล่น|ตำแหน่ง|(?:his|her|their) name",
    }.items()
}


def find_question_of_text(text: str, ctx: Context) -> str:
    """Return the question that a text seems to answer, by its name; empty for none, and where two may be meant."""
    if len(text) > MAX_READ_LENGTH:
        return ""
    found = {name for name, sign in _SIGNS.items() if sign.search(text)}
    short = text[:MAX_DATE_TEXT]
    if parse_date(short, to_bangkok_date(ctx.now), ctx.lang) is not None:
        found.add("when")
    if find_place(text):
        found.add("where")
    return found.pop() if len(found) == 1 else ""
