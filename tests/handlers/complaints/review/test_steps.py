"""The short way: the story, one safety question, the review; what may be told besides, and how it is switched off."""

import pytest

from handlers.complaints.form import show_report_notice
from handlers.complaints.lifecycle import CaseSource
from handlers.complaints.messages import leave_out_understood
from handlers.complaints.review.steps import ask_question_by_question, note_declined, take_menu_step
from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.events import Channel
from handlers.dialog.session import DialogTopic, Session
from handlers.staff.state import ComplaintsWork, OfficerState
from tests.handlers.complaints.draft_steps import FORM
from tests.in_memory_desk import SHORT_OFFICE, SHORT_REPORT, ChatUser, InMemoryDesk
from tests.run_decision import begin_session, make_context, make_event

STORY = "เจ้าหน้าที่พัสดุเรียกรับเงินร้อยละสิบจากผู้รับเหมา"
TO_STORY = SHORT_REPORT[:3]
CHATS = [channel for channel in Channel if channel is not Channel.WEB]


def start(*lines: str, channel: Channel = Channel.LINE) -> ChatUser:
    person = InMemoryDesk(ComplaintsDesk(SHORT_OFFICE), channel=channel).new_user()
    person.fill_report(*lines)
    return person


def at_review(**parts: object) -> Session:
    return begin_session(topic=DialogTopic.REPORT, step="review", is_short=True, **parts)


@pytest.mark.parametrize("channel", CHATS)
def test_six_messages_in_a_chat(channel: Channel) -> None:
    said = ("สวัสดี", "[แจ้งเรื่อง]", "[รับทราบ เริ่มแจ้งเรื่อง]", STORY, "[ไม่ใช่]", "[ส่งเรื่อง]")
    person = start(*said, channel=channel)
    (case,) = person.desk.filed_cases
    assert case.category == ""
    assert leave_out_understood(case.answers) == {"story": STORY, "head": "no"}
    assert person.receipt


def test_on_a_page_the_safety_question_is_a_page_of_its_own() -> None:
    person = start(*TO_STORY, STORY, channel=Channel.WEB)
    assert "ใช่" not in person.labels
    assert "ผู้ดูแลช่องทางนี้" in person.pick("เสร็จแล้ว")
    assert person.labels[:3] == ["ใช่", "ไม่ใช่", "ไม่แน่ใจ"]


@pytest.mark.parametrize("word", ["ครับ", "ค่ะ", "โอเค", "ไม่", "ไม่มีแล้ว", "หมดแล้วค่ะ", "แค่นี้แหละ", "ไม่รู้"])
def test_no_everyday_reply_answers_the_question_beside_the_story(word: str) -> None:
    person = start(*TO_STORY, STORY)
    person.say(word)
    assert "head" not in person.session.answers
    assert person.session.answers["story"] == STORY


@pytest.mark.parametrize(("words", "answer"), [("ไม่ใช่ค่ะ", "no"), ("ใช่ครับ", "yes"), ("ไม่แน่ใจ", "unsure")])
def test_the_words_of_its_buttons_answer_it(words: str, answer: str) -> None:
    person = start(*TO_STORY, STORY, words)
    assert person.session.answers["head"] == answer


def test_a_story_may_come_in_many_messages() -> None:
    person = start(*TO_STORY, "สั้น")
    assert "ใช่" not in person.labels
    for part in ("เขาเรียกเงินจากผู้ปกครอง", "รายละห้าพันบาท", "ทุกปี"):
        assert "เล่าเพิ่มได้อีก" in person.say(part)
    assert person.session.answers["story"] == "สั้น\nเขาเรียกเงินจากผู้ปกครอง\nรายละห้าพันบาท\nทุกปี"


def test_the_notice_is_short_and_the_whole_of_it_a_tap_away() -> None:
    person = start(*SHORT_REPORT[:2])
    assert person.labels == ["รับทราบ เริ่มแจ้งเรื่อง", "อ่านประกาศฉบับเต็ม"]
    said = person.pick("อ่านประกาศฉบับเต็ม")
    for words in ("มาตรา 24(4)", "บัตรสนเท่ห์", "wbs.nacc.go.th", "1206", "ความเท็จ", "365 วัน", "สิทธิของท่าน"):
        assert words in said
    assert "ไม่มีอะไรถูกส่ง" in person.say("ไม่ยอมรับ")


