"""What is forgotten when its time is over: drafts, answers, keys of days, and cases that ended long ago."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.lifecycle import ENDED
from handlers.complaints.messages import ActorKind
from handlers.dialog.events import IDLE
from ita_stats.calendar import day_in_bangkok
from storage import tables
from storage.cases import subscriptions as news
from storage.cases import unsend_map as sent
from storage.db import sqlite as database
from storage.db.batch import INSERTS, WriteBatch
from storage.db.group_commit import GroupCommitWriter
from storage.errors import ConflictError, TamperedError
from storage.files.evidence import EvidenceStore
from storage.tables import rules as ruling

TOLD_FOR = timedelta(hours=24)
"""How long one is known to have had a draft, so that one can be told that it lapsed."""


@dataclass
class RetentionJobs:
    """Forgets. Each method gives how many things it forgot, and doing it again changes nothing."""

    committer: GroupCommitWriter
    evidence: EvidenceStore
    database: Path

    async def lapse_sessions(self, now: datetime) -> int:
        """Destroy what idle talks hold, their files too; of a draft it stays known for a day that there was one."""
        table = tables.sessions
        idle = table.c.touched < _minute(now - IDLE)
        held = select(table.c.who, table.c.sealed).where(idle, table.c.drafting, table.c.sealed.is_not(None))
        over = delete(table).where(
            idle, (~table.c.drafting) | (table.c.touched < _minute(now - IDLE - TOLD_FOR))
        )
        async with self.committer.transaction() as connection:
            drafts = (await connection.execute(held)).all()
            files = [file for draft in drafts for file in self._files_of(draft.who, draft.sealed)]
            emptied = update(table).where(table.c.who.in_([draft.who for draft in drafts]))
            await connection.execute(emptied.values(sealed=None, version=table.c.version + 1))
            gone = len(drafts) + (await connection.execute(over)).rowcount
            files = await self.evidence.disown(connection, files)
        self.evidence.erase(files)
        self.committer.talks.forget_idle(now)
        return gone

    def _files_of(self, who: bytes, sealed: bytes) -> list[str]:
        try:
            return [file.id for file in self.committer.talks.opened(who, sealed).files]
        except (TamperedError, ValueError):
            return []  # what cannot be opened is emptied all the same; its files go after a day

    async def forget_events(self, now: datetime) -> int:
        """Wipe answers that were kept long enough, and destroy the keys of days gone by."""
        days = self.committer.days
        wipe = delete(tables.answers).where(tables.answers.c.until <= _minute(now))
        async with self.committer.transaction() as connection:
            gone = (await connection.execute(wipe)).rowcount + await days.destroy(connection, now)
        days.forget(now)
        return gone

    async def forget_maps(self, now: datetime) -> int:
        """Forget which messages of a platform went into which case."""
        async with self.committer.transaction() as connection:
            return await sent.forget(connection, now)

    async def erase_cases(self, now: datetime, after_closing: timedelta) -> int:
        """Erase cases that ended so long ago: content, envelope, files, history and receipt. Their facts stay."""
        column = tables.cases.c
        ended = [status.value for status in ENDED]
        last = day_in_bangkok(now - after_closing)
        async with self.committer.transaction() as connection:
            kept = select(tables.holds.c.case_id)
            over = select(column.id).where(
                column.status.in_(ended), column.touched_on < last, column.id.not_in(kept)
            )
            cases = list((await connection.execute(over)).scalars())
            files = await _erase(connection, cases)
            batch = WriteBatch(connection, self.committer.seals, self.committer.days, now)
            for case in cases:
                batch.add(news.FORGET_CASE, of_case=news.mark(self.committer.seals, case))
                await batch.note(ActorKind.CLOCK, "erased", case)
            await batch.flush()
        self.evidence.erase(files)
        return len(cases)

    async def checkpoint(self) -> bool:
        """Empty the write-ahead log, which keeps what was erased and who wrote beside what was filed.

        secure_delete covers the database only. False where a reader was in the way: the next tick tries again.
        """
        return await asyncio.to_thread(database.checkpoint, self.database)

    async def was_done(self, name: str, due: str) -> bool:
        """Whether a chore of the clock was done already."""
        table = tables.chores
        query = select(table.c.name).where(table.c.name == name, table.c.due == due)
        async with self.committer.transaction() as connection:
            return (await connection.execute(query)).first() is not None

    async def once(self, name: str, due: str) -> bool:
        """Mark a chore of the clock as done; False where it was marked before, and must not be done again."""
        try:
            await self.committer.write(INSERTS["chores"], {"name": name, "due": due})
        except ConflictError:
            return False
        return True


async def _erase(connection: AsyncConnection, cases: list[str]) -> list[str]:
    owned = select(tables.files.c.id).where(tables.files.c.case_id.in_(cases))
    files = list((await connection.execute(owned)).scalars())
    await connection.execute(delete(tables.links).where(tables.links.c.other_id.in_(cases)))
    for table in (
        *ruling.OF_A_CASE,
        tables.files,
        tables.envelopes,
        tables.history,
        tables.held,
        tables.links,
    ):
        await connection.execute(delete(table).where(table.c.case_id.in_(cases)))
    await connection.execute(delete(tables.cases).where(tables.cases.c.id.in_(cases)))
    return files


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60
