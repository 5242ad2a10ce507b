"""Fake publishing targets: they record what was published, and fail when told to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.jobs.publishing import PublishingJob
from bot.publishing.notifications import StaffNotification
from bot.publishing.releases import ReleaseContext
from bot.publishing.target import PublishedRelease, PublishError, PublishOutcome, PublishTarget, RefusedFile
from tests.bot.publishing.release_desk import ReleaseDesk, make_busy_desk

FIRST_OPENED_AT = datetime.fromisoformat("2025-10-20T09:00:00+07:00")
"""When the desk was first opened."""


@dataclass
class FakePublishTarget:
    """Records the names of the published releases. failures: messages with which the next attempts fail."""

    name: str = "wordpress"
    posted_releases: list[list[str]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    attempts: int = 0
    refused: tuple[RefusedFile, ...] = ()

    async def publish(self, releases: Sequence[PublishedRelease]) -> PublishOutcome:
        self.attempts += 1
        assert all((one.folder / "manifest.json").read_bytes() == one.record.manifest for one in releases)
        if self.failures:
            raise PublishError(self.failures.pop(0))
        self.posted_releases.append([one.record.name for one in releases])
        return PublishOutcome(f"https://www.example.go.th/{releases[-1].record.name}", self.refused)


@dataclass
class PublishingScenario:
    """A desk, its publishing targets, and the notifications of its officers."""

    desk: ReleaseDesk
    targets: list[PublishTarget] = field(default_factory=list)
    notifications: list[StaffNotification] = field(default_factory=list)

    @classmethod
    def create(
        cls, folder: Path, *targets: PublishTarget, cases: int = 60, **rules: Any
    ) -> "PublishingScenario":
        """A desk that was first opened in October, with cases in the following year."""
        release_desk = (
            ReleaseDesk(folder / "var").with_rules(**rules) if rules else ReleaseDesk(folder / "var")
        )
        scenario = cls(release_desk, list(targets))
        scenario.run_job(FIRST_OPENED_AT)
        make_busy_desk(release_desk.home, cases)
        return scenario

    def run_at(self, text: str) -> list[str]:
        """Run the job at an instant in ISO 8601; Bangkok time if it has no zone."""
        instant = datetime.fromisoformat(text if "+" in text else text + "+07:00")
        return self.run_job(instant)

    def run_job(self, now: datetime) -> list[str]:
        """Run the job once; returns what it did."""

        async def scene(context: ReleaseContext) -> list[str]:
            job = PublishingJob(
                context, self.targets, self._record_notification, "https://report.example.go.th/"
            )
            return [result.job async for result in job.run(now)]

        done: list[str] = self.desk.run_scenario(scene, now)
        return done

    async def _record_notification(self, news: StaffNotification) -> None:
        self.notifications.append(news)

    def pop_notifications(self) -> list[str]:
        """The Thai notifications since the last call."""
        texts = [news.th for news in self.notifications]
        self.notifications.clear()
        return texts

    def list_cutoffs(self) -> list[str]:
        """The cut-off dates of all releases, in the order in which they were made."""

        async def scene(context: ReleaseContext) -> list[str]:
            return [str(kept.as_of) for kept in await context.store.releases.list_all()]

        found: list[str] = self.desk.run_scenario(scene)
        return found
