"""Send officers' replies to reporters when their undo window is over.

Each is validated again: another officer or the reporter may have moved the case meanwhile.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from handlers.complaints.lifecycle import (
    ENDED_STATUSES,
    CaseStatus,
    TransitionNotAllowedError,
    TransitionRequest,
    get_next_status,
    list_steps_of_matter,
)
from handlers.complaints.messages import ActorKind, AddHistoryEntry, ApplyTransition, HistoryEntryKind
from handlers.dialog.replies import Phrase
from handlers.staff.complaints.messages import OutgoingReply
from ita_stats.calendar import to_bangkok_date
from storage import tables
from storage.cases.exclusions import is_case_hidden
from storage.cases.writes import add_history_entry, apply_transition
from storage.db.batch import WriteBatch
from storage.db.group_commit import GroupCommitWriter
from storage.errors import UnreadableRowError
from storage.matters.reports import select_other_reports
from storage.outgoing.undo_window import decode_waiting, keep_waiting
from storage.questions.scheduled_answers import send_due_answers
from storage.staff.members import format_actor
from storage.staff.notifications import is_active_staff, notify_staff_member
from storage.staff.pushes import PushKind, make_case_push
from storage.unreadable_rows import log_unreadable_row, reading_row


@dataclass
class ScheduledReplies:
    """Replies and answers in their undo window."""

    committer: GroupCommitWriter

    async def send_due(self, now: datetime) -> int:
        """Write all that is due; return the count. One transaction each, so that each sees the writes before it."""
        column, count = tables.held.c, 0
        due = select(column.case_id).where(column.due <= int(now.timestamp())).order_by(column.due)
        async with self.committer.transaction() as connection:
            cases = list((await connection.execute(due)).scalars())
        for case in cases:
            try:
                while await self._send_reply(case, now):
                    count += 1
            except UnreadableRowError as error:  # it waits, and keeps no other back
                log_unreadable_row(error)
        return count + await send_due_answers(self.committer, now)

    async def _send_reply(self, case: str, now: datetime) -> int:
        """Write the first reply of a case that is due; return 0 where none is."""
        column = tables.held.c
        query = select(column.id, column.due, column.sealed).where(
            column.case_id == case, column.due <= int(now.timestamp())
        )
        async with self.committer.transaction() as connection:
            row = (await connection.execute(query)).first()
            if row is None:
                return 0  # cancelled, or sent by another process
            batch = WriteBatch(
                connection, self.committer.keyring, self.committer.daily_keys, now, self.committer.roster
            )
            with reading_row("held", row.id):
                sending, *left = decode_waiting(row, self.committer.keyring)
            await _write_reply(sending.reply, batch)
            await keep_waiting(case, row, left, batch)
            await batch.flush()
        return 1


async def _write_reply(sending: OutgoingReply, batch: WriteBatch) -> None:
    column = tables.cases.c
    query = select(column.seq, column.status, column.number, column.fiscal_year).where(
        column.id == sending.case
    )
    row = (await batch.connection.execute(query)).first()
    is_kept_from = await is_case_hidden(sending.case, sending.staff, batch.connection)
    if row is None or is_kept_from or not await is_active_staff(sending.staff, batch):
        # Rights end at once: what somebody wrote in their last minute is not sent, nor what is kept from them now.
        await batch.audit(format_actor(sending.staff), "not-sent", sending.case)
        return None
    seq, on = row.seq + 1, to_bangkok_date(batch.now)
    with reading_row("cases", f"{row.number}/{row.fiscal_year}"):
        present = CaseStatus(row.status)
    if sending.step is None:
        if (
            sending.by and present in ENDED_STATUSES
        ):  # withdrawn meanwhile: nobody is asked for an answer any more
            return await _tell_overtaken(sending, row.number, row.fiscal_year, present, batch)
        kind = HistoryEntryKind.ASKED if sending.by else HistoryEntryKind.OFFICE
        day = sending.by.isoformat() if sending.by else ""
        entry = AddHistoryEntry(
            sending.case, seq, on, kind, ActorKind.OFFICE, sending.text, staff=sending.staff, body=day
        )
        return await add_history_entry(entry, batch)
    try:
        status = get_next_status(present, sending.step)
    except TransitionNotAllowedError:
        return await _tell_overtaken(sending, row.number, row.fiscal_year, present, batch)
    move = ApplyTransition(
        sending.case, seq, on, sending.step, status, ActorKind.OFFICE, sending.text, sending.staff
    )
    for other in await _list_moves_of_others(sending, sending.step, on, batch):
        await apply_transition(other, batch)
    return await apply_transition(move, batch)


async def _list_moves_of_others(
    sending: OutgoingReply, step: TransitionRequest, on: date, batch: WriteBatch
) -> list[ApplyTransition]:
    """Return the same decision on the other reports that were shown with it, as far as they are still of the matter."""
    column = tables.cases.c
    query = select(column.id, column.seq, column.status).where(
        column.id.in_(sending.also), column.id.in_(select_other_reports(sending.case))
    )
    rows = (await batch.connection.execute(query.order_by(column.id))).all() if sending.also else []
    moves = []
    for row in rows:
        steps = list_steps_of_matter(CaseStatus(row.status), step)
        for seq, (one, status) in enumerate(steps, row.seq + 1):
            text = sending.text if seq == row.seq + len(steps) else ""  # the reason is that of the decision
            moves.append(ApplyTransition(row.id, seq, on, one, status, ActorKind.OFFICE, text, sending.staff))
    return moves


async def _tell_overtaken(
    sending: OutgoingReply, number: int, year: int, present: CaseStatus, batch: WriteBatch
) -> None:
    """Send nothing, and tell the officer that the case has moved on meanwhile."""
    await batch.audit(format_actor(sending.staff), "overtaken", sending.case)
    shown = f"{number}/{year}"
    notification = Phrase(
        "staff.notice.overtaken", {"number": shown, "status": Phrase(f"staff.status.{present}")}
    )
    await notify_staff_member(sending.staff, make_case_push(PushKind.NOT_SENT, notification, shown), batch)
