"""Which question a text at the review is offered to, beside “add to what happened”."""

import pytest

from handlers.complaints.review.belongs import find_question_of_text
from handlers.complaints.review.waiting_text import find_field_before
from tests.handlers.complaints.draft_steps import FORM, STORY, at, decide
from tests.run_decision import make_context, make_event


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("ลืมบอกว่าเกิดที่ห้องพัสดุ", "where"),
        ("เมื่อวันที่ 3 มีนาคม 2569 ค่ะ", "when"),
        ("มีแม่บ้านเห็นด้วยนะคะ", "witnesses"),
        ("ขอให้คืนเงินด้วยค่ะ", "wish"),
        ("เขาชื่อเล่นว่าต้อม", "accused"),
        ("เคยแจ้ง ป.ป.ช. ไปแล้ว", "elsewhere"),
        ("ใบเสร็จอยู่กับแม่", "evidence"),
        ("เขาเอาเงินไปซื้อรถใหม่ด้วย", ""),
        ("แม่บ้านเห็นที่ห้องพัสดุ", ""),
        ("พยาน" * 100, ""),
    ],
)
def test_what_a_text_seems_to_be_about(text: str, field: str) -> None:
    before = at("review", answers={"story": STORY, "head": "no"}, is_short=True)
    assert find_question_of_text(text, make_context(make_event(text), before)) == field
    outcome = decide(make_event(text), before)
    assert outcome.kept.unconfirmed is not None
    assert outcome.kept.unconfirmed.field == field
    assert outcome.kept.answers == before.answers


def test_what_waits_is_judged_as_a_whole() -> None:
    before = at("review", answers={"story": STORY, "head": "no"}, is_short=True)
    first = decide(make_event("ลืมบอกว่าเกิดที่ห้องพัสดุ"), before).kept
    both = decide(make_event("มีแม่บ้านเห็นด้วยนะคะ"), first).kept
    assert both.unconfirmed is not None
    assert both.unconfirmed.field == ""
    assert find_field_before(FORM, make_context(make_event("ค่ะ"), before)) == ""


@pytest.mark.parametrize(
    ("typed", "answers", "step"),
    [
        ("เพิ่ม ที่ไหน", {"where": "ลืมบอกว่าเกิดที่ห้องพัสดุ"}, "review"),
        ("ใส่ในพยาน", {"witnesses": "ลืมบอกว่าเกิดที่ห้องพัสดุ"}, "review"),
        ("เพิ่มเรื่องที่เล่า", {"story": f"{STORY}\nลืมบอกว่าเกิดที่ห้องพัสดุ"}, "review"),
    ],
)
def test_the_name_of_a_row_says_where_a_waiting_text_belongs(
    typed: str, answers: dict[str, str], step: str
) -> None:
    before = at("review", answers={"story": STORY, "head": "no"}, is_short=True)
    waits = decide(make_event("ลืมบอกว่าเกิดที่ห้องพัสดุ"), before).kept
    after = decide(make_event(typed), waits).kept
    assert (after.answers, after.step) == ({**before.answers, **answers}, step)
    assert after.unconfirmed is None


@pytest.mark.parametrize("typed", ["แก้ ใคร", "เพิ่ม ประเภท"])
def test_a_change_of_a_row_is_done_once_it_is_known_what_the_text_is(typed: str) -> None:
    before = at("review", answers={"story": STORY, "head": "no"}, is_short=True)
    waits = decide(make_event("ลืมบอกว่าเกิดที่ห้องพัสดุ"), before).kept
    asked = decide(make_event(typed), waits)
    assert asked.keys == ("unasked.before_edit", "unasked.ask")
    dropped = decide(make_event("ไม่เก็บ"), asked.kept)
    assert dropped.keys[0] == "unasked.not_kept"
    assert dropped.kept.step in {"accused", "category"}
    assert dropped.kept.answers == before.answers
