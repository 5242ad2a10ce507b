"""The dialogue of the service desk."""

import pytest

from handlers.dialog.session import DialogTopic
from handlers.questions.messages import (
    AppendThreadLine,
    QuestionState,
    Rating,
    SubmitQuestion,
    ThreadLineKind,
)
from tests.in_memory_service_desk import BOARD_URL, COMPLAINTS_URL, InMemoryServiceDesk

UNKNOWN = "ขอยืมเต็นท์ของหน่วยงานไปจัดงานวัดได้ไหม"


def test_a_known_question_is_answered_at_once() -> None:
    person = InMemoryServiceDesk().new_user()
    said = person.say("สำนักงานเปิดให้บริการวันและเวลาใด")
    assert "08.30-16.30" in said
    assert "ตัวอย่าง" in said
    assert "ยินดีที่ได้ช่วย" in person.pick("ตรงกับที่ถาม")
    assert person.session.topic is DialogTopic.MENU
    assert not person.session.answers


def test_what_does_not_fit_is_not_offered_again_and_leads_to_an_officer() -> None:
    stage = InMemoryServiceDesk()
    person = stage.new_user()
    person.say("สำนักงานเปิดให้บริการวันและเวลาใด")
    person.pick("ไม่ตรง")
    assert not [label for label in person.labels if "วันและเวลาใด" in label]
    person.pick("ถามเจ้าหน้าที่")
    (act,) = [act for act in stage.acts if isinstance(act, SubmitQuestion)]
    assert act.text == "สำนักงานเปิดให้บริการวันและเวลาใด"
    assert (act.answer_by - act.on).days == 15
    assert act.receipt.formatted == person.receipt


def ask_office(stage: InMemoryServiceDesk, name: str = "ก", words: str = UNKNOWN) -> str:
    person = stage.new_user(name)
    assert "ยังไม่มีคำตอบ" in person.say(words)
    assert "7 ธันวาคม 2569" in person.pick("ถามเจ้าหน้าที่")
    return person.receipt


def test_the_code_shows_the_answer_and_takes_a_further_question() -> None:
    stage = InMemoryServiceDesk()
    code = ask_office(stage)
    other = stage.new_user("ข")
    assert "รอเจ้าหน้าที่ตอบ (ภายในวันที่ 7 ธันวาคม 2569)" in other.say(code.lower().replace("-", " "))
    stage.answer_question(code, "ยืมได้ ทำหนังสือมาก่อนเจ็ดวัน")
    said = other.pick("ดูความคืบหน้า")
    assert "ตอบแล้ว" in said
    assert "ยืมได้" in said
    assert "ขอบคุณ" in other.pick("พอใจ")
    assert "พอใจ" not in other.labels
    assert stage.threads[f"{1:032x}"].rating is Rating.GOOD
    other.pick("ถามต่อ")
    assert "รอเจ้าหน้าที่ตอบ" in other.say("ต้องวางเงินมัดจำไหม")
    assert stage.threads[f"{1:032x}"].state is QuestionState.OPEN
    assert [line.kind for line in stage.threads[f"{1:032x}"].lines] == ["asked", "answer", "more"]


def test_words_within_a_thread_are_offered_to_be_sent() -> None:
    stage = InMemoryServiceDesk()
    person = stage.new_user("ข")
    person.say(ask_office(stage))
    assert "คำถามใหม่" in person.say("ต้องวางเงินมัดจำไหม")
    person.pick("กลับ")
    person.say("ต้องวางเงินมัดจำไหม")
    assert "ส่งคำถามต่อ" in person.pick("ถามต่อในเรื่องเดิม")
    person.say("สำนักงานเปิดให้บริการวันและเวลาใด")
    assert "08.30" in person.pick("เป็นคำถามใหม่")
    assert sum(isinstance(act, AppendThreadLine) for act in stage.acts) == 1
    assert "ออกจากคำถามนี้แล้ว" in (person.say(person.receipt or get_receipt_code(stage)), person.pick("ออก"))[1]


def get_receipt_code(stage: InMemoryServiceDesk) -> str:
    return next(act.receipt.formatted for act in stage.acts if isinstance(act, SubmitQuestion))


@pytest.mark.parametrize(
    "words",
    [
        "ครูใหญ่โรงเรียนบ้านดอนเรียกรับเงินค่าบรรจุครู",
        "ผู้อำนวยการทุจริตเงินอาหารกลางวัน",
        "the director asked for a bribe",
        "เจ้าหน้าที่ขอเงินใต้โต๊ะ",
    ],
)
def test_a_complaint_is_handed_over_and_nothing_of_it_kept(words: str) -> None:
    stage = InMemoryServiceDesk()
    person = stage.new_user()
    said = person.say(words)
    assert words not in said
    assert person.session.memory_only
    label = person.labels[0]
    said = person.pick(label)
    assert COMPLAINTS_URL in said
    assert not person.session.answers
    assert stage.acts == []


