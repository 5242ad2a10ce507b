"""Names near a mistyped one, and the mistyped commands that are offered for them."""

import pytest

from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.permissions import CommandName, Role
from handlers.staff.state import AwaitingMeaning
from handlers.staff.typed.mistyped import MEANT_PREFIX
from handlers.staff.typed.nearest import list_nearest_names, split_glued_number
from handlers.thai.matching import normalize_for_matching
from tests.handlers.staff.test_dispatch import Door

NAMES = {
    normalize_for_matching(name): command
    for command, row in COMPLAINTS_COMMAND_TABLE.rows.items()
    for name in (command.value, *row.names)
}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ปดิ", "ปิด"),
        ("ปิดด", "ปิด"),
        ("ปิก", "ปิด"),
        ("xbf", "ปิด"),
        ("แสนหำ", "close"),
        ("closs", "close"),
        ("สืบสวณ", "สืบสวน"),
        ("กลันกรอง", "กลั่นกรอง"),
        ("มอบหมาน", "มอบหมาย"),
        ("ingestigate", "investigate"),
        ("'ko", "งาน"),
    ],
)
def test_the_nearest_name(typed: str, meant: str) -> None:
    assert list_nearest_names(typed, NAMES)[0] == meant


@pytest.mark.parametrize(
    "typed", ["", "ก", "สวัสดี", "ขอบคุณ", "เรียบร้อยแล้ว", "ส่งเรื่อง", "12", "ok", "ๆ", "qwertyuiop"]
)
def test_other_words_are_near_none(typed: str) -> None:
    assert list_nearest_names(typed, NAMES) == []


def test_a_number_without_its_space() -> None:
    assert split_glued_number("ปิด5") == ("ปิด", "5")
    assert split_glued_number("ปิด5/2570") == ("ปิด", "5/2570")
    assert split_glued_number("ปิด") == ("ปิด", "")
    assert split_glued_number("5") == ("5", "")


def test_what_is_offered_runs_as_meant_once_and_only_while_it_is_what_was_asked() -> None:
    door = Door.of("complaints")
    turn = door.send("/ปดิ 5 มีมูล ตรวจแล้วพบว่าจริง")
    assert turn is not None
    assert turn.acts == ()
    offered = turn.replies[0].choices
    assert offered[0].args == {"command": "/ปิด 5 มีมูล ตรวจแล้วพบว่าจริง"}
    stale = offered[0].data
    assert door.says("/งาน") == "/inbox"
    assert door.says(choice=stale) == "staff.meant.stale"
    assert door.says("/ปดิ 5 มีมูล ตรวจแล้วพบว่าจริง") == "staff.meant.ask"
    assert door.says(choice=stale) == "staff.meant.stale"
    door.send("/ปดิ 5 มีมูล ตรวจแล้วพบว่าจริง")
    assert door.says("ข้อ ๑ ค่ะ") == "/close 5 มีมูล ตรวจแล้วพบว่าจริง"
    door.send("/ปดิ 5 มีมูล ตรวจแล้วพบว่าจริง")
    prompt = door.session.prompt_number
    for wrong in ("9", "x", ""):
        assert door.says(choice=f"{MEANT_PREFIX}{prompt}.{wrong}") == "staff.meant.stale"
    assert isinstance(door.pending, AwaitingMeaning)


def test_only_what_the_role_may_give_is_offered() -> None:
    for role in Role:
        door = Door.of("complaints", role=role)
        key = door.says("/มอบบ 5 สมชาย")
        may = role in COMPLAINTS_COMMAND_TABLE.rows[CommandName.ASSIGN].roles
        assert key == ("staff.meant.ask" if may else "inquiry.help.unknown"), role


def test_the_label_of_a_button_that_is_not_shown_is_its_command() -> None:
    door = Door.of("complaints")
    assert door.says("กล่องงาน") == "/inbox"
    assert door.says("รับไว้กลั่นกรอง") == "staff.meant.sure"
    assert door.says("1") == "/screen"
