"""Files are found by an HMAC of their case; those of earlier versions are sealed by the first start."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.complaints.messages import FindCase
from handlers.staff.complaints.messages import GetCaseReport
from storage import migrations
from storage.crypto.key_files import load_or_create_keys
from storage.crypto.keyring import Keyring
from storage.files import old_owners
from storage.files.owners import list_case_files, list_owner_hashes
from storage.migrations import upgrade_schema
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk, close_case, store_file

PDF = b"%PDF-1.4\n"


def test_each_line_of_each_case_has_a_hash_of_its_own(ground: StoredDesk) -> None:
    keyring = Keyring(ground.key_files)
    hashes = [*list_owner_hashes(keyring, "a" * 32, 3), *list_owner_hashes(keyring, "b" * 32, 3)]
    assert len(set(hashes)) == 8
    assert Keyring(ground.key_files).hash_file_owner("a" * 32, 3) == hashes[3]


def test_the_files_of_a_case_that_cannot_be_read_are_erased_with_it(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        mine, other = await store_file(one, PDF, "a.pdf"), await store_file(one, PDF, "b.pdf")
        receipt = await ground.file_complaint(one, 1, files=(mine,))
        await ground.file_complaint(one, 2, files=(other,))
        case = await one.answer_query(FindCase(receipt), NOW)
        assert case is not None
        async with one.open_read_context() as context:
            found = await list_case_files(context.connection, one.keyring, case.id, case.seq)
        assert [row for row, _ in found] == [mine.id]
        await close_case(ground, one, receipt)
        ground.execute_sql(f"UPDATE cases SET report = zeroblob(600), key = x'00' WHERE id = '{case.id}'")
        assert await one.retention.delete_ended_cases(NOW + timedelta(days=4000), timedelta(days=1)) == 1
        assert ground.execute_sql("SELECT id FROM files") == [(other.id,)]
        assert len(list(one.evidence.folder.iterdir())) == 1

    ground.run_scenario(scene)


def make_old_database(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty database with the schema before the change."""
    whole = migrations.command.upgrade
    with monkeypatch.context() as older:
        older.setattr(migrations.command, "upgrade", lambda config, _: whole(config, "0018"))
        upgrade_schema(path)


def copy_into_old_database(
    ground: StoredDesk, monkeypatch: pytest.MonkeyPatch, cases: Mapping[str, str]
) -> None:
    """Put a desk of now into the schema before the change. cases: of files, by row."""
    old = ground.paths.folder / "old.sqlite"
    make_old_database(old, monkeypatch)
    with closing(sqlite3.connect(old)) as raw, raw:
        raw.execute("ATTACH ? AS now", (str(ground.paths.database),))
        for (table,) in raw.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
            if (
                table not in {"files", "alembic_version"}
                and raw.execute("SELECT 1 FROM now.sqlite_master WHERE name = ?", (table,)).fetchone()
            ):
                known = [
                    {row[1] for row in raw.execute(f"PRAGMA {db}.table_info({table})")}
                    for db in ("main", "now")
                ]
                names = ", ".join(f'"{name}"' for name in known[0] & known[1])
                raw.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM now.{table}")
        for row, until, sealed in raw.execute("SELECT id, until, sealed FROM now.files").fetchall():
            values = (row, cases.get(row), until, sealed)
            raw.execute("INSERT INTO main.files (id, case_id, until, sealed) VALUES (?, ?, ?, ?)", values)
    for path in ground.paths.folder.glob("desk.sqlite*"):
        path.unlink()
    old.rename(ground.paths.database)


@pytest.mark.parametrize("piece", [2, 200])
def test_files_of_before_are_found_sealed_and_written_anew(
    ground: StoredDesk, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    """A desk of now is put back into the form of before, and opened again."""
    monkeypatch.setattr(old_owners, "MAX_PIECE_ROWS", piece)
    kept, files, receipts = dict[str, str](), [], []

    async def before(one: Store) -> None:
        for number in range(1, 4):
            file = await store_file(one, PDF + bytes([number]), "a.pdf")
            receipts.append(await ground.file_complaint(one, number, files=(file,)))
            case = await one.answer_query(FindCase(receipts[-1]), NOW)
            assert case is not None
            kept[file.id] = case.id
            files.append(file)
        files.append(await store_file(one, PDF + b"draft", "a.pdf"))
        for row, place in ground.execute_sql("SELECT id, place FROM files"):
            one.evidence.files.path_of(place).rename(one.evidence.files.path_of(row))

    ground.run_scenario(before)
    copy_into_old_database(ground, monkeypatch, kept)

    async def after(one: Store) -> None:
        assert ground.execute_sql("SELECT * FROM unsealed_owners") == []
        for number, receipt in enumerate(receipts):
            case = await one.answer_query(FindCase(receipt), NOW)
            assert case is not None
            report = await one.answer_query(GetCaseReport(case.id), NOW)
            assert [file.id for file in report.files] == [files[number].id]
        assert await one.evidence.collect_garbage(NOW) == 0
        assert await one.file_rewriter.run(NOW) == 4
        for number, file in enumerate(files[:3], start=1):
            assert [c async for c in one.evidence.read_chunks(file.id)] == [PDF + bytes([number])]
        await one.retention.checkpoint_wal()
        assert not any(row in {p.stem for p in one.evidence.folder.iterdir()} for row in kept)
        database = ground.paths.database.read_bytes()
        for row, case_id in kept.items():
            assert f"{row}{case_id}".encode() not in database  # neither in a table, nor in free pages

    ground.run_scenario(after)


def test_an_empty_desk_of_before_opens(ground: StoredDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    load_or_create_keys(ground.paths)
    make_old_database(ground.paths.database, monkeypatch)

    async def scene(one: Store) -> None:
        file = await store_file(one, PDF, "a.pdf")
        assert await one.evidence.load_meta(file.id)

    ground.run_scenario(scene)
