"""Whether there is room for a backup, so that it takes none from those who write to the office meanwhile."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from storage.errors import DiskFullError

COPIES_AT_HOME = 4
"""How many times the databases stand in the folder of work at most: the copy, its archive, unpacked, restored."""

RESERVED_SHARE = 0.05
"""Share of the disk of the desks that stays free whatever a backup needs."""

_MEGABYTE = 1024 * 1024


def require_room(databases: Iterable[Path], home: Path, target: Path) -> None:
    """Raise DiskFullError, with what is missing, where a backup would not fit. Evidence is not counted."""
    size = sum(path.stat().st_size for path in databases)
    disk = shutil.disk_usage(home)
    missing = size * COPIES_AT_HOME + int(disk.total * RESERVED_SHARE) - disk.free
    if missing > 0:
        raise DiskFullError(f"{home}: {missing // _MEGABYTE + 1} MB more have to be free for a backup")
    existing = next(path for path in (target, *target.absolute().parents) if path.exists())
    missing = size - shutil.disk_usage(existing).free
    if missing > 0:
        raise DiskFullError(f"{target}: {missing // _MEGABYTE + 1} MB more have to be free for a backup")
