"""Codes in what people send are taken out, looked up where one looks things up, and asked about where mistyped."""

from typing import Any

import pytest

from handlers.complaints.messages import AddHistoryEntry
from handlers.dialog.codes.typed_codes import TypedCode, take_codes_out
from handlers.dialog.effects import Query
from handlers.dialog.events import Channel
from handlers.dialog.receipt import RECEIPT_ALPHABET, Receipt, make_receipt
from handlers.dialog.replies import Phrase
from handlers.dialog.session import DialogTopic
from handlers.i18n import render_text
from handlers.questions.messages import FindKnownAnswers, SubmitQuestion
from tests.handlers.dialog.codes.test_code_finder import list_removed_signs
from tests.in_memory_desk import ChatUser, InMemoryDesk
from tests.in_memory_service_desk import InMemoryServiceDesk
from tests.kept_texts import find_kept_codes
from tests.run_decision import make_event

CODE = make_receipt(31415926535897932384)
SHOWN = CODE.formatted


def mistype(receipt: Receipt) -> str:
    """The code with a wrong check symbol."""
    return receipt.formatted[:-1] + RECEIPT_ALPHABET[(RECEIPT_ALPHABET.index(receipt.symbols[-1]) + 1) % 31]


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        (SHOWN, 0),
        (f"{SHOWN} ค่ะ", 0),
        (f"รหัสติดตามของท่าน\n{SHOWN}", 0),
        (f"ขอติดตามเรื่อง {SHOWN} ครับ", 0),
        (f"my tracking code is {SHOWN} please", 0),
        (f"/track {SHOWN}", 0),
        (f"HTTPS://office.example/track?code={SHOWN}", 0),
        (f"เปิดจากhttps://office.example/track?code={SHOWN}", 7),
        (f"{'A1' * 20_000} {SHOWN}", 10),
        (f"{'a' * 16}://office.example {SHOWN}", 0),
        (
            f"abcdefghijklmnopqrstuvwxy://office.example {SHOWN}",
            9,
        ),  # a scheme has a limit, and so has the search for it
        (f"ห้อง 12\n{SHOWN}\nชั้น 3", 10),
        (render_text(Phrase("report.filed", {"receipt": SHOWN, "answer_by": "15 มีนาคม 2569"}), "th"), 0),
        (f"ห้อง 12 {SHOWN}", 6),
        (f"{SHOWN} เขาเรียกเงินอีกแล้วเมื่อวาน", 10),
    ],
)
def test_what_is_said_beside_a_code(text: str, letters: int) -> None:
    event, code = take_codes_out(make_event(text), "th")
    assert code == TypedCode(CODE, SHOWN, letters)
    assert event.text == text.replace(SHOWN, "[รหัสติดตาม]")
    assert take_codes_out(make_event(text), "en")[0].text == text.replace(SHOWN, "[tracking code]")


def test_every_text_of_an_event_is_looked_through() -> None:
    event, code = take_codes_out(
        make_event("แก้แล้ว", previous_text=f"เดิม {SHOWN}", choice=f"/search {SHOWN}"), "th"
    )
    assert (event.previous_text, event.choice, code) == ("เดิม [รหัสติดตาม]", "/search [รหัสติดตาม]", None)


def file_case() -> tuple[InMemoryDesk, Receipt]:
    """A complaints desk at which somebody filed a case."""
    stage = InMemoryDesk()
    return stage, stage.new_user("ผู้แจ้ง").file_report()


@pytest.mark.parametrize(
    "around", ["{}", "{} ค่ะ", "รหัสติดตามของท่าน\n{}", "ขอติดตามเรื่อง{}ครับ", "https://office.example/?c={}"]
)
@pytest.mark.parametrize("steps", [(), ("สวัสดี",), ("ติดตาม",), ("แจ้งเรื่อง",)])
def test_where_one_looks_up_the_case_opens(around: str, steps: tuple[str, ...]) -> None:
    stage, receipt = file_case()
    person = stage.new_user("ข")
    for step in steps:
        person.say(step)
    assert "สถานะ" in person.send_event(text=around.format(receipt.formatted))
    assert (person.session.receipt, person.session.step) == (receipt, "case")
    assert not [act for act in stage.acts if isinstance(act, AddHistoryEntry)]


def test_a_code_that_is_put_right_by_an_edit_opens_the_case() -> None:
    stage, receipt = file_case()
    person = stage.new_user("ข")
    person.say("ติดตาม")
    person.say(mistype(receipt))
    assert "สถานะ" in person.send_event(text=receipt.formatted, previous_text=mistype(receipt))


