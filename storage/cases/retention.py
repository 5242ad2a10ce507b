"""Retention jobs: expire drafts, answers and daily keys, and delete cases that ended long ago."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.messages import ActorKind
from handlers.dialog.session import SESSION_IDLE_TIMEOUT
from ita_stats.calendar import to_bangkok_date
from storage import tables
from storage.cases.subscriptions import DELETE_CASE_SUBSCRIPTION, hash_case_subscription
from storage.cases.unsend_map import delete_expired_message_origins
from storage.db import sqlite
from storage.db.batch import INSERT_BY_TABLE, WriteBatch
from storage.db.epoch_minutes import to_epoch_minutes
from storage.db.group_commit import GroupCommitWriter
from storage.errors import ConflictError, TamperedError
from storage.files.evidence import EvidenceStore
from storage.tables.rules import CASE_RULE_TABLES

EXPIRED_DRAFT_TTL = timedelta(hours=24)
"""How long a deleted draft is remembered, so that its author can be told that it expired."""


@dataclass
class RetentionJobs:
    """Deletes what has expired. Each method returns how many things it deleted, and can be repeated."""

    committer: GroupCommitWriter
    evidence: EvidenceStore
    database: Path

    async def expire_sessions(self, now: datetime) -> int:
        """Delete idle sessions and their draft files.

        Of a draft it is remembered for `EXPIRED_DRAFT_TTL` that there was one.
        """
        table = tables.sessions
        idle = table.c.touched < to_epoch_minutes(now - SESSION_IDLE_TIMEOUT)
        held = select(table.c.who, table.c.sealed).where(idle, table.c.drafting, table.c.sealed.is_not(None))
        over = delete(table).where(
            idle,
            (~table.c.drafting)
            | (table.c.touched < to_epoch_minutes(now - SESSION_IDLE_TIMEOUT - EXPIRED_DRAFT_TTL)),
        )
        async with self.committer.transaction() as connection:
            drafts = (await connection.execute(held)).all()
            files = [file for draft in drafts for file in self._list_session_files(draft.who, draft.sealed)]
            emptied = update(table).where(table.c.who.in_([draft.who for draft in drafts]))
            await connection.execute(emptied.values(sealed=None, version=table.c.version + 1))
            gone = len(drafts) + (await connection.execute(over)).rowcount
            files = await self.evidence.delete_drafts(connection, files)
        self.evidence.delete_files(files)
        self.committer.sessions.evict_idle(now)
        return gone

    def _list_session_files(self, who: bytes, sealed: bytes) -> list[str]:
        try:
            return [file.id for file in self.committer.sessions.decode(who, sealed).files]
        except (TamperedError, ValueError):
            return []  # undecryptable sessions are cleared all the same; their files go after a day

    async def expire_event_answers(self, now: datetime) -> int:
        """Delete expired answers of events, and expired daily keys."""
        days = self.committer.daily_keys
        wipe = delete(tables.answers).where(tables.answers.c.until <= to_epoch_minutes(now))
        async with self.committer.transaction() as connection:
            gone = (await connection.execute(wipe)).rowcount + await days.delete_expired(connection, now)
        days.evict_expired(now)
        return gone

    async def expire_message_origins(self, now: datetime) -> int:
        """Delete expired links between platform messages and cases."""
        async with self.committer.transaction() as connection:
            return await delete_expired_message_origins(connection, now)

    async def delete_ended_cases(self, now: datetime, after_closing: timedelta) -> int:
        """Delete the content of cases that ended at least `after_closing` ago; return their number.

        Report, envelope, files, history and receipt go; the facts stay. Cases under legal hold are kept.
        """
        column = tables.cases.c
        last = to_bangkok_date(now - after_closing)
        async with self.committer.transaction() as connection:
            kept = select(tables.holds.c.case_id)
            over = select(column.id).where(
                ~tables.IS_OPEN_CASE, column.touched_on < last, column.id.not_in(kept)
            )
            cases = list((await connection.execute(over)).scalars())
            files = await _delete_cases(connection, cases)
            batch = WriteBatch(connection, self.committer.keyring, self.committer.daily_keys, now)
            for case in cases:
                batch.add_statement(
                    DELETE_CASE_SUBSCRIPTION,
                    of_case=hash_case_subscription(self.committer.keyring, case),
                )
                await batch.audit(ActorKind.CLOCK, "erased", case)
            await batch.flush()
        self.evidence.delete_files(files)
        return len(cases)

    async def checkpoint_wal(self) -> bool:
        """Truncate the write-ahead log. It holds deleted content, and shows who wrote next to what was filed.

        `secure_delete` covers the database file only. False where a reader was in the way: the next tick tries again.
        """
        return await asyncio.to_thread(sqlite.checkpoint_wal, self.database)

    async def is_done(self, name: str, due: str) -> bool:
        """Whether a scheduled job was done for a due date."""
        table = tables.chores
        query = select(table.c.name).where(table.c.name == name, table.c.due == due)
        async with self.committer.transaction() as connection:
            return (await connection.execute(query)).first() is not None

    async def mark_done(self, name: str, due: str) -> bool:
        """Mark a scheduled job as done. False where it was marked before, and must not run again."""
        try:
            await self.committer.write(INSERT_BY_TABLE["chores"], {"name": name, "due": due})
        except ConflictError:
            return False
        return True


async def _delete_cases(connection: AsyncConnection, cases: list[str]) -> list[str]:
    owned = select(tables.files.c.id).where(tables.files.c.case_id.in_(cases))
    files = list((await connection.execute(owned)).scalars())
    await connection.execute(delete(tables.links).where(tables.links.c.other_id.in_(cases)))
    for table in (
        *CASE_RULE_TABLES,
        tables.files,
        tables.envelopes,
        tables.history,
        tables.held,
        tables.links,
    ):
        await connection.execute(delete(table).where(table.c.case_id.in_(cases)))
    await connection.execute(delete(tables.cases).where(tables.cases.c.id.in_(cases)))
    return files
