"""A damaged page of the database: the start says what to do, and a running desk keeps nothing and says so."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from handlers.dialog.effects import TurnResult
from handlers.dialog.session import Session
from storage.db.readiness import PROBE_JOB
from storage.errors import DatabaseDamagedError
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk


def damage_table(database: Path, table: str) -> None:
    """Write nonsense over the first page of a table, as a failing disk does."""
    with closing(sqlite3.connect(database)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        (size,) = raw.execute("PRAGMA page_size").fetchone()
    with database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * 512)


async def do_nothing(_: Store) -> None:
    pass


@pytest.mark.parametrize("table", ["meta", "staff", "chores"])
def test_what_is_read_at_the_start_stops_it_with_what_to_do(ground: StoredDesk, table: str) -> None:
    ground.run_scenario(do_nothing)
    damage_table(ground.paths.database, table)
    with pytest.raises(DatabaseDamagedError, match="สำเนาสำรอง"):
        ground.run_scenario(do_nothing)


def test_a_file_that_was_written_half_is_no_database(ground: StoredDesk) -> None:
    ground.run_scenario(do_nothing)
    ground.paths.database.write_bytes(
        ground.paths.database.read_bytes()[:4096].replace(b"SQLite", b"\0\0\0\0\0\0")
    )
    with pytest.raises(DatabaseDamagedError):
        ground.run_scenario(do_nothing)


def test_what_cannot_be_kept_is_told_as_such_and_the_rest_goes_on(ground: StoredDesk) -> None:
    """The person gives the words again; nobody is told that something was kept, and other tables are written."""
    ground.run_scenario(do_nothing)
    damage_table(ground.paths.database, "sessions")

    async def scene(one: Store) -> None:
        event = ground.new_event(one.keyring.hash_id("test", "person"))
        draft = Session(at=NOW, answers={"story": "เรียกรับเงิน"}, step="story")
        with pytest.raises(DatabaseDamagedError):
            await one.commit(event, None, TurnResult(draft, (), ()), NOW)
        assert not await one.readiness.run()  # a monitor learns of it, though this row can be written

    ground.run_scenario(scene)
    assert len(ground.execute_sql(f"SELECT due FROM chores WHERE name = '{PROBE_JOB}'")) == 1
