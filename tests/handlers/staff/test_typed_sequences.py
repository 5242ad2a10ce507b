"""Disturbed sequences of what an officer types: it does what stands in the menu that was shown last, or nothing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from handlers.dialog.effects import Decision
from handlers.dialog.replies import OF_CASE, Choice, ExpectedInput, Reply
from handlers.dialog.session import DialogTopic
from handlers.staff.command import CommandContext
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.dispatch import WAITING_TEXT
from tests.handlers.staff.test_dispatch import Door
from tests.properties import examples

ACTIONS = (Choice("/take 3", "staff.order.take"), Choice("/undo 3", "staff.order.undo"))
ANSWERS = (Choice("/confirm y9", "staff.confirm.yes"), Choice("/confirm n9", "staff.confirm.no"))
LISTED = (Choice("/case 7/2570", "literal", {"text": "7/2570"}),)
MENUS: Mapping[str, Reply] = {
    "case": Reply("menu", OF_CASE, {}, ACTIONS),
    "reply": Reply("asks", OF_CASE),
    "screen": Reply("ask", OF_CASE, {}, ANSWERS),
    "inbox": Reply("list", OF_CASE, {}, LISTED, ExpectedInput.REGISTER),
}
"""What a command shows: a menu, a request for a text, a question, a list."""


def show_menu(cmd: CommandContext[Any, Any]) -> Decision:
    """Note which command ran, and show its menu."""
    yield from ()
    RAN.append(cmd.command.to_command_text())
    shown = MENUS.get(cmd.command.name, Reply("done", OF_CASE))
    if cmd.command.name == "reply" and not cmd.command.rest:
        return cmd.await_text_for(cmd.command).reply_with(shown)
    return cmd.reply_with(shown)


RAN: list[str] = []
ROWS = {name: replace(row, handler=show_menu) for name, row in COMPLAINTS_COMMAND_TABLE.rows.items()}
TABLE = replace(COMPLAINTS_COMMAND_TABLE, rows=ROWS)
TYPED = st.sampled_from(
    (
        *("1", "2", "๑", "ข้อ 2", "7", "9", "ส่ง", "ไม่ส่งค่ะ", "รับเรื่องนี้", "ใช่", "ขอบคุณสำหรับข้อมูลเพิ่มเติม"),
        *("/case 3", "/reply 3", "/screen 3", "/inbox", "/ปดิ 3", "ปิด3 มีมูล", "ยกเลิก", "เมนู", "แจ้งเรื่อง"),
    )
)


@examples(150)
@given(st.lists(st.tuples(TYPED, st.integers(-3_000, 9_000)), max_size=12), st.booleans())
def test_a_text_does_what_was_shown_last_or_nothing(sent: list[tuple[str, int]], drafting: bool) -> None:
    door = Door(TABLE, citizens={"ยกเลิก": "cancel", "เมนู": "menu", "แจ้งเรื่อง": "report"})
    if drafting:
        door.session = door.session.replace(topic=DialogTopic.REPORT, answers={"story": "เรียกรับเงิน"})
    choices: tuple[Choice, ...] = ()
    wants_text, at = False, 100_000
    for text, pause in sent:
        RAN.clear()
        at += pause
        answers = dict(door.session.answers)
        turn = door.send(text, sent_at=at)
        if not text.startswith("/"):
            for ran in RAN:
                is_picked = any(
                    choice.data == ran
                    or (choice.data.endswith(WAITING_TEXT) and ran.startswith(choice.data[:-1]))
                    for choice in choices
                )
                is_completed = wants_text and ran == f"/reply 3 {text}"
                is_listed = any(
                    choice.data.startswith("/case 7/2570") for choice in choices
                ) and ran.startswith("/case ")
                is_meant = any(choice.data.startswith("officer.meant") for choice in choices)
                assert is_picked or is_completed or is_listed or is_meant or ran in {"/help", "/inbox"}, (
                    text,
                    ran,
                )
        if drafting and door.session.topic is DialogTopic.REPORT:
            assert door.session.answers == answers  # nothing of an officer's becomes part of a report here
        if turn is not None:
            choices = next((reply.choices for reply in reversed(turn.replies) if reply.choices), ())
            wants_text = turn.replies[-1].key == "asks"
        else:
            choices, wants_text = (), False
