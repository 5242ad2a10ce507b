"""The ledger: a key for each thing that may be erased, which goes with it in the same transaction."""

import pytest

from storage.backup.ledger import LedgerKeys, load_ledger, save_made_keys
from storage.backup.policy import LedgerKind
from storage.backup.taken_back import forget_backup_keys, is_forgotten
from storage.crypto.aead import HMAC_BYTES
from storage.db.batch import WriteBatch
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk, ground, load_reporter_case

__all__ = ["ground"]

MARK = b"\xab" * 32

ROWS: dict[LedgerKind, tuple[str, str]] = {
    LedgerKind.QUESTION: (
        "INSERT INTO questions (id, fiscal_year, number, receipt_mark, state, seq, asked_on, answer_by, touched_on,"
        " bucket, lang, board, about) VALUES ('own', 2570, 1, x'01', 'open', 1, '2026-11-22', '2026-11-30',"
        " '2026-11-22', '', 'th', '', 'x')",
        "DELETE FROM questions",
    ),
    LedgerKind.OPINION: (
        "INSERT INTO opinions (id, fiscal_year, number, topic, said_on, twin, sealed)"
        " VALUES ('own', 2570, 1, 'a', '2026-11-22', x'01', x'02')",
        "UPDATE opinions SET sealed = NULL",
    ),
    LedgerKind.CONSULTATION: (
        "INSERT INTO ballots (code, phase, opens, closes, asked, key) VALUES ('own', 'open', 1, 2, '', x'01')",
        "UPDATE ballots SET key = NULL",
    ),
    LedgerKind.FILE: (
        "INSERT INTO files (id, owner, place, until, sealed) VALUES ('own', x'01', 'p', 0, x'02')",
        "DELETE FROM files",
    ),
    LedgerKind.CASE_NEWS: (
        f"INSERT INTO addresses VALUES (x'{MARK.hex()}', x'01', x'02')",
        "UPDATE addresses SET person = x'05'",
    ),
    LedgerKind.RESULT_NEWS: (
        "INSERT INTO ballots (code, phase, opens, closes, asked) VALUES ('c', 'open', 1, 2, '')",
        "DELETE FROM hearers",
    ),
}
"""A row of each kind, and what erases it. Cases and envelopes: below, by the program itself."""


async def count_keys(store: Store) -> int:
    async with store.open_read_context() as context:
        return len(await load_ledger(context.connection))


@pytest.mark.parametrize("kind", ROWS)
def test_a_key_goes_with_its_thing(ground: StoredDesk, kind: LedgerKind) -> None:
    insert, erase = ROWS[kind]
    own = MARK.hex() if kind in {LedgerKind.CASE_NEWS, LedgerKind.RESULT_NEWS} else "own"

    async def scene(store: Store) -> None:
        ground.execute_sql(insert)
        if kind is LedgerKind.RESULT_NEWS:
            ground.execute_sql(f"INSERT INTO hearers VALUES (x'{MARK.hex()}', 'c', x'01', x'02')")
        keys = LedgerKeys({}, store.keyring)
        keys.find_or_make_cipher(kind.value, own)
        await save_made_keys(store.committer, keys)
        assert await count_keys(store) == 1
        ground.execute_sql(erase)
        assert await count_keys(store) == 0

    ground.run_scenario(scene)


def test_the_keys_of_a_case_go_where_a_part_of_it_is_taken_back(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        case = (await load_reporter_case(store, await ground.file_complaint(store))).id
        keys = LedgerKeys({}, store.keyring)
        for kind in (LedgerKind.CASE, LedgerKind.ENVELOPE):
            keys.find_or_make_cipher(kind.value, case)
        await save_made_keys(store.committer, keys)
        assert await count_keys(store) == 2
        async with store.committer.transaction() as connection:
            batch = WriteBatch(connection, store.keyring, store.committer.daily_keys, NOW)
            forget_backup_keys(case, batch)
            await batch.flush()
        async with store.open_read_context() as context:
            left = await load_ledger(context.connection)
        assert {kind for kind, _ in left} == {"cases", "envelopes"}, (
            "a mark for what is there, none for what is not"
        )
        assert all(is_forgotten(sealed) for sealed in left.values())
        assert LedgerKeys(left, store.keyring).find_cipher("cases", case) is None
        assert not any(is_forgotten(sealed) for sealed in keys.made.values())
        await save_made_keys(store.committer, keys)  # made before it was taken back: too late
        async with store.open_read_context() as context:
            assert await load_ledger(context.connection) == left

    ground.run_scenario(scene)


def test_a_key_of_what_was_erased_meanwhile_does_not_stay(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        keys = LedgerKeys({}, store.keyring)
        for kind in LedgerKind:
            keys.find_or_make_cipher(kind.value, "ab")
        await save_made_keys(store.committer, keys)
        assert await count_keys(store) == 0

    ground.run_scenario(scene)


def test_a_stored_key_opens_what_it_sealed(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        case = (await load_reporter_case(store, await ground.file_complaint(store))).id
        keys = LedgerKeys({}, store.keyring)
        sealed = keys.find_or_make_cipher("cases", case).encrypt(b"text", "cases", case, "key")
        await save_made_keys(store.committer, keys)
        async with store.open_read_context() as context:
            again = LedgerKeys(await load_ledger(context.connection), store.keyring)
        cipher = again.find_cipher("cases", case)
        assert cipher is not None
        assert cipher.decrypt(sealed, "cases", case, "key") == b"text"
        assert again.find_cipher("cases", "another") is None
        assert len(again.hash_owner("cases", case)) == HMAC_BYTES

    ground.run_scenario(scene)


def test_a_damaged_key_is_none(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        assert LedgerKeys({("cases", "a"): b"\x01\x01junk"}, store.keyring).find_cipher("cases", "a") is None

    ground.run_scenario(scene)
