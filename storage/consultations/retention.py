"""Public opinion whose time is over: consultations close, words are erased, promises are reminded of."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from handlers.complaints.messages import ActorKind
from handlers.consultations.messages import ConsultationPhase
from handlers.dialog.events import Reply
from ita_stats.calendar import day_in_bangkok
from storage import tables
from storage.consultations.close import shut, written_anew
from storage.consultations.store import minute, row_of
from storage.db.batch import WriteBatch
from storage.db.group_commit import GroupCommitWriter
from storage.staff import notifications as notices

_BALLOT = tables.ballots.c
_OPINION = tables.opinions.c


async def forget_senders(committer: GroupCommitWriter, now: datetime) -> int:
    """Forget who said the same on one day, when the key of that day is destroyed."""
    day = day_in_bangkok(now - timedelta(days=1))
    old = (
        update(tables.opinions)
        .where(_OPINION.said_on < day, _OPINION.sender.is_not(None))
        .values(sender=None)
    )
    async with committer.transaction() as connection:
        return (await connection.execute(old)).rowcount


async def erase_words(committer: GroupCommitWriter, now: datetime, after: timedelta) -> int:
    """Erase the words whose time is over; month, topic and score stay, for what is counted."""
    last = day_in_bangkok(now - after)
    old = (
        update(tables.opinions)
        .where(_OPINION.said_on < last, _OPINION.sealed.is_not(None))
        .values(sealed=None, contact=None, sender=None)
    )
    async with committer.transaction() as connection:
        return (await connection.execute(old)).rowcount


async def close_due(committer: GroupCommitWriter, now: datetime) -> int:
    """Close every consultation whose time is over; gives how many are closed now."""
    over = select(_BALLOT.code).where(
        _BALLOT.phase == ConsultationPhase.OPEN.value, _BALLOT.closes <= minute(now)
    )
    async with committer.transaction() as connection:
        codes = list((await connection.execute(over)).scalars())
    for code in codes:
        while not await _went_on(committer, code, now):
            pass
    return len(codes)


async def _went_on(committer: GroupCommitWriter, code: str, now: datetime) -> bool:
    """Do a part of it; tells whether it was the last one."""
    async with committer.transaction() as connection:
        batch = WriteBatch(connection, committer.seals, committer.days, now)
        row = await row_of(code, connection)
        if row is None or row.phase != ConsultationPhase.OPEN.value:
            return True  # another program was faster
        if row.key is not None:
            await shut(batch, code, ActorKind.CLOCK)
        done = await written_anew(batch, code)
        await batch.flush()
    return done


async def remind_of_promises(committer: GroupCommitWriter, now: datetime) -> int:
    """Tell officers of what the office promised to do: a week before its day, on the day, and a week after it."""
    today, theme = day_in_bangkok(now), tables.themes.c
    days = [today + timedelta(days=away) for away in (7, 0, -7)]
    due = select(func.count()).where(theme.by.in_(days), theme.done.is_(None))
    async with committer.transaction() as connection:
        count = (await connection.execute(due)).scalar_one()
        if not count:
            return 0
        batch = WriteBatch(connection, committer.seals, committer.days, now, roster=committer.roster)
        told = await notices.tell_handlers(Reply("inquiry.notice.promised", {"count": count}), batch)
        await batch.flush()
    return told
