"""The migrations produce the schema of the tables, and an interrupted migration can be repeated."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from storage import migrations, tables
from storage.db import sqlite
from storage.db.sqlite import SCHEMA_HEAD, prepare_database
from storage.errors import SchemaUpgradeError
from storage.migrations import upgrade_schema
from tests.storage.conftest import StoredDesk


def test_the_migrated_schema_is_the_tables(tmp_path: Path) -> None:
    path = tmp_path / "fresh" / "desk.sqlite"
    prepare_database(path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
    engine.dispose()


def test_what_is_random_is_not_stored_in_the_order_of_arrival(tmp_path: Path) -> None:
    path = tmp_path / "desk.sqlite"
    prepare_database(path)
    with closing(sqlite3.connect(path)) as raw:
        rows = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    told = {name for name, sql in rows if "WITHOUT ROWID" not in sql}
    assert told == {"audit", "alembic_version"}


def test_the_newest_revision_is_the_one_that_opens_without_alembic() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(sqlite.__file__).parents[1] / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == SCHEMA_HEAD


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "desk.sqlite"
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("CREATE TABLE history (x)")  # conflicts with a later table of the first migration
    with pytest.raises(SchemaUpgradeError, match="table history already exists"):
        prepare_database(path)
    with closing(sqlite3.connect(path)) as raw:
        names = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert names <= {"history", "alembic_version"}


def test_an_event_of_before_is_known_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, whole = tmp_path / "desk.sqlite", migrations.command.upgrade
    with monkeypatch.context() as older:
        older.setattr(migrations.command, "upgrade", lambda config, _: whole(config, "0012"))
        upgrade_schema(path)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("INSERT INTO events VALUES (x'AB', '2026-11-23', 1, x'CD')")
    prepare_database(path)
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT mark, day, answers FROM events").fetchall() == [
            (b"\xab", "2026-11-23", None)
        ]


@pytest.mark.parametrize(
    ("status", "is_open"),
    [("received", 1), ("screening", 1), ("investigating", 1), ("closed", 0), ("not_accepted", 0)],
)
def test_a_case_of_before_is_open_as_its_state_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: str, is_open: int
) -> None:
    path, whole = tmp_path / "desk.sqlite", migrations.command.upgrade
    with monkeypatch.context() as older:
        older.setattr(migrations.command, "upgrade", lambda config, _: whole(config, "0014"))
        upgrade_schema(path)
    row = ("a", 2570, 1, b"r", status, None, 1, *["2026-11-22"] * 3, 0, "1", b"k", b"s", None, None)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute(f"INSERT INTO cases VALUES ({', '.join('?' * len(row))})", row)
    prepare_database(path)
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT status, open FROM cases").fetchall() == [(status, is_open)]


def test_questions_of_before_are_counted_by_facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, whole = tmp_path / "desk.sqlite", migrations.command.upgrade
    with monkeypatch.context() as older:
        older.setattr(migrations.command, "upgrade", lambda config, _: whole(config, "0017"))
        upgrade_schema(path)
    days = ("2026-11-20", "2026-12-05", None, "2026-11-29")
    with closing(sqlite3.connect(path)) as raw, raw:
        for name, state, mark in (("q1", "answered", b"1"), ("q2", "closed", b"2")):
            row = (name, 2570, ord(mark), mark, state, 2, *days, None, "", "th", "")
            raw.execute(f"INSERT INTO questions VALUES ({', '.join('?' * len(row))})", row)
            raw.execute("INSERT INTO question_lines VALUES (?, 1, '2026-11-20', 'asked', x'')", (name,))
        raw.execute("INSERT INTO question_lines VALUES ('q1', 2, '2026-11-22', 'answer', x'')")
        raw.execute("INSERT INTO question_lines VALUES ('q1', 3, '2026-11-23', 'more', x'')")
    prepare_database(path)
    with closing(sqlite3.connect(path)) as raw:
        found = raw.execute(
            'SELECT id, f.seq, "on", step FROM question_facts f JOIN questions q ON q.about = f.about ORDER BY 1, 2'
        ).fetchall()
        assert all(len(about) == 32 for (about,) in raw.execute("SELECT about FROM questions"))
    assert found == [
        ("q1", 1, "2026-11-20", "asked"),
        ("q1", 2, "2026-11-22", "answered"),
        ("q1", 3, "2026-11-23", "asked"),
        ("q2", 1, "2026-11-20", "asked"),
        ("q2", 3, "2026-11-29", "closed"),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET what = 'x'",
        "DELETE FROM audit",
        "UPDATE facts SET value = 'x'",
        "DELETE FROM facts",
        "UPDATE history SET kind = 'x'",
    ],
)
def test_what_is_append_only_refuses_to_be_rewritten(ground: StoredDesk, statement: str) -> None:
    async def scene(one: object) -> None:
        await ground.file_complaint(one)  # type: ignore[arg-type]

    ground.run_scenario(scene)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        ground.execute_sql(statement)
