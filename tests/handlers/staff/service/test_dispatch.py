"""Officers of the service desk: the list of questions, answers, publication."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from handlers.dialog.events import Channel
from handlers.questions.faq_messages import (
    FaqEntry,
    PublishedQuestion,
    PublishQuestion,
    SaveFaqEntry,
    UnpublishQuestion,
)
from handlers.questions.messages import CloseQuestion, QuestionState, ThreadLineKind
from handlers.staff.members import AuditRefusal, StaffMember, StaffProfile
from handlers.staff.permissions import Role
from handlers.staff.service.commands import SERVICE_COMMAND_TABLE
from tests.in_memory_desk import ChatUser
from tests.in_memory_service_desk import InMemoryServiceDesk

LATE = "ขอยืมเต็นท์ได้ไหม โทร 081-234-5678"


def make_desk_and_officer(role: Role = Role.OFFICER) -> tuple[InMemoryServiceDesk, ChatUser]:
    one = InMemoryServiceDesk(channel=Channel.TERMINAL)
    one.staff[b"office"] = StaffMember("s1", role, StaffProfile("สมหญิง"), b"office", date(2026, 11, 1))
    one.router = replace(one.router, roster={b"office"})
    return one, ChatUser(one, b"office")


def ask_office(one: InMemoryServiceDesk, words: str = LATE, name: str = "ก") -> str:
    person = one.new_user(name)
    person.say(words)
    if "ถามเจ้าหน้าที่" not in person.labels:
        person.pick("ไม่ตรง")
    person.pick("ถามเจ้าหน้าที่")
    return person.receipt


def test_what_waits_is_listed_and_answered() -> None:
    one, officer = make_desk_and_officer()
    assert "ไม่มีคำถามที่รอตอบ" in officer.say("/questions")
    code = ask_office(one)
    said = officer.say("/คำถาม")
    assert "1/2570 ตอบภายใน 7 ธันวาคม 2569" in said
    assert "ผู้ถามเดียวกัน" not in said
    assert LATE in officer.pick("1/2570")
    assert "พิมพ์คำตอบ" in officer.pick("ตอบ")
    assert "ยืมได้ ทำหนังสือมาก่อน" in officer.say("ยืมได้ ทำหนังสือมาก่อน")
    assert "60 วินาที" in officer.pick("ส่ง")
    assert "⏳" in officer.say("/questions")
    assert "รอเจ้าหน้าที่ตอบ" in one.new_user("ข").say(code)
    one.advance_clock(seconds=60)
    thread = one.threads[f"{1:032x}"]
    assert thread.state is QuestionState.ANSWERED
    assert thread.answer == "ยืมได้ ทำหนังสือมาก่อน"
    assert "ยืมได้" in one.new_user("ข").say(code)
    assert "ไม่มีคำถามที่รอตอบ" in officer.say("/inbox")


def test_a_late_question_and_the_same_asker_stand_out() -> None:
    one, officer = make_desk_and_officer()
    for words in (LATE, "ขอยืมโต๊ะได้ไหม"):
        ask_office(one, words)
    one.advance_clock(days=20)
    said = officer.say("/questions")
    assert "เกินกำหนด 7 ธันวาคม 2569" in said
    assert said.count("ผู้ถามเดียวกันวันนี้") == 2


def test_canned_merged_closed() -> None:
    one, officer = make_desk_and_officer()
    for words in (LATE, "ขอยืมโต๊ะได้ไหม", "ด่าด่าด่าด่า"):
        ask_office(one, words, words)
    assert "ยังไม่มีคำตอบ" in officer.say("/merge 2 1")
    assert "ไม่มีข้อ" in officer.say("/answer 1 =nothing")
    assert "08.30-16.30" in officer.say("/answer 1/2570 =opening-hours")
    officer.pick("ส่ง")
    assert "คำตอบของข้อ 1/2570 กำลังจะถึงผู้ถาม" in officer.say("/merge 2 1")
    one.advance_clock(minutes=1)
    assert "08.30-16.30" in officer.say("/merge 2 1")
    officer.pick("ส่ง")
    one.advance_clock(minutes=1)
    assert one.threads[f"{2:032x}"].answer.endswith("public holidays")
    assert "ซ้ำกับข้อใด" in officer.say("/merge 2 2")
    assert "ปิดคำถาม 3/2570" in officer.say("/close ๓")
    assert any(isinstance(act, CloseQuestion) for act in one.acts)
    assert "ปิดแล้ว" in officer.say("/close 3")
    assert "ไม่มีคำถามเลขที่ 9" in officer.say("/question 9")
    assert "ยาวเกิน" in officer.say("/answer 3 " + "ยาว" * 1500)


def test_without_a_number_the_last_answer_is_taken_back_and_else_the_open_questions_are_listed() -> None:
    one, officer = make_desk_and_officer()
    ask_office(one)
    assert LATE in officer.say("/close")
    assert LATE in officer.say("/undo")  # nothing was written yet
    officer.say("/answer 1 ยืมได้")
    officer.pick("ส่ง")
    assert "1/2570" in officer.say("/undo")
    assert not one.scheduled_answers


def test_nothing_goes_by_a_slip() -> None:
    one, officer = make_desk_and_officer()
    ask_office(one)
    said = officer.say("/answer 1 ยืมได้")
    assert f"คำถาม: {LATE}\n\nยืมได้" in said
    old = dict(officer.messages[-1].choices)["ส่ง"]
    assert "ไม่ได้ส่ง" in (said := officer.pick("ไม่ส่ง"))
    assert "“ยืมได้”" in said
    assert "ผู้ถามจะเห็นดังนี้" in officer.say("ยืมไม่ได้")
    assert "ปุ่มของข้อความก่อนหน้า" in officer.send_event(choice=old)
    assert not one.scheduled_answers
    officer.say("/answer 1 ยืมไม่ได้")
    officer.pick("ส่ง")
    assert "ไม่มีอะไรรอยืนยัน" in officer.say("/confirm y1")
    assert "“ยืมไม่ได้”" in officer.say("/undo 1")
    assert not one.scheduled_answers
    assert "ไม่มีอะไรรอส่ง" in officer.say("/เรียกคืน 1")
    one.advance_clock(minutes=2)
    assert one.threads[f"{1:032x}"].state is QuestionState.OPEN


def test_a_colleague_s_answer_that_waits_is_not_doubled() -> None:
    one, officer = make_desk_and_officer()
    one.staff[b"other"] = StaffMember("s2", Role.OFFICER, StaffProfile("สมศรี"), b"other", date(2026, 11, 1))
    one.router = replace(one.router, roster={b"office", b"other"})
    code = ask_office(one)
    other = ChatUser(one, b"other")
    officer.say("/answer 1 ยืมได้")
    other.say("/answer 1 ได้ครับ")
    other.pick("ส่ง")
    for said in (officer.pick("ส่ง"), officer.say("/answer 1 ยืมได้")):
        assert "รอส่งอยู่แล้ว" in said
        assert "“ยืมได้”" in said
    assert "รอส่งอยู่แล้ว" in officer.say("/close 1")
    assert "ของท่านอื่น" in officer.say("/undo 1")
    one.now += timedelta(seconds=60)  # the scheduled job has not run yet
    assert "ส่งไปแล้ว" in other.say("/undo 1")
    one.advance_clock(seconds=1)
    assert one.threads[f"{1:032x}"].answer == "ได้ครับ"
    officer.say("/answer 1 ยืมได้")
    one.answer_question(code, "แก้ไข: ยืมไม่ได้")
    said = officer.pick("ส่ง")
    assert "แก้ไข: ยืมไม่ได้" in said
    assert "ผู้ถามจะเห็นดังนี้" in said
    one.threads.clear()
    assert "ไม่มีคำถามเลขที่ 1/2570" in officer.pick("ส่ง")


def test_published_after_it_was_read_and_covered() -> None:
    one, officer = make_desk_and_officer()
    ask_office(one)
    assert "ยังไม่มีคำตอบ" in officer.say("/publish 1")
    officer.say("/answer 1 ติดต่อ นายสมชาย ใจดี")
    officer.pick("ส่ง")
    one.advance_clock(minutes=1)
    said = officer.say("/publish 1")
    assert "พบข้อมูลส่วนบุคคลและปิดบังแล้ว: 081-234-5678, นายสมชาย ใจดี" in said
    said = officer.say("/publish 1\nถาม: ยืมเต็นท์ได้ไหม\nตอบ: ได้ ติดต่อกลุ่มอำนวยการ")
    assert "ไม่พบเลขบัตร" in said
    assert "เผยแพร่คำถาม 1/2570" in officer.pick("เผยแพร่ตามนี้")
    (act,) = [act for act in one.acts if isinstance(act, PublishQuestion)]
    assert act.thread == f"{1:032x}"
    assert (act.published.question, act.published.answer) == ("ยืมเต็นท์ได้ไหม", "ได้ ติดต่อกลุ่มอำนวยการ")
    assert act.published.id != act.thread
    officer.say("/publish 1 ok")
    assert len([act for act in one.acts if isinstance(act, PublishQuestion)]) == 1


def test_what_was_published_can_be_taken_back() -> None:
    one, officer = make_desk_and_officer()
    day = date(2026, 11, 20)
    posts = (
        PublishedQuestion("a" * 32, "ยืมเต็นท์ได้ไหม", "ได้", day, day),
        PublishedQuestion("b" * 32, "เปิดวันเสาร์ไหม", "ไม่", day, day),
    )
    one.faq_catalogue = replace(one.faq_catalogue, published=posts)
    officer.say("/unpublish")
    assert [label for label, _ in officer.messages[-1].choices] == ["ยืมเต็นท์ได้ไหม", "เปิดวันเสาร์ไหม"]
    assert "ไม่มีคำถามที่เผยแพร่" in officer.say("/unpublish ที่จอดรถ")
    officer.say("/เลิกเผยแพร่ เต็นท์")
    said = officer.pick("ยืมเต็นท์ได้ไหม")
    assert "ตอบ: ได้" in said
    assert not [act for act in one.acts if isinstance(act, UnpublishQuestion)]
    assert "นำออกจากกระดานแล้ว" in officer.pick("นำออกจากกระดาน")
    assert [act for act in one.acts if isinstance(act, UnpublishQuestion)] == [
        UnpublishQuestion("a" * 32, "s1")
    ]
    ask_office(one)
    one.threads[f"{1:032x}"] = replace(one.threads[f"{1:032x}"], published_id="b" * 32)
    assert "เปิดวันเสาร์ไหม" in officer.say("/unpublish 1/2570")
    assert all(len(data.encode()) <= 64 for message in officer.messages for _, data in message.choices)


def test_every_command_is_told_and_a_mistyped_one_sends_nothing() -> None:
    one, officer = make_desk_and_officer()
    said = officer.say("/help")
    for name, row in SERVICE_COMMAND_TABLE.rows.items():
        assert (f"(/{name})" in said) == (row.in_help and Role.OFFICER in row.roles)
    ask_office(one)
    assert "ไม่มีคำสั่ง “/xyzzy”" in officer.say("/xyzzy 1 ยืมได้")
    assert "หมายถึงคำสั่งนี้หรือไม่" in officer.say("/anwser 1 ยืมได้")
    assert one.threads[f"{1:032x}"].state is QuestionState.OPEN
    assert len(one.threads) == 1
    assert "ผู้ถามจะเห็น" in officer.say("ใช่ค่ะ")
    assert "คุณสมหญิง" in officer.say("/help")
    assert "คำสั่ง" not in officer.say("/privacy")
    _, auditor = make_desk_and_officer(Role.AUDITOR)
    assert "/questions" not in auditor.say("/help")


def test_the_knowledge_base_is_edited_in_chat() -> None:
    one, officer = make_desk_and_officer()
    one.faq_catalogue = replace(
        one.faq_catalogue,
        entries=(FaqEntry("old", "เก่า", "x", until=date(2026, 1, 1)), *one.faq_catalogue.entries),
    )
    said = officer.say("/faq")
    assert f"{len(one.faq_catalogue.entries)} ข้อ พ้นกำหนดแล้ว 1 ข้อ" in said
    assert "(พ้นกำหนด) old" in said
    assert "พิมพ์ /คลัง เพิ่ม" in officer.say("/faq add อะไร")
    assert "เพิ่มข้อ own-1" in officer.say("/faq add ยืมเต็นท์ได้ไหม | ได้")
    assert "คำตอบเดิม" in officer.say("/faq edit opening-hours")
    assert "แก้คำตอบ" in officer.say("/faq edit opening-hours เปิดทุกวัน")
    assert "ปิดข้อ old" in officer.say("/faq off old")
    assert "เปิดข้อ old" in officer.say("/faq on old")
    assert "ไม่มีข้อ" in officer.say("/faq off nothing")
    put = {act.entry.id: act.entry for act in one.acts if isinstance(act, SaveFaqEntry)}
    assert put["own-1"].answer == "ได้"
    assert put["opening-hours"].answer == "เปิดทุกวัน"
    assert not put["opening-hours"].example


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
def test_who_handles_nothing_reads_nothing(role: Role) -> None:
    one, officer = make_desk_and_officer(role)
    ask_office(one)
    assert "ไม่ใช่หน้าที่" in officer.say("/questions")
    assert LATE not in officer.say("/question 1")
    assert isinstance(one.acts[-1], AuditRefusal)


def test_a_stranger_sees_the_counter_of_everybody() -> None:
    one, _ = make_desk_and_officer()
    ask_office(one)
    stranger = one.new_user("ค")
    for words in ("/questions", "/answer 1 เท็จ", "/faq off opening-hours", "/join"):
        said = stranger.say(words)
        assert LATE not in said
    assert one.threads[f"{1:032x}"].state is QuestionState.OPEN
    assert not [act for act in one.acts if isinstance(act, SaveFaqEntry)]
    assert len([act for act in one.acts if isinstance(act, AuditRefusal)]) >= 3


def test_officers_ask_as_anybody_does() -> None:
    _, officer = make_desk_and_officer()
    assert "ยังไม่ได้ส่งถึงใคร" in officer.say("สำนักงานเปิดให้บริการวันและเวลาใด")
    assert "08.30-16.30" in officer.say("๑")
    assert ThreadLineKind.ANSWER == "answer"
