"""Files for the office's website: counted when they changed, and a failure told to the staff once a day."""

import errno
from datetime import timedelta
from typing import Any

import pytest

from bot.jobs.housekeeping import JobResult
from bot.publishing.web_folder import name_write_error, publish_to_folder
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk
from tests.storage.staffed_desk import join_staff, list_letters


@pytest.fixture
def ground(tmp_path: Any) -> StoredDesk:
    """A desk that has not been opened yet."""
    return StoredDesk(tmp_path / "var")


@pytest.mark.parametrize(
    ("code", "named"),
    [
        (errno.ENOSPC, "room"),
        (errno.EDQUOT, "room"),
        (errno.EACCES, "folder"),
        (errno.ENOENT, "folder"),
        (None, "folder"),
    ],
)
def test_a_full_disk_is_told_apart_from_the_rest(code: int | None, named: str) -> None:
    assert name_write_error(OSError(code, "secret path") if code else OSError()) == named


@pytest.mark.parametrize("changed", [0, 3])
def test_what_changed_is_counted(ground: StoredDesk, changed: int) -> None:
    async def scene(one: Store) -> None:
        found = [result async for result in publish_to_folder(one, NOW, "board", lambda: changed)]
        assert found == ([JobResult("service", "published-board", changed)] if changed else [])

    ground.run_scenario(scene)


def test_a_failure_is_told_once_a_day_and_tried_again(ground: StoredDesk) -> None:
    tries = 0

    def fail() -> int:
        nonlocal tries
        tries += 1
        raise OSError(errno.ENOSPC, "no room at /secret/path")

    async def scene(one: Store) -> None:
        await join_staff(ground, one, "officer")
        for at in (NOW, NOW + timedelta(hours=1), NOW + timedelta(days=1)):
            assert [result async for result in publish_to_folder(one, at, "opinions", fail)] == []
        letters = await list_letters(one)
        assert (tries, len(letters)) == (3, 2)
        assert "/secret/path" not in str(letters)

    ground.run_scenario(scene)
