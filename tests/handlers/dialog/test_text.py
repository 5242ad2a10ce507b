"""Texts are cut where it shows least, lose only spaces, and fit as the platforms count."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.dialog.text import disarm_links, shorten_text, shorten_to_graphemes, split_text, utf16_length

TEXTS = st.text(st.one_of(st.characters(), st.sampled_from("กำข้ๆ \n😡👍🏽\u200d\ud83d")), max_size=300)


@given(TEXTS, st.integers(2, 50))
@example("\ud83d" * 9, 2)
def test_a_text_is_cut_without_loss(text: str, longest: int) -> None:
    pieces = list(split_text(text, longest))
    assert all(0 < utf16_length(piece) <= longest for piece in pieces)
    assert "".join("".join(pieces).split()).replace("…", "") == "".join(text.split()).replace("…", "")


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("สั้น", ["สั้น"]),
        ("", []),
        ("หนึ่ง สอง\nสาม สี่", ["หนึ่ง สอง", "สาม สี่"]),  # at the line break, though a space would leave more
        ("ข้อความ ยาวมาก", ["ข้อความ", "ยาวมาก"]),
        ("ก ขคงจฉชซฌญฎฏ", ["ก ขคงจฉชซฌ", "ญฎฏ"]),  # a space in the first half would leave too little
        ("กขคงจฉชซฌที่", ["กขคงจฉชซฌ", "ที่"]),  # vowel and tone mark stay with their letter
        ("กขคงจฉชซน้ำใจ", ["กขคงจฉชซ", "น้ำใจ"]),
        ("ก็" + "\u0e48" * 12, ["ก็" + "\u0e48" * 8, "\u0e48" * 4]),  # marks without end are cut all the same
        ("กขคงจฉชซฌ😡", ["กขคงจฉชซฌ", "😡"]),  # a surrogate pair is one character
        ("กขคงจฉ👩\u200d👩\u200d👧", ["กขคงจฉ", "👩\u200d👩\u200d👧"]),
        ("กขคงจฉช👍🏽", ["กขคงจฉช", "👍🏽"]),
        (" " * 12, ["…"]),
    ],
)
def test_where_a_text_is_cut(text: str, pieces: list[str]) -> None:
    assert list(split_text(text, 10)) == pieces


@pytest.mark.parametrize(("text", "length"), [("", 0), ("ที่", 3), ("😡", 2), ("\ud83d", 1), ("👍🏽", 4)])
def test_a_length_is_in_utf16_units(text: str, length: int) -> None:
    assert utf16_length(text) == length


@given(st.text(max_size=60))
def test_a_label_is_short_enough(label: str) -> None:
    shortened = shorten_to_graphemes(label, 20)
    assert sum(unicodedata.category(sign) not in {"Mn", "Me", "Cf"} for sign in shortened) <= 20
    assert shortened == label or shortened.endswith("…")


def test_a_label_keeps_the_marks_of_its_letters() -> None:
    assert shorten_to_graphemes("ที่นี่", 2) == "ที่นี่"
    assert shorten_to_graphemes("ที่นี่ที่", 2) == "ที่…"


@pytest.mark.parametrize(
    ("text", "shortened"),
    [
        ("", ""),
        ("กขคงจฉ", "กขคงจฉ"),
        ("กขคงจฉช", "กขคงจ…"),
        ("กขคงที่นี่", "กขคง…"),
        ("กขค ง จฉช", "กขค ง…"),
    ],
)
def test_an_excerpt_ends_between_two_letters(text: str, shortened: str) -> None:
    assert shorten_text(text, 6) == shortened


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ดูที่ https://evil.example/a?b=1", "ดูที่ hxxps://evil[.]example/a?b=1"),
        ("HTTP://Evil.Example", "HxxP://Evil[.]Example"),
        ("ดูเว็บevil.exampleนะ", "ดูเว็บevil[.]exampleนะ"),
        ("www.evil.co.th และ t.me/bot", "www[.]evil[.]co[.]th และ t[.]me/bot"),
        ("ส่ง ภาพ1.jpg กับ bill.pdf ม.ค. 2569 ราคา 1.50", "ส่ง ภาพ1.jpg กับ bill.pdf ม.ค. 2569 ราคา 1.50"),
        ("ftp://x", "ftp://x"),
        ("a." * 50_000 + "1", "a." * 50_000 + "1"),
    ],
)
def test_no_link_can_be_followed(text: str, shown: str) -> None:
    assert disarm_links(text) == shown
    assert disarm_links(shown) == shown
