"""Making a backup: proven before an older one goes, and nothing half where it is cut off."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.backup.making import LOCK_FILE, SCRATCH_FOLDER
from bot.backup.state import read_backup_state
from bot.bootstrap import App
from storage.errors import BackupError, DiskFullError
from storage.files.directories import acquire_exclusive_lock
from tests.bot.backup.backed_up_office import NOW, WRITTEN_ANEW, BackedUpOffice, office
from tests.storage.conftest import CANARY, StoredDesk, store_file

__all__ = ["office"]


def list_files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


async def file_with_evidence(office: BackedUpOffice, app: App, number: int = 1) -> None:
    store = app.desks["complaints"].store
    file = await store_file(store, b"%PDF-" + bytes(9000), "a.pdf", NOW)
    await StoredDesk(office.home).file_complaint(store, number, NOW, files=(file,))
    StoredDesk(office.home).execute_sql(WRITTEN_ANEW)


def test_a_backup_is_files_that_say_nothing_without_a_key(office: BackedUpOffice) -> None:
    office.run(lambda app: file_with_evidence(office, app))
    made = office.back_up()
    folder = office.folder.path
    assert list_files(folder) >= {
        f"backups/{made.stamp}.age",
        f"backups/{made.stamp}.evidence",
        f"keys/{made.stamp}.age",
        f"ledgers/{made.stamp}.age",
    }
    assert made.evidence_files == 1
    assert made.findings == ()
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert CANARY.encode() not in everything
    assert b"SQLite format" not in everything
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.rglob("*"))
    assert not (office.home / SCRATCH_FOLDER).exists()
    state = read_backup_state(office.home)
    assert (state.made_at, state.problem, state.rehearsal_findings) == (NOW, "", ())


def test_evidence_is_copied_once(office: BackedUpOffice) -> None:
    office.run(lambda app: file_with_evidence(office, app))
    office.back_up()
    [copied] = office.folder.get_evidence_folder("complaints").iterdir()
    inode = copied.stat().st_ino
    office.back_up(NOW + timedelta(days=1))
    assert copied.stat().st_ino == inode


@pytest.mark.parametrize("step", ["copy", "evidence", "ledger", "seal", "rehearse", "publish", "remove"])
def test_an_error_at_any_step_leaves_the_last_backup(office: BackedUpOffice, step: str) -> None:
    office.run(lambda app: file_with_evidence(office, app))
    made = office.back_up()
    before = list_files(office.folder.path)

    def fail(at: str) -> None:
        if at == step:
            raise DiskFullError("there is no room")

    async def scene(app: App) -> None:
        with pytest.raises(DiskFullError):
            await office.make_job(app, fail).run(NOW + timedelta(days=1))

    office.run(scene)
    after = list_files(office.folder.path)
    assert not any(name.endswith(".new") for name in after)
    assert before <= after
    if step != "remove":  # there the new one is whole
        assert office.folder.list_backups() == [made.stamp]
    state = read_backup_state(office.home)
    assert (state.made_at, state.problem) == (NOW, "DiskFullError")
    assert not (office.home / SCRATCH_FOLDER).exists()
    assert office.restore(made.stamp).findings == []


def test_a_second_backup_waits_for_the_first(office: BackedUpOffice) -> None:
    seen = []

    async def scene(app: App) -> None:
        job = office.make_job(app, seen.append)
        with acquire_exclusive_lock(office.home / LOCK_FILE):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await job.run(NOW)
            assert seen == []
        await job.run(NOW)

    office.run(scene)
    assert seen[-1] == "remove"


def test_evidence_that_goes_meanwhile_is_met_by_a_fresh_copy(office: BackedUpOffice) -> None:
    office.run(lambda app: file_with_evidence(office, app))
    tries = []

    async def scene(app: App) -> None:
        store = app.desks["complaints"].store

        def write_anew(step: str) -> None:
            tries.append(step)
            if step == "evidence" and tries.count("evidence") == 1:
                [path] = store.evidence.folder.glob("*.sealed")
                path.rename(path.with_name("renamed.sealed"))
                StoredDesk(office.home).execute_sql("UPDATE files SET place = 'renamed'")

        made = await office.make_job(app, write_anew).run(NOW)
        # The row's own content is of the old name: the sample of the rehearsal reads the file under its key.
        assert made.findings == ()

    office.run(scene)
    assert tries.count("copy") == 2


def test_evidence_that_is_missing_is_told_and_stops_no_backup(office: BackedUpOffice) -> None:
    office.run(lambda app: file_with_evidence(office, app))
    for path in (office.home / "complaints" / "evidence").glob("*.sealed"):
        path.unlink()
    made = office.back_up()
    assert made.findings[0] == "complaints: 1 files of evidence are missing"
    assert office.folder.list_backups() == [made.stamp]
    assert read_backup_state(office.home).rehearsal_findings == made.findings
    assert office.restore(made.stamp).desks["complaints"].cases


def test_the_ledger_alone_is_written_where_a_backup_fails(office: BackedUpOffice) -> None:
    office.run(lambda app: file_with_evidence(office, app))
    office.back_up()

    async def scene(app: App) -> None:
        await office.make_job(app).run_ledger(NOW + timedelta(hours=1))

    office.run(scene)
    assert len(office.folder.list_ledgers()) == 2
    assert read_backup_state(office.home).ledger_at == NOW + timedelta(hours=1)


def test_a_folder_that_cannot_be_written_is_told(office: BackedUpOffice) -> None:
    office.folder.path.mkdir()
    (office.folder.path / "ledgers").write_text("a file stands where the folder should be")

    async def scene(app: App) -> None:
        with pytest.raises((BackupError, OSError)):
            await office.make_job(app).run(NOW)

    office.run(scene)
    assert read_backup_state(office.home).problem != ""
