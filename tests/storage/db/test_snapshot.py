"""The copy of a database before its schema is upgraded."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import migrations
from storage.db.snapshot import EMPTIED_TABLES, delete_old_snapshots, get_snapshot_folder, take_snapshot
from storage.db.sqlite import SCHEMA_HEAD, prepare_database
from storage.migrations import upgrade_schema
from storage.store import Store
from tests.storage.conftest import StoredDesk, ground, make_text_outcome

__all__ = ["ground"]

NOW = datetime(2026, 11, 30, tzinfo=UTC)


def list_snapshots(database: Path) -> list[Path]:
    return sorted(get_snapshot_folder(database).glob("*"))


def test_an_upgrade_keeps_what_was_there_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, whole = tmp_path / "desk.sqlite", migrations.command.upgrade
    with monkeypatch.context() as older:
        older.setattr(migrations.command, "upgrade", lambda config, _: whole(config, "0022"))
        upgrade_schema(path)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("INSERT INTO counters VALUES (2570, 41)")
        raw.execute("INSERT INTO events VALUES (x'AB', '2026-11-23', 1)")
    prepare_database(path)
    [snapshot] = list_snapshots(path)
    assert snapshot.name.startswith("0022-")
    assert snapshot.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(snapshot)) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [("0022",)]
        assert raw.execute("SELECT last FROM counters").fetchall() == [(41,)]
        assert raw.execute("SELECT * FROM events").fetchall() == []
    prepare_database(path)
    assert list_snapshots(path) == [snapshot], "nothing to upgrade, nothing to copy"


def test_a_first_start_has_nothing_to_go_back_to(tmp_path: Path) -> None:
    prepare_database(tmp_path / "desk.sqlite")
    assert list_snapshots(tmp_path / "desk.sqlite") == []


def test_who_is_here_is_in_no_snapshot(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        await store.commit(ground.new_event(b"d" * 32), None, make_text_outcome(answers={"story": "x"}), NOW)
        sealed = ground.execute_sql("SELECT sealed FROM sessions")[0][0]
        snapshot = take_snapshot(ground.paths.database, SCHEMA_HEAD, NOW)
        with closing(sqlite3.connect(snapshot)) as raw:
            for table in EMPTIED_TABLES:
                assert raw.execute(f"SELECT * FROM {table}").fetchall() == []
        assert sealed not in snapshot.read_bytes()

    ground.run_scenario(scene)


def test_what_a_killed_start_left_half_written_goes_with_the_next_snapshot(tmp_path: Path) -> None:
    database = tmp_path / "desk.sqlite"
    prepare_database(database)
    folder = get_snapshot_folder(database)
    folder.mkdir(mode=0o700)
    left = folder / "0001-20260101T000000Z.sqlite.new"
    left.write_bytes(b"half")
    taken = take_snapshot(database, "0002", NOW)
    assert [*folder.iterdir()] == [taken]


def test_a_snapshot_is_kept_for_a_week(tmp_path: Path) -> None:
    database = tmp_path / "desk.sqlite"
    prepare_database(database)
    snapshot = take_snapshot(database, "0001", NOW)
    half = snapshot.with_name("half.sqlite.new")
    half.write_bytes(b"")
    for path in (snapshot, half):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    assert delete_old_snapshots(database, NOW + timedelta(days=7)) == 0
    assert delete_old_snapshots(database, NOW + timedelta(days=7, seconds=1)) == 2
    assert list_snapshots(database) == []
