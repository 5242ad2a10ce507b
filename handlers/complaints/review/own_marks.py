"""What tells in an unsigned report who its writer is: telephone numbers, addresses, a name after “ผมชื่อ”.

It is shown before the report is sent, and taken out with one tap or by asking for it; nothing is taken out unasked.
"""

import re
from collections.abc import Sequence

from handlers.complaints.review.understand import MAX_READ_LENGTH
from handlers.dialog.form import FieldKind, FormField
from handlers.dialog.session import Session
from handlers.questions.pii import find_contacts
from handlers.thai.grammar.particles import PLAIN_PARTICLES
from handlers.thai.matching import normalize_for_matching

DROPPED_MARK = "[ตัดออก]"
"""What stands in the account where something was taken out, for officers too."""

_GOES_ON = "เป็น|ถูก|โดน|อยู่|ทำ|ขอ|เคย|ไป|เห็น|แจ้ง|จาก|อายุ|บ้าน|เรียน|สอน|จ่าย|กับ|เบอร์|โทร|ต้อง|ยื่น"
"""What a sentence goes on with: a name ends before it, and before a last particle."""

_ENDS = rf"(?!{_GOES_ON}|(?:{'|'.join(PLAIN_PARTICLES.split())})(?![ก-๎]))"

_OWN_NAME = re.compile(
    r"(?:ดิฉัน|กระผม|ผม|หนู|ฉัน|ข้าพเจ้า)\s?(?:ชื่อ|คือ)\s?(?!เล่น|ว่า|ไม่|ผู้|คน|ใคร|อะไร)"
    rf"(?P<name>(?:{_ENDS}[ก-๎]){{2,20}}(?: (?:{_ENDS}[ก-๎]){{2,24}}(?![ก-๎]))?)"
)
_WISH = re.compile(r"(?:เอา|ลบ|ตัด|ถอด)[^\n]{0,8}(?:เบอร์|โทร|หมายเลข|ชื่อ|เมล|ออก)|(?:remove|delete|takeout)")


def list_own_marks(fields: Sequence[FormField], session: Session) -> tuple[str, ...]:
    """Return what may tell of the writer in the texts of a report, as it was written; none where they sign."""
    if session.answers.get("named") == "named":
        return ()
    text = "\n".join(session.answers.get(name, "") for name in _list_text_fields(fields))[:MAX_READ_LENGTH]
    names = (match["name"] for match in _OWN_NAME.finditer(text))
    return tuple(dict.fromkeys((*find_contacts(text), *names)))


def wishes_marks_out(text: str) -> bool:
    """Whether a typed text asks to take a number or a name out: “เอาเบอร์ออกให้หน่อย”."""
    return _WISH.search(normalize_for_matching(text).replace(" ", "")) is not None


def drop_own_marks(fields: Sequence[FormField], session: Session) -> Session:
    """Return the session whose texts have a mark in place of each of them."""
    answers = dict(session.answers)
    for mark in list_own_marks(fields, session):
        for name in _list_text_fields(fields):
            if mark in answers.get(name, ""):
                answers[name] = answers[name].replace(mark, DROPPED_MARK)
    return session.replace(answers=answers)


def _list_text_fields(fields: Sequence[FormField]) -> list[str]:
    return [f.name for f in fields if f.kind in {FieldKind.TEXT, FieldKind.LONG} and f.only_if is None]
