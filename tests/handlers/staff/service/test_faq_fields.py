"""Fields of an entry of the FAQ as officers type them: what is taken and refused, and that a form changes it so."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from handlers.questions.faq_messages import FaqEntry, SaveFaqEntry
from handlers.staff.service.faq_fields import (
    FAQ_FIELD_NAMES,
    MAX_WAYS,
    FaqField,
    FaqFieldProblem,
    change_faq_fields,
    format_faq_fields,
    has_faq_fields,
)

TODAY = date(2026, 11, 30)
ENTRY = FaqEntry(
    "own-1", "มีที่จอดรถไหม", "มี 20 คัน", also=("จอดรถตรงไหน",), topic="สถานที่", until=date(2027, 1, 1)
)


@pytest.mark.parametrize(
    ("typed", "changes"),
    [
        ("หัวข้อ: รถ", {"topic": "รถ"}),
        ("topic: รถ\nlink: https://x.example/a", {"topic": "รถ", "link": "https://x.example/a"}),
        ("หัวข้อ: -", {"topic": ""}),
        ("ใช้ถึง: -", {"until": None}),
        ("ใช้ถึง: 31 ธ.ค. 2570", {"until": date(2027, 12, 31)}),
        ("ใช้ถึง: 31 ธ.ค.", {"until": date(2026, 12, 31)}),
        ("ใช้ถึง: 5 ม.ค.", {"until": date(2027, 1, 5)}),
        ("until: 2027-12-31", {"until": date(2027, 12, 31)}),
        ("until: 2570-12-31", {"until": date(2027, 12, 31)}),
        ("until: 31 December 2027 (B.E. 2570)", {"until": date(2027, 12, 31)}),
        ("ถามว่า: ที่จอดรถเต็มไหม", {"also": ("จอดรถตรงไหน", "ที่จอดรถเต็มไหม")}),
        ("ถามว่า: จอดรถตรงไหน", {}),
        ("a\u017fk: ที่จอดรถเต็มไหม", {"also": ("จอดรถตรงไหน", "ที่จอดรถเต็มไหม")}),
        ("ถามว่า: มีที่จอดรถไหม", {}),
        ("ไม่ถามว่า: จอดรถตรงไหน", {"also": ()}),
        ("หัวข้อ: รถ\nคำตอบ: มี 30 คัน\nลิงก์: ไม่มี", {"topic": "รถ", "answer": "มี 30 คัน\nลิงก์: ไม่มี"}),
        ("", {}),
    ],
)
def test_what_is_typed_changes_its_fields_and_no_others(typed: str, changes: dict[str, Any]) -> None:
    assert change_faq_fields(ENTRY, typed, TODAY) == replace(ENTRY, **changes)
    assert has_faq_fields(typed) is bool(typed)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("หัวข้อใหม่ รถ", "unknown"),
        ("หัวข้อ: รถ\nสี: แดง", "unknown"),
        (f"หัวข้อ: {'ก' * 61}", "topic"),
        ("ลิงก์: www.example.com", "link"),
        ("ลิงก์: javascript:alert(1)", "link"),
        ("ลิงก์: https://x.example/a b", "link"),
        ("ใช้ถึง: เมื่อวาน", "until_past"),
        ("ใช้ถึง: 1 ม.ค. 2560", "until_past"),
        ("ใช้ถึง: เร็ว ๆ นี้", "until"),
        ("ใช้ถึง: มีนาคม 2570", "until"),
        ("until: 2027-02-30", "until"),
        ("ถามว่า:", "ask"),
        ("ไม่ถามว่า: อะไรก็ได้", "unask"),
        ("คำตอบ:", "answer"),
        ("คำตอบ: โทร {fax}", "places"),
    ],
)
def test_what_cannot_be_taken_changes_nothing(typed: str, reason: str) -> None:
    problem = change_faq_fields(ENTRY, typed, TODAY)
    assert isinstance(problem, FaqFieldProblem)
    assert problem.reason == reason


def test_ways_to_ask_are_bounded() -> None:
    full = replace(ENTRY, also=tuple(f"แบบที่ {n}" for n in range(MAX_WAYS)))
    assert change_faq_fields(full, "ถามว่า: อีกแบบ", TODAY) == FaqFieldProblem("ask", "อีกแบบ")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"topic": "", "link": "https://x.example/", "until": None},
        {"also": ("ก", "จอดรถตรงไหน", "ข"), "answer": "หัวข้อ: ไม่ใช่หัวข้อ\nบรรทัดสอง"},
        {"also": (), "until": date(2030, 2, 28)},
    ],
)
def test_the_text_of_a_form_makes_the_entry_what_the_form_says(changes: dict[str, Any]) -> None:
    after = replace(ENTRY, **changes)
    text = format_faq_fields(ENTRY, after)
    assert bool(text) is bool(changes)
    found = change_faq_fields(ENTRY, text, TODAY)
    assert isinstance(found, FaqEntry)
    assert replace(found, also=tuple(sorted(found.also))) == replace(after, also=tuple(sorted(after.also)))


def test_every_field_has_a_thai_name_that_no_other_has() -> None:
    assert set(FAQ_FIELD_NAMES) == set(FaqField)
    assert len(set(FAQ_FIELD_NAMES.values())) == len(FaqField)
    assert SaveFaqEntry(ENTRY)
