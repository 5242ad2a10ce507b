"""The parser: a reply consists of parts with nothing between, the fewest of them."""

import pytest

from handlers.thai.grammar.parser import list_stems, parse_reply, squeeze_text
from handlers.thai.phrases import Meaning


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("ใช่ ค่ะ", [(Meaning.YES, "ใช่")]),
        ("ไม่ยกเลิกเรื่องนี้แล้ว ไปต่อ", [(Meaning.KEEP, "ไม่ยกเลิกเรื่องนี้แล้ว"), (Meaning.NEXT, "ไปต่อ")]),
        ("ยายจำไม่ได้จ้ะหลาน", [(Meaning.UNSURE, "จำไม่ได้")]),
        ("ต้องกดปุ่มไหนคะ ไม่เข้าใจ", [(Meaning.HELP, "ต้องกดปุ่มไหนคะ"), (Meaning.HELP, "ไม่เข้าใจ")]),
        ("ค่ะ", [(Meaning.POLITE, "ค่ะ")]),
    ],
)
def test_the_parts_of_a_reply(text: str, parts: list[tuple[Meaning, str]]) -> None:
    found = parse_reply(squeeze_text(text)) or ()
    assert [(part.meaning, part.words) for part in found] == parts


@pytest.mark.parametrize("text", ["", "ใช่หัวหน้าเขา", "พ่อใช่", "เขายกเลิกเรื่องนี้"])
def test_a_text_with_anything_else_has_no_parts(text: str) -> None:
    assert parse_reply(squeeze_text(text)) is None


def test_clauses_end_where_spaces_were() -> None:
    assert squeeze_text("ไม่ บอก, ค่ะ.") == ("ไม่บอกค่ะ", frozenset({3, 6, 9}))


def test_stems_lose_their_particles() -> None:
    assert list_stems("ข้ามเลยค่ะ") == ["ข้ามเลยค่ะ", "ข้ามเลย", "ข้าม"]
