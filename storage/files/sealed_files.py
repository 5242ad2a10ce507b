"""The encrypted files of a folder: random names, padded lengths, and the time of the coming midnight."""

import asyncio
import errno
import os
import secrets
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from ita_stats.calendar import end_of_day, to_bangkok_date
from storage.crypto.aead import CHUNK_BYTES, ENCRYPTED_CHUNK_BYTES, StreamEncryptor, decrypt_stream
from storage.errors import DiskFullError
from storage.files.directories import (
    create_private_directory,
    fsync_directory,
    try_exclusive_lock,
    wait_for_shared_lock,
)
from storage.files.padding import get_padded_length

ORPHAN_GRACE_SECONDS = 3600
"""Seconds that a file without a row is left alone while others are being written: its row may not be committed yet."""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that was encrypted to disk. place: its name there; size and digest (SHA-256, hex): of the content."""

    place: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class SealedFolder:
    """A folder of encrypted files. Its lock file is beside it, so that in it are files of evidence and no others."""

    folder: Path
    orphan_grace: float = ORPHAN_GRACE_SECONDS

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Hold off the removal of files without a row, until the rows of those that are written now are committed."""
        async with wait_for_shared_lock(self._lock_path):
            yield

    async def write(self, chunks: AsyncIterator[bytes], key: bytes, limit: int, now: datetime) -> WrittenFile:
        """Encrypt a stream into a new file, padded. A content over `limit` bytes is cut off after it.

        On any error nothing is left. Call it within `writing`. Raises DiskFullError, and whatever the stream raises.
        """
        place, size, digest, sealer = secrets.token_hex(16), 0, sha256(), StreamEncryptor(key)
        create_private_directory(self.folder)
        try:
            with self._create(place) as sealed:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > limit:
                        break
                    digest.update(chunk)
                    sealed.writelines(sealer.update(chunk))
                for padding in _make_padding(size):
                    sealed.writelines(sealer.update(padding))
                sealed.write(sealer.finalize())
                await asyncio.to_thread(_finish, sealed, now)
            await asyncio.to_thread(fsync_directory, self.folder)
        except BaseException as error:
            self.delete([place])
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise DiskFullError("there is no room for a file") from None
            raise
        return WrittenFile(place, size, digest.hexdigest())

    def copy(self, place: str, size: int, old_key: bytes, new_key: bytes, now: datetime) -> WrittenFile:
        """Encrypt the content of a file anew, under another key and name; the old file stays.

        Call it within `writing`, in a thread. Raises TamperedError, OSError; nothing new is left then.
        """
        copied, digest, sealer = secrets.token_hex(16), sha256(), StreamEncryptor(new_key)
        try:
            with self._create(copied) as sealed:
                for chunk in read_content(self.open(place), old_key, size):
                    digest.update(chunk)
                    sealed.writelines(sealer.update(chunk))
                for padding in _make_padding(size):
                    sealed.writelines(sealer.update(padding))
                sealed.write(sealer.finalize())
                _finish(sealed, now)
        except BaseException:
            self.delete([copied])
            raise
        return WrittenFile(copied, size, digest.hexdigest())

    def sync(self) -> None:
        """Sync the names of new files to disk."""
        fsync_directory(self.folder)

    def open(self, place: str) -> BinaryIO:
        """Open a file so that the time of its last reading stays, where the system can do that. Raises OSError."""
        path = self.path_of(place)
        try:
            return os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOATIME", 0)), "rb")
        except PermissionError:  # a file of another owner
            return path.open("rb")

    def get_size(self, place: str) -> int:
        """Return the bytes of a file on disk; 0 where there is none, or its size cannot be asked for."""
        try:
            return self.path_of(place).stat().st_size if place else 0
        except OSError:
            return 0

    def delete(self, places: Iterable[str]) -> None:
        """Delete files. Their keys were in deleted rows, so they are noise already."""
        for place in filter(None, places):  # a file that has not come has no place
            self.path_of(place).unlink(missing_ok=True)

    def list_places(self) -> list[str]:
        """Return the names of all files, in no order."""
        return [path.stem for path in self.folder.glob("*.sealed")]

    @asynccontextmanager
    async def finding_orphans(self) -> AsyncIterator["OrphanSearch"]:
        """List the files. Where nobody is writing, nobody begins before the block ends."""
        with try_exclusive_lock(self._lock_path) as alone:
            places = await asyncio.to_thread(
                self.list_places
            )  # before the rows are read: what is newer is left alone
            yield OrphanSearch(self, places, alone)

    def path_of(self, place: str) -> Path:
        """Return the path of a file."""
        return self.folder / f"{place}.sealed"

    def is_old(self, place: str) -> bool:
        """Whether a file is there, and was not changed within `orphan_grace`."""
        try:
            # The kernel's own time: the others are set to midnight.
            changed = self.path_of(place).stat().st_ctime
        except FileNotFoundError:
            return False
        return time.time() - changed > self.orphan_grace

    @property
    def _lock_path(self) -> Path:
        return self.folder.with_name(f".{self.folder.name}")

    def _create(self, place: str) -> BinaryIO:
        return os.fdopen(os.open(self.path_of(place), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


@dataclass(frozen=True, slots=True)
class OrphanSearch:
    """The files that were there before the rows were read. alone: nobody is writing one."""

    folder: SealedFolder
    places: list[str]
    alone: bool

    def delete_orphans(self, known: set[str]) -> int:
        """Delete the files that no row knows; return their number. Call it in a thread."""
        strangers = [place for place in self.places if place not in known]
        gone = [place for place in strangers if self.alone or self.folder.is_old(place)]
        self.folder.delete(gone)
        return len(gone)


def read_content(sealed: BinaryIO, key: bytes, size: int) -> Iterator[bytes]:
    """Yield the decrypted content of an open file, without its padding, and close it. Raises TamperedError, OSError."""
    left = size
    with sealed:
        for chunk in decrypt_stream(
            key, _read_encrypted_chunks(sealed)
        ):  # to its end, which tells that it is whole
            if left:
                yield chunk[:left]
            left -= min(left, len(chunk))


def read_part(sealed: BinaryIO, key: bytes, start: int, stop: int) -> Iterator[bytes]:
    """Yield the decrypted bytes from `start` up to `stop` of an open file's content, and close it.

    Only the chunks that hold them are read; each is authentic for its place, but that the file is whole is not seen.
    Raises TamperedError, OSError.
    """
    with sealed:
        count = -(-os.fstat(sealed.fileno()).st_size // ENCRYPTED_CHUNK_BYTES)
        first = start // CHUNK_BYTES
        sealed.seek(first * ENCRYPTED_CHUNK_BYTES)
        chunks = (
            (sealed.read(ENCRYPTED_CHUNK_BYTES), place == count - 1)
            for place in range(first, min(count, -(-stop // CHUNK_BYTES)))
        )
        for place, chunk in enumerate(decrypt_stream(key, chunks, first), first):
            begin = place * CHUNK_BYTES
            yield chunk[max(0, start - begin) : stop - begin]


def get_file_time(now: datetime) -> int:
    """Return the time that a file gets (seconds since 1970): the coming midnight in Bangkok.

    It tells the day. It is never earlier than the true one, so that a backup by time misses nothing.
    """
    return int(end_of_day(to_bangkok_date(now)).timestamp()) + 1


def _finish(sealed: BinaryIO, now: datetime) -> None:
    sealed.flush()
    os.utime(sealed.fileno(), (get_file_time(now), get_file_time(now)))
    os.fsync(sealed.fileno())


def _make_padding(size: int) -> Iterator[bytes]:
    left = get_padded_length(size) - size
    for _ in range(left // CHUNK_BYTES):
        yield bytes(CHUNK_BYTES)
    yield bytes(left % CHUNK_BYTES)


def _read_encrypted_chunks(sealed: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    chunk = sealed.read(ENCRYPTED_CHUNK_BYTES)
    while True:
        following = sealed.read(ENCRYPTED_CHUNK_BYTES)
        yield chunk, not following
        if not following:
            return
        chunk = following
