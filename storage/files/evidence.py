"""Evidence files: encrypted while they stream in, never in clear on disk, and decrypted as a stream."""

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

from handlers.dialog.codes.code_finder import remove_codes
from handlers.dialog.events import File, FileProblem
from handlers.thai.text import clean_text
from storage import tables
from storage.crypto.aead import (
    CHUNK_BYTES,
    ENCRYPTED_CHUNK_BYTES,
    StreamEncryptor,
    decrypt_stream,
    generate_key,
)
from storage.crypto.keyring import Keyring
from storage.db.batch import INSERT_BY_TABLE
from storage.db.epoch_minutes import to_epoch_minutes
from storage.db.group_commit import GroupCommitWriter
from storage.db.pieces import MAX_PIECE_ROWS
from storage.errors import DiskFullError, StorageError
from storage.files.directories import create_private_directory, fsync_directory
from storage.files.file_types import detect_file_type, find_file_problem, has_wrong_extension
from storage.serialization import FILE_META_CODEC, FileMeta

MAX_FILE_BYTES = 20 * 1024 * 1024
DRAFT_FILE_TTL = timedelta(hours=24)
MAX_FILE_NAME_LENGTH = 120
ORPHAN_GRACE_SECONDS = 3600
"""Seconds that an encrypted file without a row is left alone, since its row may not be committed yet."""


