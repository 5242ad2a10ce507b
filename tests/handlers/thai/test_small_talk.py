"""Thanks, taking leave and hello: what is small talk as a whole, and what tells something."""

import pytest

from handlers.dialog.events import LANGS
from handlers.i18n import WORDING
from handlers.thai.small_talk import SmallTalk, asks_for_terms, parse_small_talk, tells_of_lost_code

THANKS = ["ขอบคุณ", "ขอบคุณค่ะ", "ขอบคุณมากครับ", "ขอบคุณมากๆ นะคะ 🙏", "ขอบใจจ้า", "ขอบพระคุณค่ะ"]
THANKS += ["ขอบคุณล่วงหน้าครับ", "thanks", "Thank you very much!", "thx"]
LEAVE = ["บาย", "บายจ้า", "บ๊ายบาย", "ไว้ก่อนนะ", "ไปก่อนนะคะ", "เดี๋ยวมาใหม่", "ไว้มาแจ้งใหม่วันหลัง"]
LEAVE += ["ขอตัวก่อนนะ", "ค่อยมากรอกต่อพรุ่งนี้", "ลาก่อน", "ขอคิดดูก่อน", "bye", "see you later", "not now"]
HELLO = ["สวัสดี", "สวัสดีเจ้า", "สวัสดีครับ", "สวัสดีค่ะแอดมิน", "หวัดดีจ้า", "ฮัลโหล", "ฮัลโหลลลล", "อยู่ไหม", "มีใครอยู่ไหมคะ"]
HELLO += ["อยู่มั้ยครับ", "ตอบหน่อยค่ะ", "ทดสอบ", "hello", "Hi!", "good morning", "anyone there?"]
OTHER = ["", "ครับ", "โอเค", "ไม่", "ใช่ค่ะ", "ข้าม", "ออก", "เสร็จแล้ว", "1", "ขอบคุณที่เขาให้เงินผมห้าพัน"]
OTHER += [
    "เขาบอกว่าบายให้หมด",
    "ไว้ที่โต๊ะ",
    "ไปก่อนเที่ยง",
    "อยู่ที่ห้องพัสดุ",
    "เจ้าหน้าที่อยู่ด้วย",
    "ดี",
    "ดีครับ",
    "test of the tender",
]
OTHER += ["ขอให้ตรวจสอบ", "สวัสดีค่ะ จะแจ้งว่าครูเก็บเงินนักเรียนคนละร้อย", "บายศรี", "later that day he took it"]


@pytest.mark.parametrize(
    ("talk", "text"),
    [
        *((SmallTalk.THANKS, text) for text in THANKS),
        *((SmallTalk.LEAVE, text) for text in LEAVE),
        *((SmallTalk.HELLO, text) for text in HELLO),
        *((None, text) for text in OTHER),
    ],
)
def test_what_is_small_talk(talk: SmallTalk | None, text: str) -> None:
    assert parse_small_talk(text) is talk


@pytest.mark.parametrize("lang", LANGS)
def test_no_label_of_a_button_is_small_talk(lang: str) -> None:
    labels = {key: text for key, text in WORDING[lang].items() if key.startswith("choice.")}  # type: ignore[index]
    assert {key for key, text in labels.items() if parse_small_talk(text)} == set()


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("ฟรีไหม", True),
        ("เสียเงินมั้ยคะ", True),
        ("แจ้งแล้วเสียตังค์ไหม", True),
        ("ต้องใช้บัตรไหม", True),
        ("ต้องใช้บัตรประชาชนมั้ยครับ", True),
        ("ต้องลงทะเบียนไหม", True),
        ("Is it free?", True),
        ("ฟรี", False),
        ("เขาให้จ่ายเงินไหมไม่รู้", False),
        ("เขาถามว่าต้องใช้บัตรไหม", False),
        ("ต้องใช้บัตร", False),
        ("", False),
    ],
)
def test_who_asks_what_reporting_takes_does_so_in_the_whole_text(text: str, asks: bool) -> None:
    assert asks_for_terms(text) is asks


@pytest.mark.parametrize(
    "text",
    [
        "ลืมรหัส", "ทำรหัสหาย", "จำรหัสไม่ได้", "ลืมรหัสติดตามค่ะ ทำยังไงดี", "รหัสหายแล้วต้องทำยังไง", "ไม่มีรหัสแล้วค่ะ",
        "ไม่ได้จดรหัสไว้", "ขอรหัสใหม่ได้ไหม", "หารหัสไม่เจอครับ", "โค้ดหายอะ", "I lost my code", "forgot my tracking code",
    ],
)  # fmt: skip
def test_a_lost_code(text: str) -> None:
    assert tells_of_lost_code(text)


@pytest.mark.parametrize(
    "text",
    ["รหัสหายไปจากระบบพัสดุ", "ลืมรหัสผ่านคอมเจ้าหน้าที่", "เจ้าหน้าที่ขอรหัสเอทีเอ็ม", "ให้รหัสมาแล้ว", "รหัส", "ลืมรหัส " * 20],
)
def test_another_code_or_none(text: str) -> None:
    assert not tells_of_lost_code(text)
