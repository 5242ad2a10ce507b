"""What was backed up is there again after a restore: byte by byte what is kept, and nothing that is not."""

import asyncio
import itertools
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from bot.backup.restoring import find_restore_source, restore_backup
from bot.bootstrap import App
from handlers.complaints.messages import ActorKind
from handlers.dialog.receipt import Receipt
from handlers.staff.members import StaffProfile
from handlers.staff.permissions import Role
from storage.backup.age_files import Identity
from storage.crypto.aead import generate_key
from storage.crypto.key_files import DeskPaths, load_or_create_keys, write_key_file
from storage.errors import BackupDamagedError, BackupError, BackupKeyError
from storage.rotation.rotate_keys import KeyRotation, count_old_rows
from storage.store import Store
from tests.bot.backup.backed_up_office import NOW, WRITTEN_ANEW, BackedUpOffice, office
from tests.storage.conftest import StoredDesk, load_reporter_case, make_entry, store_file

__all__ = ["office"]

CONTENT = b"%PDF-" + bytes(range(256)) * 300


async def fill(home: Path, app: App) -> Receipt:
    """File a case with a name, a file, a message and an answer to it; invite an officer."""
    desk, store = StoredDesk(home), app.desks["complaints"].store
    file = await store_file(store, CONTENT, "หลักฐาน.pdf", NOW)
    receipt = await desk.file_complaint(store, 7, NOW, identity={"name": "คานารี"}, files=(file,))
    desk.execute_sql(WRITTEN_ANEW)
    case = await load_reporter_case(store, receipt)
    await desk.commit_acts(store, make_entry(case, "ถามเพิ่ม", ActorKind.OFFICE))
    await store.staff_admin.add(Role.OFFICER, StaffProfile("สมชาย ใจดี"), NOW)
    return receipt


async def read_all(store: Store, receipt: Receipt) -> list[object]:
    """All that a case has, decrypted."""
    case = await load_reporter_case(store, receipt)
    report = await store.load_report(case.id)
    files = [b"".join([chunk async for chunk in store.evidence.read_chunks(file)]) for file in report.files]
    return [report, await store.load_identity(case.id), case.entries, case.status, *files]


def test_a_restored_case_is_the_one_that_was_backed_up(office: BackedUpOffice) -> None:
    before, after = list[object](), list[object]()

    async def scene(app: App) -> None:
        receipts.append(await fill(office.home, app))
        before.extend(await read_all(app.desks["complaints"].store, receipts[0]))

    async def look(app: App) -> None:
        store = app.desks["complaints"].store
        after.extend(await read_all(store, receipts[0]))
        assert await store.verify_audit() == []
        assert await app.desks["service"].store.verify_audit() == []

    receipts = list[Receipt]()
    office.run(scene)
    made = office.back_up(NOW + timedelta(hours=1))
    assert made.findings == ()
    result = office.restore(made.stamp)
    assert result.findings == []
    office.run(look, office.root / "restored")
    assert CONTENT in before
    assert after == before


def test_a_restored_office_gives_no_number_twice_and_lets_nobody_in(office: BackedUpOffice) -> None:
    async def scene(app: App) -> None:
        await fill(office.home, app)

    async def look(app: App) -> None:
        store = app.desks["complaints"].store
        await StoredDesk(office.root / "restored").file_complaint(store, 99, NOW + timedelta(days=1))

    office.run(scene)
    made = office.back_up(NOW + timedelta(hours=1))
    result = office.restore(made.stamp, now=NOW + timedelta(days=1))
    assert [one.name for one in result.desks["complaints"].finished.invitations] == ["สมชาย ใจดี"]
    restored = StoredDesk(office.root / "restored")
    for table in ("sessions", "events", "answers", "outbox", "keyholes", "recoveries"):
        assert restored.execute_sql(f"SELECT * FROM {table}") == []
    assert restored.execute_sql("SELECT count(*) FROM staff WHERE who IS NOT NULL OR factor IS NOT NULL") == [
        (0,)
    ]
    office.run(look, office.root / "restored")
    assert restored.execute_sql("SELECT number FROM cases ORDER BY number") == [(1,), (201,)]


def test_a_folder_that_is_not_empty_is_left_alone(office: BackedUpOffice) -> None:
    office.run(lambda app: fill_only(office, app))
    made = office.back_up()
    (office.root / "full").mkdir()
    (office.root / "full" / "a").write_text("mine")
    with pytest.raises(BackupError, match="not empty"):
        office.restore(made.stamp, "full")
    assert [path.name for path in (office.root / "full").iterdir()] == ["a"]
    (office.root / "empty").mkdir()
    assert office.restore(made.stamp, "empty").findings == []


async def fill_only(office: BackedUpOffice, app: App) -> None:
    await fill(office.home, app)


@pytest.mark.parametrize(("part", "error"), [("backups", BackupDamagedError), ("keys", BackupError)])
def test_a_damaged_backup_leaves_nothing(office: BackedUpOffice, part: str, error: type[BackupError]) -> None:
    office.run(lambda app: fill_only(office, app))
    made = office.back_up()
    path = office.folder.path / part / f"{made.stamp}.age"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(error):
        office.restore(made.stamp)
    assert not (office.root / "restored").exists()
    assert not (office.root / ".restored.restoring").exists()


def test_a_damaged_ledger_is_passed_over_and_that_is_told(office: BackedUpOffice) -> None:
    office.run(lambda app: fill_only(office, app))
    office.back_up()
    made = office.back_up(NOW + timedelta(days=1))
    path = office.folder.get_ledger_path(made.stamp)
    path.write_bytes(path.read_bytes()[:-1])
    result = office.restore(made.stamp, now=NOW + timedelta(days=1))
    assert len(result.findings) == 2
    assert len(result.desks["complaints"].cases) == 1, "the older ledger has the key of what was there then"


