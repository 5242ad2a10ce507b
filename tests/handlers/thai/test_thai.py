"""Parsing and formatting of Thai text, dates and numbers."""

import unicodedata
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.dialog.receipt import parse_receipt
from handlers.thai.dates import (
    ParsedDate,
    complete_buddhist_year,
    format_date,
    format_time,
    parse_date,
    to_bangkok_date,
)
from handlers.thai.text import MAX_COMBINING_MARKS, CleanedText, clean_text

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("typed", "first", "words"),
    [
        ("12 ม.ค. 2569", date(2026, 1, 12), "12 มกราคม 2569"),
        ("๑๒ มกราคม พ.ศ. ๒๕๖๙", date(2026, 1, 12), "12 มกราคม 2569"),
        ("12/1/69", date(2026, 1, 12), "12 มกราคม 2569"),
        ("12-01-2569 ตอนบ่าย", date(2026, 1, 12), "12 มกราคม 2569"),
        ("12/1/2026", date(2026, 1, 12), "12 มกราคม 2569"),
        ("2026-01-12", date(2026, 1, 12), "12 มกราคม 2569"),
        ("2569-01-12", date(2026, 1, 12), "12 มกราคม 2569"),
        ("5 May 2025", date(2025, 5, 5), "5 พฤษภาคม 2568"),
        ("3 มิ.ย.68 บ่ายสอง", date(2025, 6, 3), "3 มิถุนายน 2568"),
        ("เมื่อวาน", date(2026, 11, 21), "21 พฤศจิกายน 2569"),
        ("เมื่อวานซืนตอนเช้า", date(2026, 11, 20), "20 พฤศจิกายน 2569"),
        ("วันนี้", TODAY, "22 พฤศจิกายน 2569"),
        ("เดือนมีนาคม 2569", date(2026, 3, 1), "มีนาคม 2569"),
        ("ปี 2568", date(2025, 1, 1), "พ.ศ. 2568"),
    ],
)
def test_when(typed: str, first: date, words: str) -> None:
    assert parse_date(typed, TODAY) == ParsedDate(first, words)


@pytest.mark.parametrize(
    "typed", ["", "ช่วงปลายปีที่แล้ว", "31/2/2569", "12/13/2569", "9/9/9999", "ปี 9999", "12345", "บ่ายสองโมง"]
)
def test_nothing_certain_in_it(typed: str) -> None:
    assert parse_date(typed, TODAY) is None


def test_two_digits_are_a_buddhist_year() -> None:
    assert [complete_buddhist_year(year) for year in (0, 1, 70, 99, 100, 2570)] == [
        0,
        2501,
        2570,
        2599,
        100,
        2570,
    ]


@given(st.dates(date(2000, 1, 1), date(2026, 11, 22)))
def test_every_day_reads_back_as_it_is_shown(day: date) -> None:
    for lang in ("th", "en"):
        understood = parse_date(format_date(day, lang), TODAY)  # type: ignore[arg-type]
        assert understood is not None
        assert understood.first_day == day


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
    assert parse_date("มค" + " ." * 100_000 + "x", TODAY) is None
    piled = clean_text("a" + "\u0301" * 200_000 + "\u0316" * 200_000)
    assert parse_receipt("\u0301" * 200_000 + "\u0316" * 200_000) is None
    assert len(piled.text) <= 1 + MAX_COMBINING_MARKS
    assert piled.removed == 400_000 - MAX_COMBINING_MARKS


@given(st.text(st.sampled_from("กที่ป้ญู์ำ😀é\u0301 \n"), max_size=200))
def test_what_people_write_keeps_every_mark(text: str) -> None:
    assert clean_text(text).text == unicodedata.normalize("NFC", text).strip()
