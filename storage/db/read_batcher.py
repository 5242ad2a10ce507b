"""Single-statement reads, batched: those requested at about the same time share one hop to the database's thread."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import aiosqlite
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

    connection: aiosqlite.Connection
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
        try:
            while self._pending:
                asked, self._pending = self._pending, {}
                try:
                    results = await self._run_in_thread(list(asked))
                except Exception as error:  # no caller may wait for ever
                    results = [error] * len(asked)
                for waiting, rows in zip(asked.values(), results, strict=True):
                    for answer in waiting:
                        _resolve_future(answer, rows)
        finally:
            self._task = None

    async def _run_in_thread(self, questions: Sequence[SqlQuery]) -> list[Rows | Exception]:
        driver: Any = self.connection

        def run_queries() -> list[Rows | Exception]:
            return [_fetch_rows(driver._conn, *question) for question in questions]

        results: list[Rows | Exception] = await driver._execute(run_queries)
        return results


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
    async with aiosqlite.connect(path, isolation_level=None) as connection:
        for pragma in PRAGMAS:
            await connection.execute_fetchall(f"PRAGMA {pragma}")
        yield ReadBatcher(connection)


@dataclass(frozen=True, slots=True)
class ReadContext:
    """A read transaction (one snapshot) with the keys to decrypt its rows. `now`: the instant of the query."""

    connection: AsyncConnection
    keyring: Keyring
    daily_keys: DailyKeys
    now: datetime = NEVER
