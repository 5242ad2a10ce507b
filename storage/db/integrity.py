"""Whether a database file is whole, as SQLite finds it, and whether this program can open it as it is."""

import sqlite3
from contextlib import closing
from enum import Enum, auto
from pathlib import Path

from storage.db.sqlite import SCHEMA_HEAD, read_schema_version

MAX_FAULTS = 5
"""Of pages and of references that are counted; more say nothing new."""


class DatabaseState(Enum):
    """What a database file is to this program."""

    CURRENT = auto()
    OLDER = auto()
    NEWER = auto()
    UNREADABLE = auto()


def find_database_state(path: Path) -> DatabaseState:
    """Compare the version of a database with ours. An older one is migrated by the next start, not here."""
    try:
        version = read_schema_version(path)
    except sqlite3.Error:
        return DatabaseState.UNREADABLE
    if version == SCHEMA_HEAD:
        return DatabaseState.CURRENT
    return DatabaseState.NEWER if version is not None and version > SCHEMA_HEAD else DatabaseState.OLDER


def count_database_faults(path: Path) -> int:
    """Return how many faults SQLite finds in pages, rows and references (`MAX_FAULTS` of each at most); 0 is whole.

    Their texts could contain what a row says, so only their number is returned; 1 for a file that is no database. It
    takes time by the size of the file: call it in a thread.
    """
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
            pages = connection.execute(f"PRAGMA quick_check({MAX_FAULTS})").fetchall()
            references = connection.execute("PRAGMA foreign_key_check").fetchmany(MAX_FAULTS)
    except sqlite3.Error:
        return 1
    return len([row for row in pages if row != ("ok",)]) + len(references)
