"""Private directories, and a lock that only one process holds."""

import asyncio
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from storage.files.directories import acquire_exclusive_lock, create_private_directory, fsync_directory

TRY_LOCK = """
import fcntl, os, sys
lock = os.open(sys.argv[1], os.O_RDWR)
try:
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    sys.exit(7)
"""


def can_another_process_lock(path: Path) -> bool:
    return subprocess.run([sys.executable, "-I", "-S", "-c", TRY_LOCK, path], check=False).returncode == 0


def test_missing_parents_are_private_too(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b" / "c"
    create_private_directory(folder)
    for made in (folder, folder.parent, folder.parent.parent):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_a_directory_that_exists_is_left_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    create_private_directory(folder)
    create_private_directory(folder / "inside")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    fsync_directory(folder)


def test_a_lock_is_held_against_other_processes_until_its_end_however_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with acquire_exclusive_lock(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert not can_another_process_lock(path)
    assert can_another_process_lock(path)
    with pytest.raises(ZeroDivisionError), acquire_exclusive_lock(path):
        raise ZeroDivisionError
    assert can_another_process_lock(path)


def test_two_of_the_same_process_wait_for_each_other(tmp_path: Path) -> None:
    log: list[str] = []

    def hold(name: str) -> None:
        with acquire_exclusive_lock(tmp_path / "lock"):
            log.extend([name, name])

    async def scene() -> None:
        await asyncio.gather(*(asyncio.to_thread(hold, name) for name in "abc"))

    asyncio.run(scene())
    assert [log[n] for n in (0, 2, 4)] == [log[n] for n in (1, 3, 5)]
