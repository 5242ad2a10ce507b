"""A copy of a database for a backup: opened by its ledger alone, and without what is never in it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.backup.database_copy import (
    DatabaseCopy,
    RowOpener,
    RowSealer,
    count_waiting_evidence,
    list_case_ids,
    list_evidence_places,
)
from storage.backup.ledger import LedgerKeys
from storage.backup.policy import TABLE_POLICIES, LedgerKind
from storage.db.sqlite import prepare_database
from storage.errors import StorageError
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk, ground, load_reporter_case, make_text_outcome, store_file

__all__ = ["ground"]


def copy(source: Path, target: Path, way: RowSealer) -> dict[str, int]:
    with DatabaseCopy(source, target) as copying:
        copying.begin()
        return copying.copy(TABLE_POLICIES, way)


def dump(path: Path, *tables: str) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as raw:
        return {name: sorted(raw.execute(f"SELECT * FROM {name}"), key=repr) for name in tables}


async def fill(ground: StoredDesk, store: Store) -> str:
    """A case with name, file and subscription, and a draft beside it; return the case's id."""
    file = await store_file(store, b"%PDF-" + bytes(5000), "a.pdf")
    receipt = await ground.file_complaint(store, 1, identity={"name": "ก"}, files=(file,))
    await store.commit(ground.new_event(b"d" * 32), None, make_text_outcome(answers={"story": "x"}), NOW)
    case = (await load_reporter_case(store, receipt)).id
    ground.execute_sql(
        f"INSERT INTO addresses VALUES (x'{'ab' * 32}', x'{'cd' * 32}', x'{'ef' * 64}')",
        f"INSERT INTO holds VALUES ('{case}', '2026-11-22', x'{'12' * 40}')",
    )
    return case


KEPT = ("envelopes", "history", "facts", "audit", "audit_head", "counters", "addresses", "holds", "meta")


def test_what_is_sealed_opens_again_byte_by_byte(ground: StoredDesk, tmp_path: Path) -> None:
    async def scene(store: Store) -> None:
        case, database = await fill(ground, store), ground.paths.database
        keys = LedgerKeys({}, store.keyring)
        rows = copy(database, tmp_path / "sealed", RowSealer(keys))
        assert rows["cases"] == rows["envelopes"] == rows["files"] == rows["addresses"] == 1
        assert {kind for kind, _ in keys.made} == {"cases", "envelopes", "files", "addresses"}
        opener = RowOpener(LedgerKeys(keys.made, store.keyring))
        copy(tmp_path / "sealed", tmp_path / "opened", opener)
        assert dump(tmp_path / "opened", *KEPT) == dump(database, *KEPT)
        before, after = dump(database, "files")["files"][0], dump(tmp_path / "opened", "files")["files"][0]
        assert after == before
        assert list_case_ids(tmp_path / "opened") == [case]
        assert (len(list_evidence_places(tmp_path / "sealed")), count_waiting_evidence(database)) == (0, 1)
        ground.execute_sql("UPDATE files SET day = NULL")
        assert (len(list_evidence_places(database)), count_waiting_evidence(database)) == (1, 0)
        assert opener.unreadable == set()

    ground.run_scenario(scene)


def test_without_its_key_nothing_of_a_case_is_there(ground: StoredDesk, tmp_path: Path) -> None:
    async def scene(store: Store) -> None:
        await fill(ground, store)
        keys = LedgerKeys({}, store.keyring)
        copy(ground.paths.database, tmp_path / "sealed", RowSealer(keys))
        copy(tmp_path / "sealed", tmp_path / "opened", RowOpener(LedgerKeys({}, store.keyring)))
        left = dump(
            tmp_path / "opened", "cases", "envelopes", "history", "files", "addresses", "holds", "audit"
        )
        assert {name for name, rows in left.items() if rows} == {"audit"}

    ground.run_scenario(scene)


