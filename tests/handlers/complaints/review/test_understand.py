"""What is understood from a story is only suggested: marked, removable, and never filed as an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.complaints.form import build_complaint_form
from handlers.complaints.messages import UNDERSTOOD_ANSWERS, leave_out_understood
from handlers.complaints.review.understand import (
    MAX_READ_LENGTH,
    list_understood_answers,
    understand_story,
)
from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.events import Channel
from handlers.dialog.session import Session
from handlers.i18n import render_text
from handlers.office import Office
from handlers.staff.complaints.case_view import list_report_answers
from handlers.staff.complaints.messages import CaseReport
from tests.in_memory_desk import SHORT_OFFICE, SHORT_REPORT, ChatUser, InMemoryDesk
from tests.properties import examples
from tests.run_decision import begin_session, make_context, make_event

STORY = "ผอ.โรงเรียนเก็บเงินค่ารับเด็กรายละห้าพันบาทเมื่อวันที่ 12 มีนาคม 2569 ที่ห้องธุรการ"
ALL = {
    "accused": "ผู้อำนวยการโรงเรียน",
    "when": "12 มีนาคม 2569",
    "where": "ห้องธุรการ",
    "amount": "รายละ 5,000 บาท",
}
OFFICE: Office = SHORT_OFFICE


def understand(story: str, **parts: object) -> dict[str, str]:
    answers = {"story": story, **parts.pop("answers", {})}  # type: ignore[dict-item]
    session = begin_session(answers=answers, is_short=True, **parts)
    return dict(understand_story(make_context(make_event(), session, OFFICE)))


def start(*lines: str) -> ChatUser:
    person = InMemoryDesk(ComplaintsDesk(OFFICE), channel=Channel.LINE).new_user()
    person.fill_report(*SHORT_REPORT[:3], STORY, "[ไม่ใช่]", *lines)
    return person


def test_who_when_where_and_how_much() -> None:
    assert understand(STORY) == ALL


def test_nothing_is_understood_of_what_was_answered_or_taken_out() -> None:
    assert understand(STORY, answers={"when": "unsure"}, removed_readings=("where", "amount")) == {
        "accused": ALL["accused"]
    }


@pytest.mark.parametrize(
    ("story", "day"),
    [
        ("เมื่อเช้าเขาเรียกลูกไปดุ", "22 พฤศจิกายน 2569"),
        ("เล่าก่อนว่าเป็นอย่างไร\nเกิดเมื่อเดือนมีนาคม 2569", "มีนาคม 2569"),
        ("จะมีอีกครั้งวันที่ 1 ธันวาคม 2569", ""),
        ("ตามหนังสือที่ ศธ ๑ ลงวันที่ ๕ มกราคม ๒๕๖๙", ""),
        ("เขาเรียกเงินทุกคน", ""),
        (f"{'ก' * MAX_READ_LENGTH} 12 มีนาคม 2569", ""),
    ],
)
def test_the_day_of_a_story(story: str, day: str) -> None:
    assert understand(story).get("when", "") == day


@pytest.mark.parametrize(
    ("story", "when"),
    [
        ("ครูเก็บเงินเด็กทุกวันเสาร์ค่ะ", "ทุกวันเสาร์"),
        ("หักเงินทุกเดือน", "ทุกเดือน"),
        ("ทุกวันนี้ยังเก็บอยู่", ""),
        ("เรียกเงินทุกเดือน ตั้งแต่ 12 มีนาคม 2569", "12 มีนาคม 2569"),
        ("ครูเก็บเงินเมื่อเดือนตุลา ถ้าแจ้งแล้วกี่วันรู้ผล", "ตุลาคม 2569"),
        ("เก็บเงินเดือนตุลา ถ้าไม่จ่ายเดือนพฤศจิกาจะโดนหัก", ""),
    ],
)
def test_how_often_tells_when_and_a_question_of_the_channel_hides_no_day(story: str, when: str) -> None:
    assert understand(story).get("when", "") == when


def test_what_is_let_stand_is_filed_beside_the_answers_and_called_so_to_officers() -> None:
    person = start("[ส่งเรื่อง]")
    (case,) = person.desk.filed_cases
    assert case.answers == {
        "story": STORY,
        "head": "no",
        **{f"understood_{name}": text for name, text in ALL.items()},
    }
    shown = list_report_answers(CaseReport(case.answers, ()), OFFICE)
    labels = [render_text(one.label, "th") for one in shown]
    assert labels[-4:] == [f"{name} (ระบบเข้าใจจากที่เล่า)" for name in ("ใคร", "เมื่อไร", "ที่ไหน", "จำนวนเงิน")]
    assert not any("ระบบเข้าใจ" in label for label in labels[:-4])


def test_what_is_taken_out_or_answered_is_not_filed_as_understood() -> None:
    person = start("[แก้ ที่ไหน]")
    assert "เข้าใจจากที่เล่าว่า “ห้องธุรการ”" in person.messages[-2].text
    person.fill_report("[ตัดออก]", "[ตัดออก จำนวนเงิน]", "[แก้ เมื่อไร]", "มีนาคม 2569", "[ส่งเรื่อง]")
    (case,) = person.desk.filed_cases
    assert case.answers == {
        "story": STORY,
        "head": "no",
        "when": "มีนาคม 2569",
        "understood_accused": ALL["accused"],
    }


def test_a_passed_question_lets_what_was_understood_stand() -> None:
    person = start("[แก้ เมื่อไร]", "[ข้าม]")
    assert "เมื่อไร: 12 มีนาคม 2569 (เข้าใจจากที่เล่า)" in person.messages[-1].text


def test_in_the_guided_way_nothing_is_understood() -> None:
    person = start("ให้ถามทีละข้อ")
    assert person.session.understood == {}
    assert person.session.step == "category"


def test_the_names_of_what_is_understood_are_no_questions() -> None:
    asked = {field.text_name for field in build_complaint_form(OFFICE).fields}
    assert asked.isdisjoint(UNDERSTOOD_ANSWERS.values())
    filed = list_understood_answers(Session(understood=ALL))
    assert [*filed] == [*UNDERSTOOD_ANSWERS.values()]
    assert leave_out_understood({"story": STORY, **filed}) == {"story": STORY}


@examples(150)
@given(st.text(max_size=200) | st.lists(st.sampled_from([*STORY, "ที่", "บาท", "ล้าน", "5"])).map("".join))
def test_any_story_is_read_without_fault(story: str) -> None:
    assert all(text.strip() for text in understand(story).values())
