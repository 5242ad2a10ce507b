"""Single-statement reads, batched: those requested at about the same time share one hop to the database's thread."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.dialog.session import NEVER
from storage.crypto.daily_keys import DailyKeys
from storage.crypto.keyring import Keyring
from storage.db.sqlite import PRAGMAS

Rows: TypeAlias = list[tuple[Any, ...]]
SqlQuery: TypeAlias = tuple[str, tuple[object, ...]]


@dataclass
class ReadBatcher:
    """Runs single statements on one connection; each statement is its own snapshot.

    A hop to the database's thread costs several times what is read there. So queries that arrive during a hop are sent
    together with the next, and identical queries are read once.
    """

    connection: sqlite3.Connection
    thread: Executor
    _pending: "dict[SqlQuery, list[asyncio.Future[Rows]]]" = field(default_factory=dict)
    _task: "asyncio.Task[None] | None" = None

    async def fetch(self, sql: str, values: Sequence[object] = ()) -> Rows:
        """Return the rows of a statement, read after this call. Raises what the driver raises."""
        answer: asyncio.Future[Rows] = asyncio.get_running_loop().create_future()
        self._pending.setdefault((sql, tuple(values)), []).append(answer)
        if self._task is None:
            self._task = asyncio.create_task(self._read_pending())
        return await answer

    async def _read_pending(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._pending:
                asked, self._pending = self._pending, {}
                try:
                    results = await loop.run_in_executor(self.thread, self._read_all, list(asked))
                except Exception as error:  # no caller may wait for ever
                    results = [error] * len(asked)
                for waiting, rows in zip(asked.values(), results, strict=True):
                    for answer in waiting:
                        _resolve_future(answer, rows)
        finally:
            self._task = None

    def _read_all(self, questions: Sequence[SqlQuery]) -> list[Rows | Exception]:
        """Read the rows of each query; runs in the thread of the connection."""
        return [_fetch_rows(self.connection, *question) for question in questions]


def _fetch_rows(connection: sqlite3.Connection, sql: str, values: Sequence[object]) -> Rows | Exception:
    try:
        return connection.execute(sql, values).fetchall()
    except (sqlite3.Error, ValueError, OverflowError) as error:  # the other queries still get their rows
        return error


def _resolve_future(answer: "asyncio.Future[Rows]", rows: Rows | Exception) -> None:
    if answer.done():  # the caller was cancelled
        return
    if isinstance(rows, Exception):
        answer.set_exception(rows)
    else:
        answer.set_result(rows)


@asynccontextmanager
async def open_read_batcher(path: Path) -> AsyncIterator[ReadBatcher]:
    """Open a connection for batched reads."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, "sqlite-reads") as thread:
        connection = await loop.run_in_executor(thread, _connect, path)
        try:
            yield ReadBatcher(connection, thread)
        finally:
            await loop.run_in_executor(thread, connection.close)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


@dataclass(frozen=True, slots=True)
class ReadContext:
    """A read transaction (one snapshot) with the keys to decrypt its rows. `now`: the instant of the query."""

    connection: AsyncConnection
    keyring: Keyring
    daily_keys: DailyKeys
    now: datetime = NEVER
