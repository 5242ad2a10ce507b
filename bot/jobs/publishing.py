"""The round of publishing: what fell due is released, once; what was released goes to every place in the end."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.bootstrap import App, RunningDesk
from bot.jobs.housekeeping import JobResult
from bot.publishing import atomic_write as shelf
from bot.publishing import notifications as told
from bot.publishing import opinions_folder as opinions
from bot.publishing import qna_folder as qna
from bot.publishing import releases
from bot.publishing.notifications import Tell, said
from bot.publishing.release_list import readable
from bot.publishing.releases import ReleaseContext, ReleaseFilesLostError, ReleaseRequest, ReleaseResult
from bot.publishing.target import PublishedRelease, PublishError, PublishTarget
from bot.web.statistics import AT
from handlers.complaints.messages import ActorKind
from ita_stats import schedule as rhythm
from ita_stats import strings as words
from storage.errors import DiskFullError
from storage.releases import ReleasePosting, StoredRelease

FIRST, LONGEST = timedelta(minutes=5), timedelta(hours=6)
"""How long to wait before a place is tried again: the first time, and at most."""
TOLD_EVERY = 8
"""Of how many failures in a row one is told, after the first: at six hours' distance, one in two days."""


@dataclass
class PublishingJob:
    """Releases and publishes for one desk. site: its public address, for links."""

    bench: ReleaseContext
    outlets: Sequence[PublishTarget]
    tell: Tell
    site: str = ""

    async def go(self, now: datetime) -> AsyncIterator[JobResult]:
        """Do what is due at an instant (UTC). One place's trouble does not stop the others, nor the release."""
        desk = self.bench.place.desk
        broken: Exception | None = None
        try:
            async for _ in self._released(now):
                yield JobResult(desk, "released", 1)
        except Exception as trouble:
            broken = trouble
        for outlet in self.outlets:
            async with shelf.alone(self.bench.place.folder / "releases" / f".{outlet.name}"):
                posted = await self._posted(outlet, now)
            if posted:
                yield JobResult(desk, f"published-{outlet.name}", 1)
        if broken is not None:
            raise broken

    async def _released(self, now: datetime) -> AsyncIterator[ReleaseResult]:
        """Release what fell due and was not released, in order; a run that fails stops those after it."""
        rules = self.bench.office.statistics
        since, over = await self.bench.store.releases.runs()
        for run in rhythm.runs(since, now, rules.layout, rules.publish_hour):
            if str(run) in over:
                continue
            try:
                made = await self._run(run, now)
            except Exception as trouble:
                await self._tell_once(run, trouble)
                raise
            await self.tell(said("held" if made.kept.held else "released", made.kept, link=self._link()))
            yield made

    async def _run(self, run: date, now: datetime) -> ReleaseResult:
        period, as_of = rhythm.released_on(run)
        order = ReleaseRequest(
            period, as_of, self.bench.office.statistics.layout, by=ActorKind.CLOCK, run=str(run)
        )
        try:
            return await releases.released(self.bench, order, now)
        except releases.CorrectionReasonRequiredError:
            # An officer released the same day before, and the register was corrected since.
            why = " / ".join(words.pair("heading", "corrected"))
            return await releases.released(
                self.bench, ReleaseRequest(period, as_of, order.layout, why, ActorKind.CLOCK, order.run), now
            )

    async def _tell_once(self, run: date, trouble: Exception) -> None:
        if await self.bench.store.retention.once("release-trouble", str(run)):
            what = "room" if isinstance(trouble, (OSError, DiskFullError)) else "other"
            await self.tell(said("not_released", day=run, trouble=what))

    async def _posted(self, outlet: PublishTarget, now: datetime) -> bool:
        """Bring a place up to date if it is not, and if it is time to try; whether that was done."""
        store = self.bench.store.releases
        kept = readable(await store.all())
        if not kept:
            return False
        known = (await store.postings(kept[-1])).get(outlet.name) or ReleasePosting(outlet.name, now)
        # A clock that was set back must not let a place wait for years.
        if known.done or now < known.due <= now + LONGEST:
            return False
        try:
            link = await outlet.post(
                [PublishedRelease(k, await releases.whole(self.bench, k, now)) for k in kept]
            )
        except (PublishError, ReleaseFilesLostError) as trouble:
            await self._failed(outlet, kept[-1], known, trouble, now)
            return False
        await store.post(kept[-1], ReleasePosting(outlet.name, now, known.attempts + 1, done=True))
        await self.tell(said("posted", kept[-1], place=outlet.name, link=link))
        return True

    async def _failed(
        self,
        outlet: PublishTarget,
        kept: StoredRelease,
        known: ReleasePosting,
        trouble: PublishError | ReleaseFilesLostError,
        now: datetime,
    ) -> None:
        what = trouble.what if isinstance(trouble, PublishError) else "lost"
        pause = min(FIRST * 2 ** min(known.attempts, 10), LONGEST)
        failed = ReleasePosting(outlet.name, now + pause, known.attempts + 1, trouble=what)
        await self.bench.store.releases.post(kept, failed)
        if known.attempts % TOLD_EVERY == 0 or what != known.trouble:
            await self.tell(said("not_posted", kept, place=outlet.name, trouble=what))

    def _link(self) -> str:
        return self.site.rstrip("/") + AT if self.site else AT


def of(house: App, desk: RunningDesk, tell: Tell) -> PublishingJob:
    """The rounds of the desk whose statistics are published, as the settings say. Raises Misconfigured."""
    bench, chosen = ReleaseContext(desk.place, desk.store, house.office), house.settings
    outlets: list[PublishTarget] = []
    if chosen.publish_folder is not None:
        from bot.publishing.folder_target import FolderTarget
        from bot.web.templating import PageRenderer

        outlets.append(FolderTarget(chosen.publish_folder, PageRenderer(house.office)))
    if chosen.wordpress_url is not None:
        from bot.publishing.wordpress_target import WordPressTarget  # aiohttp costs a third of a second

        user, password = chosen.wordpress_login()
        site = chosen.desk(desk.name).public_url
        outlets.append(WordPressTarget(chosen.wordpress_url, user, password, chosen.wordpress_page, site))
    return PublishingJob(bench, outlets, tell, chosen.desk(desk.name).public_url or "")


async def all_of(house: App, now: datetime) -> AsyncIterator[JobResult]:
    """The round of every desk: the complaints desk's statistics, the service desk's opinions and board."""
    broken: Exception | None = None
    for work in (opinions.all_of, qna.all_of):
        try:
            async for did in work(house, now):
                yield did
        except Exception as trouble:  # one work's trouble does not keep the others from being done
            broken = trouble
    if "complaints" in house.desks:
        desk = house.desks["complaints"]
        async for did in of(house, desk, told.by(desk.store, now)).go(now):
            yield did
    if broken is not None:
        raise broken
