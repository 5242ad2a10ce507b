"""Comparison of texts: whatever is typed for the same thing is equal, and what is stored is found again."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.complaints.name_matching import compute_name_keys, compute_text_keys
from handlers.dialog.receipt import normalize_receipt
from handlers.questions.search_index import split_ngrams
from handlers.thai.matching import (
    fold_characters,
    normalize_for_matching,
    normalize_stored_words,
    parse_number,
    remove_emphasis,
)
from tests.counted_work import assert_grows_with_length

SAME_WORDS = (
    ("น้ำ", "นํ้า", "น้ํา", "นำ้", "น้\u200bำ", "\ufeffน้ำ"),
    ("แก้ไข", "เเก้ไข", "แก้\u200bไข", "แก้\u200d\u2060ไข", "แก้้ไข", "แ\u00adก้ไข"),
    ("ที่นี่", "ท่ีน่ี", "ที่่นี่่", "ทีี่นี่ี", "ที่นี่\ufe0f"),
    ("ทุ่ม", "ทุ่ม"),
    ("ไม่มี", "ไม่มีีี", "ไม่มี!", " ไม่มี. ", "ไไม่มี"),
    ("ครับ", "ครับบบ", "ครับบบบบบบ"),
    ("นะๆ", "นะๆๆๆ", "นะะๆ"),
    ("ok 12", "OK ๑๒", "ＯＫ\u00a0１２", "Ok\u2003 \t12", "oK\n12"),
)


@pytest.mark.parametrize(("usual", "others"), [(one[0], one[1:]) for one in SAME_WORDS])
def test_ways_of_writing_the_same_are_equal(usual: str, others: tuple[str, ...]) -> None:
    assert [normalize_for_matching(other) for other in (usual, *others)] == [usual] * (1 + len(others))


@pytest.mark.parametrize(
    ("one", "other"),
    [("กรม", "กรรม"), ("ถนน", "ถน"), ("1000", "10"), ("ไม่", "ไม้"), ("book", "bok"), ("ไม", "ไม่")],
)
def test_what_differs_stays_different(one: str, other: str) -> None:
    assert normalize_for_matching(one) != normalize_for_matching(other)


@given(st.text(st.sampled_from("กรบเแำํา่้ีุๆะ ๑aA\u200b\ufeff\u00ad.Ａé"), max_size=30) | st.text(max_size=30))
def test_a_normal_form_stays_as_it_is(text: str) -> None:
    once = fold_characters(text)
    assert fold_characters(once) == once
    assert fold_characters(unicodedata.normalize("NFC", once)) == once
    assert not any(sign in once for sign in "\u200b\u200c\u200d\ufeff\u00ad\u2060")
    whole = normalize_for_matching(text)
    assert normalize_for_matching(whole) == whole


def test_letters_of_a_code_are_not_taken_for_emphasis() -> None:
    assert normalize_receipt("aaaa-\u200bAAAA-ａａａａ-๑๑๑๑-1") == "AAAAAAAAAAAA11111"
    assert remove_emphasis("มากกก 1000 www") == "มาก 1000 w"
    assert remove_emphasis("ขอออก") == "ขอออก"


@pytest.mark.parametrize("typed", ["กำนันเเก้ว", "กํานันแก้ว", "กำ\u200bนัน แก้้ว", "กำนันแก้วววว"])
def test_names_and_search_share_the_base(typed: str) -> None:
    assert compute_text_keys(typed) & compute_name_keys("กำนันแก้ว")
    assert set(split_ngrams(typed.replace(" ", ""))) == set(split_ngrams("กำนันแก้ว"))


@pytest.mark.parametrize(
    ("words", "stored"),
    [
        ("  ถนน  หน้าโรงเรียน! ", "ถนน หน้าโรงเรียน"),
        ("น้ํา ๑๒ หน่วย", "น้ำ 12 หน่วย"),
        ("เเพงมากกก", "เเพงมากกก"),
        ("แก้\u200bไข", "แก้\u200bไข"),
        ("ทีี่ ＯＫ", "ทีี่ ok"),
    ],
)
def test_the_form_under_which_words_are_stored_never_changes(words: str, stored: str) -> None:
    # Statements that citizens added, opinions of a day and the numbers of free texts depend on it.
    assert normalize_stored_words(words) == stored


@pytest.mark.parametrize(
    ("typed", "number"), [("๒", 2), (" 2. ", 2), ("2", 2), ("สอง", None), ("²", 2), ("99999", None)]
)
def test_number(typed: str, number: int | None) -> None:
    assert parse_number(typed) == number


@pytest.mark.parametrize("piece", ["1", "่", "่ิ", "เ", "ํ่", "้ำ้", "\u200b", "กกกกก"])
def test_hostile_texts_are_compared_in_linear_time(piece: str) -> None:
    for read in (fold_characters, normalize_for_matching, parse_number):
        read(piece * 100_000)
        assert_grows_with_length(read, piece)
