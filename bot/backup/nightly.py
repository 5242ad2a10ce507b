"""The backup of each night, made by a program of its own beside the server, so that nobody waits for it."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.backup.state import BackupState, read_backup_state
from bot.jobs.housekeeping import JobResult
from bot.log import log_warning
from bot.settings import Settings
from ita_stats.calendar import BANGKOK

NIGHT_BEGINS = timedelta(hours=2)
"""Time of day in Bangkok from which a night's backup is due: after the files of the day were written anew."""

RETRY_PAUSE = timedelta(hours=1)
"""Pause after a backup that failed."""

ERASING_JOBS = frozenset({"cases-erased", "questions-erased", "consultations-closed"})
"""Jobs after which the ledger is written at once. What persons erase themselves waits for the night: the time of a
ledger must not tell when somebody did.
"""

BACKUP_FAILED_WARNING = (
    "สำรองข้อมูลไม่สำเร็จหรือลองกู้คืนแล้วพบสิ่งผิดปกติ สั่ง ita-bot backup เพื่อดูว่าอะไร"
    " / the backup failed, or its trial restore found something; `ita-bot backup` says what."
)


def get_night(instant: datetime) -> date:
    """Return the day on which the night of an instant ends; before `NIGHT_BEGINS` it is that of the day before."""
    return (instant.astimezone(BANGKOK) - NIGHT_BEGINS).date()


def is_backup_due(state: BackupState, now: datetime) -> bool:
    """Whether this night has no backup yet, and none failed within the last hour.

    A backup of a later night was made by a clock that was ahead, and counts for no other.
    """
    if state.made_at is not None and get_night(state.made_at) == get_night(now):
        return False
    is_pausing = (
        bool(state.problem)
        and state.tried_at is not None
        and timedelta() <= now - state.tried_at < RETRY_PAUSE
    )
    return not is_pausing


async def run_backup_program(*arguments: str) -> int:
    """Run `ita-bot backup` as a program of its own; return its exit code. It is ended where this one is."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # no module of the folder that it is started in
        "-m",
        "bot",
        "backup",
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


@dataclass
class NightlyBackup:
    """Makes the backup that is due, where the office has said where to and for which key."""

    settings: Settings
    run_program: Callable[..., Awaitable[int]] = run_backup_program
    _is_ledger_due: bool = False

    def note_job(self, result: JobResult) -> None:
        """Note what a job did: after an erasure the ledger is due."""
        self._is_ledger_due = self._is_ledger_due or result.job in ERASING_JOBS

    async def run_due(self, now: datetime) -> None:
        """Make what is due."""
        if self.settings.backup_dir is None or self.settings.backup_recipient is None:
            return
        if is_backup_due(read_backup_state(self.settings.home), now):
            arguments: tuple[str, ...] = ()
        elif self._is_ledger_due:
            arguments = ("--ledger-only",)
        else:
            return
        self._is_ledger_due = False
        if await self.run_program(*arguments):
            log_warning(BACKUP_FAILED_WARNING)
