"""Sums in a story: only what is certain, in digits and in words."""

import pytest

from handlers.complaints.review.amounts import find_amounts


@pytest.mark.parametrize(
    ("story", "amounts"),
    [
        ("จ่ายไป 50,000 บาท", "50,000 บาท"),
        ("เรียกเงินสามหมื่น", "30,000 บาท"),
        ("เก็บ ๕ หมื่น", "50,000 บาท"),
        ("เก็บคนละห้าร้อยบาท", "คนละ 500 บาท"),
        ("รายละห้าพันบาทต่อคน", "รายละ 5,000 บาท"),
        ("โอน 1.5 ล้าน", "1,500,000 บาท"),
        ("เบิกสามหมื่นห้าพัน", "35,000 บาท"),
        ("ยี่สิบเอ็ดบาท", "21 บาท"),
        ("หนึ่งล้านสองแสนบาท", "1,200,000 บาท"),
        ("ห้าสิบล้านบาท", "50,000,000 บาท"),
        ("เก็บชุดละร้อยบาท", "ชุดละ 100 บาท"),
        ("ราคา 120.50 บาท", "120.50 บาท"),
        ("เครื่องละหมื่น ซื้อแพง จ่ายเครื่องละหมื่น", "เครื่องละ 10,000 บาท"),
        ("They asked for 5,000 baht", "5,000 บาท"),
        ("ครั้งแรก 500 บาท ครั้งที่สอง 700 บาท", "500 บาท, 700 บาท"),
    ],
)
def test_a_sum_is_understood(story: str, amounts: str) -> None:
    assert find_amounts(story) == amounts


@pytest.mark.parametrize(
    "story",
    [
        "",
        "มีคนสามพันคน",
        "อยู่ร้อยเอ็ด",
        "ร้อยละสิบ",
        "สองแสนห้าบาท",  # 250,000 to most, 200,005 in a bank
        "สองสามหมื่นบาท",
        "เงินหลายหมื่นบาท",
        "เป็นแสนบาท",
        "จ่าย 3-5 หมื่น",
        "พันธุ์ไม้สามพันธุ์",
        "เงิน 5000",
        "โทร 0812345678",
        "เก็บเงินนักเรียนสามพันคน",
        "1 บาท 2 บาท 3 บาท 4 บาท",
        "99999999999999999999 บาท",
        "0 บาท",
    ],
)
def test_what_is_not_certain_is_no_sum(story: str) -> None:
    assert find_amounts(story) == ""


@pytest.mark.parametrize(
    ("story", "amounts"),
    [
        ("They asked for 5,000 baht", "5,000 baht"),
        ("เก็บคนละห้าร้อยบาท", "500 baht each"),
        ("จ่ายเดือนละ 500 บาท", "500 baht a month"),
    ],
)
def test_a_sum_is_shown_in_the_language_of_the_reporter(story: str, amounts: str) -> None:
    assert find_amounts(story, "en") == amounts


def test_more_than_a_sum_is_not_the_sum() -> None:
    assert find_amounts("เรียกเงินสองหมื่นกว่าบาท") == "มากกว่า 20,000 บาท"
    assert find_amounts("จ่ายสองหมื่นกว่าบาท", "en") == "more than 20,000 baht"
