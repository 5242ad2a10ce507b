"""Unsent and edited messages at the service desk."""

from dataclasses import replace
from typing import Any

from handlers.complaints.messages import FindMessageCase, UnsendMessage
from handlers.dialog.effects import Query
from handlers.dialog.session import DialogTopic
from handlers.questions.messages import AppendThreadLine, SubmitQuestion, ThreadLine, ThreadLineKind
from tests.handlers.test_service_desk import UNKNOWN
from tests.in_memory_desk import ChatUser
from tests.in_memory_service_desk import InMemoryServiceDesk


class DeskWithMessageMap(InMemoryServiceDesk):
    """The service desk with a record of the chat's message ids."""

    def answer_query(self, query: Query[Any]) -> Any:
        if isinstance(query, FindMessageCase):
            sent = [act for act in self.acts if isinstance(act, SubmitQuestion | AppendThreadLine)]
            return next((f"{1:032x}" for act in sent if query.message_id in act.message_origins), None)
        return super().answer_query(query)

    def apply_act(self, act: Any) -> None:
        if isinstance(act, UnsendMessage):
            self.acts.append(act)
        else:
            super().apply_act(act)


def ask_office(stage: DeskWithMessageMap) -> ChatUser:
    person = stage.new_user()
    person.send_event(text=UNKNOWN, message_id="m1")
    return person


def test_a_question_that_was_not_sent_is_gone() -> None:
    stage = DeskWithMessageMap()
    person = ask_office(stage)
    assert person.session.message_origins
    assert person.send_event(unsent_message_id="m1") == ""
    assert (person.session.topic, person.session.answers, person.session.message_origins) == (
        DialogTopic.MENU,
        {},
        {},
    )
    assert "ปุ่ม" in person.pick("ถามเจ้าหน้าที่")
    assert not [act for act in stage.acts if isinstance(act, SubmitQuestion)]


def test_a_question_that_was_sent_is_known_by_its_message() -> None:
    stage = DeskWithMessageMap()
    person = ask_office(stage)
    person.pick("ถามเจ้าหน้าที่")
    (act,) = [act for act in stage.acts if isinstance(act, SubmitQuestion)]
    assert act.message_origins == {"m1": f"text:{UNKNOWN}"}
    assert person.session.message_origins == {}
    person.send_event(unsent_message_id="m1")
    person.send_event(unsent_message_id="another")
    assert [(a.case, a.message_id) for a in stage.acts if isinstance(a, UnsendMessage)] == [
        (f"{1:032x}", "m1")
    ]
    person.say(person.receipt)
    person.pick("ถามต่อ")
    person.send_event(text="ภายในเดือนนี้", message_id="m2")
    (more,) = [act for act in stage.acts if isinstance(act, AppendThreadLine)]
    assert more.message_origins == {"m2": "text:ภายในเดือนนี้"}


def test_words_that_were_taken_back_are_told_as_such() -> None:
    stage = DeskWithMessageMap()
    person = ask_office(stage)
    person.pick("ถามเจ้าหน้าที่")
    thread = stage.threads[f"{1:032x}"]
    stage.threads[thread.id] = replace(
        thread, lines=(ThreadLine(1, thread.asked_on, ThreadLineKind.ASKED, ""),)
    )
    assert "นำข้อความนี้กลับไปแล้ว" in person.say(person.receipt)


def test_a_question_that_is_changed_before_it_is_sent_is_looked_up_anew() -> None:
    stage = DeskWithMessageMap()
    person = ask_office(stage)
    said = person.send_event(text="สำนักงานเปิดให้บริการวันและเวลาใด", previous_text=UNKNOWN)
    assert "แก้ไขข้อความนั้น" in said
    assert "08.30-16.30" in said
    assert "ไม่ได้อยู่ในร่าง" in person.send_event(text="อื่น", previous_text="ที่ไม่เคยพิมพ์")


def test_an_opinion_that_is_changed_before_it_is_sent() -> None:
    stage = DeskWithMessageMap()
    person = stage.new_user()
    person.say("ความคิดเห็น")
    person.pick("การให้บริการของสำนักงาน")
    person.pick("2 ควรปรับปรุง")
    person.send_event(text="บัตรคิวหมดเช้า", message_id="m1")
    assert "แก้ไขข้อความนั้น" in person.send_event(text="บัตรคิวหมดบ่าย", previous_text="บัตรคิวหมดเช้า")
    assert person.session.answers["text"] == "บัตรคิวหมดบ่าย"
    person.send_event(text="จองคิวได้", message_id="m2")
    person.send_event(unsent_message_id="m2")
    assert "wish" not in person.session.answers
