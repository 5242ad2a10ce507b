"""The publishing job: makes scheduled releases, once each, and publishes them to every target, with retries."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.bootstrap import App, RunningDesk
from bot.desk_names import DeskName
from bot.guard import iterate_guarded, run_guarded, try_work
from bot.jobs.housekeeping import JobResult
from bot.publishing.late_entries import (
    LATE_ENTRIES_JOB,
    build_late_entry_notification,
    find_outdated_releases,
)
from bot.publishing.notifications import NotifyStaff, build_staff_notification, make_staff_notifier
from bot.publishing.opinions_folder import publish_opinions
from bot.publishing.qna_folder import publish_board
from bot.publishing.release_list import select_public_releases
from bot.publishing.releases import (
    CasesWaitingError,
    CorrectionReasonRequiredError,
    EarlierCutoffError,
    ReleaseContext,
    ReleaseFilesLostError,
    ReleaseRequest,
    ReleaseResult,
    build_release_context,
    ensure_release_files,
    make_release,
)
from bot.publishing.target import PublishedRelease, PublishError, PublishTarget
from bot.statistics.splits import settle_splits
from bot.web.statistics import STATISTICS_PATHS
from handlers.complaints.messages import ActorKind
from ita_stats.calendar import to_bangkok_date
from ita_stats.schedule import get_release_period, list_scheduled_releases
from ita_stats.service.count import SERVICE_DESK
from ita_stats.strings import get_statistics_text
from storage.errors import DiskFullError
from storage.files.directories import wait_for_exclusive_lock
from storage.releases import RELEASE_JOB, ReleasePosting, StoredRelease

FIRST_RETRY_DELAY, MAX_RETRY_DELAY = timedelta(minutes=5), timedelta(hours=6)
"""Pause before a target is tried again, doubling from the first value to the second."""
NOTIFY_EVERY_FAILURES = 8
"""After the first failure, every eighth in a row is reported to the staff: at six hours' pause, one in two days."""


