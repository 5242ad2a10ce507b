"""What waits to be done outside: messages to send (outbox) and files to fetch (errands), until it is done."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Delete, Table, bindparam, case, delete, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.crypto.keyring import Keyring
from storage.db.batch import INSERTS
from storage.db.group_commit import GroupCommitWriter
from storage.errors import TamperedError
from storage.serialization import ERRAND, LETTER, OutboxMessage, QueuedTask

T = TypeVar("T")

LEASE = 60
"""Seconds that one who took a row has for it before another may."""
LONGEST_PAUSE = timedelta(hours=1)
MOST_ATTEMPTS = 24
"""With pauses doubling from two seconds to an hour: about half a day."""


@dataclass(frozen=True, slots=True)
class LeasedItem(Generic[T]):
    """A row that was taken to be done: its id, what it holds, and how often it was tried before."""

    id: str
    what: T
    attempts: int


@dataclass
class DurableQueue(Generic[T]):
    """Rows that wait. They are taken by a conditional update, so that two takers never get the same."""

    table: Table
    adapter: "TypeAdapter[T]"
    field: str
    committer: GroupCommitWriter
    seals: Keyring
    reader: AsyncEngine

    async def add(self, kind: str, what: T, at: datetime) -> str:
        """One more row."""
        row = secrets.token_hex(16)
        sealed = self.seals.waiting.seal(self.adapter.dump_json(what), self.table.name, row, self.field)
        values = {"id": row, "kind": kind, "due": _second(at), "attempts": 0, "sealed": sealed}
        await self.committer.write(INSERTS[self.table.name], values)
        return row

    async def take(self, kind: str, at: datetime, limit: int = 20) -> list[LeasedItem[T]]:
        """Take rows that are due; they are due again when the lease ends and nobody was done with them.

        A row that was taken too often goes: whatever takes it, dies of it.
        """
        column, now = self.table.c, _second(at)
        due = (
            select(column.id).where(column.kind == kind, column.due <= now).order_by(column.due).limit(limit)
        )
        taken = column.id.in_(due.scalar_subquery())
        spent = delete(self.table).where(column.kind == kind, column.attempts >= MOST_ATTEMPTS)
        leased = update(self.table).where(taken).values(due=now + LEASE, attempts=column.attempts + 1)
        async with self.committer.transaction() as connection:
            await connection.execute(spent)
            rows = (
                await connection.execute(leased.returning(column.id, column.sealed, column.attempts))
            ).all()
        return list(self._opened((row.id, row.sealed, row.attempts - 1) for row in rows))

    async def look(self, kind: str) -> list[LeasedItem[T]]:
        """All rows of a kind, due or not, without taking them."""
        column = self.table.c
        query = select(column.id, column.sealed, column.attempts).where(column.kind == kind)
        async with self.reader.connect() as connection:
            rows = (await connection.execute(query)).all()
        return list(self._opened((row.id, row.sealed, row.attempts) for row in rows))

    async def done(self, ids: Iterable[str]) -> None:
        """It was done: the rows go."""
        rows = [{"row": row} for row in ids]
        if rows:
            await self.committer.write(_done(self.table), *rows)

    async def forget(self, before: datetime) -> int:
        """Delete what was due so long ago that nobody will come for it; gives how many rows that were."""
        late = delete(self.table).where(self.table.c.due < _second(before))
        async with self.committer.transaction() as connection:
            return (await connection.execute(late)).rowcount

    async def failed(self, taken: LeasedItem[T], at: datetime) -> bool:
        """It failed: try again after a pause that doubles. False when it is given up, and the row is gone."""
        if taken.attempts + 1 >= MOST_ATTEMPTS:
            await self.done([taken.id])
            return False
        await self.hurry([taken.id], at + _pause(taken))
        return True

    async def outage(self, taken: LeasedItem[T], at: datetime) -> None:
        """Nobody could be reached: try again after a pause that doubles, for as long as it takes."""
        await self.postponed(taken, at + _pause(taken))

    async def hurry(self, ids: Iterable[str], until: datetime) -> None:
        """Try again at an instant, whatever was agreed before."""
        later = update(self.table).where(self.table.c.id.in_(list(ids))).values(due=_second(until))
        async with self.committer.transaction() as connection:
            await connection.execute(later)

    async def postponed(self, taken: LeasedItem[T], until: datetime) -> None:
        """Who takes it asked to wait, a minute or until next month: that is no failure, and nothing is given up."""
        column = self.table.c
        waits = update(self.table).where(column.id == taken.id)
        half = MOST_ATTEMPTS // 2
        often = case((column.attempts > half, half), else_=column.attempts)
        async with self.committer.transaction() as connection:
            await connection.execute(waits.values(due=_second(until), attempts=often))

    def _opened(self, rows: Iterable[tuple[str, bytes, int]]) -> Iterator[LeasedItem[T]]:
        """Rows with what they hold. A damaged one is left out: it must not hold up the others."""
        for row, sealed, attempts in rows:
            try:
                what = self.adapter.validate_json(
                    self.seals.waiting.open(sealed, self.table.name, row, self.field)
                )
            except (TamperedError, ValueError):
                continue
            yield LeasedItem(row, what, attempts)


def outbox(
    table: Table, committer: GroupCommitWriter, seals: Keyring, reader: AsyncEngine
) -> DurableQueue[OutboxMessage]:
    """Messages that must arrive; the kind is the channel."""
    return DurableQueue(table, LETTER, "letter", committer, seals, reader)


def errands(
    table: Table, committer: GroupCommitWriter, seals: Keyring, reader: AsyncEngine
) -> DurableQueue[QueuedTask]:
    """Evidence that must be fetched."""
    return DurableQueue(table, ERRAND, "errand", committer, seals, reader)


@cache
def _done(table: Table) -> Delete:
    return delete(table).where(table.c.id == bindparam("row"))


def _pause(taken: LeasedItem[T]) -> timedelta:
    return min(LONGEST_PAUSE, timedelta(seconds=2 ** (taken.attempts + 1)))


def _second(at: datetime) -> int:
    return int(at.timestamp())
