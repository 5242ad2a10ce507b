"""Replace directories and files atomically: write a temporary sibling, fsync, rename."""

import os
import secrets
import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from storage.files.directories import fsync_directory

PRIVATE_MODES, PUBLIC_MODES = (0o700, 0o600), (0o755, 0o644)
"""Modes of a directory and of the files in it."""
LEFTOVER_GRACE_SECONDS = 3600
"""Seconds that a temporary file or directory may take to be written."""
NamedFiles = Iterable[tuple[str, bytes]]


def replace_directory(target: Path, files: NamedFiles, modes: tuple[int, int] = PRIVATE_MODES) -> None:
    """Replace a directory by one with these files. On any error, the old one stays.

    The parent must exist. The iterable is consumed file by file. Raises OSError, and what the iterable raises.
    """
    remove_leftovers(target)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.new")
    try:
        temporary.mkdir(mode=0o700)
        for name, content in files:
            write_new_file(temporary / name, content, modes[1])
        temporary.chmod(modes[0])
        fsync_directory(temporary)
        _swap_directory(temporary, target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    fsync_directory(target.parent)


def replace_file(target: Path, content: bytes, mode: int = 0o644) -> None:
    """Replace a file atomically. Raises OSError."""
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.new")
    try:
        write_new_file(temporary, content, mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    fsync_directory(target.parent)


def replace_changed_file(target: Path, content: bytes) -> bool:
    """Replace a public file that is missing or differs; return whether it was so. Raises OSError."""
    if target.is_file() and target.read_bytes() == content:
        return False
    replace_file(target, content)
    return True


def write_new_file(path: Path, content: bytes, mode: int) -> None:
    """Write a file that must not exist, and fsync it."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fchmod(file.fileno(), mode)  # regardless of the umask: public files must be readable
        os.fsync(file.fileno())


def remove_leftovers(target: Path) -> None:
    """Remove temporary siblings that a killed run left; an old directory that was not replaced yet is moved back."""
    for leftover in target.parent.glob(f".{target.name}.????????.old"):
        if target.exists():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.rename(target)
    for leftover in target.parent.glob(f".{target.name}.????????.new"):
        shutil.rmtree(leftover, ignore_errors=True)


def remove_old_leftovers(folders: Iterable[Path]) -> int:
    """Remove what killed runs left half written in folders, an hour ago or earlier; return the number.

    Younger ones may be of a program that is writing now.
    """
    removed = 0
    for leftover in [path for folder in folders for path in folder.glob(".*.????????.new")]:
        with suppress(FileNotFoundError):  # finished meanwhile
            if time.time() - leftover.stat().st_ctime < LEFTOVER_GRACE_SECONDS:
                continue
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
            removed += 1
    return removed


def _swap_directory(temporary: Path, target: Path) -> None:
    """Rename a directory into place. An old one is moved aside first, and back if this fails."""
    if not target.exists():
        temporary.rename(target)
        return
    old = target.with_name(f".{target.name}.{secrets.token_hex(4)}.old")
    target.rename(old)
    try:
        temporary.rename(target)
    except BaseException:
        with suppress(OSError):
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