def test_what_was_told_before_the_notice_begins_the_story() -> None:
    person = start(STORY, "[แจ้งเรื่อง]", "[รับทราบ เริ่มแจ้งเรื่อง]")
    assert person.session.answers == {"story": STORY}
    assert "ไม่ใช่" in person.labels


def test_the_review_never_has_more_buttons_than_a_chat_shows() -> None:
    person = start(*SHORT_REPORT)
    assert person.labels[0] == "ส่งเรื่อง"
    assert len(person.labels) <= 13
    assert "ต้องการแก้ข้อใด" in person.say("ขอแก้ไขค่ะ")
    assert "(1/11)" in start(*SHORT_REPORT, "ให้ถามทีละข้อ").messages[-1].text


def test_a_question_from_the_review_has_no_number_and_leads_back() -> None:
    person = start(*SHORT_REPORT)
    assert person.pick("เพิ่ม ที่ไหน") == "เกิดขึ้นที่ไหน"
    assert "ที่ไหน: ห้องพัสดุ" in person.say("ห้องพัสดุ")
    person.pick("เพิ่ม พยาน")
    person.pick("ข้าม")
    assert person.session.declined == ("witnesses",)


def test_a_name_is_asked_for_after_its_own_question_only() -> None:
    person = start(*SHORT_REPORT, "[เพิ่ม ชื่อและทางติดต่อ]", "[บอกชื่อ]", "สมหญิง ใจกล้า", "[ข้าม]")
    assert person.session.step == "review"
    person.fill_report("[เพิ่ม ที่ไหน]", "ห้องพัสดุ", "[ส่งเรื่อง]")
    assert person.desk.filed_cases[0].identity == {"name": "สมหญิง ใจกล้า"}


def test_a_report_without_a_story_or_the_safety_answer_is_not_filed() -> None:
    for missing in ("story", "head"):
        person = start(*SHORT_REPORT)
        answers = {k: v for k, v in person.session.answers.items() if k != missing}
        person.desk.sessions[person.who] = person.session.replace(answers=answers)
        assert "ยังขาดข้อนี้" in person.pick("ส่งเรื่อง")
        assert not person.desk.filed_cases


@pytest.mark.parametrize("source", [None, CaseSource.LETTER])
def test_a_letter_that_an_officer_enters_is_asked_question_by_question(source: CaseSource | None) -> None:
    officer = OfficerState(complaints=ComplaintsWork(intake_source=source))
    ctx = make_context(make_event(), begin_session(officer=officer), SHORT_OFFICE)
    turn = show_report_notice(ctx)
    assert turn.session is not None
    assert turn.session.is_short is (source is None)
    assert turn.replies[0].key == ("notice.short" if source is None else "notice.about")


def test_the_guided_questions_go_on_at_the_first_without_an_answer() -> None:
    ctx = make_context(make_event(), at_review(answers={"category": "other"}, understood={"when": "เมื่อวาน"}))
    turn = ask_question_by_question(FORM, ctx)
    assert turn.session is not None
    assert (turn.session.step, turn.session.is_short, turn.session.understood) == ("story", False, {})


def test_what_was_understood_may_be_taken_out_at_the_review() -> None:
    ctx = make_context(make_event(), at_review(understood={"amount": "5,000 บาท"}))
    turn = take_menu_step(FORM, ctx, "remove_amount")
    assert turn.session is not None
    assert (turn.session.removed_readings, turn.session.step) == (("amount",), "review")


def test_who_lets_a_reading_stand_has_not_declined_its_question() -> None:
    field = FORM.find_field("when")
    assert field is not None
    ctx = make_context(make_event(), at_review(understood={"when": "เมื่อวาน"}))
    assert note_declined(field, ctx).session.declined == ()
    assert note_declined(field, make_context(make_event(), at_review())).session.declined == ("when",)
