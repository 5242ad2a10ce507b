"""Count all tables of a fiscal year from many facts, and release them month by month, as the scheduled job does."""

import asyncio
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

from benchmarks.desks.handlers_only import OFFICE
from benchmarks.tables import HOME, Sizes, Table, format_spread, get_peak_megabytes, prepare_process
from bot.publishing.releases import ReleaseContext, ReleaseRequest, make_release
from bot.statistics.splits import SplitsDesk, count_public_tables, load_counting_rules
from bot.statistics.tables import count_exact_tables
from ita_stats.cases.tables import TableRequest
from ita_stats.period import parse_period
from storage.crypto.key_files import DeskPaths, load_or_create_keys
from storage.store import Store, open_store

FISCAL_YEAR_START = date(2025, 10, 1)
OUTCOMES = ("substantiated", "unsubstantiated", "insufficient", "forwarded", "withdrawn")
FactRow = tuple[str, int, str, str, str, str]


@dataclass
class Spans:
    """Seconds and CPU seconds, all threads, of the same work done several times."""

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    _started: tuple[float, float] = (0.0, 0.0)

    def __enter__(self) -> None:
        self._started = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self.seconds.append(time.perf_counter() - self._started[0])
        self.cpu.append(time.process_time() - self._started[1])

    def format_cells(self) -> list[str]:
        """The two columns of a table."""
        return [format_spread(self.seconds, ".2f"), format_spread(self.cpu, ".2f")]


def make_case_facts(rng: random.Random) -> Iterator[tuple[date, str, str]]:
    """The facts of one case: received on some day of the year, and processed as offices do."""
    on = FISCAL_YEAR_START + timedelta(rng.randrange(365))
    yield on, "received", "1"
    yield on, "category", rng.choice([c.code for c in OFFICE.categories])
    yield on, "source", rng.choice(["web", "line", "telegram", "letter"])
    yield on, "status", "received"
    if rng.random() < 0.2:
        return
    on += timedelta(rng.randrange(10))
    yield on, "status", "screening"
    if rng.random() < 0.2:
        yield on, "status", "not_accepted"
        yield on, "reason", "policy"
    elif rng.random() < 0.8:
        on += timedelta(rng.randrange(20))
        yield on, "status", "investigating"
        if rng.random() < 0.7:
            on += timedelta(rng.randrange(60))
            yield on, "status", "closed"
            yield on, "outcome", rng.choice(OUTCOMES)


def make_fact_rows(count: int) -> Iterator[FactRow]:
    """At least so many facts, as the desk writes them."""
    rng, written = random.Random(7), 0
    while written < count:
        case_id = f"{rng.getrandbits(128):032x}"
        for seq, (on, field_name, value) in enumerate(make_case_facts(rng), start=1):
            yield case_id, seq, on.isoformat(), on.isoformat(), field_name, value
            written += 1


def create_full_desk(folder: str, fact_count: int) -> None:
    """Make a desk with so many facts."""
    paths = DeskPaths.under(Path(folder), "complaints")

    async def create_desk() -> None:
        async with open_store(load_or_create_keys(paths), datetime.now(UTC)):
            pass

    asyncio.run(create_desk())
    with closing(sqlite3.connect(paths.database)) as raw, raw:
        raw.executemany("INSERT INTO facts VALUES (?,?,?,?,?,?)", sorted(make_fact_rows(fact_count)))


async def measure_counts(store: Store, rounds: int) -> dict[str, Spans]:
    """Count the tables of the whole year, month by month."""
    end = FISCAL_YEAR_START + timedelta(364)
    table_request = TableRequest(parse_period("fy2569", end), end, "month")
    rules, found = (
        await load_counting_rules(store, OFFICE, "complaints"),
        {"exact": Spans(), "public": Spans()},
    )
    for _ in range(rounds):
        with found["exact"]:
            await count_exact_tables(store, rules, table_request)
        with found["public"]:
            await count_public_tables(SplitsDesk(store, OFFICE, "complaints"), table_request, ())
    return found


async def measure_releases(paths: DeskPaths, store: Store) -> tuple[Spans, list[tuple[str, float]]]:
    """Release the year month by month; each release knows all earlier ones. Returns the steps of the last one too."""
    steps: list[tuple[float, str]] = []
    context, releases = ReleaseContext(paths, store, OFFICE), Spans()
    for month in range(12):
        number = FISCAL_YEAR_START.month + month
        first = date(FISCAL_YEAR_START.year + (number > 12), (number - 1) % 12 + 1, 1)
        end = (first + timedelta(31)).replace(day=1) - timedelta(1)
        steps.clear()
        with releases:
            await make_release(
                context,
                ReleaseRequest(parse_period("fy2569", end), end, "month"),
                datetime.now(UTC),
                lambda _, __, what: steps.append((time.perf_counter(), what)),
            )
    return releases, [(what, ended - started) for (started, what), (ended, _) in pairwise(steps)]


async def measure_desk(folder: Path, rounds: int) -> list[list[str]]:
    """Open the desk, count and release. Returns the rows of the table."""
    paths = DeskPaths.under(folder, "complaints")
    async with open_store(load_or_create_keys(paths), datetime.now(UTC)) as store:
        counted = await measure_counts(store, rounds)
        releases, steps = await measure_releases(paths, store)
    rows = [[f"all tables of a year, {name}", *spans.format_cells()] for name, spans in counted.items()]
    rows += [
        ["one of twelve monthly releases, all formats", *releases.format_cells()],
        ["the last of them", f"{releases.seconds[-1]:.2f}", f"{releases.cpu[-1]:.2f}"],
    ]
    rows += [[f"in it: {what}", f"{seconds:.2f}", ""] for what, seconds in steps if seconds >= 0.05]
    return rows


def measure(sizes: Sizes) -> Iterable[Table]:
    """Fill a database in a separate process, so that its memory does not count; then count and release."""
    prepare_process()
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=HOME) as folder:
        filling = get_context("spawn").Process(target=create_full_desk, args=(folder, sizes.facts))
        filling.start()
        filling.join()
        if filling.exitcode:
            raise RuntimeError("the desk could not be filled")
        rows = asyncio.run(measure_desk(Path(folder), sizes.rounds))
    note = f"{sizes.rounds} rounds of the first two; at most {get_peak_megabytes()} MB"
    yield Table(f"Statistics of {sizes.facts:,} facts", ("", "seconds", "CPU seconds"), rows, note)
