"""Durable queues with leases: messages to send (outbox) and files to fetch (errands)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Generic, TypeVar

from sqlalchemy import Delete, Table, bindparam, case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.crypto.keyring import Keyring
from storage.db.batch import INSERT_BY_TABLE
from storage.db.group_commit import GroupCommitWriter
from storage.db.pieces import delete_in_pieces
from storage.errors import UnreadableRowError
from storage.outgoing.rows import QueueRows
from storage.unreadable_rows import log_unreadable_row, reading_row

T = TypeVar("T")

LEASE_SECONDS = 60
"""Seconds that a leased row is reserved before it can be leased again."""
MAX_RETRY_DELAY = timedelta(hours=1)
MAX_DELIVERY_ATTEMPTS = 24
"""With delays doubling from two seconds to an hour: about half a day."""

STUCK_AFTER = timedelta(minutes=10)
STUCK_ATTEMPTS = 9
"""Attempts that take about `STUCK_AFTER`, with delays doubling from two seconds."""


@dataclass(frozen=True, slots=True)
class LeasedItem(Generic[T]):
    """A leased row. `attempts`: how often it was leased before."""

    id: str
    payload: T
    attempts: int


@dataclass
class DurableQueue(Generic[T]):
    """A queue in a table. Rows are leased with a conditional update, so that no two workers get the same."""

    rows: QueueRows[T]
    committer: GroupCommitWriter
    keyring: Keyring
    reader: AsyncEngine

    @property
    def table(self) -> Table:
        """The table of the queue."""
        return self.rows.table

    async def add(self, kind: str, what: T, at: datetime) -> str:
        """Insert a row; return its id."""
        row = self.rows.build(kind, what, _to_epoch_seconds(at), self.keyring)
        await self.committer.write(INSERT_BY_TABLE[self.table.name], row)
        return str(row["id"])

    async def lease(self, kind: str, at: datetime, limit: int = 20) -> list[LeasedItem[T]]:
        """Lease rows that are due. They are due again when the lease ends, unless they are completed.

        A row leased `MAX_DELIVERY_ATTEMPTS` times is deleted: whatever leases it, crashes on it.
        """
        column, now = self.table.c, _to_epoch_seconds(at)
        due = (
            select(column.id).where(column.kind == kind, column.due <= now).order_by(column.due).limit(limit)
        )
        taken = column.id.in_(due.scalar_subquery())
        spent = delete(self.table).where(column.kind == kind, column.attempts >= MAX_DELIVERY_ATTEMPTS)
        leased = update(self.table).where(taken).values(due=now + LEASE_SECONDS, attempts=column.attempts + 1)
        async with self.committer.transaction() as connection:
            await connection.execute(spent)
            rows = (
                await connection.execute(leased.returning(column.id, column.sealed, column.attempts))
            ).all()
        return list(self._decode_rows((row.id, row.sealed, row.attempts - 1) for row in rows))

    async def list_all(self, kind: str) -> list[LeasedItem[T]]:
        """Return all rows of a kind, due or not, without leasing them."""
        column = self.table.c
        query = select(column.id, column.sealed, column.attempts).where(column.kind == kind)
        async with self.reader.connect() as connection:
            rows = (await connection.execute(query)).all()
        return list(self._decode_rows((row.id, row.sealed, row.attempts) for row in rows))

    async def complete(self, ids: Iterable[str]) -> None:
        """Delete rows that are done."""
        rows = [{"row": row} for row in ids]
        if rows:
            await self.committer.write(_delete_statement(self.table), *rows)

    async def delete_overdue(self, before: datetime, kind: str = "") -> int:
        """Delete rows that were due before an instant, of one kind or of all; return their number."""
        late = self.table.c.due < _to_epoch_seconds(before)
        if kind:
            late &= self.table.c.kind == kind
        return await delete_in_pieces(self.committer, self.table, late)

    async def has_any(self) -> bool:
        """Whether there is any row."""
        async with self.reader.connect() as connection:
            return (await connection.execute(select(self.table.c.id).limit(1))).first() is not None

    async def count_stuck(self, now: datetime, except_kind: str) -> int:
        """Return the rows that have waited for `STUCK_AFTER` or longer: not taken up, or tried again and again.

        Not those that `hold_back` lets wait.

        except_kind: of rows that wait for a person, not for a platform.
        """
        column = self.table.c
        stuck = (column.due <= _to_epoch_seconds(now - STUCK_AFTER)) | (column.attempts >= STUCK_ATTEMPTS)
        query = select(func.count()).where(column.kind != except_kind, stuck)
        async with self.reader.connect() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def retry_on_failure(self, taken: LeasedItem[T], at: datetime) -> bool:
        """Reschedule with exponential backoff. False where it is given up and deleted."""
        if taken.attempts + 1 >= MAX_DELIVERY_ATTEMPTS:
            await self.complete([taken.id])
            return False
        await self.reschedule([taken.id], at + _retry_delay(taken))
        return True

    async def retry_on_outage(self, taken: LeasedItem[T], at: datetime) -> bool:
        """The platform is unreachable: reschedule with exponential backoff, for as long as it takes. Always True."""
        await self.defer(taken, at + _retry_delay(taken))
        return True

    async def reschedule(self, ids: Iterable[str], until: datetime) -> None:
        """Set the due instant of rows."""
        later = update(self.table).where(self.table.c.id.in_(list(ids))).values(due=_to_epoch_seconds(until))
        async with self.committer.transaction() as connection:
            await connection.execute(later)

    async def defer(self, taken: LeasedItem[T], until: datetime) -> None:
        """Reschedule as the platform asked (in a minute or next month). Not a failure: it is never given up for it."""
        column = self.table.c
        waits = update(self.table).where(column.id == taken.id)
        half = MAX_DELIVERY_ATTEMPTS // 2
        often = case((column.attempts > half, half), else_=column.attempts)
        async with self.committer.transaction() as connection:
            await connection.execute(waits.values(due=_to_epoch_seconds(until), attempts=often))

    async def hold_back(self, taken: LeasedItem[T], until: datetime) -> None:
        """Reschedule what was not tried, on purpose: its attempts begin anew, so that it never counts as stuck."""
        waits = update(self.table).where(self.table.c.id == taken.id)
        async with self.committer.transaction() as connection:
            await connection.execute(waits.values(due=_to_epoch_seconds(until), attempts=0))

    def _decode_rows(self, rows: Iterable[tuple[str, bytes, int]]) -> Iterator[LeasedItem[T]]:
        """Yield decoded rows. Those that cannot be read are logged and skipped: they must not block the others."""
        for row, sealed, attempts in rows:
            try:
                with reading_row(self.table.name, row):
                    what = self.rows.decrypt(row, sealed, self.keyring)
            except UnreadableRowError as error:
                log_unreadable_row(error)
                continue
            yield LeasedItem(row, what, attempts)


@cache
def _delete_statement(table: Table) -> Delete:
    return delete(table).where(table.c.id == bindparam("row"))


def _retry_delay(taken: LeasedItem[T]) -> timedelta:
    return min(MAX_RETRY_DELAY, timedelta(seconds=2 ** (taken.attempts + 1)))


def _to_epoch_seconds(at: datetime) -> int:
    return int(at.timestamp())
