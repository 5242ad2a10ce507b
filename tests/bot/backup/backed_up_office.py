"""An office with both desks, whose data is backed up, lost and restored."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.backup.making import BackupJob, BackupResult, StepCallback
from bot.backup.restoring import RestoreResult, find_restore_source, restore_backup
from bot.bootstrap import App, open_app
from storage.backup.age_files import Identity
from storage.backup.folder import BackupFolder
from storage.crypto.key_files import DeskPaths
from tests.template_desk import copy_template_desk

NOW = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)  # 02:00 in Bangkok

WRITTEN_ANEW = "UPDATE files SET day = NULL"
"""SQL after which all evidence is as after its first night, before which no backup has it."""


@dataclass
class BackedUpOffice:
    """Both desks in a folder, the folder of backups, and the office's private key."""

    root: Path
    monkeypatch: pytest.MonkeyPatch
    identity: Identity = field(default_factory=Identity)

    @property
    def home(self) -> Path:
        return self.root / "var"

    @property
    def folder(self) -> BackupFolder:
        return BackupFolder(self.root / "backups")

    def run(
        self, scene: Callable[[App], Awaitable[None]], home: Path | None = None, now: datetime = NOW
    ) -> None:
        """Open both desks of a home, run a coroutine on them, close them."""
        self.monkeypatch.chdir(self.root)
        self.monkeypatch.setenv("ITA_HOME", str(home or self.home))

        async def run_in_loop() -> None:
            if home is None:
                for desk in ("complaints", "service"):
                    copy_template_desk(DeskPaths.under(self.home, desk))
            async with asyncio.timeout(60), open_app(["complaints", "service"], now) as app:
                await scene(app)

        asyncio.run(run_in_loop())

    def make_job(self, app: App, on_step: StepCallback = lambda _: None) -> BackupJob:
        return BackupJob(app, self.folder, self.identity.recipient, on_step=on_step)

    def back_up(self, now: datetime = NOW) -> BackupResult:
        """Make a backup."""
        results = list[BackupResult]()

        async def scene(app: App) -> None:
            results.append(await self.make_job(app).run(now))

        self.run(scene, now=now)
        return results[0]

    def restore(self, stamp: str, into: str = "restored", now: datetime = NOW) -> RestoreResult:
        """Restore a backup into a folder of that name."""
        source = find_restore_source(self.folder.get_backup_path(stamp))
        return asyncio.run(restore_backup(source, self.identity, self.root / into, now))


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BackedUpOffice:
    """An office that was not opened yet."""
    return BackedUpOffice(tmp_path, monkeypatch)
