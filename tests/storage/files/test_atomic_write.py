"""A directory is replaced as a whole or not at all, even on a disk that is really full."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.files.atomic_write import (
    PUBLIC_MODES,
    remove_leftovers,
    replace_changed_file,
    replace_directory,
    replace_file,
)
from storage.files.directories import wait_for_exclusive_lock
from tests.bot.publishing.release_desk import patch_attributes


def read_folder(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mounting, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_folder_takes_the_place_of_another(tmp_path: Path) -> None:
    target = tmp_path / "now"
    replace_directory(target, [("a", b"1"), ("b", b"2")])
    replace_directory(target, iter([("a", b"3")]), PUBLIC_MODES)
    assert read_folder(target) == {"a": b"3"}
    assert list(tmp_path.iterdir()) == [target]
    assert (target.stat().st_mode & 0o777, (target / "a").stat().st_mode & 0o777) == (0o755, 0o644)


def test_a_full_disk_leaves_what_was_there(small: Path) -> None:
    target = small / "now"
    replace_directory(target, [("a", b"1" * 8000)])
    with pytest.raises(OSError, match="No space"):
        replace_directory(target, [("a", b"2" * 8000), ("b", b"2" * 80000)])
    with pytest.raises(OSError, match="No space"):
        replace_file(small / "page", b"2" * 80000)
    assert read_folder(target) == {"a": b"1" * 8000}
    assert list(small.iterdir()) == [target]
    replace_directory(target, [("a", b"3" * 8000)])
    assert read_folder(target) == {"a": b"3" * 8000}


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    replace_file(page, b"old")
    replace_file(page, b"new")
    assert (page.read_bytes(), page.stat().st_mode & 0o777) == (b"new", 0o644)
    assert list(tmp_path.iterdir()) == [page]


def test_what_a_killed_run_left_is_swept_and_what_it_moved_aside_comes_back(tmp_path: Path) -> None:
    target = tmp_path / "now"
    replace_directory(target, [("a", b"1")])
    (tmp_path / ".now.0a0a0a0a.new").mkdir()
    target.rename(tmp_path / ".now.0b0b0b0b.old")
    remove_leftovers(target)
    assert (read_folder(target), list(tmp_path.iterdir())) == ({"a": b"1"}, [target])
    (tmp_path / ".now.0b0b0b0b.old").mkdir()
    remove_leftovers(target)
    assert list(tmp_path.iterdir()) == [target]


def test_where_the_last_step_fails_the_old_one_stands_again(tmp_path: Path) -> None:
    target = tmp_path / "now"
    replace_directory(target, [("a", b"1")])
    renaming = Path.rename

    def fails(path: Path, to: Path) -> Path:
        if path.name.endswith(".new"):
            raise PermissionError(13, "Permission denied")
        return renaming(path, to)

    with patch_attributes(Path, rename=fails), pytest.raises(PermissionError):
        replace_directory(target, [("a", b"2")])
    assert (read_folder(target), list(tmp_path.iterdir())) == ({"a": b"1"}, [target])


def test_one_at_a_time(tmp_path: Path) -> None:
    inside: list[int] = []

    async def one() -> None:
        async with wait_for_exclusive_lock(tmp_path / "deep" / ".lock"):
            inside.append(1)
            assert sum(inside) == 1
            await asyncio.sleep(0.01)
            inside.pop()

    async def scene() -> None:
        await asyncio.gather(*(one() for _ in range(3)))

    asyncio.run(scene())
    assert inside == []


def test_a_file_is_written_where_it_is_missing_or_differs(tmp_path: Path) -> None:
    target = tmp_path / "index.html"
    assert [replace_changed_file(target, content) for content in (b"a", b"a", b"b")] == [True, False, True]
    assert read_folder(tmp_path) == {"index.html": b"b"}
    assert target.stat().st_mode & 0o777 == 0o644
