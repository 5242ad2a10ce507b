"""Make the monthly releases of a fiscal year from a million facts, all formats: `python -m benchmarks.releases`."""

import asyncio
import resource
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

from benchmarks.counting import FACT_COUNT, FISCAL_YEAR_START, make_fact_rows
from benchmarks.handlers_only import OFFICE
from bot.publishing.releases import ReleaseContext, ReleaseRequest, make_release
from ita_stats.period import parse_period
from storage.crypto.key_files import DeskPaths, load_or_create_keys
from storage.store import open_store


def create_full_desk(folder: str) -> None:
    """A desk with a million facts."""
    paths = DeskPaths.under(Path(folder), "complaints")

    async def create_desk() -> None:
        async with open_store(load_or_create_keys(paths), datetime.now(UTC)):
            pass

    asyncio.run(create_desk())
    with closing(sqlite3.connect(paths.database)) as raw, raw:
        raw.executemany("INSERT INTO facts VALUES (?,?,?,?,?,?)", sorted(make_fact_rows()))


async def measure_releases(folder: str) -> None:
    """Release a year month by month, as the scheduled job does; each release knows all earlier ones."""
    paths = DeskPaths.under(Path(folder), "complaints")
    steps: list[tuple[float, str]] = []
    async with open_store(load_or_create_keys(paths), datetime.now(UTC)) as store:
        context = ReleaseContext(paths, store, OFFICE)
        for month in range(12):
            number = FISCAL_YEAR_START.month + month
            first = date(FISCAL_YEAR_START.year + (number > 12), (number - 1) % 12 + 1, 1)
            end = (first + timedelta(31)).replace(day=1) - timedelta(1)
            request = ReleaseRequest(parse_period("fy2569", end), end, "month")
            wall, cpu = time.perf_counter(), time.process_time()
            steps.clear()
            await make_release(
                context,
                request,
                datetime.now(UTC),
                lambda _, __, what: steps.append((time.perf_counter(), what)),
            )
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(
                f"release {month + 1:2} as of {end}  {wall:.2f} s ({cpu:.2f} s of processor), at most {peak} MB"
            )
    for (started, what), (ended, _) in pairwise(steps):
        print(f"  {what:25} {ended - started:.2f} s")


def main() -> None:
    """Fill a database in a separate process, so that its memory does not count; then release."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        filling = get_context("spawn").Process(target=create_full_desk, args=(folder,))
        filling.start()
        filling.join()
        if filling.exitcode:
            sys.exit("the desk could not be filled")
        print(f"{FACT_COUNT:,} facts of one fiscal year, released month by month")
        asyncio.run(measure_releases(folder))


if __name__ == "__main__":
    main()
