"""Thanks, taking leave and hello: what is small talk as a whole, and what tells something."""

import pytest

from handlers.dialog.events import LANGS
from handlers.i18n import WORDING
from handlers.thai.small_talk import SmallTalk, parse_small_talk

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
