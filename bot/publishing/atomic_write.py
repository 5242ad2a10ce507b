"""Folders that come whole or not at all: written beside, brought to the disk, and put in place by renaming."""

import asyncio
import fcntl
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from storage.files.directories import create_private_directory, fsync_directory

PRIVATE_MODES, PUBLIC_MODES = (0o700, 0o600), (0o755, 0o644)
"""Rights of a folder and of the files in it."""
NamedFiles = Iterable[tuple[str, bytes]]
_LOCK_RETRY_SECONDS = 0.1  # seconds until a lock is tried again


def replace_directory(target: Path, files: NamedFiles, rights: tuple[int, int] = PRIVATE_MODES) -> None:
    """Make a folder of files in place of what stands there. On any trouble what stood there still does.

    The folder above must exist. Files are taken one after the other. Raises OSError, and what making a file raises.
    """
    remove_leftovers(target)
    young = target.with_name(f".{target.name}.{secrets.token_hex(4)}.new")
    try:
        young.mkdir(mode=0o700)
        for name, content in files:
            write_new_file(young / name, content, rights[1])
        young.chmod(rights[0])
        fsync_directory(young)
        _swap_directory(young, target)
    except BaseException:
        shutil.rmtree(young, ignore_errors=True)
        raise
    fsync_directory(target.parent)


def replace_file(target: Path, content: bytes, mode: int = 0o644) -> None:
    """Make one file in place of what stands there, whole or not at all. Raises OSError."""
    young = target.with_name(f".{target.name}.{secrets.token_hex(4)}.new")
    try:
        write_new_file(young, content, mode)
        young.replace(target)
    except BaseException:
        young.unlink(missing_ok=True)
        raise
    fsync_directory(target.parent)


def write_new_file(path: Path, content: bytes, mode: int) -> None:
    """Write a new file and bring it to the disk."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fchmod(file.fileno(), mode)  # whatever the umask says: what is public must be readable
        os.fsync(file.fileno())


def remove_leftovers(target: Path) -> None:
    """Remove what a killed run left beside a folder; one that was moved aside and not replaced is moved back."""
    for left in target.parent.glob(f".{target.name}.????????.old"):
        if target.exists():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.rename(target)
    for left in target.parent.glob(f".{target.name}.????????.new"):
        shutil.rmtree(left, ignore_errors=True)


def _swap_directory(young: Path, target: Path) -> None:
    """Put a folder in the place of another, which is moved aside first; it comes back where that fails."""
    if not target.exists():
        young.rename(target)
        return
    old = target.with_name(f".{target.name}.{secrets.token_hex(4)}.old")
    target.rename(old)
    try:
        young.rename(target)
    except BaseException:
        with suppress(OSError):
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


@asynccontextmanager
async def acquire_exclusive_lock(path: Path) -> AsyncIterator[None]:
    """Do something that one task of one process may do at a time; others wait without keeping their loop."""
    create_private_directory(path.parent)
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not _try_lock(lock):  # noqa: ASYNC110 - it may be another process that has it
            await asyncio.sleep(_LOCK_RETRY_SECONDS)
        yield
    finally:
        os.close(lock)


def _try_lock(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
