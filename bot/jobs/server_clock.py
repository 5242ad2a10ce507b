"""What a server does by the clock for its desks: scheduled jobs and publishing, where something can be due.

Each judges first whether the clock of the machine is believed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.assessment.monthly import FROM_HOUR, LAST_TRY_DAY, run_monthly_evidence
from bot.bootstrap import App, RunningDesk
from bot.clock.decision import CLOCK_DOUBTED_EN, CLOCK_DOUBTED_TH, MAX_DIFFERENCE, ClockDoubt
from bot.clock.gate import TOLD_DOUBTS, ClockVerdict, check_clock, tell_staff
from bot.clock.outside_time import OUTSIDE_TIME, read_uptime
from bot.desk_names import DeskName
from bot.engine import utc_now
from bot.guard import ErrorHandler, run_guarded
from bot.health.measurements import count_failing_posts
from bot.jobs.housekeeping import JobResult, run_due_jobs
from bot.jobs.publishing import run_publishing_jobs
from bot.jobs.schedule import DeskSchedule
from bot.log import LogEvent, log_event, log_exception, log_warning
from bot.statistics.splits import OfficeFileMissingError
from ita_stats.calendar import BANGKOK, to_bangkok_date
from storage.schedule.changes import ChangeWatch

FIRST_DELIVERIES_SECONDS = 600
"""Seconds after the start in which everything that waits is tried, before anything is too old."""

FIRST_CALL_SECONDS = 120
"""Seconds after the start within which a platform has answered, if it can be reached."""

TARGETS_LOOKED_AT_EVERY = 10
"""Minutes after which what is published outside is compared anew with what should be there."""


@dataclass(frozen=True, slots=True)
class BelievedClock:
    """A clock that was believed: on which day (Bangkok), and how far others' clocks were ahead, None where unknown."""

    verdict: ClockVerdict
    day: date
    difference: timedelta | None

    def holds(self, day: date, difference: timedelta | None) -> bool:
        """Whether the clock would be believed again as long as no row changed, and nothing would be remembered."""
        if day != self.day or (difference is None) != (self.difference is None):
            return False
        return difference is None or abs(difference) <= MAX_DIFFERENCE


@dataclass
class ClockCheck:
    """Judges the clock by what platforms said; just after the start, what cannot be undone waits until one says it."""

    app: App
    desk: RunningDesk
    _believed: BelievedClock | None = None
    _watch: ChangeWatch = field(init=False)

    def __post_init__(self) -> None:
        self._watch = ChangeWatch(self.desk.paths.database)

    def is_believed(self, now: datetime) -> bool:
        """Whether the clock was believed, and nothing that it is judged by has changed since."""
        known = self._believed
        if known is None or self._watch.has_changed():
            return False
        return known.holds(to_bangkok_date(now), OUTSIDE_TIME.get_difference(now))

    async def judge(self, now: datetime) -> ClockVerdict:
        """Judge it. Where that fails the clock is doubted, so that what does not wait still runs."""
        outcome = await run_guarded(self._judge(now), log_exception)
        return outcome.value or ClockVerdict(ClockDoubt.FAILED)

    async def _judge(self, now: datetime) -> ClockVerdict:
        known, self._believed = self._believed, None
        has_changed = self._watch.look()
        difference, today = OUTSIDE_TIME.get_difference(now), to_bangkok_date(now)
        if known is not None and not has_changed and known.holds(today, difference):
            self._believed = known
            return known.verdict
        calls = any(self.app.settings.desk(name).has_platform for name in self.app.desks)
        will_hear = calls and read_uptime() - self.app.started_at < FIRST_CALL_SECONDS
        verdict = await check_clock(self.desk.store, now, difference, will_hear=will_hear)
        self._believed = BelievedClock(verdict, today, difference) if verdict.doubt is None else None
        return verdict


