"""Requests about the form, and answers that only look like them."""

import pytest

from handlers.thai.grammar.requests import Request, find_request, is_addition, list_named_rows
from handlers.thai.grammar.spelling import correct_spelling
from handlers.thai.matching import normalize_for_matching
from handlers.thai.meanings import squeeze_reply


def squeeze(text: str) -> str:
    return squeeze_reply(correct_spelling(normalize_for_matching(text)))


@pytest.mark.parametrize(
    ("request_of_form", "texts"),
    [
        (Request.REVIEW, "ขอดูทั้งหมดก่อน|ขอกลับไปหน้าตรวจค่ะ|ขอตรวจคำตอบอีกที|ส่งเลยได้ไหม|ไม่เอาข้อนี้แล้ว|ขอแก้ที่ตอบไป"),
        (
            Request.RETELL,
            "เล่าใหม่|เริ่มเล่าใหม่|ขอเล่าใหม่ตั้งแต่ต้นค่ะ|เล่าผิด ขอเล่าใหม่ครับ|เขียนใหม่ได้ไหม|i want to tell it again",
        ),
        (Request.TELL_MORE, "ขอเล่าเพิ่ม|เล่าเพิ่มได้ไหมคะ|อยากบอกเพิ่มเติมหน่อย"),
        (Request.START_OVER, "ขอเริ่มใหม่|เริ่มใหม่ได้ไหมคะ|ขอกรอกใหม่ทั้งหมด|ขอแจ้งใหม่ตั้งแต่ต้น"),
        (Request.PAUSE, "ขอเวลาคิดแป๊บ|ขอคิดดูก่อนนะ|ขอไปถามเพื่อนก่อน|เดี๋ยวขอหาเอกสารก่อนค่ะ"),
    ],
)
def test_what_is_asked_of_the_form(request_of_form: Request, texts: str) -> None:
    for text in texts.split("|"):
        assert find_request(squeeze(text)) is request_of_form, text


@pytest.mark.parametrize(
    "text",
    [
        "ขอให้แก้ไขระเบียบ", "ขอดูกล้องวงจรปิด", "ขอเงินคืน", "อยากให้เริ่มสอบสวนใหม่", "ส่งเงินให้ทุกเดือน", "เขาไปถามเพื่อนก่อนแล้ว",
        "เขาแก้เอกสารทั้งหมด", "กลับไปที่ห้องพัสดุ", "คิดว่าเป็นครู", "เขาเล่าใหม่ไม่ตรงเดิม", "ขอดูทั้งหมด" * 6,
    ],
)  # fmt: skip
def test_an_answer_asks_nothing_of_the_form(text: str) -> None:
    assert find_request(squeeze(text)) is None


@pytest.mark.parametrize(
    ("text", "name", "adds"),
    [
        ("แก้ ใคร", "ใคร", False),
        ("ขอแก้เรื่องที่เล่าค่ะ", "ที่เล่า", False),
        ("เพิ่ม ที่ไหน", "ที่ไหน", True),
        ("ช่วยเพิ่มพยานหน่อยครับ", "พยาน", True),
        ("ใส่ในพยาน", "พยาน", True),
        ("change who please", "who", False),
        ("add where", "where", True),
    ],
)
def test_a_row_is_named(text: str, name: str, adds: bool) -> None:
    assert name in list_named_rows(squeeze(text))
    assert is_addition(squeeze(text)) is adds


def test_a_long_text_names_no_row() -> None:
    assert list_named_rows(squeeze("เพิ่มพยาน" * 20)) == ()
    assert list_named_rows(squeeze("พยานสองคน")) == ()
