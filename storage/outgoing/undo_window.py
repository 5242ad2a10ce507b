"""What goes to a reporter, or to who asked a question, waits for a minute, in which it can be taken back."""

import secrets

from sqlalchemy import bindparam, delete, select

from handlers.questions.messages import CancelAnswer, ScheduleAnswer
from handlers.staff.complaints.messages import HELD, CancelSend, ScheduleSend
from storage import tables
from storage.db.batch import WriteBatch
from storage.errors import ConflictError
from storage.serialization import SENDING
from storage.staff.members import actor

_COLUMN = tables.held.c
_ANSWER = tables.held_answers.c
DROP = delete(tables.held).where(_COLUMN.case_id == bindparam("case"))
DROP_ANSWER = delete(tables.held_answers).where(_ANSWER.question_id == bindparam("question"))


async def hold_back(act: ScheduleSend, batch: WriteBatch) -> None:
    """Let something wait."""
    column, case = tables.cases.c, act.sending.case
    seq = (await batch.connection.execute(select(column.seq).where(column.id == case))).scalar()
    if seq != act.seq:
        raise ConflictError("the case went on in the meantime")
    row = secrets.token_hex(16)
    sealed = batch.seals.staff.seal(SENDING.dump_json(act.sending), "held", row, "sending")
    due = int(batch.now.timestamp()) + HELD
    batch.insert("held", case_id=case, id=row, due=due, sealed=sealed)
    await batch.note(actor(act.sending.staff), "held", case)


async def take_back(act: CancelSend, batch: WriteBatch) -> None:
    """Take back what waits. What is due is taken for gone, though the clock may not have come by."""
    now = int(batch.now.timestamp())
    query = select(_COLUMN.id).where(_COLUMN.case_id == act.case, _COLUMN.due > now)
    if (await batch.connection.execute(query)).first() is None:
        raise ConflictError("it has gone")
    batch.add(DROP, case=act.case)
    await batch.note(actor(act.staff), "taken-back", act.case)


async def hold_answer(act: ScheduleAnswer, batch: WriteBatch) -> None:
    """Let an answer wait. Raises Conflict where the thread went on, or one waits already."""
    one, column = act.answering, tables.questions.c
    seq = (await batch.connection.execute(select(column.seq).where(column.id == one.thread))).scalar()
    if seq != act.seq:
        raise ConflictError("the thread went on in the meantime")
    sealed = batch.seals.question.seal(one.text.encode(), "held_answers", one.thread, "answer")
    due = int(batch.now.timestamp()) + HELD
    batch.insert("held_answers", question_id=one.thread, staff=one.staff, due=due, sealed=sealed)
    await batch.note(actor(one.staff), "held", one.thread)


async def take_back_answer(act: CancelAnswer, batch: WriteBatch) -> None:
    """Take back what waits. What is due is taken for gone, though the clock may not have come by."""
    now = int(batch.now.timestamp())
    query = select(_ANSWER.due).where(_ANSWER.question_id == act.thread, _ANSWER.due > now)
    if (await batch.connection.execute(query)).first() is None:
        raise ConflictError("it has gone")
    batch.add(DROP_ANSWER, question=act.thread)
    await batch.note(actor(act.staff), "taken-back", act.thread)
