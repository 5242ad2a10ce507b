"""The round of publishing: what fell due is released, once; what was released goes to every place in the end."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.bootstrap import App, RunningDesk
from bot.jobs.housekeeping import JobResult
from bot.publishing.atomic_write import acquire_exclusive_lock
from bot.publishing.notifications import NotifyStaff, build_staff_notification, make_staff_notifier
from bot.publishing.opinions_folder import publish_opinions
from bot.publishing.qna_folder import publish_board
from bot.publishing.release_list import select_public_releases
from bot.publishing.releases import (
    CorrectionReasonRequiredError,
    ReleaseContext,
    ReleaseFilesLostError,
    ReleaseRequest,
    ReleaseResult,
    ensure_release_files,
    make_release,
)
from bot.publishing.target import PublishedRelease, PublishError, PublishTarget
from bot.web.statistics import STATISTICS_PATH
from handlers.complaints.messages import ActorKind
from ita_stats.schedule import get_release_period, list_scheduled_releases
from ita_stats.strings import get_statistics_text
from storage.errors import DiskFullError
from storage.releases import ReleasePosting, StoredRelease

FIRST_RETRY_DELAY, MAX_RETRY_DELAY = timedelta(minutes=5), timedelta(hours=6)
"""How long to wait before a place is tried again: the first time, and at most."""
NOTIFY_EVERY_FAILURES = 8
"""Of how many failures in a row one is told, after the first: at six hours' distance, one in two days."""


@dataclass
class PublishingJob:
    """Releases and publishes for one desk. site: its public address, for links."""

    context: ReleaseContext
    targets: Sequence[PublishTarget]
    notify: NotifyStaff
    site: str = ""

    async def run(self, now: datetime) -> AsyncIterator[JobResult]:
        """Do what is due at an instant (UTC). One place's trouble does not stop the others, nor the release."""
        desk = self.context.paths.desk
        broken: Exception | None = None
        try:
            async for _ in self._make_due_releases(now):
                yield JobResult(desk, "released", 1)
        except Exception as trouble:
            broken = trouble
        for outlet in self.targets:
            async with acquire_exclusive_lock(self.context.paths.folder / "releases" / f".{outlet.name}"):
                posted = await self._publish_if_due(outlet, now)
            if posted:
                yield JobResult(desk, f"published-{outlet.name}", 1)
        if broken is not None:
            raise broken

    async def _make_due_releases(self, now: datetime) -> AsyncIterator[ReleaseResult]:
        """Release what fell due and was not released, in order; a run that fails stops those after it."""
        rules = self.context.office.statistics
        since, over = await self.context.store.releases.load_runs()
        for run in list_scheduled_releases(since, now, rules.layout, rules.publish_hour):
            if str(run) in over:
                continue
            try:
                made = await self._make_release(run, now)
            except Exception as trouble:
                await self._notify_failure_once(run, trouble)
                raise
            await self.notify(
                build_staff_notification(
                    "held" if made.record.held else "released", made.record, link=self._build_statistics_url()
                )
            )
            yield made

    async def _make_release(self, run: date, now: datetime) -> ReleaseResult:
        period, as_of = get_release_period(run)
        order = ReleaseRequest(
            period, as_of, self.context.office.statistics.layout, by=ActorKind.CLOCK, run=str(run)
        )
        try:
            return await make_release(self.context, order, now)
        except CorrectionReasonRequiredError:
            # An officer released the same day before, and the register was corrected since.
            why = " / ".join(get_statistics_text("heading", "corrected"))
            return await make_release(
                self.context,
                ReleaseRequest(period, as_of, order.layout, why, ActorKind.CLOCK, order.run),
                now,
            )

    async def _notify_failure_once(self, run: date, trouble: Exception) -> None:
        if await self.context.store.retention.mark_done("release-trouble", str(run)):
            what = "room" if isinstance(trouble, (OSError, DiskFullError)) else "other"
            await self.notify(build_staff_notification("not_released", day=run, trouble=what))

    async def _publish_if_due(self, outlet: PublishTarget, now: datetime) -> bool:
        """Bring a place up to date if it is not, and if it is time to try; whether that was done."""
        store = self.context.store.releases
        kept = select_public_releases(await store.list_all())
        if not kept:
            return False
        known = (await store.load_postings(kept[-1])).get(outlet.name) or ReleasePosting(outlet.name, now)
        # A clock that was set back must not let a place wait for years.
        if known.done or now < known.due <= now + MAX_RETRY_DELAY:
            return False
        try:
            link = await outlet.publish(
                [PublishedRelease(k, await ensure_release_files(self.context, k, now)) for k in kept]
            )
        except (PublishError, ReleaseFilesLostError) as trouble:
            await self._record_failure(outlet, kept[-1], known, trouble, now)
            return False
        await store.save_posting(kept[-1], ReleasePosting(outlet.name, now, known.attempts + 1, done=True))
        await self.notify(build_staff_notification("posted", kept[-1], place=outlet.name, link=link))
        return True

    async def _record_failure(
        self,
        outlet: PublishTarget,
        kept: StoredRelease,
        known: ReleasePosting,
        trouble: PublishError | ReleaseFilesLostError,
        now: datetime,
    ) -> None:
        what = trouble.code if isinstance(trouble, PublishError) else "lost"
        pause = min(FIRST_RETRY_DELAY * 2 ** min(known.attempts, 10), MAX_RETRY_DELAY)
        failed = ReleasePosting(outlet.name, now + pause, known.attempts + 1, trouble=what)
        await self.context.store.releases.save_posting(kept, failed)
        if known.attempts % NOTIFY_EVERY_FAILURES == 0 or what != known.trouble:
            await self.notify(build_staff_notification("not_posted", kept, place=outlet.name, trouble=what))

    def _build_statistics_url(self) -> str:
        return self.site.rstrip("/") + STATISTICS_PATH if self.site else STATISTICS_PATH


def build_publishing_job(house: App, desk: RunningDesk, tell: NotifyStaff) -> PublishingJob:
    """The rounds of the desk whose statistics are published, as the settings say. Raises Misconfigured."""
    bench, chosen = ReleaseContext(desk.paths, desk.store, house.office), house.settings
    outlets: list[PublishTarget] = []
    if chosen.publish_folder is not None:
        from bot.publishing.folder_target import FolderTarget
        from bot.web.templating import PageRenderer

        outlets.append(FolderTarget(chosen.publish_folder, PageRenderer(house.office)))
    if chosen.wordpress_url is not None:
        from bot.publishing.wordpress_target import WordPressTarget  # aiohttp costs a third of a second

        user, password = chosen.require_wordpress_login()
        site = chosen.desk(desk.name).public_url
        outlets.append(WordPressTarget(chosen.wordpress_url, user, password, chosen.wordpress_page, site))
    return PublishingJob(bench, outlets, tell, chosen.desk(desk.name).public_url or "")


async def run_publishing_jobs(house: App, now: datetime) -> AsyncIterator[JobResult]:
    """The round of every desk: the complaints desk's statistics, the service desk's opinions and board."""
    broken: Exception | None = None
    for work in (publish_opinions, publish_board):
        try:
            async for did in work(house, now):
                yield did
        except Exception as trouble:  # one work's trouble does not keep the others from being done
            broken = trouble
    if "complaints" in house.desks:
        desk = house.desks["complaints"]
        async for did in build_publishing_job(house, desk, make_staff_notifier(desk.store, now)).run(now):
            yield did
    if broken is not None:
        raise broken
