"""A copy of a database before its schema is upgraded, to go back to; kept for a week, like a ledger."""

import errno
import os
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.files.directories import create_private_directory, fsync_directory, sync_file

SNAPSHOT_AGE = timedelta(days=7)
"""How long a snapshot is kept: what is erased meanwhile is readable in it."""

EMPTIED_TABLES = (
    "sessions",
    "day_keys",
    "events",
    "answers",
    "tries",
    "outbox",
    "errands",
    "keyholes",
    "invitations",
)
"""Tables whose rows are in no snapshot, as they are in no backup: who is here, and what is on its way to whom."""

_FOLDER, _SUFFIX = "snapshots", ".sqlite"


def get_snapshot_folder(database: Path) -> Path:
    """Return the folder of a database's snapshots."""
    return database.parent / _FOLDER


def take_snapshot(database: Path, version: str, now: datetime) -> Path:
    """Copy a database that nobody writes to; return the copy, which is on disk then. Raises OSError, sqlite3.Error.

    version: of its schema.
    """
    folder = get_snapshot_folder(database)
    create_private_directory(folder)
    target = folder / f"{version}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}{_SUFFIX}"
    unfinished = target.with_name(f"{target.name}.new")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(unfinished)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            copy.execute("PRAGMA secure_delete = ON")
            known = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            for table in EMPTIED_TABLES:
                if table in known:
                    copy.execute(f"DELETE FROM {table}")  # noqa: S608 - a name from above
            copy.commit()
        sync_file(unfinished)
        unfinished.replace(target)
        fsync_directory(folder)
    except BaseException as error:
        unfinished.unlink(missing_ok=True)
        if (
            isinstance(error, sqlite3.OperationalError)
            and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL
        ):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder)) from None
        raise
    return target


def delete_old_snapshots(database: Path, now: datetime) -> int:
    """Delete snapshots that are over a week old, and those that are half written; return the number."""
    deleted = 0
    for path in get_snapshot_folder(database).glob("*"):
        with suppress(FileNotFoundError):
            made = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            if now - made > SNAPSHOT_AGE:
                path.unlink()
                deleted += 1
    return deleted
