"""Places that the test sets: they remember what was posted, and fail when they are told to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.jobs.publishing import PublishingJob
from bot.publishing.notifications import StaffNotification
from bot.publishing.releases import ReleaseContext
from bot.publishing.target import PublishedRelease, PublishError, PublishTarget
from tests.bot.publishing.release_desk import ReleaseDesk, make_busy_desk

FIRST_OPENED_AT = datetime.fromisoformat("2025-10-20T09:00:00+07:00")
"""When the desk was opened first."""


@dataclass
class FakePublishTarget:
    """A place that keeps the names of what was posted. fails: how the next tries fail."""

    name: str = "wordpress"
    posted_releases: list[list[str]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    attempts: int = 0

    async def publish(self, releases: Sequence[PublishedRelease]) -> str:
        self.attempts += 1
        assert all((one.folder / "manifest.json").read_bytes() == one.record.manifest for one in releases)
        if self.failures:
            raise PublishError(self.failures.pop(0))
        self.posted_releases.append([one.record.name for one in releases])
        return f"https://www.example.go.th/{releases[-1].record.name}"


@dataclass
class PublishingScenario:
    """A desk, the places where it publishes, and what its officers were told."""

    desk: ReleaseDesk
    targets: list[PublishTarget] = field(default_factory=list)
    notifications: list[StaffNotification] = field(default_factory=list)

    @classmethod
    def create(
        cls, folder: Path, *places: PublishTarget, cases: int = 60, **rules: Any
    ) -> "PublishingScenario":
        """A desk that was first opened in October, with cases in the year that follows."""
        ground = ReleaseDesk(folder / "var").with_rules(**rules) if rules else ReleaseDesk(folder / "var")
        town = cls(ground, list(places))
        town.run_job(FIRST_OPENED_AT)
        make_busy_desk(ground.home, cases)
        return town

    def run_at(self, text: str) -> list[str]:
        """What a round does at an instant, written in ISO 8601; Bangkok's without a zone."""
        instant = datetime.fromisoformat(text if "+" in text else text + "+07:00")
        return self.run_job(instant)

    def run_job(self, now: datetime) -> list[str]:
        """What a round does."""

        async def scene(bench: ReleaseContext) -> list[str]:
            rounds = PublishingJob(
                bench, self.targets, self._record_notification, "https://report.example.go.th/"
            )
            return [did.job async for did in rounds.run(now)]

        done: list[str] = self.desk.run_scenario(scene, now)
        return done

    async def _record_notification(self, news: StaffNotification) -> None:
        self.notifications.append(news)

    def pop_notifications(self) -> list[str]:
        """The news in Thai since one asked last."""
        told = [news.th for news in self.notifications]
        self.notifications.clear()
        return told

    def list_cutoffs(self) -> list[str]:
        """The cut-offs of all releases, in the order in which they were made."""

        async def scene(bench: ReleaseContext) -> list[str]:
            return [str(kept.as_of) for kept in await bench.store.releases.list_all()]

        found: list[str] = self.desk.run_scenario(scene)
        return found
