"""What is typed in everyday words at an open case: a withdrawal, a no to sending, a label, and the end of a code."""

import pytest

from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.events import Channel
from handlers.dialog.receipt import is_receipt_end
from handlers.thai.grammar.case_wishes import CaseWish, find_case_wish
from tests.in_memory_desk import SHORT_OFFICE, ChatUser, InMemoryDesk

STORY = "ครูพละเก็บเงินผู้ปกครองคนละ 500 บาทเมื่อต้นเดือนพฤศจิกา ที่โรงเรียน"
UNSENT = "ไม่พอใจเลยค่ะ ทำไมช้าจัง"


def open_case() -> ChatUser:
    person = InMemoryDesk(ComplaintsDesk(SHORT_OFFICE), channel=Channel.TERMINAL).new_user()
    person.fill_report("แจ้งเรื่อง", "[รับทราบ เริ่มแจ้งเรื่อง]", STORY, "[ไม่ใช่]", "[ส่งเรื่อง]")
    person.say(person.receipt[-5:])
    person.say("ติดตามเรื่อง")
    assert "สถานะ: รับเรื่องแล้ว" in person.say(person.receipt)
    return person


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("ขอถอนเรื่องได้มั้ยคะ กลัว", CaseWish.WITHDRAW),
        ("อยากถอนแจ้งค่ะ เปลี่ยนใจ", CaseWish.WITHDRAW),
        ("กลัวค่ะ ขอถอนเรื่อง", CaseWish.WITHDRAW),
        ("ขอยกเลิกเรื่องที่แจ้งได้ไหม", CaseWish.WITHDRAW),
        ("can i withdraw my report?", CaseWish.WITHDRAW),
        ("ไม่ต้องส่งค่ะ", CaseWish.NOT_SEND),
        ("ไม่ส่ง", CaseWish.NOT_SEND),
        ("งั้นอย่าส่งเลยนะคะ", CaseWish.NOT_SEND),
        ("don't send it", CaseWish.NOT_SEND),
        ("เขาบอกให้ถอนเรื่อง", None),
        ("ถอนฟัน", None),
        ("ยกเลิก", None),
        ("เขาไม่ส่งเอกสารให้", None),
        ("", None),
    ],
)
def test_what_is_wished_in_a_whole_text(text: str, wish: CaseWish | None) -> None:
    assert find_case_wish(text) is wish


def test_who_is_afraid_and_withdraws_is_asked_and_may_stay() -> None:
    person = open_case()
    assert "ส่งข้อความนี้ถึงเจ้าหน้าที่" not in person.say("ขอถอนเรื่องได้มั้ยคะ กลัว")
    assert "ถอนเรื่อง" in next(label for label, _ in person.messages[-1].choices)
    assert "สถานะ: รับเรื่องแล้ว" in person.say("[ไม่ กลับไปดูเรื่อง]")


def test_a_no_to_sending_leads_back_to_the_case_and_quotes_what_was_not_sent() -> None:
    person = open_case()
    assert "ต้องการส่งข้อความนี้" in person.say(UNSENT)
    answer = person.say("ไม่ต้องส่งค่ะ")
    assert f"ไม่ได้เก็บข้อความนี้: “{UNSENT}”" in answer
    assert "สถานะ: รับเรื่องแล้ว" in answer


def test_the_label_of_a_button_of_the_case_is_understood_while_a_text_is_offered() -> None:
    person = open_case()
    person.say(UNSENT)
    answer = person.say("ถอนเรื่อง")
    assert f"ไม่ได้เก็บข้อความนี้: “{UNSENT}”" in answer
    assert "ต้องการส่งข้อความนี้" not in answer


@pytest.mark.parametrize("text", ["กลัวจังเลย มีใครอ่านรึยัง", "เมื่อไหร่จะตอบ", "เรื่องถึงไหนแล้วคะ"])
def test_who_asks_of_the_case_is_shown_it(text: str) -> None:
    person = open_case()
    answer = person.say(text)
    assert "ต้องการส่งข้อความนี้" not in answer
    assert "สถานะ: รับเรื่องแล้ว" in answer


def test_the_end_of_a_code_that_comes_late_is_never_kept_or_repeated() -> None:
    person = open_case()
    answer = person.say(person.receipt[-6:])
    assert "ส่วนท้ายของรหัสติดตาม" in answer
    assert "ต้องการส่งข้อความนี้" not in answer
    for told in ("A1234", "LINE1"):
        assert f"“{told}”" in person.say(told)
        assert "ไม่ได้เก็บข้อความนี้" in person.say("ไม่ต้องส่ง")
    stranger = InMemoryDesk(ComplaintsDesk(SHORT_OFFICE), channel=Channel.TERMINAL).new_user()
    answer = stranger.say("snp8v")
    assert "ส่วนท้ายของรหัสติดตาม" in answer
    assert "snp8v" not in answer


@pytest.mark.parametrize(
    ("text", "is_end"),
    [
        ("snp8v", True),
        ("SNP8-V", True),
        ("ABCDE", False),
        ("12345", False),
        ("covid19", False),
        ("กข123", False),
        ("", False),
    ],
)
def test_the_end_of_a_code(text: str, is_end: bool) -> None:
    assert is_receipt_end(text) is is_end


@pytest.mark.parametrize(
    "text",
    [
        "จะถอนเรื่องครับ กลัว",
        "ขอถอนเรื่องค่ะ กลัวเขารู้",
        "ยกเลิกเรื่องนี้ให้หน่อยค่ะ",
        "ไม่อยากเอาเรื่องแล้ว ถอนให้หน่อย",
        "ขอถอนเรื่อง กลัวมีปัญหา",
    ],
)
def test_who_withdraws_in_words_of_their_own_is_asked_and_never_led_out(text: str) -> None:
    person = open_case()
    for _ in range(2):  # at the case, and at the question itself
        assert "ออกจากเรื่องแล้ว" not in person.say(text)
        assert [label for label, _ in person.messages[-1].choices][1:] == ["ไม่ กลับไปดูเรื่อง"]
    person.say("[ไม่ กลับไปดูเรื่อง]")
    assert "ออกจากเรื่องแล้ว" in person.say("ออก")


@pytest.mark.parametrize("text", ["กลับ", "ย้อนกลับ", "ย้อน"])
def test_back_where_nothing_is_asked_shows_the_case(text: str) -> None:
    person = open_case()
    for _ in range(2):
        assert "สถานะ: รับเรื่องแล้ว" in person.say(text)
