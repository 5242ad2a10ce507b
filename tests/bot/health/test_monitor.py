"""Administrators hear of each condition once and once when it is mended; metrics count nobody."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.backup.state import BackupState, update_backup_state
from bot.bootstrap import App, RunningDesk
from bot.errors import ConfigurationError
from bot.health.conditions import CONDITIONS, Readings
from bot.health.measurements import round_up, sum_file_sizes
from bot.health.metrics import render_metrics, serve_metrics
from bot.health.monitor import HealthMonitor, get_backup_age, tell_changes
from bot.log import LOG_ORIGIN
from bot.settings import Settings
from handlers.dialog.events import Channel
from handlers.dialog.replies import Phrase
from handlers.i18n import WORDING, render_text
from handlers.staff.permissions import Role
from storage.crypto.key_files import DeskPaths
from storage.db.warning_record import WarningRecord
from storage.serialization import OutboxMessage
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.end_to_end.officers import add_officer, file_case
from tests.in_memory_desk import OFFICE

SOUND = Readings(disk_free=50.0)
BROKEN: dict[str, Readings] = {
    "disk_low": Readings(disk_free=14.9),
    "disk_full": Readings(disk_free=4.9),
    "backup_old": Readings(backup_age=timedelta(hours=27)),
    "backup_failed": Readings(backup_failed=True),
    "rehearsal_failed": Readings(rehearsal_failed=True),
    "release_missing": Readings(missing_releases=1),
    "posting_failed": Readings(failing_posts=1),
    "token_refused": Readings(refused_tokens=1),
    "webhook_failing": Readings(failing_webhooks=1),
    "certificate_ending": Readings(certificate_left=timedelta(days=13)),
    "messages_stuck": Readings(stuck_messages=1),
    "audit_broken": Readings(audit_broken=True),
}


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.upper().startswith("ITA_")]:
        monkeypatch.delenv(name)


def run_as(desk: DeskHarness, home: Path, name: str = "complaints") -> RunningDesk:
    return RunningDesk(name, DeskPaths.under(home, name), desk.store, desk.engine)  # type: ignore[arg-type]


@asynccontextmanager
async def open_monitor(home: Path, **settings: Path) -> AsyncIterator[tuple[HealthMonitor, DeskHarness]]:
    async with open_desk(home) as desk:
        app = App(Settings(home=home, **settings), OFFICE, {"complaints": run_as(desk, home)})
        yield HealthMonitor(app), desk


async def list_told(desk: DeskHarness) -> list[str]:
    rows = await desk.store.outbox.list_all(Channel.TELEGRAM)
    return [
        reply.phrase.key for row in rows for reply in row.payload.says if isinstance(reply.phrase, Phrase)
    ]


def test_each_condition_is_met_by_what_it_is_for_and_by_nothing_else() -> None:
    assert BROKEN.keys() == {condition.name for condition in CONDITIONS}
    for name, readings in BROKEN.items():
        met = {condition.name for condition in CONDITIONS if condition.is_met(readings)}
        assert met == ({"disk_low", "disk_full"} if name == "disk_full" else {name})
    assert not [condition for condition in CONDITIONS if condition.is_met(SOUND)]


def test_each_condition_has_words_for_both_turns_in_both_languages() -> None:
    for condition in CONDITIONS:
        for lang in WORDING:
            broken = render_text(Phrase(f"staff.health.{condition.name}"), lang)
            mended = render_text(Phrase(f"staff.health_mended.{condition.name}"), lang)
            assert broken
            assert mended
            assert broken != mended


def test_it_is_told_once_and_once_more_when_mended(tmp_path: Path) -> None:
    home = tmp_path / "var"

    async def scene() -> None:
        async with open_desk(home) as desk:
            running, now = run_as(desk, home), desk.now()
            assert await tell_changes(running, BROKEN["disk_low"], now) == 0  # nobody is there yet
            await add_officer(desk, "ไอที", Role.ADMIN, b"admin")
            await add_officer(desk, "มาลี", Role.OFFICER, b"officer")
            for _ in range(3):
                await tell_changes(running, BROKEN["disk_low"], now)
            assert await tell_changes(running, BROKEN["disk_full"], now) == 1  # low was told already
        async with open_desk(home) as desk:  # also after a restart
            running = run_as(desk, home)
            assert await WarningRecord(desk.store.committer).load() == {"disk_low", "disk_full"}
            assert await tell_changes(running, BROKEN["disk_full"], now) == 0
            assert await tell_changes(running, SOUND, now) == 2
            assert await tell_changes(running, SOUND, now) == 0
            assert await tell_changes(running, BROKEN["disk_low"], now) == 1
            rows = await desk.store.outbox.list_all(Channel.TELEGRAM)
            assert {row.payload.back for row in rows} == {b"admin"}
            assert len(rows) == 5
            may_wait = [say.policy.may_wait for row in rows for say in row.payload.says]
            assert sorted(may_wait) == [False] * 3 + [True] * 2  # what is mended may come with the next reply

    asyncio.run(scene())


def test_what_is_measured_of_a_running_desk(tmp_path: Path) -> None:
    home = tmp_path / "var"

    async def scene() -> None:
        async with open_monitor(home, backup_dir=tmp_path / "backup") as (monitor, desk):
            await monitor.run_once()
            first = monitor.readings["complaints"]
            assert first.backup_age == timedelta.max
            assert not first.audit_broken
            assert first.stuck_messages == 0
            update_backup_state(home, made_at=desk.now() - timedelta(hours=1), problem="disk full")
            message = OutboxMessage(Channel.LINE, b"", "th", ())
            await desk.store.outbox.add(Channel.LINE, message, desk.now() - timedelta(hours=1))
            await monitor.run_once()
            second = monitor.readings["complaints"]
            assert second.backup_age is not None
            assert second.backup_age < timedelta(hours=2)
            assert second.backup_failed
            assert second.stuck_messages == 1

    asyncio.run(scene())
    assert get_backup_age(None, datetime.now(UTC)) is None
    assert get_backup_age(BackupState(), datetime.now(UTC)) == timedelta.max


def list_figures(metrics: bytes) -> list[str]:
    """Lines of figures, but of those that the clock or the rest of the machine moves."""
    lines = metrics.decode().splitlines()
    return [line for line in lines if "disk_free" not in line and not line.startswith("#")]


def test_no_figure_moves_when_somebody_writes(tmp_path: Path) -> None:
    home = tmp_path / "var"

    async def scene() -> None:
        async with open_monitor(home) as (monitor, desk):
            await monitor.run_once()
            before = list_figures(render_metrics(monitor))
            assert len(before) > len(CONDITIONS)
            for number in range(20):
                await file_case(desk, number)
                await desk.store.evidence.store_text("หลักฐาน" * 100, f"{number}.txt", desk.now())
            fresh = HealthMonitor(monitor.app)  # which remembers nothing, so that slow readings are new too
            await fresh.run_once()
            assert list_figures(render_metrics(fresh)) == before
            names = {line.split("{")[0] for line in before}
            assert not [
                name for name in names if any(w in name for w in ("case", "report", "question", "opinion"))
            ]

    asyncio.run(scene())


def test_no_share_of_a_disk_shows_a_single_file_and_no_message_is_counted(tmp_path: Path) -> None:
    async def scene() -> None:
        async with open_monitor(tmp_path / "var") as (monitor, _):
            shown = []
            for disk_free, stuck in ((50.01, 1), (50.99, 7)):
                monitor.readings["complaints"] = Readings(disk_free=disk_free, stuck_messages=stuck)
                shown.append(render_metrics(monitor))
            assert shown[0] == shown[1]
            assert b'ita_bot_disk_free_percent{desk="complaints"} 50.0' in shown[0]
            assert b'ita_bot_messages_stuck{desk="complaints"} 1.0' in shown[0]

    asyncio.run(scene())


def test_metrics_are_served_on_a_port_of_their_own_on_this_machine(tmp_path: Path) -> None:
    home = tmp_path / "var"

    async def scene() -> None:
        async with open_monitor(home) as (monitor, _), serve_metrics(monitor, 0) as port:
            await monitor.run_once()
            async with aiohttp.ClientSession() as session:
                async with session.get(f"http://127.0.0.1:{port}/metrics") as answer:
                    text = await answer.text()
                async with session.get(f"http://127.0.0.1:{port}/report") as other:
                    assert other.status == 404
            assert 'ita_bot_condition{desk="complaints",name="disk_low"}' in text
            assert "python_gc" not in text
            with pytest.raises(ConfigurationError, match="ITA_METRICS_PORT"):
                async with serve_metrics(monitor, port):
                    pass

    asyncio.run(scene())


def test_sizes_are_rounded_up(tmp_path: Path) -> None:
    step = 64 * 1024 * 1024
    assert [round_up(size) for size in (0, 1, step - 1, step)] == [step, step, step, 2 * step]
    (tmp_path / "a").write_bytes(b"abc")
    assert sum_file_sizes(tmp_path) == 3
    assert sum_file_sizes(tmp_path / "none") == 0


def test_metrics_have_the_name_of_the_office_where_there_are_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> tuple[str, str]:
        async with open_monitor(tmp_path / "var") as (monitor, _):
            monitor.readings["complaints"] = SOUND
            alone = render_metrics(monitor).decode()
            monkeypatch.setattr(LOG_ORIGIN, "office", "korat")
            return alone, render_metrics(monitor).decode()

    alone, named = asyncio.run(scene())
    assert "office=" not in alone
    values = [line for line in named.splitlines() if not line.startswith("#")]
    assert values
    assert all('office="korat"' in line for line in values)
