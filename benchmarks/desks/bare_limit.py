"""The bare limit: JSON in, one row in a shared, flushed transaction, JSON out, and nothing else."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite

from benchmarks.desks.citizen import make_replay_story
from benchmarks.desks.load import Story

MAX_BATCH = 256


class DurableLog:
    """Group commit in its simplest form: one writer writes all waiting rows together, with one flush to disk."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._something = asyncio.Event()

    async def handle_message(self, body: bytes) -> bytes:
        """Write a message durably, then answer it."""
        event = json.loads(body)
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((body, written))
        self._something.set()
        await written
        return json.dumps(
            [{"text": event["text"], "choices": [], "receipt": None}], ensure_ascii=False
        ).encode()

    async def run_writer(self) -> None:
        """Write waiting rows in batches, for ever."""
        while True:
            await self._something.wait()
            batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
            if not self._waiting:
                self._something.clear()
            await self._connection.executemany(
                "INSERT INTO message (body) VALUES (?)", [(b,) for b, _ in batch]
            )
            await self._connection.commit()
            for _, written in batch:
                written.set_result(None)


@asynccontextmanager
async def open_bare_limit(folder: Path) -> AsyncIterator[Story]:
    """Replayed messages written to an empty database, as durable as the real one: WAL, synchronous=FULL."""
    async with aiosqlite.connect(folder / "bare.db") as connection:
        await connection.execute("PRAGMA journal_mode=WAL")
        await connection.execute("PRAGMA synchronous=FULL")
        await connection.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")
        await connection.commit()
        log = DurableLog(connection)
        writer = asyncio.create_task(log.run_writer())
        try:
            yield make_replay_story(log.handle_message)
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