def test_with_another_key_a_case_is_told_to_be_in_newer_backups(ground: StoredDesk, tmp_path: Path) -> None:
    async def scene(store: Store) -> None:
        case = await fill(ground, store)
        keys, renewed = LedgerKeys({}, store.keyring), LedgerKeys({}, store.keyring)
        copy(ground.paths.database, tmp_path / "sealed", RowSealer(keys))
        renewed.find_or_make_cipher("cases", case)
        opener = RowOpener(LedgerKeys({**keys.made, **renewed.made}, store.keyring))
        copy(tmp_path / "sealed", tmp_path / "opened", opener)
        assert opener.unreadable == {("cases", case)}
        assert dump(tmp_path / "opened", "cases", "history", "holds") == {
            "cases": [],
            "history": [],
            "holds": [],
        }

    ground.run_scenario(scene)


def test_what_is_never_in_a_backup_is_not_in_its_bytes(ground: StoredDesk, tmp_path: Path) -> None:
    async def scene(store: Store) -> None:
        await fill(ground, store)
        copy(ground.paths.database, tmp_path / "sealed", RowSealer(LedgerKeys({}, store.keyring)))
        never = [name for name, policy in TABLE_POLICIES.items() if policy is None]
        assert {name: len(rows) for name, rows in dump(tmp_path / "sealed", *never).items() if rows} == {}
        content = (tmp_path / "sealed").read_bytes()
        kept = dump(ground.paths.database, "sessions", "day_keys", "answers", "cases", "envelopes", "files")
        secret = [
            value for rows in kept.values() for row in rows for value in row if isinstance(value, bytes)
        ]
        secret += [b"\xcd" * 32, b"\xab" * 32]  # who subscribed, and to what
        cases = dump(ground.paths.database, "cases")["cases"][0]
        readable = {cases[3], cases[13]}  # the HMAC of the receipt, and the report under its own key
        readable |= {row[1] for row in kept["files"]} | {row[2] for row in kept["envelopes"]}
        assert len(secret) > 8
        assert [
            value for value in secret if len(value) > 20 and value not in readable and value in content
        ] == []

    ground.run_scenario(scene)


def test_a_copy_is_of_one_instant_whatever_is_written_meanwhile(ground: StoredDesk, tmp_path: Path) -> None:
    async def scene(store: Store) -> None:
        await fill(ground, store)
        with DatabaseCopy(ground.paths.database, tmp_path / "sealed") as copying:
            copying.begin()
            await ground.file_complaint(store, 2)
            rows = copying.copy(TABLE_POLICIES, RowSealer(LedgerKeys({}, store.keyring)))
        assert rows["cases"] == 1

    ground.run_scenario(scene)


def test_a_table_that_nobody_decided_on_stops_the_copy(tmp_path: Path, ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        ground.execute_sql("CREATE TABLE unknown (x)")
        with pytest.raises(StorageError, match="unknown: it is not decided"):
            copy(ground.paths.database, tmp_path / "sealed", RowSealer(LedgerKeys({}, store.keyring)))

    ground.run_scenario(scene)


def test_a_copy_has_the_schema_with_indexes_and_triggers(tmp_path: Path, ground: StoredDesk) -> None:
    def read_schema(path: Path) -> list[object]:
        query = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name"
        with closing(sqlite3.connect(path)) as raw:
            return raw.execute(query).fetchall()

    prepare_database(tmp_path / "fresh" / "desk.sqlite")

    async def scene(store: Store) -> None:
        copy(
            tmp_path / "fresh" / "desk.sqlite", tmp_path / "sealed", RowSealer(LedgerKeys({}, store.keyring))
        )

    ground.run_scenario(scene)
    assert read_schema(tmp_path / "sealed") == read_schema(tmp_path / "fresh" / "desk.sqlite")


def test_each_kind_is_sealed_somewhere() -> None:
    sealed = {policy.kind for policy in TABLE_POLICIES.values() if policy is not None and policy.sealed}
    assert sealed >= set(LedgerKind)
