"""SQLite: engines, schema upgrades, pragmas and fast paths past SQLAlchemy."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import aiosqlite
from sqlalchemy import Select, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from storage.db.snapshot import take_snapshot
from storage.errors import StorageError
from storage.files.directories import acquire_exclusive_lock, create_private_directory

T = TypeVar("T")
FetchRows: TypeAlias = Callable[[str, Sequence[Any]], Awaitable[Iterable[Any]]]
"""Reads the rows of a statement with its values: of the driver in a transaction, or of a `ReadBatcher`."""

BUSY_TIMEOUT_SECONDS = 10
"""Seconds a connection waits for a lock that another program holds."""

PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",  # an acknowledged message is on the disk, not in a cache
    "secure_delete = ON",
    "foreign_keys = ON",
    "trusted_schema = OFF",
    "temp_store = MEMORY",  # nothing is sorted through an unencrypted temporary file
    f"busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}",
)
CACHE_PRAGMA = "cache_size = -16000"
"""Page cache of the writer, in KiB (hence negative): with the default of 2 MB most rows of a busy hour are reread."""

SCHEMA_HEAD = "0039"

sqlite3.register_adapter(date, date.isoformat)  # dates are stored as ISO text


def prepare_database(path: Path) -> None:
    """Create the file (0600, in a folder of 0700) and upgrade its schema; a copy of the old one is kept for a week.

    Raises `SchemaTooNewError`, and OSError where there is no room for the copy.
    """
    create_private_directory(path.parent)
    with acquire_exclusive_lock(path.parent / ".opening"):
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        version = read_schema_version(path)
        if version != SCHEMA_HEAD:
            if version is not None and version < SCHEMA_HEAD:  # a newer one is refused below
                take_snapshot(path, version, datetime.now(UTC))
            from storage.migrations import (
                upgrade_schema,  # Alembic takes a third of a second to import, so only when needed
            )

            upgrade_schema(path)


def read_schema_version(path: Path) -> str | None:
    """Return the version of a database's schema; None of one that has none yet."""
    with closing(sqlite3.connect(path, timeout=10)) as connection:
        # Switching to WAL does not honour the busy timeout. Here nobody else is connected, and WAL mode persists.
        connection.execute(f"PRAGMA {PRAGMAS[0]}")
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError:
            return None
    return row[0] if row else None


def create_writer_engine(path: Path) -> AsyncEngine:
    """Create the engine of the single writing connection. Its transactions take the write lock at their start."""
    return _create_engine(path, 1, "BEGIN IMMEDIATE", (*PRAGMAS, CACHE_PRAGMA))


def create_reader_engine(path: Path) -> AsyncEngine:
    """Create the engine of the reading connections. Each transaction reads one snapshot."""
    return _create_engine(path, 4, "BEGIN", PRAGMAS)


def compile_sql(statement: Select[*tuple[Any, ...]]) -> str:
    """Return the SQL of a statement, with positional parameters (`?`)."""
    return str(statement.compile(dialect=sqlite.dialect(paramstyle="qmark")))


def pad_to_power_of_two(values: Iterable[T]) -> tuple[T, ...]:
    """Repeat the last value of an IN list up to a power of two, so that few distinct statements serve any length."""
    known = tuple(values)
    return known + known[-1:] * ((1 << (len(known) - 1).bit_length()) - len(known))


async def get_driver(connection: AsyncConnection) -> aiosqlite.Connection:
    """Return the driver's own connection. A statement takes it one hop to the database's thread, SQLAlchemy four."""
    raw = await connection.get_raw_connection()
    driver: aiosqlite.Connection | None = raw.driver_connection
    if driver is None:
        raise StorageError("the database is closed")
    return driver


@asynccontextmanager
async def begin_transaction(connection: AsyncConnection) -> AsyncIterator[None]:
    """Begin a transaction, and commit it or roll it back, also where the caller is cancelled meanwhile.

    A BEGIN that was sent and not waited for would leave the connection in a transaction, where no later one can begin.
    """
    transaction = connection.begin()
    begun = asyncio.ensure_future(transaction.__aenter__())

    async def end(*error: Any) -> None:  # noqa: ANN401 - as __aexit__
        await asyncio.wait([begun])
        if begun.exception() is None:
            await transaction.__aexit__(*error)

    async with AsyncExitStack() as stack:
        stack.push_async_exit(lambda *error: _run_to_end(end(*error)))
        await asyncio.shield(begun)
        yield


async def _run_to_end(work: Coroutine[Any, Any, None]) -> None:
    """Await work that goes on where the caller is cancelled; the cancellation is raised afterwards."""
    task, cancelled = asyncio.ensure_future(work), False
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            cancelled = True
    task.result()
    if cancelled:
        raise asyncio.CancelledError


def checkpoint_wal(path: Path) -> bool:
    """Move the write-ahead log into the database and truncate it. False where a reader was in the way."""
    with closing(sqlite3.connect(path, timeout=1)) as connection:
        for pragma in PRAGMAS[1:3]:
            connection.execute(f"PRAGMA {pragma}")
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _create_engine(path: Path, size: int, begin: str, pragmas: Sequence[str]) -> AsyncEngine:
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        poolclass=AsyncAdaptedQueuePool,
        pool_size=size,
        max_overflow=0,
        hide_parameters=True,  # parameters in an error text could be a person's words
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's own
        connection.isolation_level = None  # transactions begin explicitly, in _begin below
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        adapted: Any = connection.connection.dbapi_connection
        # One hop, where a cursor of SQLAlchemy's makes three.
        adapted.run_async(lambda driver: driver.execute_fetchall(begin))

    return engine


def is_damage(error: Exception) -> bool:
    """Whether an error of the database says that a page, or the whole file, is not what was written."""
    code = getattr(getattr(error, "orig", error), "sqlite_errorcode", 0) & 0xFF
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
