"""Small queries are batched; a failing query or a cancelled caller does not affect the others."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from storage.db.read_batcher import ReadBatcher, open_read_batcher

ONE = "SELECT n FROM numbers WHERE n = ?"
ALL = "SELECT n FROM numbers"


@asynccontextmanager
async def open_numbers(home: Path) -> AsyncIterator[tuple[ReadBatcher, sqlite3.Connection, list[int]]]:
    """A read batcher, a connection that writes, and the number of queries in each batch."""
    path = home / "numbers.db"
    writing = sqlite3.connect(path, isolation_level=None)
    writing.execute("PRAGMA journal_mode = WAL")
    writing.execute("CREATE TABLE numbers (n INTEGER)")
    writing.executemany("INSERT INTO numbers VALUES (?)", [(n,) for n in range(5)])
    hops = list[int]()
    async with open_read_batcher(path) as glance:
        read_all = glance._read_all

        def count_rows(questions: Any) -> Any:
            hops.append(len(questions))
            return read_all(questions)

        glance._read_all = count_rows  # type: ignore[method-assign]
        yield glance, writing, hops
    writing.close()


def test_what_is_asked_together_is_read_together_and_the_same_once(tmp_path: Path) -> None:
    async def play() -> None:
        async with open_numbers(tmp_path) as (glance, _, hops):
            told = await asyncio.gather(*(glance.fetch(ONE, (n % 5,)) for n in range(20)), glance.fetch(ALL))
            assert told[:20] == [[(n % 5,)] for n in range(20)]
            assert len(told[20]) == 5
            assert hops == [6]

    asyncio.run(play())


def test_an_answer_is_of_after_the_question(tmp_path: Path) -> None:
    async def play() -> None:
        async with open_numbers(tmp_path) as (glance, writing, hops):
            early = asyncio.create_task(glance.fetch(ALL))
            while not hops:  # noqa: ASYNC110 - no event signals the start of a batch
                await asyncio.sleep(0)
            writing.execute("INSERT INTO numbers VALUES (5)")
            late = await glance.fetch(ALL)
            assert len(await early) in {5, 6}
            assert len(late) == 6

    asyncio.run(play())


def test_a_bad_question_harms_no_other(tmp_path: Path) -> None:
    async def play() -> None:
        async with open_numbers(tmp_path) as (glance, _, _):
            asked = (glance.fetch("SELECT nothing"), glance.fetch(ONE, (2,)))
            bad, good = await asyncio.gather(*asked, return_exceptions=True)
            assert isinstance(bad, sqlite3.OperationalError)
            assert good == [(2,)]

    asyncio.run(play())


def test_who_goes_away_takes_nobody_along(tmp_path: Path) -> None:
    async def play() -> None:
        async with open_numbers(tmp_path) as (glance, _, _):
            gone = asyncio.create_task(glance.fetch(ALL))
            stays = asyncio.create_task(glance.fetch(ALL))
            await asyncio.sleep(0)
            gone.cancel()
            assert len(await stays) == 5
            assert len(await glance.fetch(ALL)) == 5

    asyncio.run(play())


def test_a_closed_database_keeps_nobody_waiting(tmp_path: Path) -> None:
    async def play() -> None:
        async with open_numbers(tmp_path) as (glance, _, _):
            pass
        for _ in range(2):
            with pytest.raises(RuntimeError, match="after shutdown"):
                await asyncio.wait_for(glance.fetch("SELECT 1"), 5)

    asyncio.run(play())
