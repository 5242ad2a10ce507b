"""Whether somebody who was shown known answers asks in words for an officer: “ส่งให้เจ้าหน้าที่เลย”."""

import re

from handlers.thai.grammar.particles import PARTICLES, PLAIN_PARTICLES, POLITE_ALONE, join_particles
from handlers.thai.matching import normalize_for_matching

MAX_WISH_LENGTH = 60
"""Characters. A longer text tells something."""

_POLITE = join_particles(PLAIN_PARTICLES, POLITE_ALONE)
_AFTER = f"(?:{join_particles(PARTICLES)}|เลย|ดีกว่า|โดยตรง|ตรงๆ|ได้ไหม|ได้มั้ย|ได้ป่าว)*"
_WHOM = "(?:เจ้าหน้าที่|เจ้าหน้าที|จนท|แอดมิน|คนจริงๆ|คนจริง|พนักงาน|ข้าราชการ)"
_WISH = re.compile(
    f"(?:{_POLITE}|ผม|หนู|ดิฉัน|ฉัน|เรา|ขอ|อยาก|ต้องการ|ช่วย|รบกวน|งั้น|ถ้างั้น|จะ|ให้)*"
    f"(?:ส่ง|ถาม|ฝาก|คุย|ติดต่อ|ปรึกษา|ต่อสาย|สอบถาม|คำถาม|เรื่อง|ต่อ|ไป|มา|ให้|ถึง|กับ|ที่)*{_WHOM}(?:ตอบ|ช่วย|ดู|ตอบให้)*{_AFTER}"
    "|(?:please)?(?:send|forward|pass)(?:it|this|myquestion)?to(?:an|the)?(?:officer|officers|staff)(?:please)?"
    "|(?:i(?:want|wouldlike|d?like|need)to)?(?:ask|talkto|speakto|speakwith)(?:an|the|a)?(?:officer|human|person|staff)(?:please)?"
)


def asks_for_officer(text: str) -> bool:
    """Whether a whole short text asks that an officer answers."""
    if not 0 < len(text) <= MAX_WISH_LENGTH:
        return False
    compact = normalize_for_matching(text).replace(" ", "").replace(".", "")
    return _WISH.fullmatch(compact) is not None
