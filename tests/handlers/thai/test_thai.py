"""Parsing and formatting of Thai text, dates and numbers."""

import unicodedata
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.dialog.receipt import parse_receipt
from handlers.thai.dates import (
    complete_buddhist_year,
    format_time,
    parse_date,
    to_bangkok_date,
)
from handlers.thai.text import MAX_COMBINING_MARKS, CleanedText, clean_text
from tests.counted_work import assert_grows_with_length

TODAY = date(2026, 11, 22)


def test_two_digits_are_a_buddhist_year() -> None:
    assert [complete_buddhist_year(year) for year in (0, 1, 70, 99, 100, 2570)] == [
        0,
        2501,
        2570,
        2599,
        100,
        2570,
    ]


@given(st.text())
def test_any_text_is_read_without_trouble(text: str) -> None:
    parse_date(text, TODAY)
    cleaned = clean_text(text)
    assert not any(0xD800 <= ord(c) <= 0xDFFF or c in "\x00\u202e\u2066" for c in cleaned.text)
    assert clean_text(cleaned.text) == CleanedText(cleaned.text, 0, cleaned.text.count("\ufffd"))
    cleaned.text.encode()


def test_clean_keeps_what_people_see() -> None:
    family = "ครอบครัว 👨\u200d👩\u200d👧 กำนัน น้ำ é"
    assert clean_text(family).text == family
    assert clean_text("ก\u202eข\x00ค\u200b").removed == 3
    assert clean_text("ก\ufffdข").unreadable == 1
    assert clean_text("ก\r\nข\rค").text == "ก\nข\nค"


def test_days_are_bangkoks() -> None:
    late = datetime(2026, 11, 21, 17, 30, tzinfo=UTC)
    assert to_bangkok_date(late) == date(2026, 11, 22)
    assert format_time(late) == "00:30"


def test_hostile_texts_come_to_an_end() -> None:
    # Each of these once took from ten seconds to hours: quadratic in its length.
    assert parse_date("วันที่ 5" + " ." * 100_000 + "x", TODAY) is None
    piled = clean_text("a" + "\u0301" * 200_000 + "\u0316" * 200_000)
    assert parse_receipt("\u0301" * 200_000 + "\u0316" * 200_000) is None
    assert len(piled.text) <= 1 + MAX_COMBINING_MARKS
    assert piled.removed == 400_000 - MAX_COMBINING_MARKS


@pytest.mark.parametrize("part", [" .", "วันที่ 5 ", "a\u0301", "\u0301\u0316", "5/5/", "\u200b"])
def test_the_work_grows_with_the_length_only(part: str) -> None:
    for read in (clean_text, parse_receipt, lambda text: parse_date(f"วันที่ 5{text}x", TODAY)):
        assert_grows_with_length(read, part)


@given(st.text(st.sampled_from("กที่ป้ญู์ำ😀é\u0301 \n"), max_size=200))
def test_what_people_write_keeps_every_mark(text: str) -> None:
    assert clean_text(text).text == unicodedata.normalize("NFC", text).strip()
