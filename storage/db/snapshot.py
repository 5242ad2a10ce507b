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
    "enrolments",
    "staff_requests",
    "staff_sessions",
    "passkeys",
    "spent",
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
    for half_written in folder.glob("*.new"):  # of a start that was killed
        half_written.unlink(missing_ok=True)
    unfinished = target.with_name(f"{target.name}.new")
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with closing(sqlite3.connect(unfinished, isolation_level=None)) as copy:
            _copy_database(database, copy)
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


def _copy_database(database: Path, copy: sqlite3.Connection) -> None:
    """Copy tables, then indexes and triggers. What is to be in no snapshot is never written to it."""
    copy.execute("PRAGMA journal_mode = DELETE")
    copy.execute("ATTACH DATABASE ? AS live", (str(database),))
    copy.execute("BEGIN")
    parts = copy.execute(
        "SELECT type, name, sql FROM live.sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    for kind, name, statement in parts:
        if kind == "table":
            copy.execute(statement)
            if name not in EMPTIED_TABLES:
                copy.execute(f'INSERT INTO main."{name}" SELECT * FROM live."{name}"')  # noqa: S608 - of the schema
    for kind, _, statement in parts:
        if kind != "table":
            copy.execute(statement)
    copy.execute("COMMIT")
    copy.execute("DETACH DATABASE live")


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
