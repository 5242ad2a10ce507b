"""A desk's keys are changed while it is served: nothing is lost, whatever is cut off, and the old keys open nothing."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.messages import ActorKind
from handlers.dialog.receipt import Receipt, make_receipt
from handlers.staff.members import ListStaff, StaffProfile
from handlers.staff.permissions import Role
from storage import tables
from storage.audit import AuditChain, AuditRecord
from storage.crypto.key_files import KeyFiles
from storage.crypto.keyring import Keyring
from storage.db.pieces import MAX_PIECE_ROWS
from storage.db.sqlite import get_driver
from storage.errors import TamperedError
from storage.rotation.reseal_cases import reseal_cases
from storage.rotation.rotate_keys import (
    ROTATED_KEYS,
    KeyRotation,
    count_old_rows,
    find_unfinished_rotation,
)
from storage.store import Store, open_store
from tests.storage.conftest import (
    CANARY,
    NOW,
    StoredDesk,
    load_reporter_case,
    make_entry,
    make_file_case,
    store_file,
)

CONTENT = b"%PDF-" + bytes(range(256)) * 300


class CutOffError(Exception):
    """Stands for the end of the program."""


async def fill(ground: StoredDesk, store: Store, number: int = 7, lines: int = 1) -> Receipt:
    """File a case with a name, a file, and messages."""
    file = await store_file(store, CONTENT, "หลักฐาน.pdf", NOW)
    identity = {"name": "ผู้แจ้ง"}
    receipt = await ground.file_complaint(store, number, NOW, identity=identity, files=(file,))
    for _ in range(lines):
        case = await load_reporter_case(store, receipt)
        await ground.commit_acts(store, make_entry(case, "ถามเพิ่ม", ActorKind.OFFICE))
    return receipt


async def read_all(store: Store, receipt: Receipt) -> list[object]:
    """All that a case has, decrypted, found by its code."""
    case = await load_reporter_case(store, receipt)
    report = await store.load_report(case.id)
    files = [b"".join([chunk async for chunk in store.evidence.read_chunks(file)]) for file in report.files]
    return [report, await store.load_identity(case.id), case.entries, case.status, *files]


async def rotate(store: Store, **how: bool) -> None:
    """Change the keys, without pauses."""
    result = await KeyRotation(store, 0, 0).run(NOW + timedelta(days=1), **how)
    assert (result.unreadable, result.waiting_files) == (0, 0)
    assert await count_old_rows(store) == 0
    assert await find_unfinished_rotation(store) == {}


def test_everything_is_read_afterwards_by_the_same_code(ground: StoredDesk) -> None:
    receipts = list[Receipt]()

    async def scene(store: Store) -> None:
        receipts.append(await fill(ground, store))
        await store.staff_admin.add(Role.OFFICER, StaffProfile("สมชาย ใจดี"), NOW)
        before = await read_all(store, receipts[0])
        await rotate(store)
        assert await read_all(store, receipts[0]) == before
        receipts.append(await fill(ground, store, 8))

    async def look(store: Store) -> None:
        assert {max(store.keyring.key_files[name]) for name in ROTATED_KEYS} == {2}
        assert max(store.keyring.key_files["person"]) == 1
        for receipt in receipts:
            assert len(await read_all(store, receipt)) == 5
        assert [one.name for one in await store.answer_query(ListStaff(), NOW)] == ["สมชาย ใจดี"]
        assert await store.verify_audit() == []

    ground.run_scenario(scene)
    ground.run_scenario(look)


def test_the_old_keys_open_nothing_of_what_is_there_and_the_new_ones_all(ground: StoredDesk) -> None:
    stolen = ground.key_files
    nowhere = replace(ground.paths, key_paths={name: ground.home / name for name in ground.paths.key_paths})

    async def scene(store: Store) -> None:
        receipt = await fill(ground, store)
        case = (await load_reporter_case(store, receipt)).id
        old_cipher = Keyring(stolen).unwrap_case_cipher(
            case, ground.execute_sql("SELECT key FROM cases")[0][0]
        )
        await rotate(store)
        await ground.commit_acts(store, make_entry(await load_reporter_case(store, receipt), "ต่อมา"))
        key, report = ground.execute_sql("SELECT key, report FROM cases")[0]
        with pytest.raises(TamperedError):
            Keyring(replace(stolen, paths=nowhere)).unwrap_case_cipher(case, key)
        # Nor does the case's own key, which was copied with the old database.
        with pytest.raises(TamperedError):
            old_cipher.decrypt(report, "cases", case, "report")
        for seq, sealed in ground.execute_sql("SELECT seq, sealed FROM history"):
            with pytest.raises(TamperedError):
                old_cipher.decrypt(sealed, "history", f"{case}/{seq}", "body")
        keys = store.keyring.key_files.keys
        only_new = {name: {max(versions): versions[max(versions)]} for name, versions in keys.items()}
        opened = Keyring(KeyFiles(nowhere, only_new)).unwrap_case_cipher(case, key)
        assert CANARY.encode() in opened.decrypt(report, "cases", case, "report")

    ground.run_scenario(scene)


def test_files_of_evidence_get_new_names_and_keys(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        await fill(ground, store)
        before = set(store.evidence.files.list_places())
        await rotate(store)
        assert len(store.evidence.files.list_places()) == 1
        assert not before & set(store.evidence.files.list_places())
        assert ground.execute_sql("SELECT count(*) FROM files WHERE day IS NOT NULL")[0] == (0,)

    ground.run_scenario(scene)


def test_what_is_written_meanwhile_by_a_program_with_the_old_keys_is_found_and_read(
    ground: StoredDesk,
) -> None:
    receipts = list[Receipt]()

    async def scene(store: Store) -> None:
        receipts.append(await fill(ground, store))
        async with open_store(ground.key_files, NOW) as server:
            await rotate(store)
            assert max(server.keyring.key_files["seal"]) == 1
            assert len(await read_all(server, receipts[0])) == 5  # reading alone makes it look
            receipts.append(await fill(ground, server, 8))
        await rotate(store, is_only_finishing=True)
        assert len(await read_all(store, receipts[1])) == 5
        assert await store.verify_audit() == []

    async def write_first(store: Store) -> None:
        async with open_store(ground.key_files, NOW) as server:
            await rotate(store)
            receipts.append(await fill(ground, server, 9))
            assert max(server.keyring.key_files["seal"]) == 3
        assert await store.verify_audit() == []
        assert len(await read_all(store, receipts[2])) == 5

    ground.run_scenario(scene)
    ground.run_scenario(write_first)


@pytest.mark.parametrize("place", range(0, 24, 3))
def test_a_change_that_is_cut_off_at_any_transaction_goes_on(ground: StoredDesk, place: int) -> None:
    receipts, before = list[Receipt](), list[object]()

    async def scene(store: Store) -> None:
        receipts.append(await fill(ground, store))
        before.extend(await read_all(store, receipts[0]))
        with cutting_off(store, place):
            await rotate(store)
        assert await read_all(store, receipts[0]) == before

    async def finish(store: Store) -> None:
        assert await read_all(store, receipts[0]) == before
        wanted = await find_unfinished_rotation(store)
        await rotate(store, is_only_finishing=not wanted)
        assert wanted.items() <= {(name, max(store.keyring.key_files[name])) for name in ROTATED_KEYS}
        assert await read_all(store, receipts[0]) == before
        assert await store.verify_audit() == []

    ground.run_scenario(scene)
    ground.run_scenario(finish)


@contextmanager
def cutting_off(store: Store, place: int) -> Iterator[None]:
    """Let the transaction at a place fail at its end, and all that follow at their begin."""
    real, left = store.committer.transaction, [place]

    @asynccontextmanager
    async def transaction() -> AsyncIterator[AsyncConnection]:
        if left[0] < 0:
            raise CutOffError
        async with real() as connection:
            yield connection
            left[0] -= 1
            if left[0] < 0:
                raise CutOffError

    store.committer.transaction = transaction  # type: ignore[method-assign]
    try:
        with suppress(CutOffError):
            yield
    finally:
        store.committer.transaction = real  # type: ignore[method-assign]


def test_no_transaction_writes_more_rows_than_a_piece(ground: StoredDesk) -> None:
    written = list[int]()

    async def scene(store: Store) -> None:
        case = make_file_case(1)
        for number in range(2, 90):
            await ground.commit_acts(store, replace(case, receipt=make_receipt(number)))
        real = store.committer.transaction

        @asynccontextmanager
        async def transaction() -> AsyncIterator[AsyncConnection]:
            async with real() as connection:
                before = (await get_driver(connection)).total_changes
                yield connection
                written.append((await get_driver(connection)).total_changes - before)

        store.committer.transaction = transaction  # type: ignore[method-assign]
        await rotate(store)

    ground.run_scenario(scene)
    assert sum(written) > 2 * 88
    assert max(written) <= MAX_PIECE_ROWS


def test_every_line_of_a_case_of_more_rows_than_a_piece_is_encrypted_anew(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        receipts = [await fill(ground, store, 7, 110), await fill(ground, store, 8)]
        before = [await read_all(store, receipt) for receipt in receipts]
        sealed = {row for (row,) in ground.execute_sql("SELECT sealed FROM history")}
        count = await reseal_cases(store, 0)
        assert count.changed == 0  # nothing is under an older key
        await rotate(store)
        assert not sealed & {row for (row,) in ground.execute_sql("SELECT sealed FROM history")}
        assert [await read_all(store, receipt) for receipt in receipts] == before

    ground.run_scenario(scene)


def test_a_case_with_a_damaged_line_keeps_its_key_and_loses_nothing_else(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        receipt = await fill(ground, store)
        ground.execute_sql(
            "CREATE TEMP TABLE kept AS SELECT * FROM history WHERE seq = 2",
            "UPDATE kept SET sealed = zeroblob(600)",
            "DELETE FROM history WHERE seq = 2",
            "INSERT INTO history SELECT * FROM kept",
        )
        damaged = ground.execute_sql("SELECT sealed FROM history ORDER BY seq")
        result = await KeyRotation(store, 0, 0).run(NOW + timedelta(days=1))
        assert (result.unreadable, result.waiting_files) == (
            1,
            0,
        )  # said at the end, though a later pass finds nothing
        assert await count_old_rows(store) == 0
        assert ground.execute_sql("SELECT sealed FROM history ORDER BY seq") == damaged
        assert (await store.load_report(await load_case_id(ground))).answers["story"] == CANARY
        assert receipt

    ground.run_scenario(scene)


async def load_case_id(ground: StoredDesk) -> str:
    """The id of the only case."""
    (own,) = ground.execute_sql("SELECT id FROM cases")[0]
    return str(own)


def test_who_has_the_old_audit_key_can_write_no_line_after_the_change(ground: StoredDesk) -> None:
    stolen = ground.key_files

    async def scene(store: Store) -> None:
        await fill(ground, store)
        await rotate(store)
        assert await store.verify_audit() == []
        ((count, mac),) = ground.execute_sql("SELECT count, mac FROM audit_head")
        chain = AuditChain(stolen["audit"], count, mac)
        row = chain.add(AuditRecord(495_000, "admin", "erased", "x"))
        await insert_forged_line(store, row, chain.head_row())
        assert await store.verify_audit() == [
            f"line {count + 1} was written with a key that was replaced before"
        ]

    ground.run_scenario(scene)


def test_who_has_the_old_audit_key_cannot_end_the_trail_with_it(ground: StoredDesk) -> None:
    stolen = ground.key_files

    async def scene(store: Store) -> None:
        await rotate(store)
        ((count, mac),) = ground.execute_sql("SELECT count, mac FROM audit_head")
        forged = AuditChain(stolen["audit"], count, mac).head_row()
        async with store.committer.transaction() as connection:
            await connection.execute(tables.audit_head.update().values(proof=forged["proof"]))
        assert await store.verify_audit() == ["the head was not written by this program with this key"]

    ground.run_scenario(scene)


async def insert_forged_line(store: Store, row: dict[str, object], head: dict[str, object]) -> None:
    """Write a line and a head as somebody would who has the database."""
    async with store.committer.transaction() as connection:
        await connection.execute(tables.audit.insert(), row)
        await connection.execute(tables.audit_head.update().values(head))
