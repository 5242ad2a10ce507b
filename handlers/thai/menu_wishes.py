"""What somebody wants at the menu, as a whole short text: to report, to follow a report, or to read about privacy."""

import re
from enum import StrEnum

from handlers.thai.grammar.spelling import correct_spelling
from handlers.thai.matching import normalize_for_matching
from handlers.thai.meanings import squeeze_reply

MAX_WISH_LENGTH = 60
"""Characters. A longer text tells something."""


class MenuWish(StrEnum):
    """The name of the command that a wish is for."""

    REPORT = "report"
    TRACK = "track"
    PRIVACY = "privacy"


_POLITE = "ครับผม|ครับ|คับ|ค้าบ|ฮะ|ค่ะ|คะ|ค่า|จ้า|จ้ะ|จ๊ะ|เจ้า|นะ|น่ะ"
_BEFORE = (
    f"(?:{_POLITE}|กราบ|สวัสดี|หวัดดี|คือ|ว่า|ผม|หนู|ดิฉัน|ฉัน|เรา|พอดี|ตอนนี้|รบกวน|ช่วย|กรุณา|ขออนุญาต|ขอ|จะ|อยากจะ|อยากให้|อยาก"
    "|ต้องการ|ประสงค์|มีความประสงค์|มีเรื่อง|มีเหตุ|มีเบาะแส|มีข้อมูล|มีปัญหา|เข้ามา|มา|สนใจ|สอบถาม|ขอถาม|ถาม|ที่)*"
)
_AFTER = f"(?:{_POLITE}|หน่อย|ด้วย|ที|ก่อน|เลย|สักเรื่อง|ซักเรื่อง|เรื่องนึง|เรื่องหนึ่ง|เพิ่ม|ใหม่|บ้าง|จัง|อะ|อ่ะ|แอดมิน)*"
_MATTER = (
    "(?:เรื่องราว|เรื่อง|เบาะแส|การทุจริต|ทุจริต|การโกง|โกง|คอร์รัปชัน|คอรัปชั่น|คอร์รัปชั่น|การกระทำผิด|ความผิด|ปัญหา|เหตุ|ร้องเรียน"
    "|ร้องทุกข์|เจ้าหน้าที่|ข้าราชการ|คนโกง|สินบน|ค่ะ|ครับ)*"
)
_CASE = (
    "(?:เรื่องราว|เรื่อง|เคส|คดี|คำร้อง|ร้องเรียน|ที่|ได้|ผม|หนู|ดิฉัน|ฉัน|เรา|เคย|แจ้ง|ส่ง|ร้อง|ไป|ไว้|แล้ว|ก่อนหน้านี้|คราวก่อน|เมื่อวาน"
    "|ครั้งก่อน|ของ|เดิม|เก่า|นี้|นั้น)*"
)
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
        f"|{_BEFORE}(?:เรื่อง|เคส|คดี|คำร้อง){_CASE}(?:ถึง|ไปถึง|เป็น|คืบหน้า)(?:ไป)?(?:ไหน|ยังไง|อย่างไร|ไงบ้าง|ไง)"
        f"(?:แล้ว|บ้าง|มั่ง)*{_AFTER}"
        "|(?:i(?:want|wouldlike|need)to)?(?:track|follow|check)(?:on)?(?:my|the)?(?:report|case|complaint|status)(?:status)?"
    ),
    MenuWish.PRIVACY: re.compile(
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
