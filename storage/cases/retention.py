"""Retention jobs: expire drafts, answers and daily keys, and delete cases that ended long ago."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, and_, delete, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.messages import ActorKind
from handlers.dialog.session import SESSION_IDLE_TIMEOUT
from ita_stats.calendar import to_bangkok_date
from storage import tables
from storage.cases.subscriptions import DELETE_CASE_SUBSCRIPTION, hash_case_subscription
from storage.crypto.daily_keys import DailyKeys
from storage.db import sqlite
from storage.db.batch import INSERT_BY_TABLE, WriteBatch
from storage.db.epoch_minutes import to_epoch_minutes
from storage.db.group_commit import GroupCommitWriter
from storage.db.pieces import MAX_PIECE_ROWS, delete_in_pieces
from storage.errors import ConflictError, TamperedError
from storage.files.evidence import EvidenceStore
from storage.files.owners import list_case_files
from storage.intake.slips import SLIP_TABLE, build_forgotten_condition
from storage.statistics.measures import add_erased_returns
from storage.tables.rules import CASE_RULE_TABLES

LEGACY_TASK_KINDS = ("sent", "line.old")
"""Kinds of rows in `errands` that are written no more: which message went into which case (up to 0.5.3), and events of
LINE that were older than a day, with the user's id (up to 0.6.0).
"""

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
        forgotten = table.c.touched < to_epoch_minutes(now - SESSION_IDLE_TIMEOUT - EXPIRED_DRAFT_TTL)
        count = emptied = await self._empty_drafts(idle)
        while emptied == MAX_PIECE_ROWS:
            emptied = await self._empty_drafts(idle)
            count += emptied
        count += await delete_in_pieces(self.committer, table, and_(idle, or_(~table.c.drafting, forgotten)))
        self.committer.sessions.evict_idle(now)
        return count

    async def _empty_drafts(self, idle: ColumnElement[bool]) -> int:
        """Delete the content and files of up to `MAX_PIECE_ROWS` idle drafts; return how many there were."""
        table = tables.sessions
        held = select(table.c.who, table.c.sealed).where(idle, table.c.drafting, table.c.sealed.is_not(None))
        async with self.committer.transaction() as connection:
            drafts = (await connection.execute(held.limit(MAX_PIECE_ROWS))).all()
            files = [file for draft in drafts for file in self._list_session_files(draft.who, draft.sealed)]
            emptied = update(table).where(table.c.who.in_([draft.who for draft in drafts]))
            await connection.execute(emptied.values(sealed=None, version=table.c.version + 1))
            files = await self.evidence.delete_drafts(connection, files)
        self.evidence.delete_files(files)
        return len(drafts)

    def _list_session_files(self, who: bytes, sealed: bytes) -> list[str]:
        try:
            return [file.id for file in self.committer.sessions.decode(who, sealed).files]
        except (TamperedError, ValueError):
            return []  # undecryptable sessions are cleared all the same; their files go after a day

    async def expire_event_answers(self, now: datetime) -> int:
        """Delete expired answers of events, and expired daily keys."""
        days, last = self.committer.daily_keys, DailyKeys.get_oldest_day(now)
        over = tables.answers.c.until <= to_epoch_minutes(now)
        count = await delete_in_pieces(self.committer, tables.answers, over)
        # The key goes last: a run that is cut off is continued by the next.
        for table in (tables.events, tables.answers, tables.tries, tables.day_keys):
            count += await delete_in_pieces(self.committer, table, table.c.day < last)
        days.evict_expired(now)
        return count

    def forget_in_memory(self, now: datetime) -> int:
        """Forget idle sessions, expired daily keys and old messages of chats in memory; return how many messages."""
        self.committer.sessions.evict_idle(now)
        self.committer.daily_keys.evict_expired(now)
        return self.committer.origins.evict_expired(now)

    async def delete_legacy_tasks(self) -> int:
        """Delete what earlier versions kept of chats on disk; return the number of rows."""
        legacy = tables.errands.c.kind.in_(LEGACY_TASK_KINDS)
        return await delete_in_pieces(self.committer, tables.errands, legacy)

    async def delete_ended_cases(self, now: datetime, after_closing: timedelta) -> int:
        """Delete the content of cases that ended at least `after_closing` ago; return their number.

        Report, envelope, files, history and receipt go; the facts stay. Cases under legal hold are kept.
        """
        count = 0
        while erased := await self._delete_some_cases(now, to_bangkok_date(now - after_closing)):
            count += erased
        return count

    async def _delete_some_cases(self, now: datetime, last: date) -> int:
        """Delete cases that were last touched before a day, of up to `MAX_PIECE_ROWS` rows; return their number.

        One case is deleted whole, also where it has more rows than that.
        """
        column = tables.cases.c
        over = (
            ~tables.IS_OPEN_CASE,
            column.touched_on < last,
            column.id.not_in(select(tables.holds.c.case_id)),
        )
        owned = [
            select(func.count()).where(table.c.case_id == column.id).scalar_subquery()
            for table in (*CASE_RULE_TABLES, *_CASE_TABLES)
        ]
        size = sum(owned, start=literal(_ROWS_BESIDE_A_CASE))
        query = select(column.id, column.seq, size.label("size")).where(*over)
        async with self.committer.transaction() as connection:
            found = (await connection.execute(query.limit(MAX_PIECE_ROWS // _ROWS_BESIDE_A_CASE))).all()
            own_files = [
                await list_case_files(connection, self.committer.keyring, row.id, row.seq) for row in found
            ]
            sizes = [(row.id, row.size + len(own)) for row, own in zip(found, own_files, strict=True)]
            cases = _take_piece(sizes)
            files = [file for own in own_files[: len(cases)] for file in own]
            await add_erased_returns(connection, self.committer.keyring, cases)
            await delete_cases(connection, cases)
            await connection.execute(
                delete(tables.files).where(tables.files.c.id.in_([row for row, _ in files]))
            )
            batch = WriteBatch(connection, self.committer.keyring, self.committer.daily_keys, now)
            for case in cases:
                batch.add_statement(
                    DELETE_CASE_SUBSCRIPTION,
                    of_case=hash_case_subscription(self.committer.keyring, case),
                )
                await batch.audit(ActorKind.CLOCK, "erased", case)
            await batch.flush()
        self.evidence.delete_files(place for _, place in files)
        return len(cases)

    async def forget_slips(self, now: datetime) -> int:
        """Forget the slips that ended long enough ago. What was made with them stays."""
        over = build_forgotten_condition(to_bangkok_date(now))
        return await delete_in_pieces(self.committer, SLIP_TABLE, over)

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

    async def mark_newest_done(self, name: str, due: str) -> None:
        """Mark a scheduled job as done for this and nothing else.

        What it was done for before is due anew, should it come back.
        """
        async with self.committer.transaction() as connection:
            await connection.execute(delete(tables.chores).where(tables.chores.c.name == name))
            await connection.execute(INSERT_BY_TABLE["chores"], {"name": name, "due": due})


_CASE_TABLES = (tables.envelopes, tables.history, tables.held, tables.links)
"""Tables whose rows belong to a case and go with it, beside `CASE_RULE_TABLES` and its files."""

_ROWS_BESIDE_A_CASE = 4
"""Rows that go or come with a case and are not counted: its own, a link to it, a subscription, the audit's."""


def _take_piece(cases: Sequence[tuple[str, int]]) -> list[str]:
    """Return the first cases that have `MAX_PIECE_ROWS` rows together; at least one, if there is any."""
    taken, rows = list[str](), 0
    for case, size in cases:
        rows += size
        if taken and rows > MAX_PIECE_ROWS:
            break
        taken.append(case)
    return taken


async def delete_cases(connection: AsyncConnection, cases: list[str]) -> None:
    """Delete cases with the rows around them."""
    await connection.execute(delete(tables.links).where(tables.links.c.other_id.in_(cases)))
    for table in (*CASE_RULE_TABLES, *_CASE_TABLES):
        await connection.execute(delete(table).where(table.c.case_id.in_(cases)))
    await connection.execute(delete(tables.cases).where(tables.cases.c.id.in_(cases)))