@dataclass
class EvidenceStore:
    """The encrypted files of a desk."""

    folder: Path
    committer: GroupCommitWriter
    keyring: Keyring
    reader: AsyncEngine
    # A file is inspected whole, in memory: two of 20 MB at a time, not two hundred.
    _inspection_slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    async def store(self, chunks: AsyncIterator[bytes], name: str, now: datetime) -> File:
        """Encrypt a stream. A refused file is not kept, and `problem` says why. Raises `DiskFullError`."""
        shown, key = sanitize_file_name(name), generate_key()
        row = secrets.token_hex(16)
        async with self._encrypt_to_disk(row, chunks, key) as (size, digest):
            kind, problem = await self._inspect(row, key, size)
            if problem is None:
                await self._insert_row(row, FileMeta(key.hex(), shown, kind, size, digest), now)
                return File(row, shown, kind, size, misnamed=has_wrong_extension(shown, kind))
        self.delete_files([row])
        return File("", shown, kind, size, problem)

    async def reserve(self, name: str, now: datetime) -> File:
        """Insert a row for a file that is still being fetched, so that it can be part of a report before it arrives."""
        row, shown = secrets.token_hex(16), sanitize_file_name(name)
        await self._insert_row(row, FileMeta("", shown, "", 0, ""), now)
        return File(row, shown, "", 0, coming=True)

    async def complete(self, row: str, chunks: AsyncIterator[bytes]) -> File | None:
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
        self.delete_files([row])  # left by a try that was interrupted
        async with self._encrypt_to_disk(row, chunks, key) as (size, digest):
            kind, problem = await self._inspect(row, key, size)
            wanted = problem is not None or await self._update_meta(
                row, FileMeta(key.hex(), shown, kind, size, digest)
            )
        if problem is not None or not wanted:
            self.delete_files([row])
        if not wanted:
            return None
        return File(
            "" if problem else row, shown, kind, size, problem, misnamed=has_wrong_extension(shown, kind)
        )

    async def mark_lost(self, row: str, problem: FileProblem) -> bool:
        """Record why a reserved file never arrived, for whoever reads it. False where the row is gone."""
        kept = await self._find_meta(row)
        return kept is not None and await self._update_meta(row, FileMeta("", kept.name, "", 0, "", problem))

    async def _find_meta(self, row: str) -> FileMeta | None:
        try:
            return await self.load_meta(row)
        except StorageError:
            return None

    async def _update_meta(self, row: str, meta: FileMeta) -> bool:
        """Store the metadata of a file. False where the row is gone."""
        sealed = self.keyring.file.encrypt(FILE_META_CODEC.dump_json(meta), "files", row, "meta")
        settled = update(tables.files).where(tables.files.c.id == row).values(sealed=sealed)
        async with self.committer.transaction() as connection:
            return bool((await connection.execute(settled)).rowcount)

    async def store_text(self, text: str, name: str, now: datetime) -> File:
        """Encrypt a text that a dialog turns into a file. Its type is always text/plain, whatever its first bytes."""

        async def iter_chunks() -> AsyncIterator[bytes]:
            for at in range(0, len(content), CHUNK_BYTES):
                yield content[at : at + CHUNK_BYTES]

        content, key, kind, row = text.encode(), generate_key(), "text/plain", secrets.token_hex(16)
        async with self._encrypt_to_disk(row, iter_chunks(), key) as (size, digest):
            await self._insert_row(row, FileMeta(key.hex(), name, kind, size, digest), now)
        return File(row, name, kind, size)

    @asynccontextmanager
    async def _encrypt_to_disk(
        self, row: str, chunks: AsyncIterator[bytes], key: bytes
    ) -> AsyncIterator[tuple[int, str]]:
        """Encrypt a stream to disk; yield its size (over `MAX_FILE_BYTES`: truncated) and SHA-256 (hex)."""
        size, digest, sealer = 0, sha256(), StreamEncryptor(key)
        path = self._path(row)
        create_private_directory(path.parent)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sealed:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > MAX_FILE_BYTES:
                        break
                    digest.update(chunk)
                    sealed.writelines(sealer.update(chunk))
                sealed.write(sealer.finalize())
                sealed.flush()
                await asyncio.to_thread(os.fsync, sealed.fileno())
            await asyncio.to_thread(fsync_directory, path.parent)
            yield size, digest.hexdigest()
        except BaseException as error:
            path.unlink(missing_ok=True)
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise DiskFullError("there is no room for a file") from None
            raise

    async def _inspect(self, row: str, key: bytes, size: int) -> tuple[str, FileProblem | None]:
        """Return the detected type, and why the file is refused if it is.

        The file is read back from disk, so that no inspection slot is held by a slow sender.
        """
        if size > MAX_FILE_BYTES:
            return "", FileProblem.TOO_LARGE

        def inspect_content() -> tuple[str, FileProblem | None]:
            with self._path(row).open("rb") as sealed:
                content = b"".join(decrypt_stream(key, _read_encrypted_chunks(sealed.read)))
            kind = detect_file_type(content)
            return kind, find_file_problem(content, kind)

        async with self._inspection_slots:
            return await asyncio.to_thread(inspect_content)

    async def _insert_row(self, row: str, meta: FileMeta, now: datetime) -> None:
        sealed = self.keyring.file.encrypt(FILE_META_CODEC.dump_json(meta), "files", row, "meta")
        until = to_epoch_minutes(now + DRAFT_FILE_TTL)
        values = {"id": row, "case_id": None, "until": until, "sealed": sealed}
        await self.committer.write(INSERT_BY_TABLE["files"], values)

    async def load_meta(self, row: str) -> FileMeta:
        """Return the metadata of a file. Raises `StorageError` where there is no such file."""
        column = tables.files.c
        async with self.reader.connect() as connection:
            sealed = (await connection.execute(select(column.sealed).where(column.id == row))).scalar()
        if sealed is None:
            raise StorageError("there is no such file")
        return FILE_META_CODEC.validate_json(self.keyring.file.decrypt(sealed, "files", row, "meta"))

    async def read_chunks(self, row: str) -> AsyncIterator[bytes]:
        """Yield the decrypted content. Raises `TamperedError`, and `StorageError` for a file that never arrived."""
        meta = await self.load_meta(row)
        if not meta.key:
            raise StorageError("this file has not come")
        with self._path(row).open("rb") as sealed:
            for chunk in decrypt_stream(bytes.fromhex(meta.key), _read_encrypted_chunks(sealed.read)):
                yield chunk

    def delete_files(self, rows: Iterable[str]) -> None:
        """Delete the encrypted files of deleted rows. Their keys were in the rows, so they are noise already."""
        for row in rows:
            self._path(row).unlink(missing_ok=True)

    async def delete_drafts(self, connection: AsyncConnection, rows: Iterable[str]) -> list[str]:
        """Delete the rows of draft files; return their ids, to pass to `delete_files` after the transaction."""
        column = tables.files.c
        drafts = delete(tables.files).where(column.id.in_(list(rows)), column.case_id.is_(None))
        return list((await connection.execute(drafts.returning(column.id))).scalars())

    async def collect_garbage(self, now: datetime) -> int:
        """Delete expired draft files, and encrypted files without a row; return the number of files."""
        minute = to_epoch_minutes(now)
        column = tables.files.c
        late = select(column.id).where(column.case_id.is_(None), column.until <= minute)
        gone = list[str]()
        while True:
            async with self.committer.transaction() as connection:
                rows = (await connection.execute(late.limit(MAX_PIECE_ROWS))).scalars()
                deleted = await self.delete_drafts(connection, rows)
            gone += deleted
            if len(deleted) < MAX_PIECE_ROWS:
                break
        async with self.reader.connect() as connection:
            known = set((await connection.execute(select(column.id))).scalars())
        strangers = [p.stem for p in self.folder.glob("*.sealed") if p.stem not in known and _is_old(p)]
        self.delete_files([*gone, *strangers])
        return len({*gone, *strangers})

    def _path(self, row: str) -> Path:
        return self.folder / f"{row}.sealed"


def sanitize_file_name(name: str) -> str:
    """Return a file's name without its path, control characters and tracking codes; `MAX_FILE_NAME_LENGTH` at most."""
    plain = remove_codes(clean_text(name).text, "…")
    last = re.split(r"[/\\]", plain)[-1].replace("\n", " ").replace("\ufffd", "?").strip()
    if len(last) <= MAX_FILE_NAME_LENGTH:
        return last or "ไฟล์"
    stem, dot, ending = last.rpartition(".")
    return f"{stem[: MAX_FILE_NAME_LENGTH - 8]}…{dot}{ending[:6]}" if dot else last[:MAX_FILE_NAME_LENGTH]


def _read_encrypted_chunks(read: Callable[[int], bytes]) -> Iterator[tuple[bytes, bool]]:
    chunk = read(ENCRYPTED_CHUNK_BYTES)
    while True:
        following = read(ENCRYPTED_CHUNK_BYTES)
        yield chunk, not following
        if not following:
            return
        chunk = following


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > ORPHAN_GRACE_SECONDS
    except FileNotFoundError:
        return False
