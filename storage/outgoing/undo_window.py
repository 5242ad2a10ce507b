"""The undo window: replies to reporters and answers to questions wait a minute, in which they can be cancelled."""

import secrets
from typing import Any

from sqlalchemy import Select, bindparam, delete, select

from handlers.questions.messages import CancelAnswer, ScheduleAnswer
from handlers.staff.complaints.messages import UNDO_SECONDS, CancelSend, ScheduleSend
from storage import tables
from storage.db.batch import WriteBatch
from storage.errors import ConflictError
from storage.serialization import OUTGOING_REPLY_CODEC
from storage.staff.members import format_actor

_COLUMN = tables.held.c
_ANSWER = tables.held_answers.c
DELETE_SCHEDULED_REPLY = delete(tables.held).where(_COLUMN.case_id == bindparam("case"))
DELETE_SCHEDULED_ANSWER = delete(tables.held_answers).where(_ANSWER.question_id == bindparam("question"))


async def schedule_send(act: ScheduleSend, batch: WriteBatch) -> None:
    """Schedule a reply. Raises `ConflictError` where the case has moved on."""
    column, case = tables.cases.c, act.reply.case
    if await batch.connection.scalar(select(column.seq).where(column.id == case)) != act.seq:
        raise ConflictError("the case went on in the meantime")
    row = secrets.token_hex(16)
    sealed = batch.keyring.staff.encrypt(OUTGOING_REPLY_CODEC.dump_json(act.reply), "held", row, "sending")
    due = int(batch.now.timestamp()) + UNDO_SECONDS
    batch.insert("held", case_id=case, id=row, due=due, sealed=sealed)
    await batch.audit(format_actor(act.reply.staff), "held", case)


async def cancel_send(act: CancelSend, batch: WriteBatch) -> None:
    """Cancel a reply. Raises `ConflictError` where it is due, even if not sent yet."""
    await _require_undue(select(_COLUMN.due).where(_COLUMN.case_id == act.case), batch)
    batch.add_statement(DELETE_SCHEDULED_REPLY, case=act.case)
    await batch.audit(format_actor(act.staff), "taken-back", act.case)


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
