"""Folders and files that only their owner may enter."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def create_private_directory(folder: Path) -> None:
    """Make a folder, and those above it that are missing, with mode 0700."""
    if not folder.exists():
        create_private_directory(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def fsync_directory(folder: Path) -> None:
    """Bring a folder's entries to the disk, so that a new file is still there after a crash."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def acquire_exclusive_lock(path: Path) -> Iterator[None]:
    """Do something that only one process may do at a time; the lock goes with the process, however it ends."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
