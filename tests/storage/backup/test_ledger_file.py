"""The file of a ledger."""

import pytest

from storage.backup.ledger import LedgerKeys, save_made_keys
from storage.backup.ledger_file import LedgerFile, load_desk_ledger, parse_ledger_file
from storage.db.number_floors import NumberKind
from storage.errors import BackupDamagedError
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk, ground, load_reporter_case

__all__ = ["ground"]


def test_it_has_the_keys_as_they_are_stored_and_the_numbers(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        case = (await load_reporter_case(store, await ground.file_complaint(store))).id
        keys = LedgerKeys({}, store.keyring)
        keys.find_or_make_cipher("cases", case)
        await save_made_keys(store.committer, keys)
        async with store.open_read_context() as context:
            ledger = await load_desk_ledger(context.connection)
        written = LedgerFile(made_at=NOW, desks={"complaints": ledger}).model_dump_json().encode()
        read = parse_ledger_file(written).desks["complaints"]
        assert read.rows == keys.made
        assert read.numbers[NumberKind.REGISTER.value] == {2570: 1}

    ground.run_scenario(scene)


@pytest.mark.parametrize("content", [b"", b"{}", b'{"made_at": "2026-11-30T00:00:00Z"}'])
def test_what_is_no_ledger_is_told(content: bytes) -> None:
    with pytest.raises(BackupDamagedError):
        parse_ledger_file(content)
