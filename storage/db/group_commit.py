"""Group commit: the turns that wait together are written together, in one transaction that reaches the disk."""

import asyncio
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import UpdateBase

from handlers.dialog.events import Event, Lang, Reply, Session, TurnResult
from storage.act_registry import WRITERS
from storage.crypto.daily_keys import DailyKeys
from storage.crypto.keyring import Keyring
from storage.db import idempotency as said
from storage.db.batch import WriteBatch, prepared
from storage.db.sqlite import together
from storage.errors import ConflictError, DatabaseBusyError, DiskFullError, StorageError
from storage.serialization import OutboxMessage, StoredAnswer, enclosed
from storage.sessions import FORGET, SessionStore, stored_version
from storage.staff.roster import Roster

T = TypeVar("T")

MOST_TOGETHER = 256
FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY}
GRACE = 60
"""Seconds that the door has for its own answer before a courier takes it for undelivered."""


@dataclass(frozen=True, slots=True)
class CommitResult:
    """What was written. says, lang: what to tell, also for an event that was known; waiting: outbox rows of it."""

    says: tuple[Reply, ...]
    lang: Lang
    again: bool = False
    waiting: tuple[str, ...] = ()


@dataclass(slots=True)
class PendingTurn:
    """A turn on its way to the disk."""

    event: Event
    before: Session | None
    turn: TurnResult
    at: datetime
    done: "asyncio.Future[CommitResult]"
    after: Session | None = None
    waiting: tuple[str, ...] = ()


@dataclass(slots=True)
class PendingWrite:
    """A small writing that can share a transaction with others: one statement and its rows."""

    statement: UpdateBase
    rows: list[Mapping[str, object]]
    done: "asyncio.Future[None]"


