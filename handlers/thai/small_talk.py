"""Thanks, taking leave and hello, as people type them as a whole text."""

import re
from enum import StrEnum

from handlers.thai.grammar.particles import PARTICLES, PLAIN_PARTICLES, VOCATIVES, join_particles
from handlers.thai.grammar.spelling import correct_spelling
from handlers.thai.matching import normalize_for_matching

MAX_SMALL_TALK_LENGTH = 60
"""Characters. A longer text tells something."""


class SmallTalk(StrEnum):
    THANKS = "thanks"
    LEAVE = "leave"
    HELLO = "hello"


_END = (
    rf"(?:{join_particles(PARTICLES, 'มากๆ มาก หลายๆ หลาย แล้ว ๆ')}|[\s!.,~^🙏🙂😊👋❤️])*(?:{join_particles(VOCATIVES)})?"
    r"[\s!.,~^🙏🙂😊👋❤️]*"
)
_WORDS = {
    SmallTalk.THANKS: (
        r"(?:โอเค)?(?:ขอบคุณ|ขอบคุน|ขอบใจ|ขอบพระคุณ|แต๊งกิ้ว|แต้ง|แทงกิ้ว)(?:ที่ช่วย(?:เหลือ)?|สำหรับคำตอบ|ล่วงหน้า)?",
        r"(?:ok |okay )?(?:thanks|thank you|thx|ty)(?: (?:a lot|so much|very much))?",
    ),
    SmallTalk.LEAVE: (
        r"(?:งั้น)?(?:บายบาย|บ๊ายบาย|บ๊าย|บาย|ลาก่อน|ลาละ|ไว้(?:ก่อน|คราวหน้า|วันหลัง|ทีหลัง)|ขอตัว|ไปก่อน)",
        r"(?:ไว้|เดี๋ยว|ค่อย|แล้ว|จะ)+(?:กลับ)?(?:มา(?:คุย|ทำ|แจ้ง|กรอก|เล่า)?|คุย|ทำ|แจ้ง|กรอก|เล่า)(?:ใหม่|ต่อ|อีกที|ทีหลัง|วันหลัง|พรุ่งนี้)+",
        r"(?:ขอ)?(?:คิดดูก่อน|พักก่อน|คิดก่อน)",
        r"(?:good ?)?(?:bye|night)|see you(?: later)?|later|not now|maybe later",
    ),
    SmallTalk.HELLO: (
        rf"(?:สวัสดี|หวัดดี|ดีจ้า|ฮัลโหล|ฮาโหล|ฮัลโล|ฮโหล|อัลโหล)(?:{join_particles(PLAIN_PARTICLES)})?(?:ตอนเช้า|ตอนเย็น|แอดมิน|เจ้าหน้าที่|คุณ)?",
        r"(?:แอดมิน)?(?:มีใคร)?(?:ยัง)?อยู่(?:กัน)?(?:ไหม|มั้ย|มั๊ย|ป่าว|หรือเปล่า|รึเปล่า|บ้าง)+",
        r"(?:มีคน|มีใคร)(?:ตอบ|อยู่|รับเรื่อง)?(?:ไหม|มั้ย|บ้าง)+|ตอบ(?:หน่อย|ด้วย|ที)|ทดสอบ|เทส",
        r"hello|hi|hey|good (?:morning|afternoon|evening)|anyone there|anybody there|are you there|test",
    ),
}
_PATTERNS = {talk: re.compile(f"(?:{'|'.join(words)}){_END}") for talk, words in _WORDS.items()}


_ASKS = r"(?:ไหม|มั้ย|มั๊ย|ไม๊|ป่าว|เปล่า|หรือเปล่า|รึเปล่า|หรือไม่)"
_PAY = r"(?:ฟรี|(?:ต้อง)?(?:เสีย|จ่าย|คิด)(?:ค่าใช้จ่าย|เงิน|ตังค์|ตัง|สตางค์)?|มีค่าใช้จ่าย)"
_CARD = r"(?:ใช้|มี|เอา|ส่ง|แนบ|ถ่าย)บัตร(?:ประชาชน|ประจำตัว(?:ประชาชน)?)?"
_JOIN = r"(?:ลงทะเบียน|สมัครสมาชิก|สมัคร|ล็อกอิน)"
_TERMS = re.compile(
    rf"(?:แล้ว|ที่นี่|แจ้งเรื่อง|แจ้ง|ใช้)*(?:{_PAY}|(?:จำเป็น)?ต้อง(?:{_CARD}|{_JOIN})){_ASKS}{_END}"
    r"|is (?:it|this) free|do i (?:have|need) to (?:pay|register|sign up)"
    r"|do i need (?:an |my )?id(?: card)?"
)


