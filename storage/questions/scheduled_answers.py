"""Send answers to questions when their undo window is over."""

from datetime import datetime

from sqlalchemy import select

from handlers.complaints.messages import ActorKind
from handlers.questions.messages import AppendThreadLine, OutgoingAnswer, ThreadLineKind
from ita_stats.calendar import to_bangkok_date
from storage import tables
from storage.db.batch import WriteBatch
from storage.db.group_commit import GroupCommitWriter
from storage.errors import UnreadableRowError
from storage.outgoing.undo_window import DELETE_SCHEDULED_ANSWER
from storage.questions.store import append_thread_line, load_thread
from storage.staff.members import format_actor
from storage.staff.notifications import is_active_staff
from storage.unreadable_rows import log_unreadable_row, reading_row

_COLUMN = tables.held_answers.c


async def send_due_answers(committer: GroupCommitWriter, now: datetime) -> int:
    """Write all answers that are due; return the count. One transaction each, so that a failure blocks no other."""
    due = select(_COLUMN.question_id).where(_COLUMN.due <= int(now.timestamp())).order_by(_COLUMN.due)
    async with committer.transaction() as connection:
        waiting = list((await connection.execute(due)).scalars())
    count = 0
    for question in waiting:
        try:
            count += await _send_answer(committer, question, now)
        except UnreadableRowError as error:  # it waits, and keeps no other back
            log_unreadable_row(error)
    return count


async def _send_answer(committer: GroupCommitWriter, question: str, now: datetime) -> int:
    query = select(_COLUMN.staff, _COLUMN.sealed).where(
        _COLUMN.question_id == question, _COLUMN.due <= int(now.timestamp())
    )
    async with committer.transaction() as connection:
        row = (await connection.execute(query)).first()
        if row is None:
            return 0  # cancelled, or sent by another process
        batch = WriteBatch(connection, committer.keyring, committer.daily_keys, now, committer.roster)
        with reading_row("held_answers", question):
            text = batch.keyring.question.decrypt(row.sealed, "held_answers", question, "answer").decode()
        await _append_answer(OutgoingAnswer(question, row.staff, text), batch)
        batch.add_statement(DELETE_SCHEDULED_ANSWER, question=question)
        await batch.flush()
    return 1


async def _append_answer(one: OutgoingAnswer, batch: WriteBatch) -> None:
    found = await load_thread(one.thread, batch.connection, batch.keyring)
    if found is None or not await is_active_staff(one.staff, batch):
        # Rights end at once: what somebody wrote in their last minute is not sent.
        return await batch.audit(format_actor(one.staff), "not-sent", one.thread)
    line = AppendThreadLine(
        found.id,
        found.seq + 1,
        to_bangkok_date(batch.now),
        ThreadLineKind.ANSWER,
        ActorKind.OFFICE,
        one.text,
        staff=one.staff,
    )
    return await append_thread_line(line, batch)
