"""Evidence files: encrypted while they stream in, never in clear on disk, and decrypted as a stream.

A file is one row and one encrypted file under a random name (`place`). The row names no case (`storage.files.owners`).
Each night the files of the day are written anew (`storage.files.nightly_rewrite`).
"""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.dialog.codes.code_finder import remove_codes
from handlers.dialog.events import File, FileProblem
from handlers.thai.text import clean_text
from ita_stats.calendar import to_bangkok_date
from storage import tables
from storage.crypto.aead import CHUNK_BYTES, generate_key
from storage.crypto.keyring import Keyring
from storage.db.batch import INSERT_BY_TABLE
from storage.db.epoch_minutes import to_epoch_minutes
from storage.db.group_commit import GroupCommitWriter
from storage.db.pieces import MAX_PIECE_ROWS
from storage.errors import StorageError
from storage.files.file_meta import decrypt_file_meta, encrypt_file_meta
from storage.files.file_types import detect_file_type, find_file_problem, has_wrong_extension
from storage.files.picture_headers import is_cut_picture
from storage.files.sealed_files import SealedFolder, WrittenFile, read_content, read_part
from storage.serialization import FileMeta

MAX_FILE_BYTES = 20 * 1024 * 1024
DRAFT_FILE_TTL = timedelta(hours=24)
MAX_FILE_NAME_LENGTH = 120