def test_a_complaint_that_is_none_is_looked_up() -> None:
    person = InMemoryServiceDesk().new_user()
    person.say("เห็นข่าวโรงเรียนอื่นโดนเรียกรับเงินแป๊ะเจี๊ยะ")
    assert "เรื่องทุจริตหรือไม่" in person.say("ไม่รู้สิ")
    person.pick("ไม่ใช่ เป็นคำถามทั่วไป")
    assert "ถามเจ้าหน้าที่" in person.labels
    person.say("ครูเรียกรับเงิน")
    assert "ลบข้อความนั้นแล้ว" in person.pick("ออก")


def test_asking_how_to_complain_is_a_question() -> None:
    assert "1206" in InMemoryServiceDesk().new_user().say("จะแจ้งเรื่องทุจริตหรือร้องเรียนเจ้าหน้าที่ได้ที่ไหน")


def test_thirty_questions_in_a_minute_are_slowed() -> None:
    stage = InMemoryServiceDesk()
    person = stage.new_user()
    for number in range(30):
        person.say(f"{UNKNOWN} {number}")
        said = person.pick("ถามเจ้าหน้าที่")
        stage.advance_clock(seconds=2)
    assert "หลังเวลา 09:1" in said
    assert sum(isinstance(act, SubmitQuestion) for act in stage.acts) == 5
    assert f"{UNKNOWN} 29" in person.session.answers["question"]
    stage.advance_clock(minutes=16)
    person.pick("ถามเจ้าหน้าที่")
    assert sum(isinstance(act, SubmitQuestion) for act in stage.acts) == 6


def test_a_burmese_question_is_delivered_and_told_in_english() -> None:
    stage = InMemoryServiceDesk()
    said = stage.new_user().say("ကျောင်းအပ်ဖို့ ဘာစာရွက်စာတမ်းတွေ လိုအပ်ပါသလဲ")
    assert "We answer in Thai and English" in said
    assert [act.text for act in stage.acts if isinstance(act, SubmitQuestion)]


def test_a_photo_without_words_is_not_kept() -> None:
    stage = InMemoryServiceDesk()
    person = stage.new_user()
    assert "เป็นข้อความ" in person.send_file()
    person.say(UNKNOWN)
    assert "เป็นข้อความ" in person.send_file()
    assert len(stage.dropped_file_ids) == 2
    assert "ถามเจ้าหน้าที่" in person.labels


def test_the_menu_and_its_words() -> None:
    person = InMemoryServiceDesk().new_user()
    assert "ถามตอบของ" in person.say("สวัสดีค่ะ")
    assert BOARD_URL in person.say("กระดาน")
    assert COMPLAINTS_URL in person.say("แจ้งทุจริต")
    assert "15 วัน" in person.say("ช่วยเหลือ")
    assert "ผู้ควบคุมข้อมูล" in person.say("ความเป็นส่วนตัว")
    assert "What would you like" in person.say("English") + person.say("/ask")
    assert "question desk" in person.say("/start")
    assert "ลบที่อยู่" in (person.say("ไทย"), person.say("/stop"))[1]
    assert "17 ตัว" in person.say("ติดตาม")
    assert "ไม่พบ" in person.say("0123-4567-89AB-CDEF-V")
    assert "รหัสไม่ถูกต้อง" in person.say("0123-4567-89AB-CDEF-W")


def test_what_stood_idle_is_begun_anew() -> None:
    stage = InMemoryServiceDesk()
    person = stage.new_user()
    person.say(UNKNOWN)
    old = dict(person.messages[-1].choices)["ถามเจ้าหน้าที่"]
    stage.advance_clock(minutes=31)
    said = person.send_event(choice=old)
    assert "คำถามที่ค้างไว้จึงถูกลบ" in said
    assert stage.acts == []


def test_the_letter_leads_to_the_thread() -> None:
    stage = InMemoryServiceDesk()
    code = ask_office(stage)
    stage.answer_question(code, "ยืมได้")
    person = stage.new_user()
    assert "ขอบคุณ" in person.send_event(choice=f"/q.{1:032x}.good")
    assert "บันทึกความพอใจไว้แล้ว" in person.send_event(choice=f"/q.{1:032x}.poor")
    assert "ถามต่อ" in person.send_event(choice=f"/q.{1:032x}.more")
    assert "ส่งคำถามต่อ" in person.say("ต้องวางเงินมัดจำไหม")
    assert "ไม่พบ" in person.send_event(choice=f"/q.{9:032x}.more")
    assert "ยืมได้" in person.send_event(choice=f"/q.{1:032x}")
    assert [act.kind for act in stage.acts if isinstance(act, AppendThreadLine)] == [
        ThreadLineKind.ANSWER,
        ThreadLineKind.MORE,
    ]


def test_too_long_is_not_lost() -> None:
    person = InMemoryServiceDesk().new_user()
    assert "เกิน 4,000" in person.say("ยาว " * 1500)
