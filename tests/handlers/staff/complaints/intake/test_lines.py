"""What a clerk types: line by line, all at once, with labels or without, in any order; and what is not taken."""

from datetime import date

import pytest

from handlers.complaints.lifecycle import INTAKE_SOURCES, CaseSource
from handlers.staff.complaints.intake.lines import (
    IntakeField,
    LineProblem,
    RejectedLine,
    fill_lines,
    find_next_field,
    parse_source,
)
from handlers.staff.state import IntakeDraft
from tests.in_memory_desk import OFFICE

TODAY = date(2026, 11, 22)
STORY = "ผู้รับเหมาร้องว่าถูกเรียกเงินก่อนตรวจรับงาน"
LETTER, CALL = IntakeDraft(CaseSource.LETTER), IntakeDraft(CaseSource.CALL)
WHOLE = IntakeDraft(CaseSource.LETTER, date(2026, 11, 5), "ศธ 0204/1234", STORY, "corruption")


@pytest.mark.parametrize(
    "text",
    [
        f"5 พ.ย. 2569\nศธ 0204/1234\n{STORY}\nทุจริตต่อหน้าที่",
        f"๕/๑๑/๒๕๖๙\n\n ศธ 0204/1234 \n{STORY}\ncorruption",
        f"ประเภท: ทุจริตต่อหน้าที่\nเรื่อง: {STORY}\nวันที่: 5 พฤศจิกายน 2569\nเลขที่: ศธ 0204/1234",
        f"รับเมื่อ: 5 พ.ย. 69\nจาก: ศธ 0204/1234\n{STORY}\nทุจริตต่อหน้าที่",
    ],
)
def test_all_lines_in_one_message(text: str) -> None:
    assert fill_lines(LETTER, text, OFFICE, TODAY) == WHOLE
    assert find_next_field(WHOLE) is None


def test_line_by_line_asks_for_what_is_missing() -> None:
    draft, asked = LETTER, []
    for text in ("5 พ.ย. 2569", "-", STORY, "ทุจริตต่อหน้าที่"):
        field = find_next_field(draft)
        assert field is not None
        asked.append(field)
        filled = fill_lines(draft, text, OFFICE, TODAY)
        assert isinstance(filled, IntakeDraft)
        draft = filled
    assert asked == [IntakeField.DAY, IntakeField.REFERENCE, IntakeField.STORY, IntakeField.KIND]
    assert (draft.reference, draft.category) == ("", "corruption")


def test_a_call_has_no_letter_and_what_happened_may_have_several_lines() -> None:
    filled = fill_lines(CALL, f"วันนี้\n{STORY}\nที่ห้องพัสดุ: ชั้นสอง\nชื่อ: วีระชัย\nโทร: 081", OFFICE, TODAY)
    assert isinstance(filled, IntakeDraft)
    assert (filled.received_on, filled.reference) == (TODAY, None)
    assert filled.story == f"{STORY}\nที่ห้องพัสดุ: ชั้นสอง"
    assert (filled.name, filled.contact) == ("วีระชัย", "081")
    assert find_next_field(filled) is IntakeField.KIND


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("พรุ่งนี้", LineProblem.FUTURE),
        ("31 ธ.ค. 2599", LineProblem.FUTURE),
        ("5 ม.ค. 2560", LineProblem.TOO_OLD),
        ("เดือนที่แล้ว", LineProblem.NO_DAY),
        ("ไม่ทราบ", LineProblem.NO_DAY),
        (f"เมื่อวานนี้เอง {STORY}", LineProblem.NO_DAY),
        ("วันนี้\nสั้น", LineProblem.SHORT),
        (f"วันนี้\n{STORY}\nประเภท: อะไรก็ได้", LineProblem.NO_KIND),
        (f"วันนี้\nชื่อ: {'ก' * 301}", LineProblem.TOO_LONG),
    ],
)
def test_what_is_not_taken_leaves_the_form_as_it_was(text: str, problem: LineProblem) -> None:
    rejected = fill_lines(CALL, text, OFFICE, TODAY)
    assert isinstance(rejected, RejectedLine)
    assert rejected.problem is problem


def test_an_answer_again_replaces_the_one_before() -> None:
    filled = fill_lines(WHOLE, "ทาง: โทรศัพท์\nวันที่: เมื่อวาน", OFFICE, TODAY)
    assert isinstance(filled, IntakeDraft)
    assert (filled.source, filled.received_on, filled.story) == (CaseSource.CALL, date(2026, 11, 21), STORY)


@pytest.mark.parametrize("source", INTAKE_SOURCES)
def test_a_source_is_named_by_its_code(source: CaseSource) -> None:
    assert parse_source(source.value) is source


@pytest.mark.parametrize(
    ("typed", "source"),
    [("หนังสือ", CaseSource.LETTER), ("มาเอง", CaseSource.WALK_IN), ("โทร", CaseSource.CALL), ("โทรเลข", None)],
)
def test_a_source_is_named_by_everyday_words(typed: str, source: CaseSource | None) -> None:
    assert parse_source(typed) is source
