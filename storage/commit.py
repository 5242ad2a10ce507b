"""Group commit: the turns that wait together are written together, in one transaction that reaches the disk."""

import asyncio
import secrets
import sqlite3
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import UpdateBase

from handlers.turn import IDLE, Event, Lang, Say, Session, Topic, Turn
from storage import tables
from storage.batch import FORGET_SESSION, Batch
from storage.days import Days
from storage.errors import Conflict, DiskFull, StorageError
from storage.seals import Seals
from storage.snapshot import ANSWER, LETTER, SESSION, Answer, Letter
from storage.write import WRITERS

T = TypeVar("T")

MOST_TOGETHER = 256
MOST_CACHED = 20_000
ANSWER_KEPT = timedelta(hours=1)
FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY}


@dataclass(frozen=True, slots=True)
class Committed:
    """What was written. says, lang: what to tell, also for an event that was known; waiting: outbox rows of it."""

    says: tuple[Say, ...]
    lang: Lang
    again: bool = False
    waiting: tuple[str, ...] = ()


@dataclass(slots=True)
class Pending:
    """A turn on its way to the disk."""

    event: Event
    before: Session | None
    turn: Turn
    at: datetime
    done: "asyncio.Future[Committed]"
    waiting: tuple[str, ...] = ()


@dataclass(slots=True)
class Chore:
    """A small writing that can share a transaction with others: one statement and its rows."""

    statement: UpdateBase
    rows: list[dict[str, Any]]
    done: "asyncio.Future[None]"


