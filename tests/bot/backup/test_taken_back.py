"""What is taken back while a backup is made can be read from none, however the two meet."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.backup import making
from bot.bootstrap import App
from storage import tables
from storage.backup.ledger import LedgerKeys
from storage.backup.taken_back import forget_backup_keys
from storage.cases.history import decrypt_report, encrypt_report
from storage.db.batch import WriteBatch
from storage.db.group_commit import GroupCommitWriter
from storage.store import Store
from tests.bot.backup.backed_up_office import NOW, BackedUpOffice, office
from tests.bot.backup.test_erased_cases import restore_each
from tests.storage.conftest import CANARY, StoredDesk

__all__ = ["office"]

LEFT = "ส่วนที่เหลือ"


async def take_back(store: Store) -> None:
    """Replace the story of the one case by what is left of it, as its reporter's unsending does."""
    async with store.committer.transaction() as connection:
        batch = WriteBatch(connection, store.keyring, store.committer.daily_keys, NOW)
        case = (await connection.execute(tables.cases.select())).one()
        cipher = store.keyring.unwrap_case_cipher(case.id, case.key)
        report = replace(decrypt_report(case.report, case.id, cipher), answers={"story": LEFT})
        left = encrypt_report(report, case.id, cipher)
        await connection.execute(tables.cases.update().values(report=left))
        forget_backup_keys(case.id, batch)
        await batch.flush()


@pytest.mark.parametrize("is_known", [False, True], ids=["a new case", "a case of earlier backups"])
def test_a_text_taken_back_while_it_is_copied_stays_in_no_backup(
    office: BackedUpOffice, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    async def fill(app: App) -> None:
        store = app.desks["complaints"].store
        await StoredDesk(office.home).file_complaint(store, 1, NOW, answers={"story": CANARY})

    office.run(fill)
    if is_known:
        office.back_up(NOW)
    day = NOW + timedelta(days=1)
    save = making.save_made_keys

    async def scene(app: App) -> None:
        store = app.desks["complaints"].store

        async def save_later(committer: GroupCommitWriter, keys: LedgerKeys) -> None:
            if committer is store.committer:
                await take_back(store)
            await save(committer, keys)

        monkeypatch.setattr(making, "save_made_keys", save_later)
        made = await office.make_job(app).run(day)
        assert made.findings == (), "that it is in this backup no more is nobody's fault"
        monkeypatch.setattr(making, "save_made_keys", save)

    office.run(scene, now=day)
    [*_, during] = office.folder.list_backups()
    office.back_up(day + timedelta(days=1))

    async def write_ledger(app: App) -> None:
        await office.make_job(app).run_ledger(day + timedelta(days=9))

    office.run(write_ledger, now=day + timedelta(days=9))
    found = restore_each(office, day + timedelta(days=9))
    assert found.pop(during) == set()
    assert list(found.values())[-1:] == [{LEFT}]
    assert not any(CANARY in stories for stories in found.values())
