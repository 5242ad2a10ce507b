"""The undo window: replies to reporters and answers to questions wait a minute, in which they can be cancelled."""

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, bindparam, delete, select, update

from handlers.dialog.replies import Phrase
from handlers.questions.messages import CancelAnswer, ScheduleAnswer
from handlers.staff.complaints.messages import UNDO_SECONDS, CancelSend, ScheduleSend
from storage import tables
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.errors import ConflictError
from storage.serialization import WAITING_REPLIES_CODEC, WaitingReplies, WaitingReply
from storage.staff.members import format_actor
from storage.staff.notifications import notify_staff_member
from storage.staff.pushes import PushKind, make_case_push

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
    due = max((int(batch.now.timestamp()) + UNDO_SECONDS, *(one.due for one in waiting)))
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
    if found is None or own is None or own.due <= int(batch.now.timestamp()):
        raise ConflictError("it has gone")
    await keep_waiting(act.case, found, [one for one in waiting if one is not own], batch)
    await batch.audit(format_actor(act.by or act.staff), "taken-back", act.case)
    if act.by:
        await _tell_taken_back(act, batch)


async def _tell_taken_back(act: CancelSend, batch: WriteBatch) -> None:
    """Tell an officer that a supervisor took back what they wrote."""
    column = tables.cases.c
    query = select(column.number, column.fiscal_year).where(column.id == act.case)
    row = (await batch.connection.execute(query)).one()
    number = f"{row.number}/{row.fiscal_year}"
    notice = Phrase("staff.notice.taken_back", {"number": number})
    await notify_staff_member(act.staff, make_case_push(PushKind.NOT_SENT, notice, number), batch)


async def schedule_answer(act: ScheduleAnswer, batch: WriteBatch) -> None:
    """Schedule an answer. Raises `ConflictError` where the thread has moved on, or an answer is scheduled already."""
    one, column = act.answer, tables.questions.c
    if await batch.connection.scalar(select(column.seq).where(column.id == one.thread)) != act.seq:
        raise ConflictError("the thread went on in the meantime")
    sealed = batch.keyring.question.encrypt(one.text.encode(), "held_answers", one.thread, "answer")
    due = int(batch.now.timestamp()) + UNDO_SECONDS
    batch.insert("held_answers", question_id=one.thread, staff=one.staff, due=due, sealed=sealed)
    await batch.audit(format_actor(one.staff), "held", one.thread)


async def cancel_answer(act: CancelAnswer, batch: WriteBatch) -> None:
    """Cancel an answer. Raises `ConflictError` where it is due, even if not sent yet."""
    await _require_undue(select(_ANSWER.due).where(_ANSWER.question_id == act.thread), batch)
    batch.add_statement(DELETE_SCHEDULED_ANSWER, question=act.thread)
    await batch.audit(format_actor(act.staff), "taken-back", act.thread)


async def _require_undue(due: Select[Any], batch: WriteBatch) -> None:
    """Raise `ConflictError` unless something is scheduled and not due yet."""
    second = await batch.connection.scalar(due)
    if second is None or second <= int(batch.now.timestamp()):
        raise ConflictError("it has gone")