def test_damaged_evidence_is_told_and_the_rest_is_there(office: BackedUpOffice) -> None:
    office.run(lambda app: fill_only(office, app))
    made = office.back_up()
    [file] = office.folder.get_evidence_folder("complaints").iterdir()
    file.write_bytes(b"x")
    result = office.restore(made.stamp)
    assert result.findings == ["complaints: 1 files of evidence are missing or damaged"]
    assert len(result.desks["complaints"].cases) == 1


def test_an_older_backup_opens_with_the_newest_ledger(office: BackedUpOffice) -> None:
    office.run(lambda app: fill_only(office, app))
    old = office.back_up()
    for day in range(1, 5):
        office.back_up(NOW + timedelta(days=day))
    assert len(office.restore(old.stamp, now=NOW + timedelta(days=5)).desks["complaints"].cases) == 1


def test_keys_that_are_kept_elsewhere_open_a_backup(office: BackedUpOffice) -> None:
    office.run(lambda app: fill_only(office, app))
    made = office.back_up()
    for path in (office.folder.path / "keys").iterdir():
        path.unlink()
    source = find_restore_source(office.folder.get_backup_path(made.stamp))
    with pytest.raises(BackupError, match="the keys of this desk"):
        asyncio.run(restore_backup(source, office.identity, office.root / "a", NOW))
    places = [DeskPaths.under(office.home, desk) for desk in ("complaints", "service")]
    result = asyncio.run(restore_backup(source, office.identity, office.root / "b", NOW, places))
    assert result.findings == []


def test_another_private_key_opens_nothing(office: BackedUpOffice) -> None:
    office.run(lambda app: fill_only(office, app))
    made = office.back_up()
    office.identity = Identity()
    with pytest.raises(BackupKeyError):
        office.restore(made.stamp)


def test_evidence_of_today_is_in_the_backup_of_tomorrow_and_that_is_told(office: BackedUpOffice) -> None:
    async def scene(app: App) -> None:
        store = app.desks["complaints"].store
        file = await store_file(store, CONTENT, "a.pdf", NOW)
        await StoredDesk(office.home).file_complaint(store, 1, NOW, files=(file,))

    office.run(scene)
    made = office.back_up()
    assert (made.evidence_files, made.waiting_evidence, made.findings) == (0, 1, ())
    assert not list(office.folder.get_evidence_folder("complaints").iterdir())
    result = office.restore(made.stamp)
    assert result.findings == [
        "complaints: 1 files of evidence came after the night of the backup: not in it"
    ]
    assert len(result.desks["complaints"].cases) == 1


def test_backups_of_before_and_after_a_new_version_of_a_key_open(office: BackedUpOffice) -> None:
    """As docs/guides/leak.th.md says: a line more in the key file, and what was there before still opens."""

    async def scene(app: App) -> None:
        await fill(office.home, app)

    async def file_another(app: App) -> None:
        desk = StoredDesk(office.home, itertools.count(100))  # other events than those above
        await desk.file_complaint(app.desks["complaints"].store, 8, NOW)

    async def look(app: App) -> None:
        store = app.desks["complaints"].store
        async with store.open_read_context() as context:
            cases = [row[0] for row in await context.connection.exec_driver_sql("SELECT id FROM cases")]
        counted.append(len([(await store.load_report(case)).answers["story"] for case in cases]))

    office.run(scene)
    old = office.back_up()
    paths = DeskPaths.under(office.home, "complaints")
    for name in ("seal", "envelope", "audit"):
        known = load_or_create_keys(paths)[name]
        write_key_file(paths.key_paths[name], {**known, 2: generate_key()})
    office.run(file_another)
    new = office.back_up(NOW + timedelta(days=1))
    assert new.findings == ()
    counted = list[int]()
    for stamp in (old.stamp, new.stamp):
        assert office.restore(stamp, stamp, NOW + timedelta(days=1)).findings == []
        office.run(look, office.root / stamp, NOW + timedelta(days=1))
    assert counted == [1, 2]


def rotate_keys(office: BackedUpOffice) -> None:
    """Change the keys of the complaints desk."""

    async def scene(app: App) -> None:
        await KeyRotation(app.desks["complaints"].store, 0, 0).run(NOW + timedelta(days=1))

    office.run(scene)


@pytest.mark.parametrize("is_backed_up_again", [False, True])
def test_a_backup_from_before_the_keys_were_changed_is_restored_with_the_ledger_of_after(
    office: BackedUpOffice, *, is_backed_up_again: bool
) -> None:
    receipts, before, after = list[Receipt](), list[object](), list[object]()

    async def scene(app: App) -> None:
        receipts.append(await fill(office.home, app))
        before.extend(await read_all(app.desks["complaints"].store, receipts[0]))

    async def write_ledger(app: App) -> None:
        await office.make_job(app).run_ledger(NOW + timedelta(hours=1))

    async def look(app: App) -> None:
        store = app.desks["complaints"].store
        after.extend(await read_all(store, receipts[0]))
        assert await store.verify_audit() == []
        assert await count_old_rows(store) > 0  # as the backup has them; the next change finds them
        await KeyRotation(store, 0, 0).run(NOW + timedelta(days=1), is_only_finishing=True)
        assert await count_old_rows(store) == 0

    office.run(scene)
    stamp = office.back_up().stamp
    rotate_keys(office)
    office.run(write_ledger)
    if is_backed_up_again:
        assert office.back_up(NOW + timedelta(days=1)).findings == ()
    shutil.rmtree(office.home)
    assert office.restore(stamp).findings == []
    office.run(look, office.root / "restored")
    assert after == before