@dataclass
class PublishingJob:
    """Releases and publishes the statistics of one desk. site: its public URL, for links."""

    context: ReleaseContext
    targets: Sequence[PublishTarget]
    notify: NotifyStaff
    site: str = ""

    async def run(self, now: datetime) -> AsyncIterator[JobResult]:
        """Release and publish what is due at an instant (UTC). Yields what was done.

        A failing release does not stop publishing; its exception is raised at the end.
        """
        desk = self.context.paths.desk
        errors: list[Exception] = []
        async with self.context.store.register_importer.hold_off(now):  # half an import is not counted
            await run_guarded(settle_splits(self.context.splits_desk, now), errors.append)
            await run_guarded(self._report_late_entries(), errors.append)
        async for _ in iterate_guarded(self._make_due_releases(now), errors.append):
            yield JobResult(desk, "released", 1)
        for target in self.targets:
            async with wait_for_exclusive_lock(self.context.paths.folder / "releases" / f".{target.name}"):
                posted = await self._publish_if_due(target, now)
            if posted:
                yield JobResult(desk, f"published-{target.name}", 1)
        if errors:
            raise errors[-1]

    async def _report_late_entries(self) -> None:
        """After an import or a late entry, tell the staff which releases it touched, and which corrections are owed.

        Only these enter what happened on an earlier day: what else officers do in the chat holds from its own day on,
        and no day is released before it is over.
        """
        store = self.context.store
        imports = str(await store.register_importer.count_imports())
        if late := await store.register_importer.count_late_entries():
            imports += f"+{late}"
        if imports == "0" or await store.retention.is_done(LATE_ENTRIES_JOB, imports):
            return
        desk = self.context.paths.desk
        found = await find_outdated_releases(store, self.context.office, desk)
        if found:
            await self.notify(build_late_entry_notification(found, desk))
        await store.retention.mark_done(LATE_ENTRIES_JOB, imports)

    async def _make_due_releases(self, now: datetime) -> AsyncIterator[ReleaseResult]:
        """Make the due releases that are missing, in order. A failure stops the later ones."""
        rules = self.context.office.statistics
        counted = to_bangkok_date(self.context.office.notice.get_counting_instant(now))
        since, finished = await self.context.store.releases.load_runs()
        held = "held_service" if self.context.paths.desk == SERVICE_DESK else "held"
        due = [
            run
            for run in list_scheduled_releases(since, now, rules.layout, rules.publish_hour)
            if str(run) not in finished and get_release_period(run)[1] < counted
        ]
        if self.context.paths.desk == SERVICE_DESK and not finished:
            due = due[-1:]  # a desk of an earlier version has months behind it that nobody released
        for run in due:
            outcome = await try_work(self._make_release(run, now))
            if isinstance(outcome.error, EarlierCutoffError):
                # An officer released a later day before this run was made up for: its figures are in that release.
                await self.context.store.retention.mark_done(RELEASE_JOB, str(run))
                continue
            if isinstance(outcome.error, CasesWaitingError):
                return  # made some hours later
            if outcome.error is not None:  # whatever it is, the staff learns of it
                await self._notify_failure_once(run, outcome.error)
            release = outcome.get_value()
            await self.notify(
                build_staff_notification(
                    held if release.record.held else "released",
                    release.record,
                    link=self._build_statistics_url(),
                )
            )
            yield release

    async def _make_release(self, run: date, now: datetime) -> ReleaseResult:
        """Make the release of a run. Where an officer released some of its months up to a later day, up to that day."""
        period, as_of = get_release_period(run)
        request = ReleaseRequest(
            period, as_of, self.context.office.statistics.layout, by=ActorKind.CLOCK, run=str(run)
        )
        try:
            return await self._make_or_correct(request, now)
        except EarlierCutoffError as newer:
            if newer.period == period.code:
                raise
            return await self._make_or_correct(replace(request, as_of=newer.as_of), now)

    async def _make_or_correct(self, request: ReleaseRequest, now: datetime) -> ReleaseResult:
        try:
            return await make_release(self.context, request, now)
        except CorrectionReasonRequiredError:
            # An officer made a release of the same day earlier, and the register was corrected since.
            reason = " / ".join(get_statistics_text("heading", "corrected"))
            return await make_release(self.context, replace(request, why=reason), now)

    async def _notify_failure_once(self, run: date, trouble: Exception) -> None:
        if await self.context.store.retention.mark_done("release-trouble", str(run)):
            cause = "room" if isinstance(trouble, (OSError, DiskFullError)) else "other"
            await self.notify(build_staff_notification("not_released", day=run, trouble=cause))

    async def _publish_if_due(self, target: PublishTarget, now: datetime) -> bool:
        """Publish to a target if it lacks the newest release and a retry is due. Returns whether that was done."""
        store = self.context.store.releases
        releases = select_public_releases(await store.list_all())
        if not releases:
            return False
        posting = (await store.load_postings(releases[-1])).get(target.name) or ReleasePosting(
            target.name, now
        )
        # The upper bound: a clock that was set back must not make a target wait for years.
        if posting.done or now < posting.due <= now + MAX_RETRY_DELAY:
            return False
        try:
            outcome = await target.publish(
                [
                    PublishedRelease(release, await ensure_release_files(self.context, release, now))
                    for release in releases
                ]
            )
        except (PublishError, ReleaseFilesLostError) as trouble:
            await self._record_failure(target, releases[-1], posting, trouble, now)
            return False
        await store.save_posting(
            releases[-1], ReleasePosting(target.name, now, posting.attempts + 1, done=True)
        )
        await self.notify(
            build_staff_notification("posted", releases[-1], place=target.name, link=outcome.address)
        )
        for refused in outcome.refused:
            await self.notify(
                build_staff_notification(
                    "file_refused", releases[-1], place=target.name, file=refused.file, trouble=refused.code
                )
            )
        return True

    async def _record_failure(
        self,
        target: PublishTarget,
        release: StoredRelease,
        posting: ReleasePosting,
        trouble: PublishError | ReleaseFilesLostError,
        now: datetime,
    ) -> None:
        cause = trouble.code if isinstance(trouble, PublishError) else "lost"
        pause = min(FIRST_RETRY_DELAY * 2 ** min(posting.attempts, 10), MAX_RETRY_DELAY)
        failed = ReleasePosting(target.name, now + pause, posting.attempts + 1, trouble=cause)
        await self.context.store.releases.save_posting(release, failed)
        if posting.attempts % NOTIFY_EVERY_FAILURES == 0 or cause != posting.trouble:
            await self.notify(
                build_staff_notification("not_posted", release, place=target.name, trouble=cause)
            )

    def _build_statistics_url(self) -> str:
        return self.site.rstrip("/") + STATISTICS_PATHS[self.context.paths.desk]


def build_publishing_job(app: App, desk: RunningDesk, notify: NotifyStaff) -> PublishingJob:
    """Build the job of a desk with the targets that the settings name. Raises ConfigurationError."""
    context, settings = build_release_context(app, desk), app.settings
    targets: list[PublishTarget] = []
    if context.public_folder is not None:
        from bot.publishing.folder_target import FolderTarget
        from bot.web.templating import PageRenderer

        targets.append(FolderTarget(context.public_folder, PageRenderer(app.office), desk.name))
    if settings.wordpress_url is not None:
        from bot.publishing.wordpress_target import (
            WordPressTarget,
        )  # importing aiohttp takes a third of a second

        user, password = settings.require_wordpress_login()
        site = settings.desk(desk.name).public_url
        page = settings.wordpress_page if desk.name == "complaints" else f"{settings.wordpress_page}-service"
        targets.append(WordPressTarget(settings.wordpress_url, user, password, page, site, desk=desk.name))
    return PublishingJob(context, targets, notify, settings.desk(desk.name).public_url or "")


async def run_publishing_jobs(
    app: App, now: datetime, doubted: Collection[DeskName] = ()
) -> AsyncIterator[JobResult]:
    """Publish for every desk: its statistics; of the service desk, opinions and question board too.

    doubted: desks whose clock is not believed, which publish nothing.
    """
    errors: list[Exception] = []
    for publish in (publish_opinions, publish_board) if SERVICE_DESK not in doubted else ():
        async for result in iterate_guarded(publish(app, now), errors.append):  # raised at the end
            yield result
    for desk in app.desks.values():
        if desk.name in doubted:
            continue
        job = build_publishing_job(app, desk, make_staff_notifier(desk.store, now))
        async for result in iterate_guarded(job.run(now), errors.append):
            yield result
    if errors:
        raise errors[-1]
