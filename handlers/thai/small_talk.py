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
        r"(?:สวัสดี|หวัดดี|ฮัลโหล|ฮาโหล|โหล)?(?:แอดมิน)?(?:มีคน|มีใคร)(?:ตอบ|อยู่|รับเรื่อง)?(?:ไหม|มั้ย|บ้าง)+|ตอบ(?:หน่อย|ด้วย|ที)|ทดสอบ|เทส",
        r"hello|hi|hey|good (?:morning|afternoon|evening)|anyone there|anybody there|are you there|test",
    ),
}
_PATTERNS = {talk: re.compile(f"(?:{'|'.join(words)}){_END}") for talk, words in _WORDS.items()}


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
