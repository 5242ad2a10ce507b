"""Directories that only their owner may enter, fsync, and locks between processes."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def create_private_directory(folder: Path) -> None:
    """Create a directory and its missing parents, with mode 0700."""
    if not folder.exists():
        create_private_directory(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def fsync_directory(folder: Path) -> None:
    """Sync a directory's entries to disk, so that a new file survives a crash."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def acquire_exclusive_lock(path: Path) -> Iterator[None]:
    """Hold a lock between processes. The kernel releases it when the process ends, however it ends."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
