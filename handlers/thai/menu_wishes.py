"""What somebody wants at the menu, as a whole short text: to report, to follow a report, or to read about privacy."""

import re
from enum import StrEnum

from handlers.thai.grammar.particles import PARTICLES, PLAIN_PARTICLES, POLITE_ALONE, join_particles
from handlers.thai.grammar.spelling import correct_spelling
from handlers.thai.led_replies import separate_clauses
from handlers.thai.matching import normalize_for_matching
from handlers.thai.meanings import squeeze_reply

MAX_WISH_LENGTH = 60
"""Characters. A longer text tells something."""


class MenuWish(StrEnum):
    """The name of the command that a wish is for."""

    REPORT = "report"
    TRACK = "track"
    PRIVACY = "privacy"


_POLITE = join_particles(PLAIN_PARTICLES, POLITE_ALONE)
_BEFORE = (
    f"(?:{_POLITE}|กราบ|สวัสดี|หวัดดี|คือ|ว่า|ผม|หนู|ดิฉัน|ฉัน|เรา|พอดี|ตอนนี้|รบกวน|ช่วย|กรุณา|ขออนุญาต|ขอ|จะ|อยากจะ|อยากให้|อยาก"
    "|ต้องการ|ประสงค์|มีความประสงค์|มีเรื่อง|มีเหตุ|มีเบาะแส|มีข้อมูล|มีปัญหา|เข้ามา|มา|สนใจ|สอบถาม|อยากรู้|มีรหัสติดตาม|มีเลขติดตาม|มีรหัส|แล้ว|แค่|ว่าจะ|ตั้งใจ|ขอถาม|ถาม|ที่)*"
)
_AFTER = f"(?:{join_particles(PARTICLES)}|สักเรื่อง|ซักเรื่อง|เรื่องนึง|เรื่องหนึ่ง|เพิ่ม|ใหม่|บ้าง|จัง|อะ|อ่ะ|แอดมิน|ลูก|หลาน)*"
_MATTER = (
    "(?:เรื่องราว|เรื่อง|เบาะแส|การทุจริต|ทุจริต|การโกง|โกง|คอร์รัปชัน|คอรัปชั่น|คอร์รัปชั่น|การกระทำผิด|ความผิด|ปัญหา|เหตุ|ร้องเรียน"
    "|ร้องทุกข์|เจ้าหน้าที่|ข้าราชการ|คนโกง|โกงกิน|กินสินบน|สินบน|คน|พนักงาน|ครู|ผู้บริหาร|หน่วยงาน|ราชการ|ใน|ของ|เทศบาล|อบต|อำเภอ|โรงเรียน|สำนักงาน|ที่นี่|ที่ทำงาน)*"
)
_CASE = (
    "(?:เรื่องราว|เรื่อง|เคส|คดี|คำร้อง|ร้องเรียน|ที่|ได้|ลุง|ป้า|ยาย|ตา|พี่|แม่|พ่อ|ผม|หนู|ดิฉัน|ฉัน|เรา|เคย|แจ้ง|ส่ง|ร้อง|ไป|ไว้|แล้ว|ก่อนหน้านี้|คราวก่อน|เมื่อวานนี้|เมื่อวาน|เมื่อเดือนก่อน|เดือนก่อน|เดือนที่แล้ว|เมื่ออาทิตย์ก่อน|อาทิตย์ก่อน|วันก่อน|ปีที่แล้ว|คดี"
    "|ครั้งก่อน|ของ|เดิม|เก่า|นี้|นั้น)*"
)
_I = "ผม|หนู|ดิฉัน|ฉัน|เรา|ลุง|ป้า|ยาย"
_OWN_DATA = "(?:ข้อมูลส่วนตัว|ข้อมูลส่วนบุคคล|ข้อมูล|ประวัติ|ชื่อ|เบอร์|ไลน์|บัญชี|เรื่อง)"
_MINE = "(?:ของ|ส่วนตัว|เรา|ผม|หนู|ฉัน|ดิฉัน|ลุง|ป้า|ยาย|พี่|คนแจ้ง|ผู้แจ้ง|คนร้อง|ที่แจ้ง)*"
_STATE = "(?:สถานะ|ความคืบหน้า|ความก้าวหน้า|ผลการดำเนินการ|ผลการพิจารณา|ผล|คืบหน้า)"
_PATTERNS = {
    MenuWish.REPORT: re.compile(
        f"{_BEFORE}(?:แจ้ง|ร้องเรียน|ร้องทุกข์|รายงาน|เปิดโปง|ฟ้อง|เล่า){_MATTER}{_AFTER}"
        "|(?:i(?:want|wouldlike|d?like|need)to)?(?:report|makeareport|filea(?:report|complaint)|complain)"
        "(?:something|corruption|fraud|acase|aproblem)?(?:please)?"
    ),
    MenuWish.TRACK: re.compile(
        f"{_BEFORE}(?:ติดตาม|ตาม|เช็ค|เช็ก|เชค|ตรวจสอบ|ตรวจดู|ดู|ทราบ|รู้){_CASE}{_STATE}{_CASE}{_AFTER}"
        f"|{_BEFORE}(?:ติดตาม|ตาม|เช็ค|เช็ก|เชค)(?:เรื่อง|เคส|คดี|คำร้อง|ผล){_CASE}{_AFTER}"
        f"|{_BEFORE}{_STATE}{_CASE}{_AFTER}"
        f"|{_BEFORE}(?:เปิดดู|ดู)(?:เรื่อง|เคส|คำร้อง)(?:ของ)?(?:เดิม|เก่า|ตัวเอง|ที่แล้ว|{_I})*{_AFTER}"
        f"|{_BEFORE}(?:เปิดดู|ดู|เช็ค|เช็ก)(?:เรื่อง|เคส|คำร้อง)(?:ที่|{_I})*(?:เคย)?(?:แจ้ง|ส่ง|ร้องเรียน)(?:ไว้|ไป|แล้ว|ก่อนหน้านี้)+{_AFTER}"
        f"|{_BEFORE}(?:เรื่อง|เคส|คดี|คำร้อง){_CASE}(?:ถึง|ไปถึง|เป็น|คืบหน้า)(?:ไป)?(?:ไหน|ยังไง|อย่างไร|ไงบ้าง|ไง)"
        f"(?:แล้ว|บ้าง|มั่ง)*{_AFTER}"
        "|(?:i(?:want|wouldlike|need)to)?(?:track|follow|check)(?:on)?(?:my|the)?(?:report|case|complaint|status)(?:status)?"
    ),
    MenuWish.PRIVACY: re.compile(
        f"{_BEFORE}(?:จะ)?(?:เก็บ|เอา|ใช้|ขอ|เห็น|รู้)*{_OWN_DATA}{_MINE}(?:จะ)?(?:เก็บ|เอา|ใช้|ส่ง|ไป|ไว้|ถูกเก็บ|อยู่|ให้ใคร|ลบ)*"
        f"(?:ที่ไหน|ตรงไหน|ทำอะไร|นานแค่ไหน|นานไหม|นานมั้ย|กี่วัน|กี่เดือน|กี่ปี|ยังไง|อย่างไร|อะไรบ้าง|ใครเห็น|ใครดู|รั่วไหม|หลุดไหม)(?:บ้าง|มั่ง|เหรอ|อ่ะ)*{_AFTER}"
        f"|{_BEFORE}(?:จะ)?เก็บ(?:ข้อมูล)?อะไร(?:ของ)?{_MINE}(?:ไว้|ไป)?(?:บ้าง|มั่ง)?{_AFTER}|"
        f"{_BEFORE}(?:อ่าน|ดู|ทราบ|รู้|เรื่อง|เกี่ยวกับ)*(?:นโยบาย|ประกาศ|ข้อมูล|เรื่อง)*ความเป็นส่วนตัว{_AFTER}"
        "|(?:read|see|show)?(?:me)?(?:the)?privacy(?:policy|notice)?(?:please)?"
    ),
}


