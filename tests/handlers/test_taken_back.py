"""At the service desk too, what is unsent or changed in the chat is unsent and changed here."""

from dataclasses import replace
from typing import Any

from handlers.complaints.messages import FindMessageCase, UnsendMessage
from handlers.dialog.events import DialogTopic, Query
from handlers.questions.messages import AppendThreadLine, SubmitQuestion, ThreadLine, ThreadLineKind
from tests.counter import InMemoryServiceDesk
from tests.handlers.test_counter import UNKNOWN
from tests.play import ChatUser


class DeskWithMessageMap(InMemoryServiceDesk):
    """The service desk where it is known which message went where."""

    def answer(self, query: Query[Any]) -> Any:
        if isinstance(query, FindMessageCase):
            sent = [act for act in self.acts if isinstance(act, SubmitQuestion | AppendThreadLine)]
            return next((f"{1:032x}" for act in sent if query.message in act.sent), None)
        return super().answer(query)

    def write(self, act: Any) -> None:
        if isinstance(act, UnsendMessage):
            self.acts.append(act)
        else:
            super().write(act)


def asks(stage: DeskWithMessageMap) -> ChatUser:
    person = stage.person()
    person.does(text=UNKNOWN, message="m1")
    return person


def test_a_question_that_was_not_sent_is_gone() -> None:
    stage = DeskWithMessageMap()
    person = asks(stage)
    assert person.session.sent
    assert person.does(unsent="m1") == ""
    assert (person.session.topic, person.session.answers, person.session.sent) == (DialogTopic.MENU, {}, {})
    assert "ปุ่ม" in person.picks("ถามเจ้าหน้าที่")
    assert not [act for act in stage.acts if isinstance(act, SubmitQuestion)]


def test_a_question_that_was_sent_is_known_by_its_message() -> None:
    stage = DeskWithMessageMap()
    person = asks(stage)
    person.picks("ถามเจ้าหน้าที่")
    (act,) = [act for act in stage.acts if isinstance(act, SubmitQuestion)]
    assert act.sent == {"m1": f"text:{UNKNOWN}"}
    assert person.session.sent == {}
    person.does(unsent="m1")
    person.does(unsent="another")
    assert [(a.case, a.message) for a in stage.acts if isinstance(a, UnsendMessage)] == [(f"{1:032x}", "m1")]
    person.says(person.receipt)
    person.picks("ถามต่อ")
    person.does(text="ภายในเดือนนี้", message="m2")
    (more,) = [act for act in stage.acts if isinstance(act, AppendThreadLine)]
    assert more.sent == {"m2": "text:ภายในเดือนนี้"}


def test_words_that_were_taken_back_are_told_as_such() -> None:
    stage = DeskWithMessageMap()
    person = asks(stage)
    person.picks("ถามเจ้าหน้าที่")
    thread = stage.threads[f"{1:032x}"]
    stage.threads[thread.id] = replace(
        thread, lines=(ThreadLine(1, thread.asked_on, ThreadLineKind.ASKED, ""),)
    )
    assert "นำข้อความนี้กลับไปแล้ว" in person.says(person.receipt)


def test_a_question_that_is_changed_before_it_is_sent_is_looked_up_anew() -> None:
    stage = DeskWithMessageMap()
    person = asks(stage)
    said = person.does(text="สำนักงานเปิดให้บริการวันและเวลาใด", was=UNKNOWN)
    assert "แก้ไขข้อความนั้น" in said
    assert "08.30-16.30" in said
    assert "ไม่ได้อยู่ในร่าง" in person.does(text="อื่น", was="ที่ไม่เคยพิมพ์")


def test_an_opinion_that_is_changed_before_it_is_sent() -> None:
    stage = DeskWithMessageMap()
    person = stage.person()
    person.says("ความคิดเห็น")
    person.picks("การให้บริการของสำนักงาน")
    person.picks("2 ควรปรับปรุง")
    person.does(text="บัตรคิวหมดเช้า", message="m1")
    assert "แก้ไขข้อความนั้น" in person.does(text="บัตรคิวหมดบ่าย", was="บัตรคิวหมดเช้า")
    assert person.session.answers["text"] == "บัตรคิวหมดบ่าย"
    person.does(text="จองคิวได้", message="m2")
    person.does(unsent="m2")
    assert "wish" not in person.session.answers
