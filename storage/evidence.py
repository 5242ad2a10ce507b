"""Evidence: files sealed as they stream in, never in clear on the disk, and opened as a stream."""

import asyncio
import os
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from sqlalchemy import delete, select

from handlers import thai
from handlers.turn import File, FileProblem
from storage import folders, tables
from storage.commit import Committer
from storage.errors import StorageError
from storage.kinds import kind_of, misnamed, trouble
from storage.seal import SEALED_CHUNK, ChunkSealer, fresh_key, opened_chunks
from storage.seals import Seals
from storage.snapshot import FILE, FileMeta

MOST_BYTES = 20 * 1024 * 1024
DRAFT_KEPT = timedelta(hours=24)
LONGEST_NAME = 120
YOUNG = 3600
"""Seconds a sealed file without a row is left alone: its row may be on the way."""


@dataclass
class Evidence:
    """The sealed files of a desk."""

    folder: Path
    committer: Committer
    seals: Seals
    # A file is looked at whole before it is taken: two of 20 MB at a time, not two hundred.
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    async def take(self, chunks: AsyncIterator[bytes], name: str, now: datetime) -> File:
        """Seal a stream. What may not be taken leaves nothing, and `problem` says why."""
        shown = clean_name(name)
        async with self._room:
            row, key, content = secrets.token_hex(16), fresh_key(), bytearray()
            path = self._path(row)
            folders.private(path.parent)
            try:
                too_large = await self._stream(chunks, path, key, content)
                kind = "" if too_large else await asyncio.to_thread(kind_of, bytes(content))
                problem = (
                    FileProblem.TOO_LARGE
                    if too_large
                    else await asyncio.to_thread(trouble, bytes(content), kind)
                )
                if problem is None:
                    digest = sha256(content).hexdigest()
                    await self._enter(row, FileMeta(key.hex(), shown, kind, len(content), digest), now)
            except BaseException:
                path.unlink(missing_ok=True)
                raise
        if problem is not None:
            path.unlink(missing_ok=True)
            return File("", shown, kind, len(content), problem)
        return File(row, shown, kind, len(content), misnamed=misnamed(shown, kind))

    async def _stream(self, chunks: AsyncIterator[bytes], path: Path, key: bytes, content: bytearray) -> bool:
        """Write the sealed file; gives whether it was too large, and then stops reading."""
        sealer = ChunkSealer(key)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sealed:
            async for chunk in chunks:
                if len(content) + len(chunk) > MOST_BYTES:
                    return True
                content += chunk
                sealed.writelines(sealer.add(chunk))
            sealed.write(sealer.end())
            sealed.flush()
            await asyncio.to_thread(os.fsync, sealed.fileno())
        await asyncio.to_thread(folders.sync, path.parent)
        return False

    async def _enter(self, row: str, meta: FileMeta, now: datetime) -> None:
        sealed = self.seals.file.seal(FILE.dump_json(meta), "files", row, "meta")
        until = int((now + DRAFT_KEPT).timestamp()) // 60
        values = {"id": row, "case_id": None, "until": until, "sealed": sealed}
        await self.committer.write(tables.files.insert(), values)

    async def meta(self, row: str) -> FileMeta:
        """What is known of a file. Raises StorageError for one that is not there."""
        column = tables.files.c
        async with self.committer.transaction() as connection:
            sealed = (await connection.execute(select(column.sealed).where(column.id == row))).scalar()
        if sealed is None:
            raise StorageError("there is no such file")
        return FILE.validate_json(self.seals.file.open(sealed, "files", row, "meta"))

    async def read(self, row: str) -> AsyncIterator[bytes]:
        """The clear content, chunk by chunk. Raises Tampered."""
        meta = await self.meta(row)
        with self._path(row).open("rb") as sealed:
            for chunk in opened_chunks(bytes.fromhex(meta.key), _chunks(sealed.read)):
                yield chunk

    def erase(self, rows: Iterable[str]) -> None:
        """Remove the sealed files of rows that are gone; without their keys they were noise already."""
        for row in rows:
            self._path(row).unlink(missing_ok=True)

    async def sweep(self, now: datetime) -> int:
        """Remove drafts' files whose time is over, and sealed files that no row knows."""
        minute = int(now.timestamp()) // 60
        column = tables.files.c
        async with self.committer.transaction() as connection:
            over = delete(tables.files).where(column.case_id.is_(None), column.until <= minute)
            gone = (await connection.execute(over)).rowcount
            known = set((await connection.execute(select(column.id))).scalars())
        strangers = [p for p in self.folder.glob("*.sealed") if p.stem not in known and _is_old(p)]
        self.erase(p.stem for p in strangers)
        return max(gone, len(strangers))

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