@dataclass
class GroupCommitWriter:
    """The one writer of a desk in this process, and its cache of the sessions that are alive."""

    connection: AsyncConnection
    seals: Keyring
    days: DailyKeys
    talks: SessionStore
    roster: Roster
    _queue: "asyncio.Queue[PendingTurn | PendingWrite]" = field(default_factory=asyncio.Queue)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _closed: bool = False

    async def commit(
        self, event: Event, before: Session | None, turn: TurnResult, at: datetime
    ) -> CommitResult:
        """Write a turn and wait until it is on the disk. Raises Conflict, DiskFull."""
        pending = PendingTurn(event, before, turn, at, asyncio.get_running_loop().create_future())
        self._enqueue(pending)
        # One who stops waiting cancels `done` and nothing else: what is in the queue is written with the others.
        return await pending.done

    async def write(self, statement: UpdateBase, *rows: Mapping[str, object]) -> None:
        """Write rows together with whatever else waits; they are on the disk when this returns.

        The statement is one that is made once: its SQL is kept. Rows name all its columns.
        """
        chore = PendingWrite(statement, list(rows), asyncio.get_running_loop().create_future())
        self._enqueue(chore)
        await chore.done

    def _enqueue(self, one: "PendingTurn | PendingWrite") -> None:
        if self._closed:
            raise StorageError("the desk is closing; nothing more is written")
        self._queue.put_nowait(one)

    async def run(self, erase: Callable[[list[str]], None]) -> None:
        """Write what waits, for ever; `erase` removes the files whose rows were forgotten with it."""
        while True:
            batch = [await self._queue.get()]
            while len(batch) < MOST_TOGETHER and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            await self._write_all(batch, erase)
            for _ in batch:
                self._queue.task_done()

    async def drained(self) -> None:
        """Wait until nothing waits to be written."""
        await self._queue.join()

    async def close(self, writing: "asyncio.Task[None]") -> None:
        """Take nothing more, write what waits, and end the writer."""
        self._closed = True
        drained = asyncio.create_task(self.drained())
        await asyncio.wait({drained, writing}, return_when=asyncio.FIRST_COMPLETED)
        drained.cancel()
        writing.cancel()

    async def _write_all(
        self, waiting: list[PendingTurn | PendingWrite], erase: Callable[[list[str]], None]
    ) -> None:
        try:
            erase(await self._write(waiting))
        except Exception as trouble:
            if len(waiting) == 1:
                _fail(waiting[0].done, trouble)
                return
            for one in waiting:  # so that only the guilty one fails
                await self._write_all([one], erase)

    async def _write(self, waiting: list[PendingTurn | PendingWrite]) -> list[str]:
        turns = [one for one in waiting if isinstance(one, PendingTurn)]
        if turns:
            await self.today(turns[0].at)
        chores = [one for one in waiting if isinstance(one, PendingWrite)]
        erased: list[str] = []
        async with self.transaction() as connection:
            if chores:
                await together(connection, _gathered(chores))
            known, erased = await self._write_turns(connection, turns) if turns else ({}, [])
        for chore in chores:
            _finish(chore.done, None)
        for pending in turns:
            if pending.event.id in known:
                _finish(pending.done, known[pending.event.id])
            else:
                self.talks.remember(pending.event.who, pending.after)
                self.roster.follow(pending.turn.acts)
                done = CommitResult(pending.turn.says, _lang(pending), waiting=pending.waiting)
                _finish(pending.done, done)
        return erased

    async def _write_turns(
        self, connection: AsyncConnection, turns: list[PendingTurn]
    ) -> tuple[dict[str, CommitResult], list[str]]:
        """Write turns; gives the answers of events that were known already, and the files that were forgotten."""
        batch = WriteBatch(connection, self.seals, self.days, turns[0].at, self.roster)
        marked = said.marked(self.days, [p.event.id for p in turns])
        known = _again(await said.known(connection, self.days, marked))
        fresh = [p for p in turns if p.event.id not in known]
        await self.talks.check(connection, ((p.event.who, p.before) for p in fresh))
        for pending in fresh:
            await self._gather(pending, batch)
        if fresh:
            said.keep([(p.event.id, StoredAnswer(_lang(p), p.turn.says)) for p in fresh], marked, batch)
        await batch.flush()
        return known, batch.erased

    async def today(self, now: datetime) -> None:
        """See that the key of the day is on the disk before anything is marked with it."""
        if DailyKeys.day(now) not in self.days.marking:
            async with self.transaction() as connection:
                found = await self.days.loaded(connection, now)
            self.days.learn(found)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A writing transaction on the one writing connection. Errors of the driver become this package's own."""
        async with self._lock:
            try:
                async with self.connection.begin():
                    yield self.connection
            except (IntegrityError, sqlite3.IntegrityError):
                raise ConflictError("somebody wrote the same row first") from None
            except (OperationalError, sqlite3.OperationalError) as trouble:
                driver = trouble.orig if isinstance(trouble, OperationalError) else trouble
                raise _named(getattr(driver, "sqlite_errorcode", 0) & 0xFF) from None

    async def said(self, connection: AsyncConnection, event_id: str) -> CommitResult | None:
        """The answer of an event that came before."""
        marked = said.marked(self.days, [event_id])
        return _again(await said.known(connection, self.days, marked)).get(event_id)

    async def _gather(self, pending: PendingTurn, batch: WriteBatch) -> None:
        event, turn = pending.event, pending.turn
        for act in turn.acts:
            await WRITERS[type(act)](act, batch)
        self._gather_session(pending, batch)
        certain = tuple(say for say in turn.says if say.certain)
        if certain and event.back is not None:
            letter = OutboxMessage(event.channel, event.back, _lang(pending), certain)
            row = secrets.token_hex(16)
            body = self.seals.waiting.seal(enclosed(letter), "outbox", row, "letter")
            due = int(pending.at.timestamp()) + GRACE
            batch.insert("outbox", id=row, kind=event.channel.value, due=due, attempts=0, sealed=body)
            pending.waiting = (row,)

    def _gather_session(self, pending: PendingTurn, batch: WriteBatch) -> None:
        who, before, session = pending.event.who, pending.before, pending.turn.session
        if session is not None:
            pending.after = session = self.talks.numbered(before, session)
        if session is not None and not session.fleeting:
            batch.put("sessions", **self.talks.row(who, session))
        elif stored_version(before):
            batch.add(FORGET, who=who)


def _gathered(chores: list[PendingWrite]) -> list[tuple[str, list[Mapping[str, object]]]]:
    """What chores write, each statement once."""
    gathered: dict[str, list[Mapping[str, object]]] = {}
    for chore in chores:
        gathered.setdefault(prepared(chore.statement), []).extend(chore.rows)
    return list(gathered.items())


def _named(code: int) -> StorageError:
    if code in FULL:
        return DiskFullError("there is no room for the database")
    if code == sqlite3.SQLITE_BUSY:
        return DatabaseBusyError("another program holds the database")
    return StorageError(f"the database could not write (SQLite code {code})")


def _lang(pending: PendingTurn) -> Lang:
    session = pending.turn.session or pending.before
    return session.lang if session else pending.turn.lang


def _again(known: Mapping[str, StoredAnswer]) -> dict[str, CommitResult]:
    return {event: CommitResult(answer.says, answer.lang, again=True) for event, answer in known.items()}


def _finish(done: "asyncio.Future[T]", answer: T) -> None:
    if not done.done():
        done.set_result(answer)


def _fail(done: "asyncio.Future[Any]", trouble: Exception) -> None:
    if not done.done():
        done.set_exception(trouble)
