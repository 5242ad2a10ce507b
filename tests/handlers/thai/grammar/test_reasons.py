"""Reasons beside a reply are set aside where they support it, and told anywhere else."""

import pytest

from handlers.thai.grammar.reasons import list_reasons
from handlers.thai.meanings import read_meanings
from handlers.thai.phrases import Meaning


@pytest.mark.parametrize(
    ("reply", "meaning"),
    [
        ("ไม่บอกชื่อ กลัวโดนไล่ออก", Meaning.ANONYMOUS),
        ("กลัวเขามาแก้แค้นที่บ้าน ไม่บอกชื่อดีกว่า", Meaning.ANONYMOUS),
        ("บ่บอกชื่อเด้อ ย่าน", Meaning.ANONYMOUS),
        ("บอกชื่อได้เลย ไม่กลัวใคร", Meaning.NAMED),
        ("กดผิดค่ะ ขอย้อนกลับ", Meaning.BACK),
        ("ยกเลิกเถอะ ไม่อยากมีเรื่อง", Meaning.CANCEL),
        ("จำไม่ได้ค่ะ นานมากแล้ว", Meaning.UNSURE),
        ("ไม่มีค่ะ กล้องเสีย", Meaning.NONE),
        ("อ่านทวนดีแล้ว ส่งเลย", Meaning.SEND),
    ],
)
def test_a_reason_that_supports_a_reply_is_set_aside(reply: str, meaning: Meaning) -> None:
    assert read_meanings(reply) == (meaning,)


@pytest.mark.parametrize(
    "text",
    [
        "กลัวโดนไล่ออก", "ส่งเลย กลัวเขาหนีไปก่อน", "หมดแล้ว กลัวไม่มีเงินกิน", "ไม่บอกชื่อ กลัวอะไรกันนักหนา", "บอกชื่อ กลัวเขารู้",
        "ไม่บอกชื่อ กลัวเขารู้ แต่บอกตำแหน่งได้",
    ],
)  # fmt: skip
def test_any_other_reason_is_told(text: str) -> None:
    assert read_meanings(text) == ()


def test_what_is_feared_goes_on_to_the_end_of_the_clause() -> None:
    text = "กลัวเขารู้ไม่บอก"
    assert {end for end, _ in list_reasons(text, 0, frozenset({10, len(text)}))} == {10, len(text)}
    assert list(list_reasons(text, 10, frozenset({len(text)}))) == []
