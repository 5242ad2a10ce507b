"""Texts that are not for the service desk: complaints, and scripts in which nothing can be looked up."""

import pytest

from handlers.questions.misdirected import is_complaint, is_foreign


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("ผู้อำนวยการทุจริต", True),
        ("ครู เรียก รับ เงิน", True),
        ("เจ้าหน้าที่ขอเงินใต้โต๊ะ", True),
        ("โรงเรียนเก็บแป๊ะเจี๊ยะ", True),
        ("มีการฮั้วประมูล", True),
        ("He took a bribe", True),
        ("BRIBERY at the office", True),
        ("embezzlement", True),
        ("ผอ.โรงเรียนผมเก็บเงินใต้โต๊ะ แจ้งยังไง", True),
        ("ครูยักยอกเงินอาหารกลางวัน จะร้องเรียนได้ที่ไหนคะ", True),
        ("จะแจ้งเรื่องทุจริตได้ที่ไหน", False),
        ("แจ้งเจ้าหน้าที่ทุจริตยังไง", False),
        ("ร้องเรียนทุจริตอย่างไร", False),
        ("ช่องทางแจ้งการทุจริต", False),
        ("ทุจริตคืออะไร", False),
        ("นโยบาย no gift policy คืออะไร เกี่ยวกับสินบนไหม", False),
        ("how do I report corruption?", False),
        ("what is a bribe", False),
        ("ขอยืมเต็นท์", False),
        ("the describer of a scribe", False),
        ("", False),
        ("ก" * 5000 + "ทุจริต", False),  # beyond what is examined
    ],
)
def test_what_may_be_a_complaint(text: str, complaint: bool) -> None:
    assert is_complaint(text) is complaint


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("สวัสดี", False),
        ("hello", False),
        ("ကျောင်းအပ်ဖို့", True),
        ("你好", True),
        ("你好ครับผม", False),
        ("ครับ 你好你好你好你好", True),
        ("Привет", True),
        ("café", False),
        ("123 😡 ???", False),
        ("", False),
    ],
)
def test_scripts_without_known_answers(text: str, foreign: bool) -> None:
    assert is_foreign(text) is foreign
