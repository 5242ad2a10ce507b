"""Folders and files that only their owner may enter."""

import os
from pathlib import Path


def private(folder: Path) -> None:
    """Make a folder, and those above it that are missing, with mode 0700."""
    if not folder.exists():
        private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def sync(folder: Path) -> None:
    """Bring a folder's entries to the disk, so that a new file is still there after a crash."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
