"""The undo window: replies to reporters and answers to questions wait a minute, in which they can be cancelled."""

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update

from handlers.dialog.replies import Phrase
from handlers.questions.messages import CancelAnswer, ScheduleAnswer
from handlers.staff.complaints.messages import CancelSend, ScheduleSend
from handlers.staff.sending.undo_window import get_send_time, is_due
from storage import tables
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.errors import ConflictError
from storage.serialization import WAITING_REPLIES_CODEC, WaitingReplies, WaitingReply
from storage.staff.members import format_actor
from storage.staff.notifications import notify_staff_member
from storage.staff.pushes import PushKind, StaffPush, make_case_push, make_question_push

_COLUMN = tables.held.c
_ANSWER = tables.held_answers.c
DELETE_SCHEDULED_REPLY = delete(tables.held).where(_COLUMN.case_id == bindparam("case"))
_UPDATE_WAITING = (
    update(tables.held)
    .where(_COLUMN.case_id == bindparam("case"))
    .values(due=bindparam("next_due"), sealed=bindparam("left"))
)
DELETE_SCHEDULED_ANSWER = delete(tables.held_answers).where(_ANSWER.question_id == bindparam("question"))


def decode_waiting(row: Row[*tuple[Any, ...]], keyring: Keyring) -> tuple[WaitingReply, ...]:
    """Return what waits of a case, in order. row: its id, due and sealed. Raises what decryption raises."""
    kept = WAITING_REPLIES_CODEC.validate_json(keyring.staff.decrypt(row.sealed, "held", row.id, "sending"))
    return kept.waiting if isinstance(kept, WaitingReplies) else (WaitingReply(row.due, kept),)


def encode_waiting(waiting: Sequence[WaitingReply], row: str, keyring: Keyring) -> bytes:
    """Encrypt what waits of a case. row: id of its row."""
    content = WAITING_REPLIES_CODEC.dump_json(WaitingReplies(tuple(waiting)))
    return keyring.staff.encrypt(content, "held", row, "sending")


async def keep_waiting(
    case: str, row: Row[Any, Any, Any], left: Sequence[WaitingReply], batch: WriteBatch
) -> None:
    """Write what is left of a case's waiting replies at once, so that acts of the same transaction see it."""
    if not left:
        await batch.connection.execute(DELETE_SCHEDULED_REPLY, {"case": case})
        return
    sealed = encode_waiting(left, row.id, batch.keyring)
    await batch.connection.execute(_UPDATE_WAITING, {"case": case, "next_due": left[0].due, "left": sealed})


async def _load_waiting(
    case: str, batch: WriteBatch
) -> tuple[Row[Any, Any, Any] | None, tuple[WaitingReply, ...]]:
    query = select(_COLUMN.id, _COLUMN.due, _COLUMN.sealed).where(_COLUMN.case_id == case)
    row = (await batch.connection.execute(query)).first()
    return row, () if row is None else decode_waiting(row, batch.keyring)


async def schedule_send(act: ScheduleSend, batch: WriteBatch) -> None:
    """Schedule a reply after what waits. Raises `ConflictError` where the case went on, or more waits than was seen."""
    column, case = tables.cases.c, act.reply.case
    if await batch.connection.scalar(select(column.seq).where(column.id == case)) != act.seq:
        raise ConflictError("the case went on in the meantime")
    found, waiting = await _load_waiting(case, batch)
    if len(waiting) != act.waiting:
        raise ConflictError("more or less waits than was seen")
    due = get_send_time(batch.now, (one.due for one in waiting))
    coming = (*waiting, WaitingReply(due, act.reply))
    if found is None:
        row = secrets.token_hex(16)
        sealed = encode_waiting(coming, row, batch.keyring)
        batch.insert("held", case_id=case, id=row, due=due, sealed=sealed)
    else:
        await keep_waiting(case, found, coming, batch)
    await batch.audit(format_actor(act.reply.staff), "held", case)


async def cancel_send(act: CancelSend, batch: WriteBatch) -> None:
    """Cancel a person's last reply. Raises `ConflictError` where it is due, even if not sent yet."""
    found, waiting = await _load_waiting(act.case, batch)
    own = next((one for one in reversed(waiting) if one.reply.staff == act.staff), None)
    if found is None or own is None or is_due(own.due, batch.now):
        raise ConflictError("it has gone")
    await keep_waiting(act.case, found, [one for one in waiting if one is not own], batch)
    await batch.audit(format_actor(act.by or act.staff), "taken-back", act.case)
    if act.by:
        await notify_staff_member(act.staff, await _make_case_taken_back_push(act.case, batch), batch)


async def _make_case_taken_back_push(case: str, batch: WriteBatch) -> StaffPush:
    """Return what an officer hears of whose words to a reporter a supervisor took back."""
    column = tables.cases.c
    query = select(column.number, column.fiscal_year).where(column.id == case)
    row = (await batch.connection.execute(query)).one()
    number = f"{row.number}/{row.fiscal_year}"
    return make_case_push(PushKind.NOT_SENT, Phrase("staff.notice.taken_back", {"number": number}), number)


async def schedule_answer(act: ScheduleAnswer, batch: WriteBatch) -> None:
    """Schedule an answer. Raises `ConflictError` where the thread has moved on, or an answer is scheduled already."""
    one, column = act.answer, tables.questions.c
    if await batch.connection.scalar(select(column.seq).where(column.id == one.thread)) != act.seq:
        raise ConflictError("the thread went on in the meantime")
    sealed = batch.keyring.question.encrypt(one.text.encode(), "held_answers", one.thread, "answer")
    due = get_send_time(batch.now)
    batch.insert("held_answers", question_id=one.thread, staff=one.staff, due=due, sealed=sealed)
    await batch.audit(format_actor(one.staff), "held", one.thread)


async def cancel_answer(act: CancelAnswer, batch: WriteBatch) -> None:
    """Cancel an answer. Raises `ConflictError` where it is due, even if not sent yet."""
    query = select(_ANSWER.due).where(_ANSWER.question_id == act.thread, _ANSWER.staff == act.staff)
    due = await batch.connection.scalar(query)
    if due is None or is_due(due, batch.now):
        raise ConflictError("it has gone")
    batch.add_statement(DELETE_SCHEDULED_ANSWER, question=act.thread)
    await batch.audit(format_actor(act.by or act.staff), "taken-back", act.thread)
    if act.by:
        await notify_staff_member(act.staff, await _make_answer_taken_back_push(act.thread, batch), batch)


async def _make_answer_taken_back_push(thread: str, batch: WriteBatch) -> StaffPush:
    """Return what an officer hears of whose answer a supervisor took back."""
    column = tables.questions.c
    query = select(column.number, column.fiscal_year).where(column.id == thread)
    row = (await batch.connection.execute(query)).one()
    return make_question_push(
        PushKind.NOT_SENT, "inquiry.notice.taken_back", f"{row.number}/{row.fiscal_year}"
    )
