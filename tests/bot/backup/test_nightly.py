"""The backup of each night: once, tried again after an hour, and after an erasure the ledger alone."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.backup.nightly import NightlyBackup, get_night, is_backup_due
from bot.backup.state import BackupState, update_backup_state
from bot.jobs.housekeeping import JobResult
from bot.settings import Settings

NIGHT = datetime(2026, 11, 30, 19, 0, tzinfo=UTC)  # 02:00 in Bangkok
MADE = BackupState(made_at=NIGHT, tried_at=NIGHT)


@pytest.mark.parametrize(
    ("state", "at", "is_due"),
    [
        (BackupState(), NIGHT, True),
        (MADE, NIGHT + timedelta(hours=23, minutes=59), False),
        (MADE, NIGHT + timedelta(hours=24), True),
        (MADE, NIGHT - timedelta(days=3), True),
        (BackupState(problem="DiskFullError", tried_at=NIGHT), NIGHT + timedelta(minutes=59), False),
        (BackupState(problem="DiskFullError", tried_at=NIGHT), NIGHT + timedelta(minutes=60), True),
        (BackupState(problem="DiskFullError", tried_at=NIGHT), NIGHT - timedelta(days=1), True),
    ],
)
def test_a_night_has_one_backup(state: BackupState, at: datetime, is_due: bool) -> None:
    assert is_backup_due(state, at) is is_due


def test_a_night_begins_at_two_in_bangkok() -> None:
    assert get_night(NIGHT) - get_night(NIGHT - timedelta(minutes=1)) == timedelta(days=1)


def run(settings: Settings, *jobs: str, code: int = 0) -> list[tuple[str, ...]]:
    """Two minutes of a server in which these jobs did something; what was started."""
    started = list[tuple[str, ...]]()

    async def start(*arguments: str) -> int:
        started.append(arguments)
        return code

    async def scene() -> None:
        nightly = NightlyBackup(settings, start)
        for job in jobs:
            nightly.note_job(JobResult("complaints", job, 1))
        for minute in range(2):
            await nightly.run_due(NIGHT + timedelta(minutes=minute))

    asyncio.run(scene())
    return started


def make_settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, backup_dir=tmp_path / "backups", backup_recipient="age1x")


def test_without_a_folder_or_a_key_nothing_is_started(tmp_path: Path) -> None:
    assert run(Settings(home=tmp_path), "cases-erased") == []
    assert run(Settings(home=tmp_path, backup_dir=tmp_path), "cases-erased") == []


def test_a_backup_that_is_due_is_started(tmp_path: Path) -> None:
    assert run(make_settings(tmp_path)) == [(), ()]  # the program that was pretended to run noted nothing


def test_after_an_erasure_the_ledger_is_written_once(tmp_path: Path) -> None:
    update_backup_state(tmp_path, made_at=NIGHT)
    assert run(make_settings(tmp_path), "drafts-lapsed") == []
    assert run(make_settings(tmp_path), "cases-erased", "questions-erased") == [("--ledger-only",)]


def test_what_failed_is_in_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(make_settings(tmp_path), code=1)
    assert "ita-bot backup" in capsys.readouterr().err
