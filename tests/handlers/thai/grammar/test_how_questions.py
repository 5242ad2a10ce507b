"""Questions how a step is done, and texts that only look like them."""

import pytest

from handlers.thai.grammar.how_questions import asks_how


@pytest.mark.parametrize(
    "text",
    [
        "ส่งตรงไหนอะ", "เล่าอะไรบ้าง", "ไม่รู้จะเริ่มยังไง", "ต้องแนบไฟล์ตรงไหนคะ", "จะเริ่มเล่ายังไงดี", "กรอกแบบไหนครับ",
        "ถ้าจะแก้ทำยังไง", "howdoisendit", "whatdoesitmean", "whydoyouask", "doihavetoanswerthis",
        "wheredoiattachfiles", "whatshouldiwrite",
    ],
)  # fmt: skip
def test_a_question_how_to_go_on(text: str) -> None:
    assert asks_how(text)


@pytest.mark.parametrize(
    "text",
    [
        "ถ้าใช่แล้วจะเป็นยังไงต่อ", "หัวหน้าที่ว่านี่คือคนไหน", "ส่งไปให้ใคร", "ไม่รู้ว่าต้องแจ้งที่ไหนก่อน", "เขาทำยังไงกับเงิน", "เงินหายไปตรงไหน",
        "ทำยังไงเขาถึงจะเลิก", "ส่งแล้วกี่วันรู้ผล", "ส่งยังไง" * 10,
    ],
)  # fmt: skip
def test_a_text_that_asks_or_tells_something_else(text: str) -> None:
    assert not asks_how(text)
