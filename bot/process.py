"""What the system is told of this process: one server a desk, no core dumps, enough open files."""

import os
import resource
import socket
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from bot.errors import ConfigurationError
from storage.errors import LockHeldError
from storage.files.directories import hold_lock_file

SERVING_LOCK = ".serving"
"""File in a desk's folder that the server of the desk holds a lock on."""


def disable_core_dumps() -> None:
    """Forbid core dumps: memory holds the keys, and receipts of people who are here.

    Programs that the kernel pipes dumps to, such as systemd-coredump, are told the limit and keep to it (man core).
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def raise_open_file_limit() -> None:
    """Raise the limit of open files to the maximum, since each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@contextmanager
def hold_desks(folders: Iterable[Path], now: datetime) -> Iterator[None]:
    """Serve the desks of some folders alone, since a server keeps in memory what another would not know.

    Raises ConfigurationError, which says who has a desk.
    """
    holder = f"pid {os.getpid()}, {socket.gethostname()}, {now.isoformat(timespec='minutes')}"
    with ExitStack() as held:
        for folder in folders:
            try:
                held.enter_context(hold_lock_file(folder / SERVING_LOCK, holder))
            except LockHeldError as other:
                raise ConfigurationError(
                    f"{folder}: มีเซิร์ฟเวอร์อื่นให้บริการข้อมูลชุดนี้อยู่แล้ว ({other}) ปิดตัวนั้นก่อน"
                    f" / another server serves this desk already ({other}); end it first."
                ) from None
        yield
