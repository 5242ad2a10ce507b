"""Long work beside people who write: how late the loop runs, and how long a commit waits meanwhile."""

import asyncio
import csv
import io
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles

import openpyxl
import uvloop

from benchmarks.case_statistics import FISCAL_YEAR_START, create_full_desk
from benchmarks.consultations import announce_large_consultation, insert_responses
from benchmarks.desks.fill import copy_full_desk
from benchmarks.tables import HOME, Sizes, Table, prepare_process
from bot.importers.register import import_register
from bot.publishing.releases import ReleaseContext, ReleaseRequest, make_release
from handlers.staff.complaints.messages import SearchCases
from handlers.staff.permissions import Role
from ita_stats.period import parse_period
from storage.consultations.retention import close_due_consultations
from storage.crypto.key_files import DeskPaths, load_or_create_keys
from storage.store import Store, open_store
from tests.end_to_end.desk_harness import open_desk
from tests.end_to_end.officers import add_officer
from tests.in_memory_desk import OFFICE

Works = Mapping[str, Callable[[], Awaitable[object]]]
"""Pieces of work by name."""

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


def format_probes(series: list[float]) -> str:
    """The median, the 99th of 100 and the largest."""
    cuts = quantiles(series, n=100, method="inclusive")
    return f"{cuts[49]:.0f}, {cuts[98]:.0f}, {max(series):.0f}"


async def measure_all(store: Store, works: Works) -> list[list[str]]:
    """Each piece of work beside people who write, one after the other: the lines of the table."""
    lines = []
    for name, work in works.items():
        elapsed, probes = await measure_beside(store, work())
        lines.append([name, f"{elapsed:.1f}", format_probes(probes.lags), format_probes(probes.waits)])
    return lines


async def measure_imports(sizes: Sizes, home: Path) -> list[list[str]]:
    """Nothing, and the imports of two registers."""
    count = sizes.imported_rows
    files = {
        "import of a CSV file": ("old.csv", write_register(count, 2560, as_spreadsheet=False)),
        "import of an XLSX file": ("old.xlsx", write_register(count, 2561, as_spreadsheet=True)),
    }
    async with open_store(load_or_create_keys(DeskPaths.under(home, "complaints")), NOW) as store:

        def make_import(name: str, content: bytes) -> Callable[[], Awaitable[object]]:
            return lambda: import_register(Path(name), content, store, OFFICE, NOW)

        imports = {name: make_import(*file) for name, file in files.items()}
        return await measure_all(store, {"nothing": lambda: asyncio.sleep(3), **imports})


async def measure_cases(sizes: Sizes, home: Path) -> list[list[str]]:
    """A search through all cases, and the erasure of those that ended."""
    await copy_full_desk(sizes.searched_cases, home)
    async with open_desk(home) as desk:
        chief = await add_officer(desk, "หัวหน้า", Role.SUPERVISOR)

        async def search() -> None:
            below, has_more = (0, 0), True
            while has_more:
                query = SearchCases("ไม่มีคำนี้ที่ใด", chief.id, all_officers=True, below=below)
                found = await desk.store.answer_query(query, desk.now())
                below, has_more = found.last_searched, found.has_more

        later = desk.now() + timedelta(days=3650)
        return await measure_all(
            desk.store,
            {
                f"search in {sizes.searched_cases:,} cases": search,
                "erasure of those that ended": lambda: desk.store.retention.delete_ended_cases(
                    later, timedelta(days=365)
                ),
            },
        )


async def measure_closing(sizes: Sizes, home: Path) -> list[list[str]]:
    """The closing of a consultation."""
    async with open_desk(home, "service") as desk:
        act = announce_large_consultation(desk)
        await desk.commit_office_act(act)
        await asyncio.to_thread(insert_responses, home, desk, act.consultation.code, sizes.imported_rows)
        return await measure_all(
            desk.store,
            {
                f"closing of a consultation, {sizes.imported_rows:,} answers": lambda: (
                    close_due_consultations(desk.store.committer, desk.now() + timedelta(hours=2))
                )
            },
        )


async def measure_release(sizes: Sizes, home: Path) -> list[list[str]]:
    """Two releases of a year; the first imports what it needs."""
    paths, end = DeskPaths.under(home, "complaints"), FISCAL_YEAR_START + timedelta(364)
    await asyncio.to_thread(create_full_desk, str(home), sizes.facts)
    async with open_store(load_or_create_keys(paths), NOW) as store:
        context = ReleaseContext(paths, store, OFFICE)

        def make_request(month: int) -> Callable[[], Awaitable[object]]:
            request = ReleaseRequest(parse_period("fy2569", end), end, "month" if month else "quarter")
            return lambda: make_release(context, request, NOW)

        names = (f"release of {sizes.facts:,} facts", "another of the same")
        return await measure_all(store, {name: make_request(at) for at, name in enumerate(names)})


MEASURED = (measure_imports, measure_cases, measure_closing, measure_release)


def measure(sizes: Sizes) -> Iterable[Table]:
    """Measure once: it takes as long as the work."""
    prepare_process()
    lines, load = list[list[str]](), os.getloadavg()[0]
    for measure_some in MEASURED:
        with tempfile.TemporaryDirectory(prefix="benchmark-", dir=HOME) as folder:
            lines += uvloop.run(measure_some(sizes, Path(folder) / "var"))
    yield Table(
        f"Long work beside people who write (registers of {sizes.imported_rows:,} rows)",
        (
            "work",
            "seconds",
            "ms that the loop was late: p50, p99, most",
            "ms that a commit took: p50, p99, most",
        ),
        lines,
        f"the loop is asked each {PROBE_SECONDS * 1000:.0f} ms; a row is written one after another meanwhile;"
        f" load of the machine at the start {load:.1f}",
    )