@dataclass
class DeskClock:
    """Runs the scheduled jobs of one desk: the prompt ones, or the others, each with a clock of their own."""

    app: App
    desk: RunningDesk
    prompt: bool = False
    _schedule: DeskSchedule = field(init=False)
    _check: ClockCheck = field(init=False)
    _warned: ClockDoubt | None = None

    def __post_init__(self) -> None:
        self._schedule = DeskSchedule(self.desk.paths.database)
        self._check = ClockCheck(self.app, self.desk)

    async def run_jobs(self, note_job: Callable[[JobResult], None] = lambda _: None) -> None:
        """Do once all that is due; what cannot be undone only where the clock is believed.

        note_job: is told of what was done.
        """
        now = utc_now()
        if self._check.is_believed(now) and self._schedule.is_quiet(now):
            self.desk.store.retention.forget_in_memory(now)
            return
        verdict = await self._check.judge(now)
        if not self.prompt:
            await run_guarded(self.desk.store.refresh_settings(), log_exception)
            self._warn_of_doubt(verdict)
            await run_guarded(tell_staff(self.desk.store, verdict, now), log_exception)
        async for result in run_due_jobs(
            self.desk.paths,
            self.desk.store,
            self.app.office,
            now,
            is_clock_believed=verdict.doubt is None,
            messages_at=verdict.date_messages(now),
            has_tried_delivery=read_uptime() - self.app.started_at >= FIRST_DELIVERIES_SECONDS,
            schedule=self._schedule,
            prompt=self.prompt,
        ):
            note_job(result)
            log_event(LogEvent.TICKED, self.desk.name, count=result.count)

    def _warn_of_doubt(self, verdict: ClockVerdict) -> None:
        """Log a doubt once, for an office in which there is nobody who can be told."""
        if verdict.doubt is None:
            self._warned = None
        elif verdict.doubt in TOLD_DOUBTS and self._warned is not verdict.doubt:
            self._warned = verdict.doubt
            log_warning(f"{self.desk.name}: {CLOCK_DOUBTED_TH} / {CLOCK_DOUBTED_EN}")


@dataclass
class PublishingClock:
    """Releases and publishes for all desks, after each change and at the hours at which something can be due."""

    app: App
    _checks: Sequence[ClockCheck] = field(init=False)
    _watches: Sequence[ChangeWatch] = field(init=False)
    _last_span: tuple[object, ...] | None = None
    """The part of the day in which everything was done; None: something failed or waits, and is tried again."""

    def __post_init__(self) -> None:
        desks = self.app.desks.values()
        self._checks = [ClockCheck(self.app, desk) for desk in desks]
        self._watches = [ChangeWatch(desk.paths.database) for desk in desks]

    async def run(self) -> None:
        """Release and publish what is due."""
        now = utc_now()
        has_changed = {watch.look() for watch in self._watches} != {False}  # every one looks
        verdicts = {check.desk.name: await check.judge(now) for check in self._checks}
        doubted = [name for name, verdict in verdicts.items() if verdict.doubt is not None]
        span = self._name_span(now)
        if not has_changed and not doubted and span == self._last_span:
            return
        self._last_span = None
        async for result in run_publishing_jobs(self.app, now, doubted):
            desk: DeskName = "service" if result.desk == "service" else "complaints"
            log_event(LogEvent.TICKED, desk, count=result.count)
        async for result in run_monthly_evidence(self.app, now, doubted):
            log_event(LogEvent.TICKED, "complaints", count=result.count)
        failing = [await count_failing_posts(desk.store) for desk in self.app.desks.values()]
        if not doubted and not any(failing):
            self._last_span = span

    def _name_span(self, now: datetime) -> tuple[object, ...]:
        """Return what, while it stays the same, makes nothing due: day, day for counting, and hours that were reached.

        What is published outside is looked at every some minutes, since others can change it; and evidence each hour,
        while it may be tried again.
        """
        local, office, settings = now.astimezone(BANGKOK), self.app.office, self.app.settings
        reached = tuple(local.hour >= hour for hour in (office.statistics.publish_hour, FROM_HOUR))
        span: tuple[object, ...] = (
            local.date(),
            to_bangkok_date(office.notice.get_counting_instant(now)),
            reached,
        )
        if settings.publish_folder is not None or settings.wordpress_url is not None:
            return (*span, local.hour, local.minute // TARGETS_LOOKED_AT_EVERY)
        return (*span, local.hour) if local.day <= LAST_TRY_DAY else span


def make_publishing_error_log() -> ErrorHandler:
    """Make the log of what publishing fails with: a missing office.toml once, as nothing mends it but a new start."""
    told = False

    def log_error(error: Exception) -> None:
        nonlocal told
        if not isinstance(error, OfficeFileMissingError):
            log_exception(error)
        elif not told:
            told = True
            log_warning(str(error))

    return log_error
