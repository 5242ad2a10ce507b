"""Each night the files of the day are written anew: in random order, under new names and keys.

What a file system tells of a file (when it was made, to the microsecond, and the order of inodes) would say when a case
came. After the first night it says which night it was. Files of earlier versions, which tell more, are due at once.

At any instant a kill loses nothing: the new file is on disk before its row is committed, and the old one is deleted
after that. What is left of either has no row, and `EvidenceStore.collect_garbage` deletes it.
"""

import asyncio
import errno
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, null, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from ita_stats.calendar import to_bangkok_date
from storage import tables
from storage.crypto.aead import generate_key
from storage.crypto.keyring import Keyring
from storage.db.group_commit import GroupCommitWriter
from storage.errors import DiskFullError, UnreadableRowError
from storage.files.evidence import decrypt_file_meta, encrypt_file_meta
from storage.files.sealed_files import SealedFolder
from storage.unreadable_rows import log_unreadable_row, reading_row

MAX_FILES_PER_PIECE = 20
"""Files that are written anew, in a thread, before a transaction names them."""

MAX_BYTES_PER_RUN = 256 * 1024 * 1024
"""Content after which a run ends; the next minute goes on. A run is at least one piece."""

_FILE = tables.files.c
_RENAME = (
    update(tables.files)
    .where(_FILE.id == bindparam("file"), _FILE.place == bindparam("old"))
    .values(place=bindparam("new"), sealed=bindparam("meta"), day=null())
)
"""Of a file that was deleted or written anew meanwhile, nothing is changed."""


@dataclass(frozen=True, slots=True)
class RewrittenFile:
    """A file that stands on disk under an old and a new name. meta: the new metadata, encrypted; size: in bytes."""

    row: str
    old: str
    new: str
    meta: bytes
    size: int

    @property
    def parameters(self) -> dict[str, object]:
        """The parameters of `_RENAME`."""
        return {"file": self.row, "old": self.old, "new": self.new, "meta": self.meta}

    @property
    def is_copied(self) -> bool:
        """False where it could not be read, and stays."""
        return self.old != self.new


@dataclass(frozen=True, slots=True)
class FileRewriter:
    """Writes the files of past days anew."""

    folder: SealedFolder
    committer: GroupCommitWriter
    keyring: Keyring
    reader: AsyncEngine

    async def run(self, now: datetime) -> int:
        """Write anew what came on earlier days (Bangkok), up to `MAX_BYTES_PER_RUN`; return the number of files."""
        today, done, size = to_bangkok_date(now), 0, 0
        async with self.reader.connect() as connection:
            due = list((await connection.execute(select(_FILE.id).where(_FILE.day < today))).scalars())
        secrets.SystemRandom().shuffle(due)
        while due and size < MAX_BYTES_PER_RUN:
            piece, due = due[:MAX_FILES_PER_PIECE], due[MAX_FILES_PER_PIECE:]
            rewritten = await self._rewrite(piece, now)
            done += len(rewritten)
            size += sum(file.size for file in rewritten)
        return done

    async def _rewrite(self, piece: Sequence[str], now: datetime) -> list[RewrittenFile]:
        async with self.folder.writing():
            async with self.reader.connect() as connection:
                query = select(_FILE.id, _FILE.place, _FILE.sealed).where(_FILE.id.in_(piece))
                rows = (await connection.execute(query)).all()
            copies = await asyncio.to_thread(self._copy_all, rows, now)
            # Whether a commit that fails or is cut off took place is not known here; the orphans are deleted later.
            async with self.committer.transaction() as connection:
                renamed = [
                    bool((await connection.execute(_RENAME, one.parameters)).rowcount) for one in copies
                ]
        results = list(zip(copies, renamed, strict=True))
        gone = [one.old if is_renamed else one.new for one, is_renamed in results if one.is_copied]
        await asyncio.to_thread(self.folder.delete, gone)
        return [one for one, is_renamed in results if is_renamed and one.is_copied]

    def _copy_all(self, rows: Sequence[Row[Any, Any, Any]], now: datetime) -> list[RewrittenFile]:
        """Copy files, in the order of a shuffle; their names are on disk when this returns."""
        order, copies = list(rows), list[RewrittenFile]()
        secrets.SystemRandom().shuffle(order)
        try:
            for row in order:
                copies.append(self._copy(row, now))
            self.folder.sync()
        except BaseException:
            self.folder.delete(one.new for one in copies if one.is_copied)
            raise
        return copies

    def _copy(self, row: Row[Any, Any, Any], now: datetime) -> RewrittenFile:
        """Copy one file. What cannot be read stays as it is, is named in the log once, and is not tried again."""
        try:
            with reading_row("files", row.id):
                meta = decrypt_file_meta(self.keyring, row.id, row.sealed)
                if not meta.key:  # it has not come
                    return RewrittenFile(row.id, row.place, "", row.sealed, 0)
                key = generate_key()
                written = self.folder.copy(row.place, meta.size, bytes.fromhex(meta.key), key, now)
        except UnreadableRowError as error:
            log_unreadable_row(error)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise DiskFullError("there is no room for a file") from None
            if error.errno not in (errno.ENOENT, errno.EIO):
                raise
            log_unreadable_row(UnreadableRowError("files", row.id))
        else:
            sealed = encrypt_file_meta(self.keyring, row.id, replace(meta, key=key.hex()))
            return RewrittenFile(row.id, row.place, written.place, sealed, meta.size)
        return RewrittenFile(row.id, row.place, row.place, row.sealed, 0)