def find_menu_wish(text: str) -> MenuWish | None:
    """Return what a whole short text wants at the menu; None for one that denies, tells or asks anything else."""
    if len(text) > MAX_WISH_LENGTH:
        return None
    squeezed = squeeze_reply(correct_spelling(normalize_for_matching(text)))
    return next((wish for wish, pattern in _PATTERNS.items() if pattern.fullmatch(squeezed)), None)


MAX_TOLD_WISH = 1000
"""Characters of a text whose first or last clause is a wish, and the others tell something."""


def wants_to_report(text: str) -> bool:
    """Whether the first or last clause of a text wants to report, and the others tell what: “ครูเก็บเงิน จะร้องเรียน”."""
    if len(text) > MAX_TOLD_WISH:
        return False
    clauses = separate_clauses(correct_spelling(normalize_for_matching(text)))
    if len(clauses) < 2:
        return False
    return any(_REPORTS.fullmatch(squeeze_reply(one)) is not None for one in (clauses[0], clauses[-1]))


_REPORTS = re.compile(
    f"{_BEFORE}(?:จะ|อยาก|ขอ|ต้องการ|ประสงค์|มีเรื่อง|ว่าจะ){_BEFORE}(?:แจ้ง|ร้องเรียน|ร้องทุกข์){_MATTER}{_AFTER}"
)
"""A wish to report that says that it is one: “แจ้ง” alone, beside an account, may be part of it."""
