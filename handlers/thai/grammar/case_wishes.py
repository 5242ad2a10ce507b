"""What a reporter wishes of their open case, in everyday words: to withdraw it, or not to send what is offered."""

import re
from enum import StrEnum

from handlers.thai.grammar.particles import PARTICLES, PLAIN_PARTICLES, repeat_words
from handlers.thai.matching import normalize_for_matching

MAX_WISH_LENGTH = 60
"""Characters. A longer text tells something, and is a message."""


class CaseWish(StrEnum):
    WITHDRAW = "withdraw"
    """The case, and no longer a message: asked about before anything ends."""
    NOT_SEND = "stay"
    """Not to send the text that is offered to be sent."""


_ME = "(?:ผม|หนู|ดิฉัน|ดิชั้น|ฉัน|เรา|กระผม|ลุง|ป้า|ยาย|ตา|พี่)"
_POLITE = repeat_words(PLAIN_PARTICLES)
_END = repeat_words(PARTICLES, "แล้ว ๆ", signs=r"[\s?!.…🙏😭]")
_BEFORE = repeat_words(
    "ผม หนู ดิฉัน ดิชั้น ฉัน เรา กระผม ลุง ป้า ยาย พี่ เอ่อ งั้น คือ อ้อ โอเค ขอ อยาก จะ ต้องการ อยากขอ ช่วย"
)
_IF = r"(?:ได้)?(?:ไหม|มั้ย|มั๊ย|มัย|ไม๊|ป่าว|หรือเปล่า|รึเปล่า|หรือไม่)?"
_WHY = (
    rf"(?:(?:เพราะ|คือ|พอดี)?{_ME}?(?:ก็)?(?:กลัว|ไม่กล้า|เปลี่ยนใจ|ไม่สบายใจ|ไม่อยากมีปัญหา|ไม่อยากมีเรื่อง)"
    + repeat_words("มาก จัง แล้ว เขารู้ เค้ารู้ เดือดร้อน โดน ว่าจะเดือดร้อน มีปัญหา มีเรื่อง")
    + rf"{_END})?"
)
_PATTERNS = {
    CaseWish.WITHDRAW: (
        rf"{_WHY}{_BEFORE}(?:ยกเลิก|ถอน)"
        rf"(?:เรื่อง|แจ้ง|คำร้อง|ข้อร้องเรียน|การแจ้ง|การร้องเรียน|เรื่องที่แจ้ง|เรื่องร้องเรียน)(?:นี้|ไว้|ที่แจ้งไว้|ออก|คืน)?(?:ให้)?{_POLITE}{_IF}{_END}{_WHY}"
        rf"|{_WHY}{_BEFORE}ไม่(?:อยาก|ขอ)(?:เอาเรื่อง|เอาความ)(?:แล้ว)?{_POLITE}(?:(?:ช่วย|ขอ)?(?:ถอน|ยกเลิก)(?:เรื่อง)?(?:ให้)?)?{_END}{_WHY}",
        r"(?:i (?:want|would like|wish) to |can i |please )?withdraw (?:my |this |the )?(?:report|case|complaint)",
    ),
    CaseWish.NOT_SEND: (
        rf"{_BEFORE}(?:ยัง)?(?:ไม่ต้อง|ไม่|อย่า|อย่าเพิ่ง)(?:ส่ง|ส่งไป|ส่งนะ|ส่งดีกว่า)(?:ข้อความ|อันนี้)?(?:นี้|ไป)?{_END}",
        r"(?:no,? )?(?:do not|don't) send(?: (?:it|this|that))?",
    ),
}
_COMPILED = {
    wish: (re.compile(thai), re.compile(rf"(?:{english})[ .!?]*"))
    for wish, (thai, english) in _PATTERNS.items()
}


def find_case_wish(text: str) -> CaseWish | None:
    """Return what a whole short text wishes of an open case; None for any other text."""
    if not 0 < len(text) <= MAX_WISH_LENGTH:
        return None
    plain = normalize_for_matching(text)
    compact = plain.replace(" ", "")
    for wish, (thai, english) in _COMPILED.items():
        if thai.fullmatch(compact) or english.fullmatch(plain):
            return wish
    return None