def test_the_whole_code_confirms_the_receipt_and_another_does_not() -> None:
    stage, receipt = file_case()
    person = stage.new_user("ข")
    person.fill_report()
    person.pick("ส่งเรื่อง")
    assert "รหัสของเรื่องอื่น" in person.say(f"{receipt.formatted} ค่ะ")
    assert "ยังไม่ตรง" in person.say(f"{mistype(receipt)} ค่ะ")
    assert person.session.topic is DialogTopic.CONFIRM
    assert "ตรงกัน" in person.say(f"รหัสคือ\n{person.receipt}")


def test_a_code_in_two_messages_is_taken_out_of_the_answer_that_they_make() -> None:
    stage, receipt = file_case()
    person = stage.new_user("ข")
    person.fill_report("แจ้งเรื่อง", "[รับทราบ เริ่มแจ้งเรื่อง]", "[ทุจริตต่อหน้าที่]")
    person.say(f"เคยแจ้งเรื่องนี้มาแล้วครั้งหนึ่ง {receipt.formatted[:10]}")
    assert "เอารหัสติดตามออก" in person.say(f"{receipt.formatted[10:]} แล้วยังไม่มีใครติดต่อมา")
    assert person.session.answers["story"] == ("เคยแจ้งเรื่องนี้มาแล้วครั้งหนึ่ง [รหัสติดตาม] แล้วยังไม่มีใครติดต่อมา")


def begin_story(stage: InMemoryDesk) -> ChatUser:
    """Somebody who is asked what happened."""
    person = stage.new_user("ข")
    person.fill_report("แจ้งเรื่อง", "[รับทราบ เริ่มแจ้งเรื่อง]", "[ทุจริตต่อหน้าที่]")
    return person


def test_what_is_no_code_is_kept_as_it_was_typed() -> None:
    stage, receipt = file_case()
    person = begin_story(stage)
    told = f"เครื่องพิมพ์เลข {mistype(receipt)} ถูกนำไปขาย"
    assert "ใช่รหัสติดตามหรือไม่" in person.send_event(text=told, message_id="m1")
    assert "story" not in person.session.answers
    person.send_event(text="และยังมีเก้าอี้อีกสิบสองตัว", message_id="m2")
    person.say("ไม่ใช่")
    assert person.session.answers["story"] == f"{told}\nและยังมีเก้าอี้อีกสิบสองตัว"
    assert person.session.doubtful == ()
    person.send_event(unsent_message_id="m1")
    assert person.session.answers["story"] == "และยังมีเก้าอี้อีกสิบสองตัว"


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        ({"text": "อะไรนะ"}, "ใช่รหัสติดตามหรือไม่"),
        ({"choice": "0.yes"}, "ใช่รหัสติดตามหรือไม่"),
        ({"text": "ช่วยเหลือ"}, "ใช่รหัสติดตามหรือไม่"),
        ({"choice": "/th"}, "ใช่รหัสติดตามหรือไม่"),
        ({"text": "ติดตาม"}, "ไม่ได้เก็บไว้"),
    ],
)
def test_other_answers_to_the_question(deed: dict[str, str], said: str) -> None:
    person = InMemoryDesk().new_user()
    person.say("สวัสดี")
    person.say(f"เลขเครื่อง {mistype(CODE)} หายไปจากห้องพัสดุ")
    assert said in person.send_event(**deed)
    assert bool(person.session.doubtful) is ("ไม่ได้เก็บ" not in said)


def test_a_file_is_kept_while_the_question_is_open() -> None:
    person = begin_story(InMemoryDesk())
    person.say(f"เลขเครื่อง {mistype(CODE)} หายไปจากห้องพัสดุ")
    assert "ใช่รหัสติดตามหรือไม่" in person.send_file()
    assert len(person.session.files) == 1
    person.say("ใช่")
    assert person.session.answers["story"] == "เลขเครื่อง [รหัสติดตาม] หายไปจากห้องพัสดุ"


def test_an_unsent_text_is_asked_about_no_more() -> None:
    person = InMemoryDesk().new_user()
    person.send_event(text=f"เลขเครื่อง {mistype(CODE)} หายไป", message_id="m1")
    assert person.send_event(unsent_message_id="m1") == ""
    assert person.session.doubtful == ()


