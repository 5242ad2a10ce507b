"""Numbers in short replies: places and points."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.thai.numbers import read_place, read_points


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        *((typed, 2) for typed in ("2", "๒", "２", " 2. ", "2)", "(2)", "[2]", "#2", "ข้อ 2", "ข้อ๒", "ข้อสอง")),
        *((typed, 2) for typed in ("เลือก 2", "ขอเลือกข้อ 2 ครับ", "2 ครับ", "2ครับบบ", "เอาอันที่ 2", "เบอร์ 2")),
        *((typed, 2) for typed in ("ข้อที่ 2 ค่ะ", "สอง", "สองค่ะ", "number 2", "no. 2", "option two please")),
        ("อันแรกค่ะ", 1),
        ("ข้อแรก", 1),
        ("12", 12),
    ],
)  # fmt: skip
def test_a_place_however_it_is_named(typed: str, place: int) -> None:
    assert read_place(typed) == place


@pytest.mark.parametrize(
    "typed",
    ["", "ข้อ", "แรก", "2 คน", "1 2", "1.5", "-1", "1/2", "00001", "12345", "ข้อ 2 กับ 3", "ไม่ใช่ข้อ 2", "สองคน", "2" * 60],
)  # fmt: skip
def test_what_names_no_place(typed: str) -> None:
    assert read_place(typed) is None


@pytest.mark.parametrize(
    ("typed", "points"),
    [
        ("3.0", 3),
        ("5/5", 5),
        ("5 เต็ม", 5), ("ห้าเต็มห้า", 5), ("ให้แค่ 1 พอ", 1),
        ("ประมาณ 4", 4),
        ("ได้ 3 คะแนนนะ", 3), ("3 ดาว", 3), ("4 out of 5", 4)],
)  # fmt: skip
def test_points(typed: str, points: int | None) -> None:
    assert read_points(typed, 5) == points


@given(st.text(max_size=50) | st.text(st.sampled_from("0123456789๕ก่/. ข้อเต็ม"), max_size=50))
def test_points_are_on_the_scale(text: str) -> None:
    points = read_points(text, 5)
    assert points is None or 1 <= points <= 5
    place = read_place(text)
    assert place is None or 0 <= place <= 9999
