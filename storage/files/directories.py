"""Directories that only their owner may enter, fsync, and locks between processes."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from storage.errors import LockHeldError

_LOCK_RETRY_SECONDS = 0.1  # seconds until a lock is tried again


def create_private_directory(folder: Path) -> None:
    """Create a directory and its missing parents, with mode 0700."""
    if not folder.exists():
        create_private_directory(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def create_public_directory(folder: Path) -> None:
    """Create a directory that everybody may enter, if it does not exist. Its parent must exist. Raises OSError."""
    if not folder.is_dir():
        folder.mkdir(mode=0o755)
        fsync_directory(folder.parent)


def fsync_directory(folder: Path) -> None:
    """Sync a directory's entries to disk, so that a new file survives a crash."""
    sync_file(folder)


def sync_file(path: Path) -> None:
    """Sync the content of a file to disk."""
    opened = os.open(path, os.O_RDONLY)
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


@contextmanager
def hold_lock_file(path: Path, holder: str) -> Iterator[None]:
    """Hold a lock between processes, with a text in its file that says who. Raises LockHeldError if another has it.

    The kernel releases it when the process ends, however it ends; the text stays, and means nothing without the lock.
    """
    create_private_directory(path.parent)
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _try_lock(lock):
            raise LockHeldError(os.read(lock, 200).decode(errors="replace"))
        os.ftruncate(lock, 0)
        os.write(lock, holder.encode())
        yield
    finally:
        os.close(lock)


@asynccontextmanager
async def wait_for_exclusive_lock(path: Path) -> AsyncIterator[None]:
    """Hold a lock between processes and between tasks; waiting for it does not block the event loop."""
    async with _wait_for_lock(path, fcntl.LOCK_EX):
        yield


@asynccontextmanager
async def wait_for_shared_lock(path: Path) -> AsyncIterator[None]:
    """Hold a lock that many may hold at once, while nobody has it exclusively."""
    async with _wait_for_lock(path, fcntl.LOCK_SH):
        yield


@asynccontextmanager
async def _wait_for_lock(path: Path, kind: int) -> AsyncIterator[None]:
    create_private_directory(path.parent)
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not _try_lock(lock, kind):  # noqa: ASYNC110 - it may be another process that has it
            await asyncio.sleep(_LOCK_RETRY_SECONDS)
        yield
    finally:
        os.close(lock)


@contextmanager
def try_exclusive_lock(path: Path) -> Iterator[bool]:
    """Hold a lock exclusively if nobody else has it now. Yields whether it is held."""
    create_private_directory(path.parent)
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _try_lock(lock)
    finally:
        os.close(lock)


def _try_lock(lock: int, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
