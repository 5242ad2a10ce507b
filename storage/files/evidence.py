"""Evidence: files sealed as they stream in, never in clear on the disk, and opened as a stream."""

import asyncio
import errno
import os
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers import thai
from handlers.dialog.events import File, FileProblem
from storage import tables
from storage.crypto.aead import CHUNK, SEALED_CHUNK, StreamEncryptor, fresh_key, opened_chunks
from storage.crypto.keyring import Keyring
from storage.db.batch import INSERTS
from storage.db.group_commit import GroupCommitWriter
from storage.errors import DiskFullError, StorageError
from storage.files import directories as folders
from storage.files.file_types import kind_of, misnamed, trouble
from storage.serialization import FILE, FileMeta

MOST_BYTES = 20 * 1024 * 1024
DRAFT_KEPT = timedelta(hours=24)
LONGEST_NAME = 120
YOUNG = 3600
"""Seconds a sealed file without a row is left alone: its row may be on the way."""


@dataclass
class EvidenceStore:
    """The sealed files of a desk."""

    folder: Path
    committer: GroupCommitWriter
    seals: Keyring
    reader: AsyncEngine
    # A file is looked at whole before it is taken: two of 20 MB at a time, not two hundred.
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    async def take(self, chunks: AsyncIterator[bytes], name: str, now: datetime) -> File:
        """Seal a stream. What may not be taken leaves nothing, and `problem` says why. Raises DiskFull."""
        shown, key = clean_name(name), fresh_key()
        row = secrets.token_hex(16)
        async with self._sealed(row, chunks, key) as (size, digest):
            kind, problem = await self._judged(row, key, size)
            if problem is None:
                await self._enter(row, FileMeta(key.hex(), shown, kind, size, digest), now)
                return File(row, shown, kind, size, misnamed=misnamed(shown, kind))
        self.erase([row])
        return File("", shown, kind, size, problem)

    async def expect(self, name: str, now: datetime) -> File:
        """A place for a file that is on its way, so that it can be part of a report before it has come."""
        row, shown = secrets.token_hex(16), clean_name(name)
        await self._enter(row, FileMeta("", shown, "", 0, ""), now)
        return File(row, shown, "", 0, coming=True)

    async def fill(self, row: str, chunks: AsyncIterator[bytes]) -> File | None:
        """Seal what came into the place that was kept for it; None where it is not wanted any more.

        What may not be taken leaves the place empty, and `problem` says why. Raises DiskFull, and whatever the
        stream raises: the place is still there then, to be filled by another try.
        """
        kept = await self._place(row)
        if kept is None:
            return None
        shown, key = kept.name, fresh_key()
        if kept.key:  # an earlier try filled it, and was cut short before anybody heard of it
            return File(row, shown, kept.kind, kept.size, misnamed=misnamed(shown, kept.kind))
        self.erase([row])  # what a try left that was cut short
        async with self._sealed(row, chunks, key) as (size, digest):
            kind, problem = await self._judged(row, key, size)
            wanted = problem is not None or await self._settle(
                row, FileMeta(key.hex(), shown, kind, size, digest)
            )
        if problem is not None or not wanted:
            self.erase([row])
        if not wanted:
            return None
        return File("" if problem else row, shown, kind, size, problem, misnamed=misnamed(shown, kind))

    async def lost(self, row: str, problem: FileProblem) -> bool:
        """A file never came: its place says so to whoever looks for it. False where the place went meanwhile."""
        kept = await self._place(row)
        return kept is not None and await self._settle(row, FileMeta("", kept.name, "", 0, "", problem))

    async def _place(self, row: str) -> FileMeta | None:
        try:
            return await self.meta(row)
        except StorageError:
            return None

    async def _settle(self, row: str, meta: FileMeta) -> bool:
        """Write what a file turned out to be; False where its row went meanwhile."""
        sealed = self.seals.file.seal(FILE.dump_json(meta), "files", row, "meta")
        settled = update(tables.files).where(tables.files.c.id == row).values(sealed=sealed)
        async with self.committer.transaction() as connection:
            return bool((await connection.execute(settled)).rowcount)

    async def take_text(self, text: str, name: str, now: datetime) -> File:
        """Seal a text that the talk itself makes a file of: it is what it is, whatever its first letters look like."""

        async def chunks() -> AsyncIterator[bytes]:
            for at in range(0, len(content), CHUNK):
                yield content[at : at + CHUNK]

        content, key, kind, row = text.encode(), fresh_key(), "text/plain", secrets.token_hex(16)
        async with self._sealed(row, chunks(), key) as (size, digest):
            await self._enter(row, FileMeta(key.hex(), name, kind, size, digest), now)
        return File(row, name, kind, size)

    @asynccontextmanager
    async def _sealed(
        self, row: str, chunks: AsyncIterator[bytes], key: bytes
    ) -> AsyncIterator[tuple[int, str]]:
        """A stream, sealed on the disk: its size (more than MOST_BYTES: cut off there) and its SHA-256."""
        size, digest, sealer = 0, sha256(), StreamEncryptor(key)
        path = self._path(row)
        folders.private(path.parent)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sealed:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > MOST_BYTES:
                        break
                    digest.update(chunk)
                    sealed.writelines(sealer.add(chunk))
                sealed.write(sealer.end())
                sealed.flush()
                await asyncio.to_thread(os.fsync, sealed.fileno())
            await asyncio.to_thread(folders.sync, path.parent)
            yield size, digest.hexdigest()
        except BaseException as trouble:
            path.unlink(missing_ok=True)
            if isinstance(trouble, OSError) and trouble.errno == errno.ENOSPC:
                raise DiskFullError("there is no room for a file") from None
            raise

    async def _judged(self, row: str, key: bytes, size: int) -> tuple[str, FileProblem | None]:
        """What a sealed file truly is, and whether it may be taken; read back, so that nobody waits for senders."""
        if size > MOST_BYTES:
            return "", FileProblem.TOO_LARGE

        def judge() -> tuple[str, FileProblem | None]:
            with self._path(row).open("rb") as sealed:
                content = b"".join(opened_chunks(key, _chunks(sealed.read)))
            kind = kind_of(content)
            return kind, trouble(content, kind)

        async with self._room:
            return await asyncio.to_thread(judge)

    async def _enter(self, row: str, meta: FileMeta, now: datetime) -> None:
        sealed = self.seals.file.seal(FILE.dump_json(meta), "files", row, "meta")
        until = int((now + DRAFT_KEPT).timestamp()) // 60
        values = {"id": row, "case_id": None, "until": until, "sealed": sealed}
        await self.committer.write(INSERTS["files"], values)

    async def meta(self, row: str) -> FileMeta:
        """What is known of a file. Raises StorageError for one that is not there."""
        column = tables.files.c
        async with self.reader.connect() as connection:
            sealed = (await connection.execute(select(column.sealed).where(column.id == row))).scalar()
        if sealed is None:
            raise StorageError("there is no such file")
        return FILE.validate_json(self.seals.file.open(sealed, "files", row, "meta"))

    async def read(self, row: str) -> AsyncIterator[bytes]:
        """The clear content, chunk by chunk. Raises Tampered, and StorageError for a file that never came."""
        meta = await self.meta(row)
        if not meta.key:
            raise StorageError("this file has not come")
        with self._path(row).open("rb") as sealed:
            for chunk in opened_chunks(bytes.fromhex(meta.key), _chunks(sealed.read)):
                yield chunk

    def erase(self, rows: Iterable[str]) -> None:
        """Remove the sealed files of rows that are gone; without their keys they were noise already."""
        for row in rows:
            self._path(row).unlink(missing_ok=True)

    async def disown(self, connection: AsyncConnection, rows: Iterable[str]) -> list[str]:
        """Delete the rows of draft files; gives those that were a draft's, to be erased after the transaction."""
        column = tables.files.c
        drafts = delete(tables.files).where(column.id.in_(list(rows)), column.case_id.is_(None))
        return list((await connection.execute(drafts.returning(column.id))).scalars())

    async def sweep(self, now: datetime) -> int:
        """Remove drafts' files whose time is over, and sealed files that no row knows; gives how many files went."""
        minute = int(now.timestamp()) // 60
        column = tables.files.c
        async with self.committer.transaction() as connection:
            late = select(column.id).where(column.case_id.is_(None), column.until <= minute)
            gone = await self.disown(connection, (await connection.execute(late)).scalars())
            known = set((await connection.execute(select(column.id))).scalars())
        strangers = [p.stem for p in self.folder.glob("*.sealed") if p.stem not in known and _is_old(p)]
        self.erase([*gone, *strangers])
        return len({*gone, *strangers})

    def _path(self, row: str) -> Path:
        return self.folder / f"{row}.sealed"


def clean_name(name: str) -> str:
    """A file's name without its path, and without what a name must not hide."""
    last = re.split(r"[/\\]", thai.clean(name).text)[-1].replace("\n", " ").replace("\ufffd", "?").strip()
    if len(last) <= LONGEST_NAME:
        return last or "ไฟล์"
    stem, dot, ending = last.rpartition(".")
    return f"{stem[: LONGEST_NAME - 8]}…{dot}{ending[:6]}" if dot else last[:LONGEST_NAME]


def _chunks(read: Callable[[int], bytes]) -> Iterator[tuple[bytes, bool]]:
    chunk = read(SEALED_CHUNK)
    while True:
        following = read(SEALED_CHUNK)
        yield chunk, not following
        if not following:
            return
        chunk = following


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > YOUNG
    except FileNotFoundError:
        return False
