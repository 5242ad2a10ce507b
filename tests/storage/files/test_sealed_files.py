"""Files on disk tell a day and a padded length, and writers are told from what a crash left."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.crypto.aead import CHUNK_BYTES, generate_key
from storage.errors import TamperedError
from storage.files.padding import get_padded_length
from storage.files.sealed_files import SealedFolder, WrittenFile, get_file_time, read_content, read_part
from tests.storage.conftest import NOW

KEY = generate_key()
MIDNIGHT = int(datetime(2026, 11, 22, 17, 0, tzinfo=UTC).timestamp())  # that of the 23rd in Bangkok


async def write(folder: SealedFolder, content: bytes, at: datetime = NOW) -> WrittenFile:
    """Write a content in one piece."""

    async def pieces() -> AsyncIterator[bytes]:
        yield content

    async with folder.writing():
        return await folder.write(pieces(), KEY, 10**9, at)


def sealed_length(size: int) -> int:
    """The length on disk of a content of so many bytes: padded, with a tag for each chunk."""
    padded = get_padded_length(size)
    return padded + 16 * -(-padded // CHUNK_BYTES)


@pytest.mark.parametrize("size", [1, 4096, 70_000, CHUNK_BYTES, 3 * CHUNK_BYTES + 5])
def test_a_content_is_padded_and_comes_back_without_its_padding(tmp_path: Path, size: int) -> None:
    folder, content = SealedFolder(tmp_path / "evidence"), os.urandom(size)
    written = asyncio.run(write(folder, content))
    path = folder.path_of(written.place)
    assert path.stat().st_size == sealed_length(size)
    assert b"".join(read_content(folder.open(written.place), KEY, size)) == content
    copied = folder.copy(written.place, size, KEY, other := generate_key(), NOW)
    assert copied == WrittenFile(copied.place, size, written.digest)
    assert copied.place != written.place
    assert b"".join(read_content(folder.open(copied.place), other, size)) == content
    with pytest.raises(TamperedError):
        list(read_content(folder.open(copied.place), KEY, size))


@pytest.mark.parametrize("after", [timedelta(), timedelta(hours=14, minutes=59), timedelta(hours=-9)])
def test_its_times_tell_the_day_and_reading_does_not_change_them(tmp_path: Path, after: timedelta) -> None:
    folder = SealedFolder(tmp_path / "evidence")
    written = asyncio.run(write(folder, b"x" * 100_000, NOW + after))
    list(read_content(folder.open(written.place), KEY, 100_000))
    told = folder.path_of(written.place).stat()
    assert (told.st_mtime_ns, told.st_atime_ns) == (MIDNIGHT * 10**9, MIDNIGHT * 10**9)


def test_the_time_of_a_file_is_the_coming_midnight() -> None:
    assert get_file_time(NOW) == MIDNIGHT
    assert get_file_time(datetime.fromtimestamp(MIDNIGHT - 1, UTC)) == MIDNIGHT
    assert get_file_time(datetime.fromtimestamp(MIDNIGHT, UTC)) == MIDNIGHT + 24 * 3600


def test_a_copy_that_fails_leaves_nothing(tmp_path: Path) -> None:
    folder = SealedFolder(tmp_path / "evidence")
    written = asyncio.run(write(folder, b"x" * 100_000))
    with pytest.raises(TamperedError):
        folder.copy(written.place, 100_000, generate_key(), generate_key(), NOW)
    assert folder.list_places() == [written.place]


def test_nobody_begins_to_write_while_orphans_are_searched_for(tmp_path: Path) -> None:
    folder = SealedFolder(tmp_path / "evidence")

    async def scene() -> None:
        async with folder.finding_orphans() as search:
            assert search.alone
            writing = asyncio.create_task(write(folder, b"x"))
            await asyncio.sleep(0.15)
            assert folder.list_places() == []
        written = await writing
        async with folder.writing(), folder.finding_orphans() as search:
            assert not search.alone
            assert search.delete_orphans(set()) == 0
        async with folder.finding_orphans() as search:
            assert search.delete_orphans({written.place}) == 0
            assert search.delete_orphans(set()) == 1
        assert folder.list_places() == []

    asyncio.run(scene())


@pytest.mark.parametrize("size", [5, CHUNK_BYTES, 3 * CHUNK_BYTES + 5])
def test_any_part_of_a_content_is_read_and_only_from_its_own_place(tmp_path: Path, size: int) -> None:
    folder, content = SealedFolder(tmp_path / "evidence"), os.urandom(size)
    written = asyncio.run(write(folder, content))
    edges = sorted({0, 1, size // 2, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, size - 1, size})
    for start in edges:
        for stop in (edge for edge in edges if start < edge <= size):
            part = b"".join(read_part(folder.open(written.place), KEY, start, stop))
            assert part == content[start:stop], (start, stop)
    path = folder.path_of(written.place)
    sealed, chunk = path.read_bytes(), CHUNK_BYTES + 16
    if size > 2 * CHUNK_BYTES:
        path.write_bytes(
            sealed[chunk : 2 * chunk] + sealed[:chunk] + sealed[2 * chunk :]
        )  # two places exchanged
    else:
        path.write_bytes(sealed[:-1])
    with pytest.raises(TamperedError):
        list(read_part(folder.open(written.place), KEY, 0, size))