def test_mistyped_codes_count_no_guess_and_unknown_ones_do() -> None:
    stage = InMemoryDesk()
    person = stage.new_user()
    for _ in range(9):
        person.say(mistype(CODE))
        person.say("ใช่")
    assert stage.attempts == {}
    for _ in range(4):
        assert "ถ้าเป็นรหัสของคำถาม" in person.say(f"{SHOWN} ค่ะ")
    assert "ลองใหม่ได้หลังเวลา" in person.say(f"{SHOWN} ค่ะ")


def test_a_story_beside_a_code_that_nobody_has_is_not_lost() -> None:
    person = InMemoryDesk().new_user()
    said = person.say(f"เรื่องเดิม {SHOWN} หัวหน้าพัสดุเรียกรับเงินจากผู้รับเหมาอีก")
    assert "ไม่พบเรื่องของรหัสนี้" in said
    assert not find_kept_codes(person.session)


def test_what_is_removed_from_a_text_hides_no_code_from_officers() -> None:
    for sign in list_removed_signs()[::27]:
        stage, receipt = file_case()
        person = stage.new_user("ข")
        person.say("ติดตาม")
        person.say(receipt.formatted)
        person.pick("ส่งข้อความ")
        shown = CODE.formatted
        said = person.say(f"เพื่อนแจ้งไว้อีกเรื่องหนึ่ง รหัส {shown[:7]}{sign}{shown[7:]} ช่วยดูด้วยกัน")
        assert "เอารหัสติดตามออก" in said, hex(ord(sign))
        (entry,) = [act for act in stage.acts if isinstance(act, AddHistoryEntry)]
        assert entry.text == "เพื่อนแจ้งไว้อีกเรื่องหนึ่ง รหัส [รหัสติดตาม] ช่วยดูด้วยกัน", hex(ord(sign))


def test_no_more_waits_than_may_wait() -> None:
    person = begin_story(InMemoryDesk())
    first, more = f"เลขเครื่อง {mistype(CODE)} " + "ก" * 60_000, "ข" * 60_000
    assert "ใช่รหัสติดตามหรือไม่" in person.say(first)
    for text in (more, f"{SHOWN} {more}"):
        said = person.say(text)
        assert "จึงยังไม่ได้เก็บ" in said
        assert "ใช่รหัสติดตามหรือไม่" in said
        (note,) = [reply for reply in person.replies if reply.key == "unasked.too_long"]
        assert note.args["unsent"] == text
        assert note.without_memory_args().args["unsent"] == ""
        assert [one.text for one in person.session.doubtful] == [first]
    person.send_event(text="ค" * 100, previous_text=more)
    assert [one.text for one in person.session.doubtful] == [first]
    person.say("ไม่ใช่")
    assert person.session.doubtful == ()


@pytest.mark.parametrize(
    ("stage", "question"),
    [
        (InMemoryDesk(), "ต้องการทำอะไรต่อ"),
        (InMemoryServiceDesk(channel=Channel.TELEGRAM), "มีอะไรให้ช่วยอีกไหม"),
    ],
)
def test_a_text_that_is_too_long_to_wait_is_given_back_before_the_present_question(
    stage: InMemoryDesk | InMemoryServiceDesk, question: str
) -> None:
    person = stage.new_user()
    person.say("สวัสดี")
    text = f"เลขเครื่อง {mistype(CODE)} " + "ก" * 100_000
    said = person.say(text)
    assert "จึงยังไม่ได้เก็บ" in said
    assert person.session.doubtful == ()
    assert person.session.unconfirmed is None
    assert question in said
    assert [reply.args.get("unsent") for reply in person.replies] == [text, None]


class WatchedServiceDesk(InMemoryServiceDesk):
    """The service desk, with a record of what was searched."""

    searched: list[str]

    def answer_query(self, query: Query[Any]) -> Any:
        if isinstance(query, FindKnownAnswers):
            self.__dict__.setdefault("searched", []).append(query.text)
        return super().answer_query(query)


def test_a_code_in_a_question_is_neither_searched_nor_sent() -> None:
    stage = WatchedServiceDesk(channel=Channel.TELEGRAM)
    person = stage.new_user()
    person.say("ถามคำถาม")
    assert "เอารหัสติดตามออก" in person.say(f"เรื่องที่แจ้งไว้ {SHOWN} ขอสำเนาหนังสือตอบได้ไหม")
    person.pick("ถามเจ้าหน้าที่")
    (act,) = [act for act in stage.acts if isinstance(act, SubmitQuestion)]
    assert act.text == "เรื่องที่แจ้งไว้ [รหัสติดตาม] ขอสำเนาหนังสือตอบได้ไหม"
    assert stage.searched
    assert not find_kept_codes(stage.searched, stage.acts, stage.sessions)
