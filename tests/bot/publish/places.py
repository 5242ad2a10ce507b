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
from tests.bot.releasing import ReleaseDesk, busy

OPENED = datetime.fromisoformat("2025-10-20T09:00:00+07:00")
"""When the desk was opened first."""


@dataclass
class FakePublishTarget:
    """A place that keeps the names of what was posted. fails: how the next tries fail."""

    name: str = "wordpress"
    posted: list[list[str]] = field(default_factory=list)
    fails: list[str] = field(default_factory=list)
    tries: int = 0

    async def post(self, releases: Sequence[PublishedRelease]) -> str:
        self.tries += 1
        assert all((one.folder / "manifest.json").read_bytes() == one.kept.manifest for one in releases)
        if self.fails:
            raise PublishError(self.fails.pop(0))
        self.posted.append([one.kept.name for one in releases])
        return f"https://www.example.go.th/{releases[-1].kept.name}"


@dataclass
class PublishingScenario:
    """A desk, the places where it publishes, and what its officers were told."""

    ground: ReleaseDesk
    places: list[PublishTarget] = field(default_factory=list)
    news: list[StaffNotification] = field(default_factory=list)

    @classmethod
    def of(cls, folder: Path, *places: PublishTarget, cases: int = 60, **rules: Any) -> "PublishingScenario":
        """A desk that was first opened in October, with cases in the year that follows."""
        ground = ReleaseDesk(folder / "var").like(**rules) if rules else ReleaseDesk(folder / "var")
        town = cls(ground, list(places))
        town.tick(OPENED)
        busy(ground.home, cases)
        return town

    def at(self, text: str) -> list[str]:
        """What a round does at an instant, written in ISO 8601; Bangkok's without a zone."""
        instant = datetime.fromisoformat(text if "+" in text else text + "+07:00")
        return self.tick(instant)

    def tick(self, now: datetime) -> list[str]:
        """What a round does."""

        async def scene(bench: ReleaseContext) -> list[str]:
            rounds = PublishingJob(bench, self.places, self._tell, "https://report.example.go.th/")
            return [did.did async for did in rounds.go(now)]

        done: list[str] = self.ground.play(scene, now)
        return done

    async def _tell(self, news: StaffNotification) -> None:
        self.news.append(news)

    def told(self) -> list[str]:
        """The news in Thai since one asked last."""
        told = [news.th for news in self.news]
        self.news.clear()
        return told

    def as_of(self) -> list[str]:
        """The cut-offs of all releases, in the order in which they were made."""

        async def scene(bench: ReleaseContext) -> list[str]:
            return [str(kept.as_of) for kept in await bench.store.releases.all()]

        found: list[str] = self.ground.play(scene)
        return found
