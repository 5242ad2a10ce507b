"""Count all tables of a fiscal year from a million facts in SQLite: `python -m benchmarks.counting`."""

import asyncio
import random
import resource
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks.handlers_only import OFFICE
from bot.statistics.tables import build_counting_rules, count_tables
from ita_stats.cases.tables import build_table_request
from ita_stats.period import parse_period
from storage.crypto.key_files import DeskPaths, load_or_create_keys
from storage.store import open_store

FACT_COUNT = 1_000_000
FISCAL_YEAR_START = date(2025, 10, 1)
OUTCOMES = ("substantiated", "unsubstantiated", "insufficient", "forwarded", "withdrawn")
FactRow = tuple[str, int, str, str, str, str]


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


def make_fact_rows() -> Iterator[FactRow]:
    """At least a million facts, as the desk writes them."""
    rng, written = random.Random(7), 0
    while written < FACT_COUNT:
        case_id = f"{rng.getrandbits(128):032x}"
        for seq, (on, field, value) in enumerate(make_case_facts(rng), start=1):
            yield case_id, seq, on.isoformat(), on.isoformat(), field, value
            written += 1


async def measure_tables(paths: DeskPaths) -> None:
    """Open the desk and count the tables a few times; prints wall-clock and CPU time."""
    end = FISCAL_YEAR_START + timedelta(364)
    table_request = build_table_request(parse_period("fy2569", end), end, "month")
    rules = build_counting_rules(OFFICE, "complaints")
    async with open_store(load_or_create_keys(paths), datetime.now(UTC)) as store:
        for exact in (True, True, False, False):
            wall, busy = time.perf_counter(), time.process_time()
            tables = await count_tables(store, rules, table_request, exact=exact)
            wall, busy = time.perf_counter() - wall, time.process_time() - busy
            name = "exact" if exact else "protected against eleven earlier releases"
            print(f"{name:45} {wall:.2f} s ({busy:.2f} s of processor), {tables.total.received:,} cases")


def main() -> None:
    """Fill a database, then count."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        paths = DeskPaths.under(Path(folder), "complaints")

        async def create_desk() -> None:
            async with open_store(load_or_create_keys(paths), datetime.now(UTC)):
                pass

        asyncio.run(create_desk())
        with closing(sqlite3.connect(paths.database)) as raw, raw:
            raw.executemany("INSERT INTO facts VALUES (?,?,?,?,?,?)", sorted(make_fact_rows()))
        print(f"{FACT_COUNT:,} facts of one fiscal year, month by month")
        asyncio.run(measure_tables(paths))
    print(
        f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB, the filling of the database included"
    )


if __name__ == "__main__":
    main()