@dataclass
class Committer:
    """The one writer of a desk in this process, and its cache of the sessions that are alive."""

    connection: AsyncConnection
    seals: Seals
    days: Days
    _queue: "asyncio.Queue[Pending | Chore]" = field(default_factory=asyncio.Queue)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _cache: "OrderedDict[bytes, Session]" = field(default_factory=OrderedDict)

    async def commit(self, event: Event, before: Session | None, turn: Turn, at: datetime) -> Committed:
        """Write a turn and wait until it is on the disk. Raises Conflict, DiskFull."""
        pending = Pending(event, before, turn, at, asyncio.get_running_loop().create_future())
        self._queue.put_nowait(pending)
        # Shielded: one who stops waiting must not take back what is written with the others.
        return await asyncio.shield(pending.done)

    async def write(self, statement: UpdateBase, *rows: dict[str, Any]) -> None:
        """Write rows together with whatever else waits; they are on the disk when this returns."""
        chore = Chore(statement, list(rows), asyncio.get_running_loop().create_future())
        self._queue.put_nowait(chore)
        await asyncio.shield(chore.done)

    async def run(self, erase: Callable[[list[str]], None]) -> None:
        """Write what waits, for ever; `erase` removes the files whose rows were forgotten with it."""
        while True:
            together = [await self._queue.get()]
            while len(together) < MOST_TOGETHER and not self._queue.empty():
                together.append(self._queue.get_nowait())
            await self._write_all(together, erase)
            for _ in together:
                self._queue.task_done()

    async def drained(self) -> None:
        """Wait until nothing waits to be written."""
        await self._queue.join()

    async def _write_all(self, together: list[Pending | Chore], erase: Callable[[list[str]], None]) -> None:
        try:
            erase(await self._write(together))
        except Exception as trouble:
            if len(together) == 1:
                _fail(together[0].done, trouble)
                return
            for one in together:  # so that only the guilty one fails
                await self._write_all([one], erase)

    async def _write(self, together: list[Pending | Chore]) -> list[str]:
        turns = [one for one in together if isinstance(one, Pending)]
        chores = [one for one in together if isinstance(one, Chore)]
        erased: list[str] = []
        async with self.transaction() as connection:
            for chore in chores:
                await connection.execute(chore.statement, chore.rows)
            known, erased = await self._write_turns(connection, turns) if turns else ({}, [])
        for chore in chores:
            _finish(chore.done, None)
        for pending in turns:
            if pending.event.id in known:
                _finish(pending.done, known[pending.event.id])
            else:
                self._remember(pending)
                done = Committed(pending.turn.says, _lang(pending), waiting=pending.waiting)
                _finish(pending.done, done)
        return erased

    async def _write_turns(
        self, connection: AsyncConnection, turns: list[Pending]
    ) -> tuple[dict[str, Committed], list[str]]:
        """Write turns; gives the answers of events that were known already, and the files that were forgotten."""
        batch = Batch(connection, self.seals, self.days, turns[0].at)
        day = await self.days.load(connection, batch.now)
        known = await self._known(connection, turns)
        fresh = [p for p in turns if p.event.id not in known]
        await self._check_versions(connection, fresh)
        for pending in fresh:
            await self._gather(pending, batch, day)
        await batch.flush()
        return known, batch.erased

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A writing transaction on the one writing connection. Errors of the driver become this package's own."""
        async with self._lock:
            try:
                async with self.connection.begin():
                    yield self.connection
            except IntegrityError:
                raise Conflict("somebody wrote the same row first") from None
            except OperationalError as trouble:
                code = getattr(trouble.orig, "sqlite_errorcode", 0) & 0xFF
                raise (DiskFull if code in FULL else StorageError)("the database could not write") from None

    async def _known(self, connection: AsyncConnection, together: list[Pending]) -> dict[str, Committed]:
        """The answers of events that came before."""
        marks = {m: (p.event.id, day) for p in together for m, day in self.days.marks(_event(p)).items()}
        column = tables.events.c
        rows = await connection.execute(select(column.mark, column.answer).where(column.mark.in_(marks)))
        known: dict[str, Committed] = {}
        for row in rows:
            event_id, day = marks[row.mark]
            answer = Answer("th", ())
            if row.answer is not None:
                opened = self.days.seal(day).open(row.answer, "events", row.mark.hex(), "answer")
                answer = ANSWER.validate_json(opened)
            known[event_id] = Committed(answer.says, answer.lang, again=True)
        return known

    async def _check_versions(self, connection: AsyncConnection, fresh: list[Pending]) -> None:
        """See that each talk still stands where it was decided: a command beside this process writes too."""
        column = tables.sessions.c
        people = [p.event.who for p in fresh]
        rows = await connection.execute(select(column.who, column.version).where(column.who.in_(people)))
        stored = {row.who: row.version for row in rows}
        for pending in fresh:
            if stored.get(pending.event.who, 0) != _stored_version(pending.before):
                self._cache.pop(pending.event.who, None)
                raise Conflict("the talk went on elsewhere")

    async def _gather(self, pending: Pending, batch: Batch, day: date) -> None:
        event, turn = pending.event, pending.turn
        for act in turn.acts:
            await WRITERS[type(act)](act, batch)
        self._gather_session(pending, batch)
        mark = self.days.mark(day, _event(pending))
        answer = ANSWER.dump_json(Answer(_lang(pending), turn.says))
        sealed = self.days.seal(day).seal(answer, "events", mark.hex(), "answer")
        until = _minute(pending.at + ANSWER_KEPT)
        batch.insert("events", mark=mark, day=day, until=until, answer=sealed)
        certain = tuple(say for say in turn.says if say.certain)
        if certain and event.back is not None:
            letter = Letter(event.channel, event.back, _lang(pending), certain)
            row = secrets.token_hex(16)
            body = self.seals.waiting.seal(LETTER.dump_json(letter), "outbox", row, "letter")
            due = int(pending.at.timestamp())
            batch.insert("outbox", id=row, kind=event.channel.value, due=due, attempts=0, sealed=body)
            pending.waiting = (row,)

    def _gather_session(self, pending: Pending, batch: Batch) -> None:
        who, session, before = pending.event.who, pending.turn.session, pending.before
        stored = _stored_version(before)
        if session is None or session.receipt is not None:
            if stored:
                batch.add(FORGET_SESSION, who=who)
            return
        version = stored + 1
        sealed = self.seals.session.seal(
            SESSION.dump_json(replace(session, version=version)), "sessions", who.hex(), "talk"
        )
        touched = _minute(session.at)
        batch.put(
            "sessions", who=who, version=version, touched=touched, drafting=session.drafting, sealed=sealed
        )

    def _remember(self, pending: Pending) -> None:
        session, before = pending.turn.session, pending.before
        if session is None:
            self._cache.pop(pending.event.who, None)
            return
        version = 0 if session.receipt else _stored_version(before) + 1
        self._cache[pending.event.who] = replace(session, version=version)
        self._cache.move_to_end(pending.event.who)
        while len(self._cache) > MOST_CACHED:
            self._cache.popitem(last=False)

    def cached(self, who: bytes) -> Session | None:
        """The session of a person who wrote a moment ago."""
        return self._cache.get(who)

    async def session(self, who: bytes, reader: AsyncConnection) -> Session | None:
        """Where a person's talk stands; of one that the clock swept, only that it was."""
        column = tables.sessions.c
        row = (await reader.execute(select(column.version, column.sealed).where(column.who == who))).first()
        if row is None:
            return None
        if row.sealed is None:
            return Session(version=row.version, topic=Topic.LAPSED)
        session = SESSION.validate_json(self.seals.session.open(row.sealed, "sessions", who.hex(), "talk"))
        self._cache[who] = session
        return session

    def forget_idle(self, now: datetime) -> None:
        """Forget what lives in memory only, once a person stayed away too long."""
        idle = [who for who, session in self._cache.items() if now - session.at >= 2 * IDLE]
        for who in idle:
            del self._cache[who]


def _stored_version(session: Session | None) -> int:
    """The version of the row that must be on the disk; 0 for none, as for what lives in memory only."""
    return 0 if session is None or session.receipt is not None else session.version


def _event(pending: Pending) -> bytes:
    return pending.event.id.encode("utf-8", "surrogatepass")


def _lang(pending: Pending) -> Lang:
    return pending.turn.session.lang if pending.turn.session else "th"


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60


def _finish(done: "asyncio.Future[T]", answer: T) -> None:
    if not done.done():
        done.set_result(answer)


def _fail(done: "asyncio.Future[Any]", trouble: Exception) -> None:
    if not done.done():
        done.set_exception(trouble)
