"""Measures the machine each minute while it serves, and tells administrators what has to be mended, once."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.backup.state import BackupState, read_backup_state
from bot.bootstrap import App, RunningDesk
from bot.delivery.transport import TokenRefusedError, TransportError
from bot.engine import utc_now
from bot.guard import run_guarded
from bot.health.conditions import CONDITIONS, Readings
from bot.health.measurements import (
    count_failing_posts,
    count_missing_releases,
    count_stuck_messages,
    measure_disk,
    read_certificate_end,
    round_up,
    sum_file_sizes,
)
from bot.log import log_exception
from bot.platforms.registry import PLATFORMS
from handlers.dialog.replies import Phrase
from handlers.staff.permissions import Role
from ita_stats.calendar import to_bangkok_date
from storage.schedule.changes import ChangeWatch
from storage.staff.pushes import PushKind

SLOW_EVERY = timedelta(minutes=30)
"""How often platforms and the certificate are asked, and files counted."""

ROWS_EVERY = timedelta(hours=6)
"""How often rows that have not changed are counted again: a release that is missing is over a day late."""

WAITING_ROWS_EVERY = timedelta(minutes=10)
"""The same where messages wait, which grow old."""

AUDIT_EVERY = timedelta(hours=24)
FAILURE_COUNTS_FOR = timedelta(minutes=60)
"""A webhook whose last failure is older is working again."""


@dataclass
class SlowReadings:
    """What is measured more rarely, and when it was."""

    at: datetime
    refused_tokens: int = 0
    failing_webhooks: int = 0
    certificate_end: datetime | None = None
    evidence_bytes: int = 0


@dataclass(frozen=True, slots=True)
class RowReadings:
    """What is counted in the rows of a desk, when it was, and for how long it holds where no row changes."""

    at: datetime
    stuck_messages: int
    missing_releases: int
    failing_posts: int
    holds_for: timedelta


@dataclass
class HealthMonitor:
    """Keeps the last readings of each desk, which the metrics show."""

    app: App
    readings: dict[str, Readings] = field(default_factory=dict)
    _slow: dict[str, SlowReadings] = field(default_factory=dict)
    _audits: dict[str, tuple[datetime, bool]] = field(default_factory=dict)
    _rows: dict[str, RowReadings] = field(default_factory=dict)
    _watches: dict[str, ChangeWatch] = field(default_factory=dict)
    _told: dict[str, frozenset[str]] = field(default_factory=dict)
    """The conditions that were met when staff were told last, as far as there was anybody who could be told."""

    async def run_once(self) -> None:
        """Measure all desks and tell what changed. A failure of one desk does not affect the other."""
        for desk in self.app.desks.values():
            now = utc_now()
            watch = self._watches.setdefault(desk.name, ChangeWatch(desk.paths.database))
            has_changed = watch.look()
            outcome = await run_guarded(self.measure(desk, now, has_changed=has_changed), log_exception)
            if outcome.value is None:
                watch.forget()  # measured anew in a minute
                continue
            self.readings[desk.name] = outcome.value
            met = frozenset(condition.name for condition in CONDITIONS if condition.is_met(outcome.value))
            if has_changed or met != self._told.get(desk.name):
                told = await run_guarded(tell_changes(desk, outcome.value, now), log_exception)
                self._told.pop(desk.name, None)
                if told.error is None:
                    self._told[desk.name] = met

    async def measure(self, desk: RunningDesk, now: datetime, *, has_changed: bool = True) -> Readings:
        """Measure a desk and its machine. has_changed: False where no row can have changed since the last time."""
        rows = await self._measure_rows(desk, now, has_changed=has_changed)
        settings, slow = self.app.settings, await self._measure_slowly(desk, now)
        backup = read_backup_state(settings.home) if settings.backup_dir is not None else None
        space = measure_disk(desk.paths.folder)
        return Readings(
            disk_free=space.free_percent,
            backup_age=get_backup_age(backup, now),
            backup_failed=backup is not None and bool(backup.problem),
            rehearsal_failed=backup is not None and bool(backup.rehearsal_findings),
            refused_tokens=slow.refused_tokens,
            failing_webhooks=slow.failing_webhooks,
            certificate_left=slow.certificate_end - now if slow.certificate_end is not None else None,
            stuck_messages=rows.stuck_messages,
            missing_releases=rows.missing_releases,
            failing_posts=rows.failing_posts,
            audit_broken=await self._is_audit_broken(desk, now),
            database_bytes=round_up(desk.paths.database.stat().st_size),
            evidence_bytes=round_up(slow.evidence_bytes),
        )

    async def _measure_rows(self, desk: RunningDesk, now: datetime, *, has_changed: bool) -> RowReadings:
        known = self._rows.get(desk.name)
        if known is None or has_changed or not timedelta() <= now - known.at < known.holds_for:
            known = RowReadings(
                now,
                await count_stuck_messages(desk.store, now),
                await count_missing_releases(desk.store, self.app.office.statistics, now),
                await count_failing_posts(desk.store),
                WAITING_ROWS_EVERY if await desk.store.outbox.has_any() else ROWS_EVERY,
            )
            self._rows[desk.name] = known
        return known

    async def _is_audit_broken(self, desk: RunningDesk, now: datetime) -> bool:
        known = self._audits.get(desk.name)
        if known is None or now - known[0] >= AUDIT_EVERY:
            known = (now, bool(await desk.store.verify_audit()))
            self._audits[desk.name] = known
        return known[1]

    async def _measure_slowly(self, desk: RunningDesk, now: datetime) -> SlowReadings:
        known = self._slow.get(desk.name)
        if known is None or now - known.at >= SLOW_EVERY:
            known = SlowReadings(now)
            await self._ask_platforms(desk, known)
            url = self.app.settings.desk(desk.name).public_url
            known.certificate_end = await read_certificate_end(url) if url else None
            known.evidence_bytes = await asyncio.to_thread(sum_file_sizes, desk.paths.folder / "evidence")
            self._slow[desk.name] = known
        return known

    async def _ask_platforms(self, desk: RunningDesk, found: SlowReadings) -> None:
        settings = self.app.settings
        for platform in PLATFORMS:
            token, *_ = platform.get_secrets(settings.desk(desk.name))
            if token.value is None:
                continue
            try:
                state = await platform.examine_account(desk.name, settings)
            except TokenRefusedError:
                found.refused_tokens += 1
            except TransportError:  # unreachable: messages will wait, and that is told
                continue
            else:
                recent = state.failed_at is None or found.at - state.failed_at < FAILURE_COUNTS_FOR
                found.failing_webhooks += bool(state.failure) and recent


def get_backup_age(backup: BackupState | None, now: datetime) -> timedelta | None:
    """Return the age of the newest backup; None where none are made here. One that never was made is as old as time."""
    if backup is None:
        return None
    return now - backup.made_at if backup.made_at is not None else timedelta.max


async def tell_changes(desk: RunningDesk, readings: Readings, now: datetime) -> int:
    """Tell the administrators of a desk what is newly wrong and what is mended. Returns how many things were told.

    Where nobody can be told, it is tried again a minute later.
    """
    store, told = desk.store, 0
    known = await store.warning_record.load()
    for condition in CONDITIONS:
        is_met = condition.is_met(readings)
        if is_met == (condition.name in known):
            continue
        key = f"staff.health.{condition.name}" if is_met else f"staff.health_mended.{condition.name}"
        kind = PushKind.ALARM if is_met else PushKind.SYSTEM
        if not await store.staff_admin.notify(Phrase(key), frozenset({Role.ADMIN}), now, kind=kind):
            continue
        if is_met:
            await store.warning_record.mark_told(condition.name, to_bangkok_date(now))
        else:
            await store.warning_record.mark_mended(condition.name)
        told += 1
    return told
