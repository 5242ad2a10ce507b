"""Each night the files of the day are written anew: in random order, under new names and keys.

What a file system tells of a file (when it was made, to the microsecond, and the order of inodes) would say when a case
came. After the first night it says which night it was. Files of earlier versions, which tell more, are due at once.

At any instant a kill loses nothing: the new file is on disk before its row is committed, and the old one is deleted
after that. What is left of either has no row, and `EvidenceStore.collect_garbage` deletes it.
"""

import asyncio
import errno
import logging
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, null, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from ita_stats.calendar import to_bangkok_date
from storage import tables
from storage.crypto.aead import generate_key
from storage.crypto.keyring import Keyring
from storage.db.group_commit import GroupCommitWriter
from storage.errors import DiskFullError, UnreadableRowError
from storage.files.directories import create_private_directory
from storage.files.file_meta import decrypt_file_meta, encrypt_file_meta
from storage.files.sealed_files import SealedFolder
from storage.unreadable_rows import log_unreadable_row, reading_row

MAX_FILES_PER_PIECE = 20
"""Files that are written anew, in a thread, before a transaction names them."""

MAX_BYTES_PER_PIECE = 32 * 1024 * 1024
"""Content after which a piece ends: so much, and one file more, stands on disk twice at most."""

RESERVED_BYTES = 256 * 1024 * 1024
"""Room that is left for what people send: where less is free, the night's work waits."""

MAX_BYTES_PER_RUN = 256 * 1024 * 1024
"""Content after which a run ends; the next minute goes on. A run is at least one piece."""

_SKIPPED_ERRORS = frozenset({errno.ENOENT, errno.EIO, errno.EACCES, errno.EPERM})
"""Errors of one file, for which the others need not wait."""

_LOGGER = logging.getLogger(__name__)
_FILE = tables.files.c
_RENAME = (
    update(tables.files)
    .where(_FILE.id == bindparam("file"), _FILE.place == bindparam("old"), _FILE.sealed == bindparam("was"))
    .values(place=bindparam("new"), sealed=bindparam("meta"), day=null())
)
"""Of a file that was deleted, renamed or written anew meanwhile, nothing is changed."""


@dataclass(frozen=True, slots=True)
class RewrittenFile:
    """A file that stands on disk under an old and a new name.

    was, meta: the old and the new metadata, encrypted; size: in bytes.
    """

    row: str
    old: str
    new: str
    was: bytes
    meta: bytes
    size: int

    @property
    def parameters(self) -> dict[str, object]:
        """The parameters of `_RENAME`."""
        return {"file": self.row, "old": self.old, "new": self.new, "was": self.was, "meta": self.meta}

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
    _warned: set[date] = field(default_factory=set)

    async def run(self, now: datetime) -> int:
        """Write anew what came on earlier days (Bangkok), up to `MAX_BYTES_PER_RUN`; return the number of files.

        Where there is too little room, what is left waits for a later run; that is logged once a day.
        """
        today, done, size = to_bangkok_date(now), 0, 0
        async with self.reader.connect() as connection:
            query = select(_FILE.id, _FILE.place).where(_FILE.day < today)
            due = [(row.id, row.place) for row in await connection.execute(query)]
        secrets.SystemRandom().shuffle(due)
        while due and size < MAX_BYTES_PER_RUN:
            piece = await asyncio.to_thread(self._take_piece, due)
            if piece is None:
                self._warn_of_room(today)
                break
            rewritten = await self._rewrite(piece, now)
            done += len(rewritten)
            size += sum(file.size for file in rewritten)
        return done

    def _take_piece(self, due: list[tuple[str, str]]) -> list[str] | None:
        """Take the next rows off a list of rows and places, or none and return None where there is too little room."""
        count = size = 0
        for _, place in due[:MAX_FILES_PER_PIECE]:
            count, size = count + 1, size + self.folder.get_size(place)
            if size >= MAX_BYTES_PER_PIECE:
                break
        create_private_directory(self.folder.folder)
        if shutil.disk_usage(self.folder.folder).free < size + RESERVED_BYTES:
            return None
        piece = [row for row, _ in due[:count]]
        del due[:count]
        return piece

    def _warn_of_room(self, today: date) -> None:
        if today not in self._warned:
            self._warned.clear()
            self._warned.add(today)
            _LOGGER.warning("too little room to write files anew")

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
        await asyncio.to_thread(self._delete_all, gone)
        return [one for one, is_renamed in results if is_renamed and one.is_copied]

    def _delete_all(self, places: Sequence[str]) -> None:
        """Delete files that no row names; one that cannot be deleted is left to `collect_garbage`."""
        for place in places:
            try:
                self.folder.delete([place])
            except OSError as error:
                if error.errno not in _SKIPPED_ERRORS:
                    raise
                _LOGGER.warning("a file that was written anew cannot be deleted")

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
                    return RewrittenFile(row.id, row.place, "", row.sealed, row.sealed, 0)
                key = generate_key()
                written = self.folder.copy(row.place, meta.size, bytes.fromhex(meta.key), key, now)
        except UnreadableRowError as error:
            log_unreadable_row(error)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise DiskFullError("there is no room for a file") from None
            if error.errno not in _SKIPPED_ERRORS or self._is_of_folder(error, row.place):
                raise
            log_unreadable_row(UnreadableRowError("files", row.id))
        else:
            sealed = encrypt_file_meta(self.keyring, row.id, replace(meta, key=key.hex()))
            return RewrittenFile(row.id, row.place, written.place, row.sealed, sealed, meta.size)
        return RewrittenFile(row.id, row.place, row.place, row.sealed, row.sealed, 0)

    def _is_of_folder(self, error: OSError, place: str) -> bool:
        """Whether no file may be written here at all, so that an error is not of the one file that is read."""
        return isinstance(error, PermissionError) and str(error.filename) != str(self.folder.path_of(place))
