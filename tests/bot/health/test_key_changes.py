"""`doctor` says where a change of keys was cut off, and what is under old keys still."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from handlers.staff.members import StaffProfile
from handlers.staff.permissions import Role
from storage.crypto.key_files import DeskPaths, load_keys
from storage.rotation.rotate_keys import KeyRotation
from storage.store import open_store
from tests.bot.health.broken_setup import diagnose_folder, install_office, join_words

NOW = datetime.now(UTC)


def put_old_row_back(home: Path) -> None:
    """A person of the staff stands in the database as before the keys were changed."""
    paths = DeskPaths.under(home, "complaints")

    async def scene() -> None:
        async with open_store(load_keys(paths), NOW) as store:
            await store.staff_admin.add(Role.OFFICER, StaffProfile("สมชาย"), NOW)
            query = "SELECT id, sealed FROM staff"
            with closing(sqlite3.connect(paths.database)) as raw, raw:
                ((own, sealed),) = raw.execute(query).fetchall()
            await KeyRotation(store, 0, 0).run(NOW)
            with closing(sqlite3.connect(paths.database)) as raw, raw:
                raw.execute("UPDATE staff SET sealed = ? WHERE id = ?", (sealed, own))

    asyncio.run(scene())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an office."""
    install_office(tmp_path)
    return tmp_path


def test_a_change_that_was_cut_off_and_what_is_left_are_told(folder: Path) -> None:
    assert diagnose_folder(folder)["key-change"].findings == ()
    put_old_row_back(folder / "var")
    said = join_words(diagnose_folder(folder)["key-change"].findings)
    assert "1 รายการอยู่ใต้กุญแจเดิม" in said
    assert "ita-bot keys rotate --desk complaints --finish" in said
    with closing(sqlite3.connect(folder / "var" / "complaints" / "desk.sqlite")) as raw, raw:
        raw.execute("INSERT INTO chores VALUES ('keys-rotate', 'seal.2')")
    said = join_words(diagnose_folder(folder)["key-change"].findings)
    assert "ค้างอยู่" in said
    assert "--finish" not in said
