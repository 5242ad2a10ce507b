"""Questions about the channel: asked in the whole text, asked at the end of an account, and what only looks like it."""

import pytest

from handlers.dialog.events import LANGS
from handlers.i18n import WORDING
from handlers.thai.grammar.channel_questions import (
    MAX_QUESTION_LENGTH,
    ChannelQuestion,
    find_channel_question,
    find_question_after_account,
)

ASKED = {
    ChannelQuestion.TERMS: """
ฟรีไหม
เสียเงินมั้ยคะ
แจ้งแล้วเสียตังค์ไหม
ต้องใช้บัตรไหม
ต้องใช้บัตรประชาชนมั้ยครับ
ต้องลงทะเบียนไหม
Is it free?""",
    ChannelQuestion.LOST_CODE: """
ลืมรหัส
ทำรหัสหาย
จำรหัสไม่ได้
ลืมรหัสติดตามค่ะ ทำยังไงดี
รหัสหายแล้วต้องทำยังไง
ไม่มีรหัสแล้วค่ะ
ไม่ได้จดรหัสไว้
ขอรหัสใหม่ได้ไหม
หารหัสไม่เจอครับ
โค้ดหายอะ
I lost my code
forgot my tracking code""",
    ChannelQuestion.CONTACT_BACK: """
จะมีใครติดต่อกลับไหม
แล้วจะมีใครติดต่อกลับไหมคะ
จะมีคนโทรมาไหม
เจ้าหน้าที่จะโทรหาหนูไหม
จะตอบกลับทางไหน
แล้วจะติดต่อมายังไง
แล้วจะรู้ผลยังไงครับ
will anyone contact me?""",
    ChannelQuestion.WHEN_ANSWERED: """
ถ้าแจ้งแล้วจะรู้ผลเมื่อไหร่
ถ้าแจ้งแล้วกี่วันรู้ผลคะ
กี่วันถึงจะได้คำตอบ
รอนานไหมคะ
ต้องรอกี่วัน
อีกกี่วันจะตอบ
ใช้เวลานานเท่าไหร่
เมื่อไหร่จะตอบ
how long does it take?""",
    ChannelQuestion.WITHOUT_EVIDENCE: """
ไม่มีหลักฐานแจ้งได้ไหม
ถ้าไม่มีหลักฐานจะแจ้งได้มั้ยคะ
ต้องมีหลักฐานไหม
ไม่รู้ชื่อคนทำแจ้งได้ไหม
can i report without evidence""",
    ChannelQuestion.CHANGE_LATER: """
ส่งแล้วแก้ได้ไหม
แจ้งแล้วถอนได้ไหมคะ
แก้ทีหลังได้ไหม
can i withdraw it later?""",
    ChannelQuestion.FOR_ANOTHER: """
แจ้งแทนแม่ได้ไหม
ร้องเรียนแทนเพื่อนได้มั้ย
can i report for someone else""",
}
NOT_ASKED = """
ต้องเสียเงินบ้าง
เขาโทรมาบ้าง
เจ้าหน้าที่โทรมายัง
ฟรี
เขาให้จ่ายเงินไหมไม่รู้
เขาถามว่าต้องใช้บัตรไหม
ต้องใช้บัตร
รหัสหายไปจากระบบพัสดุ
ลืมรหัสผ่านคอมเจ้าหน้าที่
เจ้าหน้าที่ขอรหัสเอทีเอ็ม
ให้รหัสมาแล้ว
รหัส
เมื่อไหร่
กี่วัน
เรื่องเมื่อไร
ไม่รู้เมื่อไหร่
จำไม่ได้ว่าวันไหน
เขามาเก็บเงินเมื่อไหร่
เจ้าหน้าที่โทรหา
เจ้าหน้าที่โทรมาขอเงิน
ไม่มีหลักฐาน
ไม่มีหลักฐานการจ่าย
เขาแก้คะแนนให้ได้
เซ็นแทนกัน
the head answers for it""".strip().split("\n")


@pytest.mark.parametrize(
    ("text", "question"),
    [(text, question) for question, texts in ASKED.items() for text in texts.strip().split("\n")],
)
def test_a_question_of_the_channel(text: str, question: ChannelQuestion) -> None:
    assert find_channel_question(text) is question


@pytest.mark.parametrize("text", ["", *NOT_ASKED, "ลืมรหัส " * MAX_QUESTION_LENGTH])
def test_what_tells_something_asks_nothing(text: str) -> None:
    assert find_channel_question(text) is None


def test_a_question_ends_an_account_and_an_account_about_codes_asks_nothing() -> None:
    story = "ครูเก็บเงินห้องละห้าร้อย ไม่มีใบเสร็จ"
    assert find_question_after_account(f"{story} ถ้าแจ้งแล้วจะรู้ผลเมื่อไหร่") is ChannelQuestion.WHEN_ANSWERED
    assert find_question_after_account(f"{story}\nแล้วจะมีใคร ติดต่อกลับไหมคะ") is ChannelQuestion.CONTACT_BACK
    assert find_question_after_account(story) is None
    assert find_question_after_account("จะรู้ผลเมื่อไหร่") is None
    assert find_question_after_account("เจ้าหน้าที่ไปถามแม่ค้าว่า ทำรหัสหาย") is None
    assert find_question_after_account(f"{'ก' * 5000} กี่วันรู้ผล") is ChannelQuestion.WHEN_ANSWERED


@pytest.mark.parametrize("lang", LANGS)
def test_no_label_of_a_button_asks_of_the_channel(lang: str) -> None:
    labels = {key: text for key, text in WORDING[lang].items() if key.startswith("choice.")}  # type: ignore[index]
    assert {key for key, text in labels.items() if find_channel_question(text)} == set()
