"""What is understood from a story by rules: who by post, when, where, how much. Only suggested, and marked as such.

It is shown at the review before anything is sent; each is removed with a tap, and an answer of the person's own takes
its place. What is let stand is filed beside the answers and never as one.
"""

import re
from collections.abc import Callable, Mapping

from handlers.complaints.conflict_of_interest import ACCUSED_FIELD
from handlers.complaints.messages import UNDERSTOOD_ANSWERS
from handlers.complaints.review.amounts import find_amounts
from handlers.complaints.review.places import find_place
from handlers.complaints.review.posts import find_accused_post
from handlers.dialog.answers import STORY_FIELD
from handlers.dialog.context import Context
from handlers.dialog.form import FieldAudience, FieldKind, FormField
from handlers.dialog.session import Session
from handlers.thai.date_words import MAX_DATE_TEXT
from handlers.thai.dates import parse_date, to_bangkok_date

MAX_READ_LENGTH = 5_000
"""Characters of a story that are read. Who writes more says it in order: what matters is told first."""

_PIECE = re.compile(rf"[^\n]{{1,{MAX_DATE_TEXT}}}(?=\s|$)|[^\n]{{1,{MAX_DATE_TEXT}}}")
_OF_PAPER = re.compile(r"(?:ลง|หนังสือ[^\n]{0,40})วันที่")
"""What makes a day that of a paper."""


_MONTH = (
    r"ม\.?ค|ก\.?พ|มี\.?ค|เม\.?ย|พ\.?ค|มิ\.?ย|ก\.?ค|ส\.?ค|ก\.?ย|ต\.?ค|พ\.?ย|ธ\.?ค|มกรา|กุมภา|มีนา|เมษา|พฤษภา|มิถุนา|กรกฎา"
    r"|สิงหา|กันยา|ตุลา|พฤศจิกา|ธันวา|[/.][\d๐-๙]{1,2}[/.]"
)
_DAY_OF_MONTH = re.compile(rf"[\d๐-๙]{{1,2}}\s*(?:{_MONTH})")
_MAY_BE_OTHER_DAY = re.compile(
    r"ไม่ใช่|พิมพ์ผิด|จริงๆ ?แล้ว|ที่จริง|(?:ถ้า|หาก)(?!แจ้ง|ส่ง|บอก|เล่า|ร้อง)"
    r"|(?:ลูก|ผม|หนู|ดิฉัน|ฉัน|เด็ก|น้อง)[^\n ]{0,8}เกิด(?:วัน|เมื่อ|ปี)|บรรจุ|ระเบียบ|พ\.ร\.บ"
    r"|ทำงาน[^\n]{0,12}(?:มา|ตั้งแต่)|ภายในวัน|ขอให้[^\n]{0,12}(?:ตอบ|ภายใน)|หรือ\s*(?:วันที่\s*)?[\d๐-๙]|เดือน\s*[\d๐-๙]{1,2}\s*ปี"
)
"""What makes a day in a story one of something else, or one of two."""


_REPEATED = re.compile(
    r"ทุก(?:ๆ)?\s?(?:วัน(?:จันทร์|อังคาร|พุธ|พฤหัส(?:บดี)?|ศุกร์|เสาร์|อาทิตย์|หยุด|ทำการ|สิ้นเดือน)|เช้า|เย็น|สัปดาห์|อาทิตย์|สิ้นเดือน"
    r"|ต้นเดือน|เดือน|เทอม|ภาคเรียน|ปีการศึกษา|ปี)"
)
"""How often something happens: it tells when, where no day does."""


def _find_day(story: str, ctx: Context) -> str:
    """Return the first day, month or year of a story that has come, else how often it happens; empty for none of them.

    Empty too where two days may be meant.
    """
    today = to_bangkok_date(ctx.now)
    if _MAY_BE_OTHER_DAY.search(story) or len({*_DAY_OF_MONTH.findall(story)}) > 1:
        return ""
    for piece in _PIECE.finditer(story):
        found = None if _OF_PAPER.search(piece[0]) else parse_date(piece[0], today, ctx.lang)
        if found is not None and not found.is_to_come(today):
            return found.formatted
    repeated = _REPEATED.search(story)
    return repeated[0] if repeated else ""


_READERS: Mapping[str, Callable[[str, Context], str]] = {
    ACCUSED_FIELD: lambda story, _: find_accused_post(story),
    "when": _find_day,
    "where": lambda story, _: find_place(story),
    "amount": lambda story, ctx: find_amounts(story, ctx.lang),
}
"""What is read from a story, by the question that it may answer; `amount` answers none."""

UNDERSTOOD_FIELDS = tuple(
    FormField(name, FieldKind.TEXT, FieldAudience.CASE) for name in UNDERSTOOD_ANSWERS.values()
)
"""What officers read of it, after the answers."""


def understand_story(ctx: Context) -> Mapping[str, str]:
    """Return what the story seems to tell of questions that have no answer, save what was taken out before."""
    session = ctx.session
    story = session.answers.get(STORY_FIELD.name, "")[:MAX_READ_LENGTH]
    open_questions = [
        name for name in _READERS if not session.answers.get(name) and name not in session.removed_readings
    ]
    found = {name: _READERS[name](story, ctx) for name in open_questions}
    return {name: text for name, text in found.items() if text}


def list_understood_answers(session: Session) -> dict[str, str]:
    """Return what was let stand at the review, by the names under which it is filed."""
    return {UNDERSTOOD_ANSWERS[name]: text for name, text in session.understood.items()}
