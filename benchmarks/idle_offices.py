"""Offices at which nothing happens: seconds and memory to open them, and the processor that a day of each costs."""

import asyncio
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.tables import HOME, Sizes, Table, prepare_process
from bot.bootstrap import App, open_app
from bot.delivery.worker import DeliveryWorker
from bot.desk_names import DESK_NAMES
from bot.health import monitor as monitor_module
from bot.health.monitor import HealthMonitor
from bot.jobs import server_clock
from bot.jobs.server_clock import DeskClock, PublishingClock
from bot.log import log_exception
from bot.settings import Settings
from handlers.dialog.events import Channel
from ita_stats.calendar import BANGKOK
from tests.bot.delivery.test_worker import FakeTransport
from tests.storage.schedule.test_changes import age_log

MINUTES_OF_DAY = 24 * 60
DELIVERY_ROUNDS = 30
"""Rounds of the delivery worker in a minute."""

OFFICES_OF_THE_COUNTRY = 1000

CLOCK, CLOCK_MODULES = "utc_now", (server_clock, monitor_module)


def read_memory() -> float:
    """Return the resident memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


@contextmanager
def stand_at(now: datetime) -> Iterator[None]:
    """Let the clock of the server's loops stand at an instant."""
    kept = [getattr(module, CLOCK) for module in CLOCK_MODULES]
    for module in CLOCK_MODULES:
        setattr(module, CLOCK, lambda: now)
    try:
        yield
    finally:
        for module, own in zip(CLOCK_MODULES, kept, strict=True):
            setattr(module, CLOCK, own)


class IdleOffice:
    """What a server runs for one office each minute."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.clocks = [DeskClock(app, desk) for desk in app.desks.values()]
        self.publishing, self.monitor = PublishingClock(app), HealthMonitor(app)
        self.workers = [
            DeliveryWorker(desk.engine, desk.store, {Channel.TELEGRAM: FakeTransport()}, log_exception)
            for desk in app.desks.values()
        ]

    async def run_clock(self, now: datetime) -> None:
        """Do what the clock of a server does in a minute."""
        with stand_at(now):
            for clock in self.clocks:
                await clock.run_jobs()
            await self.publishing.run()
            await self.monitor.run_once()
        for desk in self.app.desks.values():
            age_log(desk.paths.database)

    async def run_delivery(self) -> None:
        """Do what the delivery of a platform does in a minute."""
        for worker in self.workers:
            for _ in range(DELIVERY_ROUNDS):
                await worker.run_once()


async def open_offices(count: int, folder: Path, stack: AsyncExitStack) -> list[IdleOffice]:
    """Open so many offices, each in a folder of its own."""
    offices = list[IdleOffice]()
    for number in range(count):
        settings = Settings(_env_file=None, home=folder / f"o{number}")  # type: ignore[call-arg]
        offices.append(IdleOffice(await stack.enter_async_context(open_app(DESK_NAMES, settings=settings))))
    return offices


async def measure_offices(count: int, days: int, folder: Path) -> list[tuple[str, str]]:
    """Open so many offices that were open before, and let so many days pass at each."""
    async with AsyncExitStack() as stack:
        await open_offices(count, folder, stack)
    async with AsyncExitStack() as stack:
        before, started = read_memory(), time.process_time()
        offices = await open_offices(count, folder, stack)
        opened, memory = time.process_time() - started, read_memory() - before
        midnight = datetime.now(BANGKOK).replace(hour=0, minute=0, second=0, microsecond=0)
        for office in offices:
            for minute in (0, 1):
                await office.run_clock(midnight + timedelta(minutes=minute))
        started = time.process_time()
        for minute in range(2, days * MINUTES_OF_DAY):
            for office in offices:
                await office.run_clock(midnight + timedelta(minutes=minute))
        day, started = (time.process_time() - started) / days / count, time.process_time()
        for office in offices:
            for _ in range(10):
                await office.run_delivery()
        delivery = (time.process_time() - started) / 10 / count
    share = 100 * day * OFFICES_OF_THE_COUNTRY / (24 * 3600)
    return [
        ("opening one, processor, ms", f"{1000 * opened / count:.0f}"),
        ("memory of one that is open, MB", f"{memory / count:.2f}"),
        ("the clock of one for a day, processor, s", f"{day:.2f}"),
        ("the clock of one for a minute, processor, ms", f"{1000 * day / MINUTES_OF_DAY:.3f}"),
        (f"the clocks of {OFFICES_OF_THE_COUNTRY}, per cent of a core", f"{share:.2f}"),
        ("delivery to a platform of each desk for a minute, processor, ms", f"{1000 * delivery:.3f}"),
    ]


def measure(sizes: Sizes) -> list[Table]:
    """Open offices with both desks each, and let days pass."""
    prepare_process()
    HOME.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=HOME) as folder:
        lines = asyncio.run(measure_offices(sizes.idle_offices, sizes.idle_days, Path(folder)))
    note = f"{sizes.idle_offices} offices with two desks each, {sizes.idle_days} days"
    return [Table("Offices at which nothing happens", ("", ""), lines, note)]
