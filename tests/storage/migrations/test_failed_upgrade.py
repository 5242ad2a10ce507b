"""An upgrade that fails or is killed leaves the database as it was, and the next start upgrades it."""

import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from storage import migrations
from storage.db.snapshot import get_snapshot_folder
from storage.db.sqlite import SCHEMA_HEAD, prepare_database, read_schema_version
from storage.errors import SchemaUpgradeError
from storage.store import Store
from tests.storage.conftest import StoredDesk, load_reporter_case
from tests.storage.migrations.test_released_versions import FIRST, read_code, unpack

AtEnd = Callable[[Connection], None]


def dump(database: Path) -> list[str]:
    """All of a database as SQL."""
    with closing(sqlite3.connect(database)) as raw:
        return list(raw.iterdump())


@pytest.fixture
def old(ground: StoredDesk) -> tuple[StoredDesk, str]:
    """A desk of the first released version, and a code of it."""
    told = unpack(FIRST, ground.home)["complaints"]
    return ground, str(told["codes"][0])


def end_upgrade_with(patched: pytest.MonkeyPatch, at_end: AtEnd) -> None:
    """Let every upgrade do something when all migrations were applied, and nothing is committed."""
    whole = migrations.command.upgrade

    def upgrade(config: migrations.Config, target: str) -> None:
        whole(config, target)
        at_end(config.attributes["connection"])

    patched.setattr(migrations.command, "upgrade", upgrade)


def check_upgrade_now_works(ground: StoredDesk, code: str) -> None:
    """The next start upgrades the desk, and its case is read."""

    async def scene(store: Store) -> None:
        case = await load_reporter_case(store, read_code(code))
        assert (await store.load_report(case.id)).answers["story"]
        assert await store.verify_audit() == []

    ground.run_scenario(scene)
    assert read_schema_version(ground.paths.database) == SCHEMA_HEAD


def fail(_: Connection) -> None:
    """As a migration that meets what nobody thought of."""
    raise OperationalError("SELECT 'คานารี'", None, sqlite3.OperationalError("no such column: x"))


def orphan(connection: Connection) -> None:
    """As a migration that loses rows."""
    connection.exec_driver_sql("DELETE FROM cases")


@pytest.mark.parametrize(("at_end", "why"), [(fail, "no such column: x"), (orphan, "rows without an owner")])
def test_a_migration_that_fails_leaves_the_database_as_it_was(
    old: tuple[StoredDesk, str], monkeypatch: pytest.MonkeyPatch, at_end: AtEnd, why: str
) -> None:
    ground, code = old
    before = dump(ground.paths.database)
    with monkeypatch.context() as patched:
        end_upgrade_with(patched, at_end)
        with pytest.raises(SchemaUpgradeError, match=why) as raised:
            prepare_database(ground.paths.database)
    assert "กลับเป็นตามเดิม" in str(raised.value)
    assert "คานารี" not in str(raised.value)
    assert dump(ground.paths.database) == before
    assert list(get_snapshot_folder(ground.paths.database).glob("*.sqlite"))
    check_upgrade_now_works(ground, code)


def test_a_kill_before_the_upgrade_is_committed_leaves_the_database_as_it_was(
    old: tuple[StoredDesk, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ground, code = old
    before = dump(ground.paths.database)
    end_upgrade_with(monkeypatch, lambda _: os.kill(os.getpid(), signal.SIGKILL))
    assert run_and_wait(ground.paths.database) == signal.SIGKILL
    monkeypatch.undo()
    assert dump(ground.paths.database) == before
    check_upgrade_now_works(ground, code)


@pytest.mark.full("kill -9")
@pytest.mark.parametrize("seed", range(8))
def test_a_kill_at_any_instant_leaves_the_old_database_or_the_new_one(
    old: tuple[StoredDesk, str], seed: int
) -> None:
    ground, code = old
    before = dump(ground.paths.database)
    run_and_wait(ground.paths.database, random.Random(seed).uniform(0.1, 1.5))
    if read_schema_version(ground.paths.database) != SCHEMA_HEAD:
        assert dump(ground.paths.database) == before
    check_upgrade_now_works(ground, code)


def run_and_wait(database: Path, killed_after: float | None = None) -> int:
    """Upgrade in a program of its own, which is killed after some seconds; return the signal that ended it, or 0."""
    child = os.fork()
    if child == 0:
        try:
            prepare_database(database)
        finally:
            os._exit(0)
    if killed_after is not None:
        time.sleep(killed_after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
