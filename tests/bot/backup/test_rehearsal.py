"""The trial restore: quiet where all is well, loud where something is damaged."""

import asyncio
from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import pytest

from bot.backup.rehearsal import rehearse_restore
from bot.backup.restoring import find_restore_source, restore_backup, restore_into
from bot.backup.state import read_backup_state
from bot.bootstrap import App
from bot.cli.backup import restore
from storage.backup.age_files import Identity
from storage.crypto.key_files import DeskPaths, load_keys
from storage.errors import BackupError, BackupKeyError
from tests.bot.backup.backed_up_office import NOW, WRITTEN_ANEW, BackedUpOffice, office
from tests.storage.conftest import StoredDesk, store_file

__all__ = ["office"]


async def fill(office: BackedUpOffice, app: App) -> None:
    store = app.desks["complaints"].store
    file = await store_file(store, b"%PDF-" + bytes(9000), "a.pdf", NOW)
    await StoredDesk(office.home).file_complaint(store, 1, NOW, files=(file,))
    StoredDesk(office.home).execute_sql(WRITTEN_ANEW)


def rehearse(office: BackedUpOffice, stamp: str, identity: Identity | None = None) -> list[str]:
    source = find_restore_source(office.folder.get_backup_path(stamp))
    return asyncio.run(
        rehearse_restore(
            source, identity or office.identity, office.home / ".rehearsal", NOW + timedelta(days=1)
        )
    )


def test_a_whole_backup_has_no_findings_and_leaves_nothing(office: BackedUpOffice) -> None:
    office.run(lambda app: fill(office, app))
    made = office.back_up()
    assert rehearse(office, made.stamp) == []
    assert not (office.home / ".rehearsal").exists()


def test_a_rehearsal_writes_no_key_to_disk(office: BackedUpOffice, tmp_path: Path) -> None:
    """An office may keep its keys apart from its data, where a night's rehearsal must not bring them together."""
    office.run(lambda app: fill(office, app))
    made = office.back_up()
    work = tmp_path / "work"
    work.mkdir()
    source = find_restore_source(office.folder.get_backup_path(made.stamp))
    result = asyncio.run(restore_into(source, office.identity, work, NOW, is_rehearsal=True))
    assert result.desks["complaints"].cases
    keys = [
        key
        for versions in load_keys(DeskPaths.under(office.home, "complaints")).keys.values()
        for key in versions.values()
    ]
    written = b"".join(path.read_bytes() for path in work.rglob("*") if path.is_file())
    assert len(keys) >= 5
    assert not [
        key for key in keys if key in written or b64encode(key) in written or key.hex().encode() in written
    ]
    assert not [*work.rglob("*.key")]


@pytest.mark.parametrize("part", ["backups", "keys", "ledgers"])
def test_a_damaged_file_fails_loudly(office: BackedUpOffice, part: str) -> None:
    office.run(lambda app: fill(office, app))
    made = office.back_up()
    path = office.folder.path / part / f"{made.stamp}.age"
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)
    with pytest.raises(BackupError, match=r"damaged|no ledger|none of the files"):
        rehearse(office, made.stamp)


def test_damaged_evidence_is_found(office: BackedUpOffice) -> None:
    office.run(lambda app: fill(office, app))
    made = office.back_up()
    [file] = office.folder.get_evidence_folder("complaints").iterdir()
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(content)
    assert rehearse(office, made.stamp) == ["complaints: a case does not open (TamperedError)"]
    file.unlink()
    assert rehearse(office, made.stamp) == ["complaints: a file of a case cannot be read"]


@pytest.mark.full("simulated days of backups")
def test_a_broken_trail_is_found_and_no_older_backup_goes(office: BackedUpOffice) -> None:
    office.run(lambda app: fill(office, app))
    for day in range(9):
        office.back_up(NOW + timedelta(days=day))
    before = office.folder.list_backups()
    StoredDesk(office.home).execute_sql(
        "DROP TRIGGER audit_no_update", "UPDATE audit SET actor = 'nobody' WHERE seq = 1"
    )
    made = office.back_up(NOW + timedelta(days=9))
    assert made.findings == ("complaints: line 1 does not follow from the line before it",)
    assert office.folder.list_backups() == [*before, made.stamp]


def test_the_wrong_private_key_is_told(office: BackedUpOffice) -> None:
    office.run(lambda app: fill(office, app))
    made = office.back_up()
    with pytest.raises(BackupKeyError):
        rehearse(office, made.stamp, Identity())


def test_what_is_no_backup_is_told(office: BackedUpOffice) -> None:
    with pytest.raises(BackupError, match="there is no such file"):
        rehearse(office, "20261130T000000Z")


@pytest.mark.parametrize("wrong", ["backups/{}.evidence", "keys/{}.age", "ledgers/{}.age"])
def test_a_neighbour_of_the_backup_is_told_as_such_and_remembered_as_nothing(
    wrong: str, office: BackedUpOffice, capsys: pytest.CaptureFixture[str]
) -> None:
    """A tester's mistake: the list beside the backup was called damaged, and doctor then warned of the backup."""
    made = office.back_up()
    identity = office.root / "key.txt"
    identity.write_text(f"# created\n{office.identity.key}\n")
    before = read_backup_state(office.home)
    chosen = office.folder.path / wrong.format(made.stamp)
    for is_rehearsal in (True, False):
        assert asyncio.run(restore(chosen, identity, office.root / "new", is_rehearsal=is_rehearsal)) == 1
        told = capsys.readouterr().err
        assert "ไฟล์นี้ไม่ใช่ชุดสำรอง" in told
        assert "damaged" not in told
    assert read_backup_state(office.home) == before
    assert not (office.root / "new").exists()
    right = office.folder.get_backup_path(made.stamp)
    assert asyncio.run(restore(right, identity, None, is_rehearsal=True)) == 0


def test_a_folder_of_backups_may_have_another_name(office: BackedUpOffice) -> None:
    made = office.back_up()
    path = office.folder.get_backup_path(made.stamp)
    moved = path.parent.rename(path.parent.with_name("copy")) / path.name
    assert find_restore_source(moved).folder == office.folder
    damaged = moved.with_name("cut.age")
    damaged.write_bytes(moved.read_bytes()[:3000])
    with pytest.raises(BackupError, match="damaged"):
        asyncio.run(restore_backup(find_restore_source(damaged), office.identity, office.root / "new", NOW))
