"""A consultation announced as text: what is parsed, and each mistake by its name."""

from datetime import UTC, datetime, time

import pytest

from handlers.consultations.messages import Consultation, ConsultationQuestionKind
from handlers.staff.service.consultation_text import (
    MOST_QUESTIONS,
    DraftIssue,
    add_draft_lines,
    build_consultation,
    format_draft,
    list_missing_fields,
    parse_bangkok_time,
)
from handlers.staff.state import ConsultationDraft

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
WHOLE = """ชื่อ: เวลาเปิดบริการ
ความเป็นมา: มีผู้ขอ
ลิงก์: https://office.go.th/a.pdf
เปิด: ๐๑/๑๒/๒๕๖๙ ๐๘.๐๐
ปิด: 31/12/2569 16:30
ถาม: เลือกหนึ่ง | ดีไหม | ดี | ไม่จำเป็น
ถาม: คะแนน | พอใจเพียงใด
ถาม: เห็นด้วย | ข้อเสนอ | ควรจองคิวได้"""


def parse_whole_draft(text: str) -> ConsultationDraft:
    """The draft of lines that are all valid."""
    draft, wrong = add_draft_lines((), text)
    assert not wrong
    return draft


def test_a_whole_announcement_is_read() -> None:
    made = build_consultation(parse_whole_draft(WHOLE), NOW)
    assert isinstance(made, Consultation)
    assert (made.title, made.link) == ("เวลาเปิดบริการ", "https://office.go.th/a.pdf")
    assert made.opens.isoformat() == "2026-12-01T08:00:00+07:00"
    assert made.closes.isoformat() == "2026-12-31T16:30:00+07:00"
    assert [one.kind for one in made.questions] == [
        ConsultationQuestionKind.CHOICE,
        ConsultationQuestionKind.SCALE,
        ConsultationQuestionKind.STATEMENTS,
    ]
    assert dict(made.questions[0].options) == {"o1": "ดี", "o2": "ไม่จำเป็น"}
    english = build_consultation(
        parse_whole_draft("title: Hours\ncloses: 31/12/2026\nask: text | What else?"), NOW
    )
    assert isinstance(english, Consultation)
    assert english.opens == NOW


@pytest.mark.parametrize("lang", ["th", "en"])
def test_line_by_line_it_is_the_same_as_in_one_message(lang: str) -> None:
    draft: ConsultationDraft = ()
    for line in WHOLE.split("\n"):
        draft, wrong = add_draft_lines(draft, line)
        assert not wrong
    assert draft == parse_whole_draft(WHOLE)
    assert not list_missing_fields(draft)
    shown = format_draft(draft, "en" if lang == "en" else "th")
    assert parse_whole_draft(shown) == draft
    assert shown == WHOLE or lang == "en"


def test_what_is_missing_is_known() -> None:
    assert list_missing_fields(()) == ("title", "closes", "ask")
    assert list_missing_fields(parse_whole_draft("ชื่อ: ก")) == ("closes", "ask")


def test_a_line_takes_the_place_of_an_earlier_one_and_a_question_can_be_taken_out() -> None:
    draft = parse_whole_draft(f"{WHOLE}\nชื่อ: ชื่อใหม่\nลบ: ๒\nลิงก์:")
    assert dict(draft)["title"] == "ชื่อใหม่"
    assert [said.partition(" ")[0] for place, said in draft if place == "ask"] == ["เลือกหนึ่ง", "เห็นด้วย"]
    assert "link" not in dict(draft)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("หัวเรื่อง: ก", "line"),
        ("ไม่มีจุดคู่", "line"),
        ("ลิงก์: office.go.th", "link"),
        ("ปิด: 31/13/2569", "when"),
        ("เปิด: วันปีใหม่", "when"),
        ("ถาม: เลือกหนึ่ง | ดีไหม | ดี", "options"),
        ("ถาม: เลือก | ดีไหม", "kind"),
        ("ถาม: คะแนน | พอใจเพียงใด | มาก", "options"),
        ("ถาม: คะแนน", "kind"),
        ("ลบ: 4", "drop"),
        ("ลบ: สอง", "drop"),
        (f"ความเป็นมา: {'ก' * 2001}", "long"),
    ],
)
def test_a_mistake_is_named_and_all_else_is_kept(line: str, key: str) -> None:
    draft, wrong = add_draft_lines(parse_whole_draft(WHOLE), line)
    assert wrong == (DraftIssue(key, line),)
    assert draft == parse_whole_draft(WHOLE)


def test_no_more_than_twenty_questions_are_taken() -> None:
    _, wrong = add_draft_lines((), "\n".join(["ask: text | Why?"] * (MOST_QUESTIONS + 1)))
    assert [one.key for one in wrong] == ["questions"]


def test_it_closes_after_it_opens_and_after_now() -> None:
    for closes in ("30/11/2569", "01/11/2569"):
        made = build_consultation(parse_whole_draft(f"{WHOLE}\nปิด: {closes}"), NOW)
        assert isinstance(made, DraftIssue)
        assert made.key == "order"


def test_days_are_read_as_people_write_them() -> None:
    assert parse_bangkok_time("1/2/2570", time(9, 0)) == parse_bangkok_time("1/2/2027 09.00", time(0, 0))
    assert parse_bangkok_time("29/02/2570", time(0, 0)) is None
