"""What an officer was shown last decides what is typed: by its place, register number, label or an everyday word."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from handlers.dialog.effects import TurnResult
from handlers.dialog.events import Channel, Event
from handlers.dialog.replies import NEUTRAL, OF_CASE, Choice, ExpectedInput, Reply
from handlers.dialog.session import DialogTopic, Session
from handlers.staff.incoming import DROP_DIALOG, RETURN_TO_DIALOG, AsCitizen
from handlers.staff.members import LeaveStaff
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName
from handlers.staff.state import (
    NO_OFFICER,
    AwaitingMeaning,
    AwaitingPurpose,
    AwaitingText,
    NothingPending,
    NumberUse,
    OfficerState,
    ShownChoice,
    ShownMenu,
)
from handlers.staff.typed.shown import (
    EVERYDAY_MEANING,
    NoPick,
    TypedPick,
    pick_shown,
    remember_shown,
    was_sent_before,
)
from tests.handlers.staff.test_dispatch import Door
from tests.in_memory_desk import MORNING

TAKE = ShownChoice("/take 12/2570", "รับเรื่องนี้")
SCREEN = ShownChoice("/screen 12/2570", "รับไว้กลั่นกรอง")
SEND = ShownChoice("/confirm y3", "ส่ง", "send")
DROP = ShownChoice("/confirm n3", "ไม่ส่ง", "stay_here")
LISTED = tuple(ShownChoice(f"/case {number}", number) for number in ("12/2570", "1/2570", "12/2569"))
TOGETHER = ShownChoice("/answer 1/2570 +2/2570", "ตอบพร้อมกัน 2 ข้อ")
WICHAI = ShownChoice("/dismiss o3", "วิชัย ดีงาม")
LISTS: Mapping[str, ShownMenu] = {
    "actions": ShownMenu((TAKE, SCREEN)),
    "question": ShownMenu((SEND, DROP)),
    "similar": ShownMenu((ShownChoice("/answer 1/2570", "ตอบ"), TOGETHER)),
    "people": ShownMenu(
        (ShownChoice("/dismiss o1", "สมหญิง (1)"), ShownChoice("/dismiss o2", "สมหญิง (2)"), WICHAI)
    ),
    "several": ShownMenu(
        (ShownChoice("/undo 1/2570", "เรียกคืน 1/2570"), ShownChoice("/undo 2/2570", "เรียกคืน 2/2570"))
    ),
    "cases": ShownMenu((*LISTED, ShownChoice("/inbox 2", "หน้าถัดไป")), NumberUse.REGISTER),
}


@pytest.mark.parametrize(
    ("shown", "text", "picked"),
    [
        *(("actions", text, TAKE) for text in ("1", "๑", "ข้อ 1", "ข้อ ๑ ครับ", "อันแรก", "รับเรื่องนี้ค่ะ")),
        *(("similar", text, TOGETHER) for text in ("ตอบพร้อมกัน", "ตอบพร้อมกันค่ะ", "ตอบพร้อมกัน 2 ข้อ", "2")),
        ("several", "เรียกคืน", NoPick.NOTHING),
        *(("people", text, WICHAI) for text in ("วิชัย", "วิชัยค่ะ", "วิชัย ดีงาม", "3")),
        ("people", "สมหญิง", NoPick.NOTHING),  # of two
        *(("actions", text, SCREEN) for text in ("2", "ข้อสอง", "รับไว้กลั่นกรอง", "รับไว้กลันกรอง", "รับไว้กลั่นกรองครับ")),
        *(("actions", text, NoPick.NO_SUCH) for text in ("3", "0", "ใช่", "ส่งเลย")),
        *(("actions", text, NoPick.NOTHING) for text in ("รับ", "รับเรื่องนี้ไว้แล้วเมื่อวาน", "12/2570", "", "ก" * 90)),
        *(("question", text, SEND) for text in ("1", "ส่ง", "ส่งเลยครับ", "ใช่", "ค่ะส่ง")),
        *(("question", text, DROP) for text in ("2", "ไม่ส่ง", "ไม่", "ยกเลิก", "ไม่ส่งค่ะ", "ยังไม่ส่ง")),
        ("question", "ส่งพรุ่งนี้ได้ไหม", NoPick.NOTHING),
        ("question", "ไม่แน่ใจ", NoPick.NOTHING),
        ("question", "รบกวนส่งรูปเพิ่มด้วยครับ", NoPick.NOTHING),
        *(("cases", text, LISTED[1]) for text in ("1", "๑", "1/2570", "เลขที่ 1", "1 ค่ะ")),
        *(("cases", text, LISTED[0]) for text in ("12/2570", "12/70")),
        ("cases", "12", NoPick.NOTHING),  # of two years
        ("cases", "2", NoPick.NOTHING),  # no place: a number of the register
        ("cases", "หน้าถัดไปครับ", ShownChoice("/inbox 2", "หน้าถัดไป")),
    ],
)  # fmt: skip
def test_what_a_text_picks(shown: str, text: str, picked: TypedPick) -> None:
    assert pick_shown(OfficerState(shown=LISTS[shown]), text) == picked


@pytest.mark.parametrize("text", ["1", "ข้อ 1", "ใช่", "รับไว้กลันกรอง"])
def test_where_a_text_is_asked_for_only_a_whole_label_picks(text: str) -> None:
    state = OfficerState(shown=ShownMenu((SEND, SCREEN), NumberUse.NONE))
    assert pick_shown(state, text, labels_only=True) is NoPick.NOTHING
    assert pick_shown(state, "รับไว้กลั่นกรองค่ะ", labels_only=True) == SCREEN
    assert pick_shown(OfficerState(), text) is NoPick.NOTHING


@pytest.mark.parametrize(
    ("sent_at", "text", "is_late"),
    [
        (9_999, "2", True),
        (10_000, "2", False),
        (10_000, "1", True),
        (11_999, "1", True),
        (12_000, "1", False),
        (0, "1", False),
    ],
)
def test_a_text_sent_before_or_twice_was_not_written_for_what_is_shown(
    sent_at: int, text: str, is_late: bool
) -> None:
    shown = ShownMenu((SEND, DROP), text="1", sent_at=10_000)
    assert was_sent_before(shown, Event("e", b"who", Channel.LINE, text, sent_at=sent_at)) == is_late
    assert not was_sent_before(None, Event("e", b"who", Channel.LINE, text, sent_at=sent_at))
    assert not was_sent_before(replace(shown, choices=()), Event("e", b"who", Channel.LINE, "1", sent_at=1))


def remember(session: Session, *replies: Reply, as_citizen: bool = False) -> ShownMenu | None:
    """What a turn with these replies leaves as shown."""
    event = Event("e", b"who", Channel.LINE, "/งาน", sent_at=5)
    turn = remember_shown(TurnResult(session, replies), event, as_citizen=as_citizen)
    assert turn.session is not None
    return turn.session.officer.shown


def test_the_last_reply_with_choices_is_what_was_shown() -> None:
    choices = (Choice("/inbox", "staff.order.inbox"), Choice("/confirm y3", "staff.confirm.yes"))
    asks, says = Reply("a", OF_CASE, {}, choices), Reply("b", NEUTRAL)
    seen = (ShownChoice("/inbox", "กล่องงาน"), ShownChoice("/confirm y3", "ส่ง", "send"))
    at = Session(at=MORNING)
    assert remember(at, says, asks, says) == ShownMenu(seen, NumberUse.PLACE, "/งาน", 5)
    for wants, use in (
        (ExpectedInput.REGISTER, NumberUse.REGISTER),
        (ExpectedInput.TEXT, NumberUse.NONE),
        (ExpectedInput.PICK, NumberUse.PLACE),
    ):
        shown = remember(at, replace(asks, wants=wants))
        assert shown is not None
        assert shown.numbers is use
    assert remember(at, says) == ShownMenu((), NumberUse.PLACE, "/งาน", 5)


def test_a_citizens_dialog_decides_by_itself_and_leaves_no_row_of_an_officer() -> None:
    asks = Reply("a", OF_CASE, {}, (Choice("/report", "choice.report"),))
    known = Session(at=MORNING, officer=OfficerState(MORNING, shown=ShownMenu((TAKE,))))
    assert remember(known.replace(topic=DialogTopic.REPORT), asks, as_citizen=True) is None
    assert remember(known, asks, as_citizen=True) is not None
    assert remember(Session(at=MORNING), asks, as_citizen=True) is None  # after a report the session is blank
    left = TurnResult(Session(at=MORNING), (asks,), (LeaveStaff("s1", MORNING.date()),))
    assert remember_shown(left, Event("e", b"who", Channel.LINE), as_citizen=False).session == left.session


@pytest.mark.parametrize("name", ["complaints", "service"])
def test_below_a_list_a_number_is_never_the_citizens_menu(name: str) -> None:
    door = Door.of(name, citizens={"แจ้งเรื่อง": "report", "เมนู": "menu"})
    door.session = door.session.replace(officer=OfficerState(shown=LISTS["cases"]))
    assert door.says("1") == ("/case 1/2570" if name == "complaints" else "/question 1/2570")
    door.session = Session(at=MORNING)
    assert door.says("1") == "staff.shown.late"
    assert door.says("เมนู") == "staff.menu.here"
    assert door.says("1") == f"/{door.table.inbox}"
    assert door.says("แจ้งเรื่อง") is None
    assert door.session.topic is DialogTopic.MENU


def test_a_number_that_is_not_listed_is_one_of_the_register_with_the_lists_own_command() -> None:
    door = Door.of("complaints")
    door.session = door.session.replace(
        officer=OfficerState(
            shown=ShownMenu((ShownChoice("/screen 12/2570", "12/2570"),), NumberUse.REGISTER)
        )
    )
    assert door.says("๑๕/๒๕๗๐") == "/screen 15/2570"


def test_what_was_shown_is_shown_again_where_a_text_came_before_it() -> None:
    door = Door.of("complaints", channel=Channel.LINE)
    door.session = door.session.replace(
        officer=OfficerState(shown=replace(LISTS["question"], text="1", sent_at=10_000))
    )
    turn = door.send("1", sent_at=10_500)
    assert turn is not None
    assert turn.acts == ()
    assert [reply.key for reply in turn.replies] == ["staff.shown.before"]
    assert [(one.data, one.args["text"]) for one in turn.replies[0].choices] == [
        ("/confirm y3", "ส่ง"), ("/confirm n3", "ไม่ส่ง")
    ]  # fmt: skip
    assert door.says("2", sent_at=14_000) == "/confirm n3"


@pytest.mark.parametrize("pending", [AwaitingPurpose("ขอบคุณ"), AwaitingMeaning((), 1)])
@pytest.mark.parametrize("text", ["ไม่", "ไม่ใช่ค่ะ", "ไม่เอา", "ยกเลิก"])
def test_what_is_offered_is_declined_in_everyday_words(pending: Any, text: str) -> None:
    door = Door.of("complaints").wait_for(pending)
    assert door.says(text) == "staff.dropped"
    assert door.pending == NothingPending()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("สวัสดีค่ะ", "staff.menu.here"),
        ("ขอบคุณครับ", "staff.menu.here"),
        ("ส่ง", "staff.shown.late"),
        ("ใช่", "staff.shown.late"),
        ("๑/๒๕๗๐", "/case 1/2570"),
        ("1/70", "/case 1/2570"),
        ("เอกสารครบแล้ว", "free"),
        ("รบกวนส่งรูปเพิ่มด้วยครับ", "free"),
    ],
)
def test_what_is_typed_where_nothing_is_asked(text: str, key: str) -> None:
    assert Door.of("complaints").says(text) == key


DRAFTING = Session(at=MORNING, topic=DialogTopic.REPORT, step="when", answers={"story": "เรียกรับเงิน"})


@pytest.mark.parametrize("text", ["ใช้ในฐานะเจ้าหน้าที่", "ขอใช้ในฐานะเจ้าหน้าที่ค่ะ", "งาน", "กล่องงาน"])
def test_an_officers_own_words_are_no_part_of_a_citizens_draft(text: str) -> None:
    door = Door.of("complaints", session=DRAFTING)
    assert door.says(text) == "staff.out.aside"
    assert door.session.answers == DRAFTING.answers
    told = Door.of("complaints", session=DRAFTING)
    assert told.says("เขามาขอเงินในฐานะเจ้าหน้าที่") is None
    assert told.says("งานวัด") is None


def test_cancel_always_takes_an_officer_out_of_a_citizens_dialog_and_loses_nothing() -> None:
    door = Door.of("complaints", session=DRAFTING)
    turn = door.send("ยกเลิก")
    assert turn is not None
    assert [reply.key for reply in turn.replies] == ["staff.out.aside"]
    assert [choice.data for choice in turn.replies[0].choices] == [RETURN_TO_DIALOG, DROP_DIALOG, "/inbox"]
    assert door.says("3") == "/inbox"
    assert door.says("เมื่อวานนี้") == "free"  # no part of the draft
    assert door.session.answers == DRAFTING.answers
    assert door.says(choice=RETURN_TO_DIALOG) == "again"
    assert door.session.officer == NO_OFFICER
    assert door.says("เมื่อวานนี้") is None
    door.says("ยกเลิก")
    assert door.says("ทิ้งสิ่งที่พิมพ์ไว้") == "staff.out.dropped"
    assert (door.session.topic, door.session.answers) == (DialogTopic.MENU, {})
    empty = Door.of("complaints", session=replace(DRAFTING, step="notice", answers={}))
    assert empty.says("ยกเลิก") == "staff.out.left"
    assert empty.session.topic is DialogTopic.MENU


def test_a_question_asked_in_a_draft_gets_the_next_text_and_the_draft_does_not() -> None:
    door = Door.of("complaints", session=DRAFTING)
    assert door.says("/reply 4") == "/reply 4"
    door.wait_for(AwaitingText(ParsedCommand(CommandName.REPLY, 4)))
    assert door.says("รับ ทราบแล้ว") == "/reply 4 รับ ทราบแล้ว"
    assert door.session.answers == DRAFTING.answers


def test_a_text_without_a_purpose_is_handled_as_anybodys_where_its_officer_says_so() -> None:
    door = Door.of("service").wait_for(AwaitingPurpose("เปิดกี่โมง"))
    ctx_turn = door.send(choice="officer.told")
    assert ctx_turn is None  # a citizen's
    assert door.says(choice="officer.told") == "staff.shown.late"
    assert AsCitizen.__slots__


def test_what_was_shown_ends_with_the_session() -> None:
    assert Session(at=MORNING).is_expired(MORNING + timedelta(minutes=30))


_PROMPT_KEYS = re.compile(r'make_prompt_buttons\([^"]*"([a-z_.]+)", "([a-z_.]+)"')


def test_every_question_of_a_prompt_is_answered_in_everyday_words() -> None:
    code = "\n".join(path.read_text() for path in Path("handlers").rglob("*.py"))
    asked = {key for keys in _PROMPT_KEYS.findall(code) for key in keys}
    assert len(asked) > 8
    assert asked <= EVERYDAY_MEANING.keys()
