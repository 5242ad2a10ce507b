"""The clock by what is due: an idle desk costs no statement, and after each run there is nothing left to do."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.bootstrap import App, RunningDesk
from bot.delivery.worker import DeliveryWorker
from bot.desk_names import DeskName
from bot.health.monitor import HealthMonitor
from bot.jobs import server_clock
from bot.jobs.housekeeping import run_due_jobs
from bot.jobs.schedule import DeskSchedule
from bot.jobs.server_clock import DeskClock, PublishingClock
from bot.settings import Settings
from handlers.complaints.lifecycle import CaseOutcome, Transition, TransitionRequest
from handlers.dialog.events import Channel
from handlers.dialog.replies import MUST_ARRIVE, Reply
from ita_stats.calendar import BANGKOK
from storage.crypto.key_files import DeskPaths
from storage.schedule import changes
from storage.serialization import OutboxMessage, QueuedTask
from tests.bot.delivery.test_worker import FakeTransport
from tests.bot.jobs.test_housekeeping import Person
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.in_memory_desk import OFFICE, WHOLE_REPORT
from tests.storage.conftest import store_file
from tests.storage.schedule.test_changes import age_log

MORNING = datetime.now(BANGKOK).replace(hour=10, minute=0, second=0, microsecond=0).astimezone(UTC)
"""The next two hours bring nothing of their own but that they begin."""


def build_app(desk: DeskHarness, name: DeskName = "complaints") -> tuple[App, RunningDesk]:
    running = RunningDesk(name, desk.store.keyring.key_files.paths, desk.store, desk.engine)
    return App(Settings(_env_file=None), OFFICE, {name: running}), running  # type: ignore[call-arg]


@contextmanager
def record_statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Record each statement of each connection to a database that is opened from now on."""
    statements, connect = list[str](), sqlite3.connect

    def connect_traced(*args: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*args, **options)
        connection.set_trace_callback(statements.append)
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", connect_traced)
        yield statements


