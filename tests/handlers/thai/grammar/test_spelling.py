"""Everyday spellings and dialects are brought to the central language, and other words stay."""

import pytest

from handlers.thai.grammar.spelling import correct_spelling


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("ม่ายช่ายย", "ไม่ใช่"),
        ("บ่ฮู้คือกัน", "ไม่รู้เหมือนกัน"),
        ("ส่งเบิ่ดแล้ว", "ส่งหมดแล้ว"),
        ("เฮ็ดจั่งใด๋", "ทำยังไง"),
        ("ยะจะใด", "ทำยังไง"),
        ("บ่เกย", "ไม่เคย"),
        ("ทำพรือ", "ทำยังไง"),
        ("ม่ายหอน", "ไม่เคย"),
        ("กัวเขาฮู้", "กลัวเขารู้"),
        ("เพิ่นสิฮู้บ่ว่าไผแจ้ง", "เขาจะรู้ไหมว่าใครแจ้ง"),
        ("บ่ไจ้", "ไม่ใช่"),
        ("สงเลยค่ะ", "ส่งเลยค่ะ"),
        ("ขอย้อนกับ", "ขอย้อนกลับ"),
    ],
)
def test_what_is_typed_is_put_right(typed: str, right: str) -> None:
    assert correct_spelling(typed) == right


@pytest.mark.parametrize(
    "text",
    ["คะแนน", "สักครู่", "บ่อน้ำ", "ตอนบ่าย", "บ่นทุกวัน", "เปิดเผย", "งง", "เออ", "กลัว", "ย่านตลาดเก่า", "กรรมการ"],
)
def test_other_words_stay(text: str) -> None:
    assert correct_spelling(text) == text