@dataclass
class EvidenceStore:
    """The encrypted files of a desk."""

    files: SealedFolder
    committer: GroupCommitWriter
    keyring: Keyring
    reader: AsyncEngine
    # A file is inspected whole, in memory: two of 20 MB at a time, not two hundred.
    _inspection_slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    @property
    def folder(self) -> Path:
        """The folder of the encrypted files."""
        return self.files.folder

    async def store(self, chunks: AsyncIterator[bytes], name: str, now: datetime) -> File:
        """Encrypt a stream. A refused file is not kept, and `problem` says why. Raises `DiskFullError`."""
        shown, key = sanitize_file_name(name), generate_key()
        async with self.files.writing():
            written = await self.files.write(chunks, key, MAX_FILE_BYTES, now)
            kind, problem, is_cut = await self._inspect(written, key)
            if problem is None:
                row = await self._insert_row(_describe(written, key, shown, kind), written.place, now)
                misnamed = has_wrong_extension(shown, kind)
                return File(row, shown, kind, written.size, misnamed=misnamed, cut=is_cut)
            self.files.delete([written.place])
        return File("", shown, kind, written.size, problem)

    async def reserve(self, name: str, now: datetime) -> File:
        """Insert a row for a file that is still being fetched, so that it can be part of a report before it arrives."""
        shown = sanitize_file_name(name)
        row = await self._insert_row(FileMeta("", shown, "", 0, ""), "", now)
        return File(row, shown, "", 0, coming=True)

    async def complete(self, row: str, chunks: AsyncIterator[bytes], now: datetime) -> File | None:
        """Encrypt the content of a reserved file; None where the row is gone.

        A refused file leaves the row empty, and `problem` says why. Raises `DiskFullError`, and whatever the stream
        raises: the row is still there then, for another try.
        """
        kept = await self._find_meta(row)
        if kept is None:
            return None
        shown, key = kept.name, generate_key()
        if kept.key:  # an earlier try stored it and was interrupted before it was reported
            return File(row, shown, kept.kind, kept.size, misnamed=has_wrong_extension(shown, kept.kind))
        async with self.files.writing():
            written = await self.files.write(chunks, key, MAX_FILE_BYTES, now)
            kind, problem, _ = await self._inspect(written, key)
            wanted = problem is not None or await self._update_meta(
                row, _describe(written, key, shown, kind), written.place, to_bangkok_date(now)
            )
            if problem is not None or not wanted:
                self.files.delete([written.place])
        if not wanted:
            return None
        misnamed = has_wrong_extension(shown, kind)
        return File("" if problem else row, shown, kind, written.size, problem, misnamed=misnamed)

    async def mark_lost(self, row: str, problem: FileProblem) -> bool:
        """Record why a reserved file never arrived, for whoever reads it. False where the row is gone."""
        kept = await self._find_meta(row)
        return kept is not None and await self._update_meta(row, FileMeta("", kept.name, "", 0, "", problem))

    async def _find_meta(self, row: str) -> FileMeta | None:
        try:
            return await self.load_meta(row)
        except StorageError:
            return None

    async def _update_meta(self, row: str, meta: FileMeta, place: str = "", day: date | None = None) -> bool:
        """Store the metadata of a file under the name that it has by now. False where the row is gone."""
        column = tables.files.c
        async with self.committer.transaction() as connection:
            stored = await connection.scalar(select(column.sealed).where(column.id == row))
            if stored is None:
                return False
            named = replace(meta, name=decrypt_file_meta(self.keyring, row, stored).name)
            sealed = encrypt_file_meta(self.keyring, row, named)
            settled = update(tables.files).where(column.id == row)
            await connection.execute(settled.values(sealed=sealed, place=place, day=day))
            return True

    async def store_text(self, text: str, name: str, now: datetime) -> File:
        """Encrypt a text that a dialog turns into a file. Its type is always text/plain, whatever its first bytes."""

        async def iter_chunks() -> AsyncIterator[bytes]:
            for at in range(0, len(content), CHUNK_BYTES):
                yield content[at : at + CHUNK_BYTES]

        content, key, kind = text.encode(), generate_key(), "text/plain"
        async with self.files.writing():
            written = await self.files.write(iter_chunks(), key, len(content), now)
            row = await self._insert_row(_describe(written, key, name, kind), written.place, now)
        return File(row, name, kind, written.size)

    async def _inspect(self, written: WrittenFile, key: bytes) -> tuple[str, FileProblem | None, bool]:
        """Return the detected type, why the file is refused if it is, and whether it is a picture without its end.

        The file is read back from disk, so that no inspection slot is held by a slow sender.
        """
        if written.size > MAX_FILE_BYTES:
            return "", FileProblem.TOO_LARGE, False

        def inspect_content() -> tuple[str, FileProblem | None, bool]:
            content = b"".join(read_content(self.files.open(written.place), key, written.size))
            kind = detect_file_type(content)
            return kind or "", find_file_problem(content, kind), is_cut_picture(content, kind or "")

        async with self._inspection_slots:
            return await asyncio.to_thread(inspect_content)

    async def _insert_row(self, meta: FileMeta, place: str, now: datetime) -> str:
        """Insert a row of a draft; return its id. Where it is not committed, `collect_garbage` finds the file."""
        row, day = secrets.token_hex(16), to_bangkok_date(now) if place else None
        hour = (
            to_epoch_minutes(now + DRAFT_FILE_TTL) // 60 + 1
        )  # rounded up: the minute would tell when it came
        sealed = encrypt_file_meta(self.keyring, row, meta)
        values = {"id": row, "owner": None, "place": place, "day": day, "until": hour * 60, "sealed": sealed}
        await self.committer.write(INSERT_BY_TABLE["files"], values)
        return row

    async def load_meta(self, row: str) -> FileMeta:
        """Return the metadata of a file. Raises `StorageError` where there is no such file."""
        return (await self._load_row(row))[1]

    async def _load_row(self, row: str) -> tuple[str, FileMeta]:
        column = tables.files.c
        async with self.reader.connect() as connection:
            query = select(column.place, column.sealed).where(column.id == row)
            kept = (await connection.execute(query)).first()
        if kept is None:
            raise StorageError("there is no such file")
        return kept.place, decrypt_file_meta(self.keyring, row, kept.sealed)

    async def _open_sealed(self, row: str) -> tuple[BinaryIO, FileMeta]:
        """Open a file that has come, and return what is known of it. Raises `StorageError` for one that has not."""
        place, meta = await self._load_row(row)
        if not meta.key:
            raise StorageError("this file has not come")
        try:
            return self.files.open(place), meta
        except FileNotFoundError:  # it may have been written anew in between
            place, meta = await self._load_row(row)
            return self.files.open(place), meta

    async def read_chunks(self, row: str) -> AsyncIterator[bytes]:
        """Yield the decrypted content. Raises `TamperedError`, and `StorageError` for a file that never arrived."""
        sealed, meta = await self._open_sealed(row)
        for chunk in read_content(sealed, bytes.fromhex(meta.key), meta.size):
            yield chunk

    async def read_range(self, row: str, start: int, stop: int) -> AsyncIterator[bytes]:
        """Yield the decrypted bytes from `start` up to `stop` of a content, to play it from there.

        Raises `TamperedError`, and `StorageError` for a file that never arrived.
        """
        sealed, meta = await self._open_sealed(row)
        for chunk in read_part(sealed, bytes.fromhex(meta.key), start, min(stop, meta.size)):
            yield chunk

    def delete_files(self, places: Iterable[str]) -> None:
        """Delete the encrypted files of deleted rows."""
        self.files.delete(places)

    async def delete_drafts(self, connection: AsyncConnection, rows: Iterable[str]) -> list[str]:
        """Delete the rows of draft files; return their places, to pass to `delete_files` after the transaction."""
        column = tables.files.c
        drafts = delete(tables.files).where(column.id.in_(list(rows)), column.owner.is_(None))
        return list((await connection.execute(drafts.returning(column.place))).scalars())

    async def collect_garbage(self, now: datetime) -> int:
        """Delete expired draft files, and encrypted files without a row; return the number of files."""
        return await self.delete_expired_drafts(now) + await self.delete_orphans()

    async def delete_expired_drafts(self, now: datetime) -> int:
        """Delete files of drafts that were not sent in time; return their number."""
        minute, column, deleted = to_epoch_minutes(now), tables.files.c, 0
        late = select(column.id).where(column.owner.is_(None), column.until <= minute)
        while True:
            async with self.committer.transaction() as connection:
                rows = (await connection.execute(late.limit(MAX_PIECE_ROWS))).scalars()
                gone = await self.delete_drafts(connection, rows)
            self.delete_files(gone)
            deleted += len(gone)
            if len(gone) < MAX_PIECE_ROWS:
                break
        return deleted

    async def delete_orphans(self) -> int:
        """Delete files without a row: of a program that was killed, before its row was there or after it went."""
        async with self.files.finding_orphans() as search:
            if not search.places:
                return 0
            async with self.reader.connect() as connection:
                known = set((await connection.execute(select(tables.files.c.place))).scalars())
            return await asyncio.to_thread(search.delete_orphans, known)


def _describe(written: WrittenFile, key: bytes, name: str, kind: str) -> FileMeta:
    return FileMeta(key.hex(), name, kind, written.size, written.digest)


def sanitize_file_name(name: str) -> str:
    """Return a file's name without its path, control characters and tracking codes; `MAX_FILE_NAME_LENGTH` at most."""
    plain = remove_codes(clean_text(name).text, "…")
    last = re.split(r"[/\\]", plain)[-1].replace("\n", " ").replace("\ufffd", "?").strip()
    if len(last) <= MAX_FILE_NAME_LENGTH:
        return last or "ไฟล์"
    stem, dot, ending = last.rpartition(".")
    return f"{stem[: MAX_FILE_NAME_LENGTH - 8]}…{dot}{ending[:6]}" if dot else last[:MAX_FILE_NAME_LENGTH]
