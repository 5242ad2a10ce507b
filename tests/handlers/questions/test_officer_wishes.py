"""Who asks for an officer in words, and who asks a question in which officers occur."""

import pytest

from handlers.questions.officer_wishes import asks_for_officer


@pytest.mark.parametrize(
    "text",
    [
        "ส่งให้เจ้าหน้าที่เลย",
        "ส่งให้เจ้าหน้าที่เลยค่ะ",
        "ให้เจ้าหน้าที่ตอบ",
        "ขอถามเจ้าหน้าที่ครับ",
        "ขอคุยกับคนจริงๆได้ไหม",
        "ฝากถาม จนท. หน่อย",
        "send it to an officer please",
        "talk to a human",
    ],
)
def test_who_asks_for_an_officer(text: str) -> None:
    assert asks_for_officer(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "เจ้าหน้าที่พักเที่ยงกี่โมง",
        "ขอเบอร์เจ้าหน้าที่",
        "เจ้าหน้าที่รับคำร้องออนไลน์ไหม",
        "อยากสมัครเป็นเจ้าหน้าที่ธุรการต้องจบอะไร",
        "ส่งเอกสารให้เจ้าหน้าที่ทางเมลได้ไหม",
        "ให้เจ้าหน้าที่ตอบ" * 9,
    ],
)
def test_who_asks_something(text: str) -> None:
    assert not asks_for_officer(text)
