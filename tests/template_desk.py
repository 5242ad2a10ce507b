"""Desks with keys of their own and a database copied from one that was migrated once.

A first migration takes many times as long. A desk that is there already is left as it is, so that whoever opens a
folder may call this. Tests whose subject is a first start, keys or migrations do not.
"""

import os
import tempfile
from functools import cache
from pathlib import Path

from storage.crypto.key_files import DeskPaths, load_or_create_keys
from storage.db.sqlite import prepare_database
from storage.files.directories import acquire_exclusive_lock


@cache
def _build_database() -> bytes:
    """An empty database with the newest schema."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "desk.sqlite"
        prepare_database(path)
        return path.read_bytes()


def copy_template_desk(paths: DeskPaths) -> None:
    """Make keys, and an empty database, where a desk has none. Raises `KeyFileError`."""
    if paths.database.exists():
        return
    load_or_create_keys(paths)
    content = _build_database()
    with acquire_exclusive_lock(paths.folder / ".opening"):  # beside another first start
        if not paths.database.exists():
            with os.fdopen(os.open(paths.database, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                file.write(content)


def copy_template_desks(home: Path) -> None:
    """The same for both desks of a server."""
    for desk in ("complaints", "service"):
        copy_template_desk(DeskPaths.under(home, desk))
