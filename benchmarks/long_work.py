"""Long work beside people who write: how late the loop runs, and how long a commit waits meanwhile."""

import asyncio
import csv
import io
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

import openpyxl
import uvloop

from benchmarks.tables import HOME, Sizes, Table, prepare_process
from bot.importers.register import import_register
from storage.crypto.key_files import DeskPaths, load_or_create_keys
from storage.store import Store, open_store
from tests.in_memory_desk import OFFICE

PROBE_SECONDS = 0.005
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HEADER = ("number", "received_on", "source", "category", "status", "outcome", "closed_on")


@dataclass
class Probes:
    """Milliseconds: by how much the loop woke up late, and how long rows waited until they were on the disk."""

    lags: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)


async def probe_loop(probes: Probes) -> None:
    """Note again and again how late the loop runs, until cancelled."""
    while True:
        started = time.perf_counter()
        await asyncio.sleep(PROBE_SECONDS)
        probes.lags.append((time.perf_counter() - started - PROBE_SECONDS) * 1000)


async def probe_commits(store: Store, probes: Probes) -> None:
    """Write a row again and again as a message is written, until cancelled."""
    while True:
        started = time.perf_counter()
        await store.readiness.run()
        probes.waits.append((time.perf_counter() - started) * 1000)
        await asyncio.sleep(PROBE_SECONDS)


async def measure_beside(store: Store, work: Awaitable[object]) -> tuple[float, Probes]:
    """Seconds that some work takes, and what was probed meanwhile."""
    probes = Probes()
    probing = [asyncio.create_task(probe_loop(probes)), asyncio.create_task(probe_commits(store, probes))]
    started = time.perf_counter()
    await work
    elapsed = time.perf_counter() - started
    for task in probing:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    return elapsed, probes


def make_rows(count: int, year: int) -> Iterable[tuple[str, ...]]:
    """A register of closed cases."""
    for number in range(1, count + 1):
        day = f"{1 + number % 28}/{1 + number % 12}/{year}"
        yield (f"{number}/{year}", day, "letter", "corruption", "closed", "unsubstantiated", day)


def write_register(count: int, year: int, *, as_spreadsheet: bool) -> bytes:
    """The bytes of a register file."""
    if as_spreadsheet:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet()
        for row in (HEADER, *make_rows(count, year)):
            sheet.append(row)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *make_rows(count, year)])
    return text.getvalue().encode()


async def measure_works(rows: int, home: Path) -> list[list[str]]:
    """Each kind of work beside people who write."""
    files = {
        "import of a CSV file": ("old.csv", write_register(rows, 2560, as_spreadsheet=False)),
        "import of an XLSX file": ("old.xlsx", write_register(rows, 2561, as_spreadsheet=True)),
    }
    lines = []
    paths = DeskPaths.under(home, "complaints")
    async with open_store(load_or_create_keys(paths), NOW) as store:

        def make_import(name: str, content: bytes) -> Callable[[], Awaitable[object]]:
            return lambda: import_register(Path(name), content, store, OFFICE, NOW)

        works: dict[str, Callable[[], Awaitable[object]]] = {"nothing": lambda: asyncio.sleep(3)}
        works |= {name: make_import(*file) for name, file in files.items()}
        for name, work in works.items():
            elapsed, probes = await measure_beside(store, work())
            lines.append(
                [
                    name,
                    f"{elapsed:.1f}",
                    *(
                        f"{quantiles(series, n=100)[98]:.0f}, {max(series):.0f}"
                        for series in (probes.lags, probes.waits)
                    ),
                ]
            )
    return lines


def measure(sizes: Sizes) -> Iterable[Table]:
    """Measure once: it takes as long as the work."""
    prepare_process()
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=HOME) as folder:
        lines = uvloop.run(measure_works(sizes.imported_rows, Path(folder) / "var"))
    yield Table(
        f"Long work beside people who write ({sizes.imported_rows:,} rows)",
        ("work", "seconds", "ms that the loop was late: p99, most", "ms that a commit took: p99, most"),
        lines,
        f"the loop is asked each {PROBE_SECONDS * 1000:.0f} ms; a row is written one after another meanwhile",
    )