def asks_for_terms(text: str) -> bool:
    """Whether a whole text asks if reporting costs anything, or if an identity card or a registration is needed."""
    if len(text) > MAX_SMALL_TALK_LENGTH:
        return False
    plain = normalize_for_matching(text).removesuffix("?")
    return any(_TERMS.fullmatch(one) is not None for one in (plain, plain.replace(" ", "")))


_CODE = (
    r"(?:รหัส|โค้ด|โค๊ด|หมายเลขติดตาม|เลขติดตาม|code)"
    r"(?:ติดตาม(?:เรื่อง)?|ลับ|เดิม|เก่า|ที่ได้(?:มา|ไป)?|ที่ให้มา|เรื่อง|ของ|นั้น|ผม|หนู|ดิฉัน|ฉัน|เรา)*"
)
_LOSING = (
    rf"(?:ลืม|ทำ|จำ|หา|ไม่ได้จด|ไม่ได้เก็บ|ไม่ได้บันทึก|ลืมจด|ลืมบันทึก|ลบ|เผลอลบ|ทิ้ง){_CODE}(?:ไว้|หาย|ไม่ได้|ไม่เจอ|ไม่พบ|ตก|ไป|แล้ว|ทิ้ง)*"
    rf"|{_CODE}(?:มัน)?(?:หาย|จำไม่ได้|หาไม่เจอ|หาไม่พบ|ลืม|โดนลบ|ถูกลบ)(?:ไป|ไปไหน|ไม่รู้|แล้ว)*"
    rf"|(?:ถ้า)?(?:ไม่มี|ไม่เหลือ){_CODE}(?:แล้ว|อยู่)*"
    rf"|(?:ขอ|อยากได้|ออก|ส่ง|ขอดู){{1,2}}{_CODE}(?:ให้|ใหม่|อีกครั้ง|อีกที|อีกรอบ|คืน)+"
)
_NOW_WHAT = (
    r"(?:แล้ว|ต้อง|จะ|ควร|ขอ|ได้|ติดตาม|ดูเรื่อง|ดู|เรื่อง|ใหม่|ทำ|ยังไง|ไง|อย่างไร|ดี|ต่อ|ไหม|มั้ย|อะ|อ่ะ|คืน|กู้|อีก|บ้าง)*"
)
_LOST_CODE = re.compile(
    rf"(?:ถ้า|คือ|พอดี|ผม|หนู|ดิฉัน|ฉัน|เรา|ลุง|ป้า|ยาย|{join_particles(PLAIN_PARTICLES)})*(?:{_LOSING}){_END}{_NOW_WHAT}{_END}"
    r"|(?:i(?:'ve| have)? )?(?:lost|forgot|forgotten) (?:(?:my|the) )?(?:tracking )?code"
    r"|(?:my|the) (?:tracking )?code is (?:lost|gone)"
)


def tells_of_lost_code(text: str) -> bool:
    """Whether a whole text says that a tracking code is lost or forgotten, or asks for it anew: “จำรหัสไม่ได้ค่ะ”."""
    if len(text) > MAX_SMALL_TALK_LENGTH:
        return False
    plain = normalize_for_matching(text).removesuffix("?")
    return any(_LOST_CODE.fullmatch(one) is not None for one in (plain, plain.replace(" ", "")))


def parse_small_talk(text: str) -> SmallTalk | None:
    """Return what small talk a whole text is; None for a text that may be an answer or tells something."""
    if len(text) > MAX_SMALL_TALK_LENGTH:
        return None
    plain = correct_spelling(normalize_for_matching(text).removesuffix("?"))
    compact = plain.replace(" ", "")
    for talk, pattern in _PATTERNS.items():
        if compact and (pattern.fullmatch(plain) or pattern.fullmatch(compact)):
            return talk
    return None
