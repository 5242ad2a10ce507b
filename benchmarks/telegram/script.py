"""The script of every person: a notice, five questions of a complaint, and a review.

    update                 what the person sees          ours                   documented ways: calls
    1  text  แจ้งเรื่อง      notice, 2 buttons             resp.                  sendMessage
    2  tap   รับทราบ        question 1, in its place      resp., answerCallback  editMessageText, answerCallback
    3  tap   category      question 2, in its place      resp., answerCallback  editMessageText, answerCallback
    4  text                question 3                    resp.                  sendMessage
    5  text                question 4                    resp.                  sendMessage
    6  text                question 5                    resp.                  sendMessage
    7  text                review, 3 buttons             sendMessage            sendMessage
    8  tap   ส่งเรื่อง        receipt                       sendMessage            editMessageText, answerCallback

`resp.` means in the webhook response, without a call. Ours clears the chat before the receipt comes
(deleteMessages), which the others do not do. Where a library can answer in the webhook response, its edits and
new messages are sent there too.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.desks.handlers_only import OFFICE
from handlers.complaints.form import file_complaint
from handlers.complaints.review.rows import build_review_args
from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.effects import NewReceipt, Now
from handlers.dialog.events import Channel, Event
from handlers.dialog.form import FieldKind, Form, FormField
from handlers.dialog.receipt import make_receipt
from handlers.dialog.session import Session
from handlers.i18n import render_reply
from handlers.staff.members import ListStaff

ASKED_FIELDS = ("category", "accused", "where", "witnesses", "wish")
SCRIPT_INPUTS = (
    ("text", "แจ้งเรื่อง"),
    ("tap", "รับทราบ เริ่มแจ้งเรื่อง"),
    ("tap", "ทุจริตต่อหน้าที่"),
    ("text", "เจ้าหน้าที่พัสดุ กลุ่มอำนวยการ เรียกเงินร้อยละสิบจากผู้รับเหมาก่อนตรวจรับงาน"),
    ("text", "ห้องพัสดุ ชั้นสอง และร้านกาแฟหน้าโรงเรียน"),
    ("text", "ผู้รับเหมาสองรายพร้อมให้ข้อมูล และมีสมุดจดรายจ่าย"),
    ("text", "ขอให้ตรวจสอบการตรวจรับงานย้อนหลัง"),
    ("tap", "ส่งเรื่อง"),
)


@dataclass(frozen=True)
class ScriptStep:
    """One update and the answer it leads to.

    data: of the button that is tapped; expected_text, buttons: of the answer.
    """

    input_kind: str
    words: str
    data: str
    expected_text: str
    buttons: tuple[tuple[str, str], ...]


def make_router() -> ComplaintsDesk:
    """The complaints desk with only the five questions."""
    desk = ComplaintsDesk(OFFICE)
    fields = tuple(
        field
        if field.kind is FieldKind.PICK
        else FormField(field.name, FieldKind.TEXT, field.audience, optional=True)
        for name in ASKED_FIELDS
        if (field := desk.form.find_field(name)) is not None
    )
    not_asked = {field.name: "-" for field in desk.form.fields}  # the wording of the review names every field
    object.__setattr__(
        desk,
        "form",
        Form("report", fields, file_complaint, lambda ctx: {**not_asked, **build_review_args(fields, ctx)}),
    )
    return desk


def build_steps() -> list[ScriptStep]:
    """Play the script on our handlers; the other bots send the same answers."""
    desk, session, buttons, steps = make_router(), None, dict[str, str](), list[ScriptStep]()
    for input_kind, words in SCRIPT_INPUTS:
        data = buttons.get(words, "") if input_kind == "tap" else ""
        content: dict[str, Any] = {"choice": data} if input_kind == "tap" else {"text": words}
        decision = desk.decide(Event("e", b"w", Channel.TELEGRAM, **content), session)
        answer: Any = None
        try:
            while True:
                answer = _answer_query(decision.send(answer))
        except StopIteration as decided:
            turn = decided.value
        session = turn.session
        messages = [render_reply(reply, "th") for reply in turn.replies]
        buttons = dict(messages[-1].choices)
        text = "\n\n".join(m.text for m in messages)
        steps.append(ScriptStep(input_kind, words, data, text, messages[-1].choices))
    return steps


def _answer_query(query: object) -> object:
    from datetime import UTC, datetime

    if isinstance(query, ListStaff):
        return ()
    return datetime.now(UTC) if isinstance(query, Now) else make_receipt(7)


def encode_update(step: ScriptStep, number: int, chat: int) -> bytes:
    """The update of a step, as Telegram sends it."""
    person = {
        "id": chat,
        "is_bot": False,
        "first_name": "สมชาย",
        "username": "somchai",
        "language_code": "th",
    }
    where = {"id": chat, "type": "private", "first_name": "สมชาย", "username": "somchai"}
    now = int(time.time())
    what: Mapping[str, Any]
    if step.input_kind == "text":
        message = {"message_id": number, "from": person, "chat": where, "date": now, "text": step.words}
        if step.words == "แจ้งเรื่อง":
            message["text"] = "/report"
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": 7}]
        what = {"message": message}
    else:
        bot = {"id": 700000001, "is_bot": True, "first_name": "bot", "username": "bench_bot"}
        message_with_buttons = {"message_id": 5, "from": bot, "chat": where, "date": now, "text": "ก่อนหน้า"}
        tap = {"id": str(number), "from": person, "chat_instance": "1", "data": step.data}
        what = {"callback_query": {**tap, "message": message_with_buttons}}
    return json.dumps({"update_id": number, **what}, ensure_ascii=False).encode()


def encode_script(steps: list[ScriptStep]) -> str:
    """The script as JSON for the other bots."""
    return json.dumps(
        [[s.input_kind, s.words, s.data, s.expected_text, s.buttons] for s in steps], ensure_ascii=False
    )


__all__ = [
    "NewReceipt",
    "ScriptStep",
    "Session",
    "build_steps",
    "encode_script",
    "encode_update",
    "make_router",
]
