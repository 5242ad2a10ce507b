"""`/readyz`: something can be kept on every desk."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.web import readiness
from bot.web.readiness import CACHE_SECONDS, ReadinessCheck
from storage.db.readiness import PROBE_JOB
from storage.store import Store
from tests.storage.conftest import StoredDesk


@pytest.fixture
def ground(tmp_path: Path) -> StoredDesk:
    """A desk that is stored."""
    return StoredDesk(tmp_path)


@dataclass
class CountedProbe:
    """A probe that counts how often it ran."""

    result: bool = True
    runs: list[int] = field(default_factory=list)

    async def run(self) -> bool:
        self.runs.append(1)
        return self.result


def make_desk(probe: object) -> Any:
    """A desk that has a probe and nothing else."""

    @dataclass
    class DeskStore:
        readiness: object

    @dataclass
    class Desk:
        store: DeskStore

    return Desk(DeskStore(probe))


def test_a_row_is_written_and_read_and_only_the_last_stays(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        assert await one.readiness.run()
        assert await one.readiness.run()

    ground.run_scenario(scene)
    assert len(ground.execute_sql(f"SELECT due FROM chores WHERE name = '{PROBE_JOB}'")) == 1


def test_many_who_ask_cost_one_probe_in_five_seconds() -> None:
    good, bad, now = CountedProbe(), CountedProbe(result=False), [0.0]
    check = ReadinessCheck((make_desk(good), make_desk(bad)), lambda: now[0])

    async def scene() -> None:
        assert await asyncio.gather(*(check.is_ready() for _ in range(50))) == [False] * 50
        assert (len(good.runs), len(bad.runs)) == (1, 1)
        bad.result, now[0] = True, CACHE_SECONDS - 0.1
        assert not await check.is_ready()
        now[0] = CACHE_SECONDS
        assert await check.is_ready()

    asyncio.run(scene())


def test_a_locked_database_is_not_ready(ground: StoredDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "PROBE_TIMEOUT_SECONDS", 0.2)

    async def scene(one: Store) -> None:
        check = ReadinessCheck((make_desk(one.readiness),), lambda: 0)
        with closing(sqlite3.connect(ground.paths.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert not await check.is_ready()
        assert await ReadinessCheck((make_desk(one.readiness),)).is_ready()

    ground.run_scenario(scene)


def test_a_database_that_became_read_only_is_not_ready(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await one.committer.connection.exec_driver_sql("PRAGMA query_only = ON")
        await one.committer.connection.rollback()
        assert not await ReadinessCheck((make_desk(one.readiness),)).is_ready()
        await one.committer.connection.exec_driver_sql("PRAGMA query_only = OFF")
        await one.committer.connection.rollback()

    ground.run_scenario(scene)
