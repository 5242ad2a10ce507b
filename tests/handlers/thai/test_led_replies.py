"""Replies that go on to tell something."""

import pytest

from handlers.thai.led_replies import list_led_replies, separate_clauses
from handlers.thai.phrases import Meaning


@pytest.mark.parametrize(
    ("text", "meaning", "told"),
    [
        ("ไม่ใช่น่ะ เขาเป็นแค่ลูกจ้างธรรมดา", Meaning.NO, "เขาเป็นแค่ลูกจ้างธรรมดา"),
        ("ไม่ใช่ค่ะเขาเป็นลูกจ้าง", Meaning.NO, "เขาเป็นลูกจ้าง"),
        ("ขอไม่ระบุชื่อนะครับ ลูกยังเรียนอยู่ที่นี่", Meaning.ANONYMOUS, "ลูกยังเรียนอยู่ที่นี่"),
        ("ใช่ค่ะ ท่านนั่นแหละ", Meaning.YES, ""),
        ("ไม่ใช่หัวหน้าค่ะ", Meaning.NO, ""),
        ("เป็นหัวหน้าเลยครับ", Meaning.YES, ""),
    ],
)
def test_the_reply_and_what_is_told_after_it(text: str, meaning: Meaning, told: str) -> None:
    found = [(led.meanings, led.told) for led in list_led_replies(text)]
    assert ((meaning,), told) in found


@pytest.mark.parametrize(
    "text",
    [
        "ไม่ใช่ค่ะ เขาคือหัวหน้าตัวจริง", "ใช่ครับ แต่ก็ไม่เชิง", "ไม่บอกค่ะ บอกตำแหน่งแทนได้", "บอกค่ะ กลัวเขารู้", "ใช่ ไม่ใช่เขาหรอก",
        "ไม่มีรูป แต่มีใบเสร็จอยู่ที่บ้าน", "ไม่บอกค่ะ แล้วติดตามยังไง", "ใช้ รถหลวงไปเที่ยว", "2 ชั่วโมงกว่าจะได้คิว",
    ],
)  # fmt: skip
def test_what_asks_or_goes_against_it_is_told_as_a_whole(text: str) -> None:
    decided = {Meaning.YES, Meaning.NO, Meaning.ANONYMOUS, Meaning.NAMED, Meaning.NONE}
    assert not [
        led for led in list_led_replies(text) if decided.intersection(led.meanings) or led.reply.isdigit()
    ]


def test_clauses_end_at_spaces_and_after_particles_but_not_within_words() -> None:
    assert separate_clauses("ใช่ค่ะเขาเอง ให้คะแนนเจ้าหน้าที่") == ["ใช่ค่ะ", "เขาเอง", "ให้คะแนนเจ้าหน้าที่"]
