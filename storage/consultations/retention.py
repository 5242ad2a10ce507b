"""Scheduled jobs of consultations and feedback: close, delete expired texts, remind of promises."""

from datetime import datetime, timedelta

from sqlalchemy import and_, func, select, update

from handlers.complaints.messages import ActorKind
from handlers.consultations.messages import ConsultationPhase
from handlers.dialog.replies import Phrase
from ita_stats.calendar import to_bangkok_date
from storage import tables
from storage.consultations.close import anonymize_responses, stop_responses
from storage.consultations.store import find_consultation_row
from storage.db.batch import WriteBatch
from storage.db.epoch_minutes import to_epoch_minutes
from storage.db.group_commit import GroupCommitWriter
from storage.db.pieces import execute_in_pieces, first_rows
from storage.staff.notifications import notify_case_workers
from storage.staff.pushes import PushKind, StaffPush

_CONSULTATION_COLUMN = tables.ballots.c
_FEEDBACK_COLUMN = tables.opinions.c


async def clear_feedback_senders(committer: GroupCommitWriter, now: datetime) -> int:
    """Clear the hashes that detect same-day duplicates, when the daily key is destroyed; return their number."""
    day = to_bangkok_date(now - timedelta(days=1))
    condition = and_(_FEEDBACK_COLUMN.said_on < day, _FEEDBACK_COLUMN.sender.is_not(None))
    old = first_rows(tables.opinions, condition)
    return await execute_in_pieces(committer, update(tables.opinions).where(old).values(sender=None))


async def delete_expired_feedback(committer: GroupCommitWriter, now: datetime, after: timedelta) -> int:
    """Delete texts older than `after`. Month, topic and score stay, for statistics."""
    last = to_bangkok_date(now - after)
    condition = and_(_FEEDBACK_COLUMN.said_on < last, _FEEDBACK_COLUMN.sealed.is_not(None))
    old = update(tables.opinions).where(first_rows(tables.opinions, condition))
    return await execute_in_pieces(committer, old.values(sealed=None, contact=None, sender=None))


async def close_due_consultations(committer: GroupCommitWriter, now: datetime) -> int:
    """Close every consultation whose time is over; return how many are closed now."""
    over = select(_CONSULTATION_COLUMN.code).where(
        _CONSULTATION_COLUMN.phase == ConsultationPhase.OPEN.value,
        _CONSULTATION_COLUMN.closes <= to_epoch_minutes(now),
    )
    async with committer.transaction() as connection:
        codes = list((await connection.execute(over)).scalars())
    for code in codes:
        while not await _close_next_part(committer, code, now):
            pass
    return len(codes)


async def _close_next_part(committer: GroupCommitWriter, code: str, now: datetime) -> bool:
    """Close a slice in one transaction; True once the consultation is closed."""
    async with committer.transaction() as connection:
        batch = WriteBatch(connection, committer.keyring, committer.daily_keys, now)
        row = await find_consultation_row(code, connection)
        if row is None or row.phase != ConsultationPhase.OPEN.value:
            return True  # another process was faster
        if row.key is not None:
            await stop_responses(batch, code, ActorKind.CLOCK)
        done = await anonymize_responses(batch, code)
        await batch.flush()
    return done


async def remind_of_promises(committer: GroupCommitWriter, now: datetime) -> int:
    """Remind officers of what the office promised: a week before its day, on the day, and a week after it.

    Returns the number of recipients.
    """
    today, theme = to_bangkok_date(now), tables.themes.c
    days = [today + timedelta(days=away) for away in (7, 0, -7)]
    due = select(func.count()).where(theme.by.in_(days), theme.done.is_(None))
    async with committer.transaction() as connection:
        count = (await connection.execute(due)).scalar_one()
        if not count:
            return 0
        batch = WriteBatch(connection, committer.keyring, committer.daily_keys, now, roster=committer.roster)
        recipients = await notify_case_workers(
            StaffPush(PushKind.DUE, Phrase("inquiry.notice.promised", {"count": count})), batch
        )
        await batch.flush()
    return recipients
