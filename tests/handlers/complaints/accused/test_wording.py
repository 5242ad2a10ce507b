"""The word lists hold no word that is an everyday word's key, and abbreviations are read with and without points."""

import pytest

from handlers.complaints.accused import wording
from handlers.complaints.accused.wording import expand_abbreviations, join_keys, list_keys

LISTS = {name: words for name, words in vars(wording).items() if name.isupper() and isinstance(words, tuple)}


@pytest.mark.parametrize("name", sorted(LISTS.keys() - {"ABBREVIATIONS"}))
def test_no_word_is_so_short_in_the_key_space_that_it_stands_everywhere(name: str) -> None:
    assert [key for key in list_keys(LISTS[name]) if len(key) < 2] == []
    assert len(LISTS[name]) == len(set(LISTS[name]))


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("ผอ.สมชาย", "ผู้อำนวยการสมชาย"),
        ("ผ.อ.สมชาย", "ผู้อำนวยการสมชาย"),
        ("ผอ กองช่าง", "ผู้อำนวยการ กองช่าง"),
        ("ผอมมาก", "ผอมมาก"),
        ("พอแล้ว", "พอแล้ว"),
        ("จนท.พัสดุ", "เจ้าหน้าที่พัสดุ"),
        ("หน.กลุ่ม", "หัวหน้ากลุ่ม"),
        ("เงินหน.", "เงินหน."),
        ("ศธจ.เชียงใหม่", "ศึกษาธิการจังหวัดเชียงใหม่"),
        ("ร.ร.บ้านหนอง", "โรงเรียนบ้านหนอง"),
        ("ผอ.รร.บ้านหนอง", "ผู้อำนวยการโรงเรียนบ้านหนอง"),
        ("ผอ.รพ.แม่ริม", "ผู้อำนวยการโรงพยาบาลแม่ริม"),
    ],
)
def test_abbreviations_are_written_out(text: str, whole: str) -> None:
    assert expand_abbreviations(text) == whole


def test_the_longest_word_comes_first() -> None:
    assert list_keys(("เรียก", "เรียกเงิน"))[0].startswith(list_keys(("เรียก",))[0])
    assert join_keys(("ab", "abc")) == "(?:abc|ab)"
