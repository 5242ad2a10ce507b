"""Group commit: turns that wait are written together, in one transaction that is synced to disk."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import UpdateBase

from handlers.dialog.effects import Answer, TurnResult
from handlers.dialog.events import Event
from handlers.dialog.session import Session
from storage.act_registry import ACT_WRITERS
from storage.chat_messages import MessageOrigins
from storage.crypto.daily_keys import DailyKeys
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch, compile_statement
from storage.db.idempotency import find_event_answers, hash_events, save_event_answers
from storage.db.sqlite import FetchRows, begin_transaction, get_driver, is_damage
from storage.errors import ConflictError, DatabaseBusyError, DatabaseDamagedError, DiskFullError, StorageError
from storage.outgoing.rows import enqueue_message
from storage.serialization import OutboxMessage
from storage.sessions import SessionStore
from storage.settings.current import CurrentSettings
from storage.staff.roster import Roster

MAX_BATCH_SIZE = 256
DISK_FULL_CODES = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY}
BUSY_ATTEMPTS = 2
"""How often a transaction is begun while another program holds the database, `BUSY_TIMEOUT_SECONDS` each."""
DIRECT_REPLY_TTL = timedelta(hours=72)
"""How long an answer that could not be delivered is kept: it holds an account beside what was answered."""
DIRECT_REPLY_SECONDS = 60
"""Seconds the adapter has for its direct reply, before the outbox sender takes the rows for undelivered."""


@dataclass(slots=True)
class PendingTurn:
    """A turn in the queue. answer: gets its outbox rows when it is written; after: the session as it was written."""

    event: Event
    before: Session | None
    turn: TurnResult
    at: datetime
    answer: Answer
    result: "asyncio.Future[Answer]"
    after: Session | None = None


@dataclass(slots=True)
class PendingWrite:
    """A small write that can share a transaction with others: one statement and its rows."""

    statement: UpdateBase
    rows: list[Mapping[str, object]]
    result: "asyncio.Future[None]"


@dataclass
class GroupCommitWriter:
    """The only writer of a desk in this process. met_damage: since the start a page was found damaged."""

    connection: AsyncConnection
    keyring: Keyring
    daily_keys: DailyKeys
    sessions: SessionStore
    roster: Roster
    origins: MessageOrigins = field(default_factory=MessageOrigins)
    settings: CurrentSettings = field(default_factory=CurrentSettings)
    met_damage: bool = False
    _queue: "asyncio.Queue[PendingTurn | PendingWrite]" = field(default_factory=asyncio.Queue)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _closed: bool = False

    async def commit(self, event: Event, before: Session | None, turn: TurnResult, at: datetime) -> Answer:
        """Write a turn and wait until it is on disk; return its answer, that of the first time for a duplicate event.

        Raises `ConflictError`, `DiskFullError`.
        """
        done = asyncio.get_running_loop().create_future()
        pending = PendingTurn(event, before, turn, at, turn.to_answer(before), done)
        self._enqueue(pending)
        # A cancelled caller cancels `result` and nothing else: what is queued is written with the others.
        return await pending.result

    async def write(self, statement: UpdateBase, *rows: Mapping[str, object]) -> None:
        """Write rows together with whatever else is queued; they are on disk when this returns.

        The statement must be made once, since its SQL is cached for ever. Rows name all its parameters.
        """
        pending_write = PendingWrite(statement, list(rows), asyncio.get_running_loop().create_future())
        self._enqueue(pending_write)
        await pending_write.result

    def _enqueue(self, one: "PendingTurn | PendingWrite") -> None:
        if self._closed:
            raise StorageError("the desk is closing; nothing more is written")
        self._queue.put_nowait(one)

    async def run(self, erase: Callable[[list[str]], None]) -> None:
        """Write what is queued, for ever. `erase` deletes the files whose rows were deleted in a transaction."""
        while True:
            batch = [await self._queue.get()]
            while len(batch) < MAX_BATCH_SIZE and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            await self._write_all(batch, erase)
            for _ in batch:
                self._queue.task_done()

    async def flush(self) -> None:
        """Wait until the queue is empty."""
        await self._queue.join()

    async def close(self, writing: "asyncio.Task[None]") -> None:
        """Accept no more writes, write what is queued, and stop the writer."""
        self._closed = True
        drained = asyncio.create_task(self.flush())
        await asyncio.wait({drained, writing}, return_when=asyncio.FIRST_COMPLETED)
        drained.cancel()
        writing.cancel()

    async def _write_all(
        self, waiting: list[PendingTurn | PendingWrite], erase: Callable[[list[str]], None]
    ) -> None:
        """Write what waits in one transaction; where that fails, one by one, so that only the failing one fails.

        A database that another program has locked fails for all alike: one by one, each would wait for the lock anew.
        """
        try:
            await self._write_once_unlocked(waiting, erase)
        except Exception as error:
            if len(waiting) == 1 or isinstance(error, DatabaseBusyError):
                for one in waiting:
                    _fail_future(one.result, error)
                return
            for one in waiting:
                await self._write_all([one], erase)

    async def _write_once_unlocked(
        self, waiting: list[PendingTurn | PendingWrite], erase: Callable[[list[str]], None]
    ) -> None:
        """Write in one transaction, begun up to `BUSY_ATTEMPTS` times. Raises DatabaseBusyError after the last."""
        for _ in range(BUSY_ATTEMPTS - 1):
            with suppress(DatabaseBusyError):
                return await self._write_together(waiting, erase)
        return await self._write_together(waiting, erase)

    async def _write_together(
        self, waiting: list[PendingTurn | PendingWrite], erase: Callable[[list[str]], None]
    ) -> None:
        turns = [one for one in waiting if isinstance(one, PendingTurn)]
        writes = [one for one in waiting if isinstance(one, PendingWrite)]
        known, batch = dict[str, Answer](), None
        if turns:
            await self.ensure_daily_key(turns[0].at)
        async with self.transaction() as connection:
            driver = await get_driver(connection)
            for sql, rows in _group_rows(writes):
                await driver.executemany(sql, rows)
            if turns:
                batch = WriteBatch(
                    connection, self.keyring, self.daily_keys, turns[0].at, self.roster, self.origins
                )
                known = await self._add_turns(turns, batch, driver.execute_fetchall)
                await batch.flush()
        self._resolve_all(turns, writes, known)
        if batch is not None:
            self._remember_messages(batch)
            erase(batch.erased_files)

    def _remember_messages(self, batch: WriteBatch) -> None:
        for case, sent in batch.recorded_messages:
            self.origins.record(case, sent, batch.now)
        for message in batch.unsent_messages:
            self.origins.forget(message)

    def _resolve_all(
        self, turns: list[PendingTurn], writes: list[PendingWrite], known: Mapping[str, Answer]
    ) -> None:
        """Tell who waits that it is on disk. known: the answers of events that were handled before."""
        for pending_write in writes:
            if not pending_write.result.done():
                pending_write.result.set_result(None)
        for pending in turns:
            answer = known.get(pending.event.id)
            if answer is None:
                self.sessions.cache_session(pending.event.person_id, pending.after)
                self.roster.apply_acts(pending.turn.acts)
                self.settings.apply_acts(pending.turn.acts)
                answer = pending.answer
            if not pending.result.done():
                pending.result.set_result(answer)

    async def _add_turns(
        self, turns: list[PendingTurn], batch: WriteBatch, fetch: FetchRows
    ) -> dict[str, Answer]:
        """Add the rows of turns; return the answers of duplicate events, which add none."""
        marked = hash_events(self.daily_keys, [p.event.id for p in turns])
        known = await find_event_answers(fetch, self.daily_keys, marked)
        fresh = [p for p in turns if p.event.id not in known]
        if fresh:
            await self.sessions.check_versions(fetch, [(p.event.person_id, p.before) for p in fresh])
            for pending in fresh:
                for act in pending.turn.acts:
                    await ACT_WRITERS[type(act)](act, batch)
                self._add_turn(pending, batch)
            save_event_answers([(p.event.id, p.answer) for p in fresh], marked, batch)
        return known

    async def ensure_daily_key(self, now: datetime) -> None:
        """Make sure the day's key is on disk before anything is hashed or encrypted with it."""
        if DailyKeys.get_day(now) not in self.daily_keys.hashers:
            async with self.transaction() as connection:
                found = await self.daily_keys.load_or_create(connection, now)
            self.daily_keys.use_keys(found)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction on the only writing connection. Driver errors are raised as `StorageError`."""
        async with self._lock:
            try:
                async with begin_transaction(self.connection):
                    # Behind the lock: what changes the keys holds it, so nothing is written under old ones afterwards.
                    self.keyring.refresh()
                    yield self.connection
            except (IntegrityError, sqlite3.IntegrityError):
                raise ConflictError("somebody wrote the same row first") from None
            except (OperationalError, sqlite3.OperationalError) as error:
                driver = error.orig if isinstance(error, OperationalError) else error
                raise _to_storage_error(getattr(driver, "sqlite_errorcode", 0) & 0xFF) from None
            except (DatabaseError, sqlite3.DatabaseError) as error:
                if not is_damage(error):
                    raise
                self.met_damage = True
                raise DatabaseDamagedError from None

    def _add_turn(self, pending: PendingTurn, batch: WriteBatch) -> None:
        """Add the rows of a turn besides those of its acts: the session, and what must arrive."""
        event, turn = pending.event, pending.turn
        pending.after = self.sessions.add_row(event.person_id, pending.before, turn.session, batch)
        certain = tuple([say for say in turn.replies if say.policy.durable])
        if certain and event.reply_to is not None:
            until = int((batch.now + DIRECT_REPLY_TTL).timestamp())
            message = OutboxMessage(event.channel, event.reply_to, pending.answer.lang, certain, until)
            row = enqueue_message(message, batch, DIRECT_REPLY_SECONDS)
            pending.answer = replace(pending.answer, outbox_ids=(row,))


def _group_rows(writes: list[PendingWrite]) -> list[tuple[str, list[Mapping[str, object]]]]:
    """Merge the rows of writes that share a statement."""
    gathered: dict[str, list[Mapping[str, object]]] = {}
    for pending_write in writes:
        gathered.setdefault(compile_statement(pending_write.statement), []).extend(pending_write.rows)
    return list(gathered.items())


def _to_storage_error(code: int) -> StorageError:
    if code in DISK_FULL_CODES:
        return DiskFullError("there is no room for the database")
    if code == sqlite3.SQLITE_BUSY:
        return DatabaseBusyError("another program holds the database")
    return StorageError(f"the database could not write (SQLite code {code})")


def _fail_future(done: "asyncio.Future[Any]", error: Exception) -> None:
    if not done.done():
        done.set_exception(error)