@pytest.mark.parametrize("name", ["complaints", "service"])
def test_an_idle_desk_costs_no_statement_between_the_hours(
    name: DeskName, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = dict[int, int]()

    async def scene(statements: list[str]) -> None:
        async with open_desk(tmp_path / "var", name) as desk:
            app, running = build_app(desk, name)
            clock, publishing, monitor = DeskClock(app, running), PublishingClock(app), HealthMonitor(app)
            worker = DeliveryWorker(
                desk.engine, desk.store, {Channel.TELEGRAM: FakeTransport()}, desk.errors.append
            )
            for minute in range(134):
                if minute == 130:
                    await desk.store.retention.mark_done("something", "today")
                    age_log(running.paths.database)
                monkeypatch.setattr(
                    server_clock, "utc_now", lambda at=minute: MORNING + timedelta(minutes=at)
                )
                before = len(statements)
                await clock.run_jobs()
                await publishing.run()
                await monitor.run_once()
                await worker.run_once()
                counts[minute] = len(statements) - before
                age_log(running.paths.database)

    with record_statements(monkeypatch) as statements:
        asyncio.run(scene(statements))
    assert counts[0] > 50  # everything looks once after the start
    assert [minute for minute in range(5, 130) if counts[minute] and minute % 60] == []
    assert max(counts[60], counts[120]) < 40  # files are looked for, and releases that are missing
    assert counts[130] > 0  # what was written is seen in the next minute
    assert counts[133] == 0


def list_acts(desk: DeskHarness, folder: Path) -> list[Callable[[], Awaitable[object]]]:
    """What may happen at a desk between two minutes."""
    store, number = desk.store, iter(range(1000))
    receipts = list[str]()

    async def file_report() -> None:
        receipts.append(await Person(desk, f"reporter{next(number)}").file_report())

    async def withdraw() -> None:
        if receipts:
            step = TransitionRequest(Transition.WITHDRAW, outcome=CaseOutcome.WITHDRAWN)
            await desk.move_case(receipts.pop(), step)

    async def write_half_a_report() -> None:
        await Person(desk, f"writer{next(number)}").say(*WHOLE_REPORT[:5])

    async def queue_message() -> None:
        message = OutboxMessage(Channel.TERMINAL, b"", "th", (Reply("news.waiting", MUST_ARRIVE),))
        await store.outbox.add(Channel.TERMINAL, message, desk.now())
        await store.task_queue.add("line", QueuedTask("line", {"event": "x"}), desk.now())

    async def leave_orphan() -> None:
        (folder / "evidence").mkdir(exist_ok=True)
        (folder / "evidence" / f"{next(number):032d}.sealed").write_bytes(b"x")

    async def nothing() -> None:
        pass

    return [
        file_report,
        withdraw,
        write_half_a_report,
        queue_message,
        leave_orphan,
        lambda: desk.add_staff(f"officer{next(number)}", "officer"),
        lambda: store_file(store, b"%PDF-1.4\n", "a.pdf", desk.now()),
        nothing,
        nothing,
    ]


STEPS = [timedelta(minutes=minutes) for minutes in (1, 1, 1, 2, 31, 61, 500, 1441, 3000, 50_000)]


@asynccontextmanager
async def open_disturbed_desk(home: Path) -> AsyncIterator[DeskHarness]:
    async with open_desk(home) as desk:
        desk.clock_offset = MORNING - datetime.now(UTC)
        yield desk


async def list_done(desk: DeskHarness, schedule: DeskSchedule | None = None) -> list[str]:
    """Run the jobs of a desk; return what they did."""
    paths: DeskPaths = desk.store.keyring.key_files.paths
    jobs = run_due_jobs(paths, desk.store, OFFICE, desk.now(), schedule=schedule)
    return [one.job async for one in jobs]


@pytest.mark.parametrize("seed", [1, 2])
def test_after_a_scheduled_run_no_job_finds_anything(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "SETTLED_AFTER_NS", 0)  # the test is faster than its second
    chance, left, runs = random.Random(seed), list[str](), list[bool]()

    async def scene() -> None:
        async with open_disturbed_desk(tmp_path / "var") as desk:
            paths: DeskPaths = desk.store.keyring.key_files.paths
            schedule, acts = DeskSchedule(paths.database), list_acts(desk, paths.folder)
            for _ in range(20):
                for act in chance.sample(acts, chance.choice((0, 0, 1, 3))):
                    await act()
                desk.clock_offset += chance.choice(STEPS)
                runs.append(bool(await list_done(desk, schedule)))
                # Files that a killed program left are looked for once an hour.
                left.extend([job for job in await list_done(desk) if job != "orphans-swept"])

    asyncio.run(scene())
    assert left == []
    assert {True, False} == set(runs)


def test_a_job_that_failed_is_run_again_the_next_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = list[int]()

    async def forget_slips(_: datetime) -> int:
        calls.append(len(calls))
        if len(calls) < 3:
            raise OSError("full")
        return 0

    async def scene() -> None:
        async with open_disturbed_desk(tmp_path / "var") as desk:
            paths: DeskPaths = desk.store.keyring.key_files.paths
            schedule = DeskSchedule(paths.database)
            for _ in range(3):  # until nothing is written any more
                await list_done(desk, schedule)
                age_log(paths.database)
            monkeypatch.setattr(desk.store.retention, "forget_slips", forget_slips)
            assert await list_done(desk, schedule) == []
            assert calls == []
            desk.clock_offset += timedelta(days=1)
            for minute in range(6):
                desk.clock_offset += timedelta(minutes=1)
                if minute < 2:
                    with pytest.raises(OSError, match="full"):
                        await list_done(desk, schedule)
                else:
                    await list_done(desk, schedule)
                age_log(paths.database)

    asyncio.run(scene())
    assert len(calls) == 3
