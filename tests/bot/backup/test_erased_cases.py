"""What was erased cannot be read from any backup eight days later, with every key that the office has."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.backup.restoring import find_restore_source, restore_backup
from bot.bootstrap import App
from tests.bot.backup.backed_up_office import NOW, WRITTEN_ANEW, BackedUpOffice, office
from tests.storage.conftest import CANARY, StoredDesk, close_case, store_file

__all__ = ["office"]

AFTER_CLOSING = timedelta(days=30)
STAYS, GOES = "เรื่องที่ยังอยู่", CANARY


async def list_stories(app: App) -> set[str]:
    """The stories of all cases that can be read."""
    store = app.desks["complaints"].store
    async with store.open_read_context() as context:
        rows = await context.connection.exec_driver_sql("SELECT id FROM cases")
        cases = [row[0] for row in rows]
    return {(await store.load_report(case)).answers["story"] for case in cases}


def restore_each(office: BackedUpOffice, now: datetime) -> dict[str, set[str]]:
    """Restore every backup that is kept; return the stories that are read from each."""
    found = {}
    for number, stamp in enumerate(office.folder.list_backups()):
        target = office.root / f"restored-{now:%d%H}-{number}"
        source = find_restore_source(office.folder.get_backup_path(stamp))
        asyncio.run(restore_backup(source, office.identity, target, now))

        async def look(app: App, stamp: str = stamp) -> None:
            found[stamp] = await list_stories(app)
            assert await app.desks["complaints"].store.verify_audit() == []

        office.run(look, target, now)
    return found


@pytest.mark.full("simulated days of backups")
def test_an_erased_case_is_unreadable_in_every_backup_after_eight_days(office: BackedUpOffice) -> None:
    async def fill(app: App) -> None:
        desk, store = StoredDesk(office.home), app.desks["complaints"].store
        file = await store_file(store, b"%PDF-" + bytes(5000), "a.pdf", NOW)
        goes = await desk.file_complaint(store, 1, NOW, answers={"story": GOES}, files=(file,))
        await desk.file_complaint(store, 2, NOW, answers={"story": STAYS})
        await close_case(desk, store, goes, NOW)
        desk.execute_sql(WRITTEN_ANEW)

    async def erase(app: App) -> None:
        store = app.desks["complaints"].store
        assert await store.retention.delete_ended_cases(day, AFTER_CLOSING) == 1

    office.run(fill)
    erased_at = NOW + AFTER_CLOSING + timedelta(days=2, hours=12)
    day, is_erased = NOW, False
    while day < erased_at + timedelta(days=9):
        if day > erased_at and not is_erased:
            assert restore_each(office, day)[office.folder.list_backups()[-1]] == {GOES, STAYS}
            office.run(erase, now=day)
            is_erased = True
        if day < NOW + timedelta(days=3) or day > erased_at - timedelta(days=2):
            office.back_up(day)
        day += timedelta(days=1)
    found = restore_each(office, day)
    assert len(found) > 8
    assert all(stories == {STAYS} for stories in found.values())


def test_before_that_an_older_ledger_still_opens_it_and_so_ledgers_go(office: BackedUpOffice) -> None:
    async def fill(app: App) -> None:
        desk, store = StoredDesk(office.home), app.desks["complaints"].store
        await close_case(desk, store, await desk.file_complaint(store, 1, NOW, answers={"story": GOES}), NOW)

    async def erase(app: App) -> None:
        assert await app.desks["complaints"].store.retention.delete_ended_cases(later, AFTER_CLOSING) == 1

    office.run(fill)
    office.back_up(NOW)
    later = NOW + AFTER_CLOSING + timedelta(days=2)
    [old] = office.folder.list_ledgers()
    office.run(erase, now=later)

    async def write_ledger(app: App) -> None:
        await office.make_job(app).run_ledger(later)

    office.run(write_ledger, now=later)
    # The old generation was over seven days old: it went as soon as its successor was proven.
    assert old not in office.folder.list_ledgers()
    assert list(restore_each(office, later).values()) == [set()]


def test_without_a_successor_the_last_ledger_stays(office: BackedUpOffice) -> None:
    async def fill(app: App) -> None:
        await StoredDesk(office.home).file_complaint(app.desks["complaints"].store, 1, NOW)

    office.run(fill)
    made = office.back_up(NOW)
    assert office.restore(made.stamp, now=NOW + timedelta(days=300)).desks["complaints"].erased == 0
