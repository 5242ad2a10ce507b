"""What tells in an unsigned report who its writer is, and how it is taken out."""

import pytest

from handlers.complaints.form import build_complaint_form
from handlers.complaints.review.own_marks import drop_own_marks, list_own_marks, wishes_marks_out
from handlers.dialog.session import DialogTopic
from tests.in_memory_desk import SHORT_OFFICE
from tests.run_decision import begin_session

FIELDS = build_complaint_form(SHORT_OFFICE).fields


@pytest.mark.parametrize(
    ("story", "marks"),
    [
        ("เรียกเงิน โทร 081-234-5678 หรือ ๐๘๙ ๘๗๖ ๕๔๓๒", ("081-234-5678", "๐๘๙ ๘๗๖ ๕๔๓๒")),
        ("ดิฉันชื่อ สมศรี มีสุข ถูกเรียกเงิน", ("สมศรี มีสุข",)),
        ("ผมคือวิชัย เป็นครู", ("วิชัย",)),
        ("ผมชื่อสมชายถูกเรียกเงินที่โรงเรียน", ("สมชาย",)),
        ("หนูชื่อมานะค่ะ", ("มานะ",)),
        ("ผมคือคนที่จ่ายเงิน", ()),
        ("หนูชื่อเล่นว่าไม่บอก", ()),
        ("เขาชื่อสมชาย รับ 5,000 บาท", ()),
    ],
)
def test_marks_of_the_writer(story: str, marks: tuple[str, ...]) -> None:
    session = begin_session(topic=DialogTopic.REPORT, answers={"story": story})
    assert list_own_marks(FIELDS, session) == marks
    assert list_own_marks(FIELDS, drop_own_marks(FIELDS, session)) == ()


def test_they_are_taken_out_of_each_text_and_nothing_else_is() -> None:
    answers = {"story": "โทร 081-234-5678 ได้", "witnesses": "ครู 081-234-5678", "head": "no"}
    session = begin_session(topic=DialogTopic.REPORT, answers=answers)
    dropped = drop_own_marks(FIELDS, session).answers
    assert dropped == {"story": "โทร [ตัดออก] ได้", "witnesses": "ครู [ตัดออก]", "head": "no"}


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("เอาเบอร์ออกให้หน่อย", True),
        ("ลบเบอร์โทรค่ะ", True),
        ("เอา ชื่อ ออก", True),
        ("take out the number", True),
        ("ส่งเลย", False),
        ("เขาเอาเงินไป", False),
    ],
)
def test_the_wish_is_read_as_it_is_typed(text: str, wishes: bool) -> None:
    assert wishes_marks_out(text) == wishes
