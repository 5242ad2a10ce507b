"""`/search` in many encrypted cases, for words of the oldest case only: each page, and how long others wait."""

import asyncio
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import uvloop

from benchmarks.desks.fill import copy_full_desk
from benchmarks.tables import HOME, Sizes, Table, format_spread, prepare_process
from bot.serve import tune_gc
from handlers.staff.complaints.messages import CaseSearchResult, SearchCases
from handlers.staff.permissions import Role
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.end_to_end.officers import add_officer

SOUGHT = "ห้องพัสดุ 0"
"""Stands in the oldest case, and in no other."""


async def measure_page(
    desk: DeskHarness, chief: str, below: tuple[int, int]
) -> tuple[CaseSearchResult, float, float]:
    """One page of a search: its result, its seconds, and the longest time that the event loop was blocked."""
    worst, start = 0.0, time.perf_counter()
    search = asyncio.ensure_future(
        desk.store.answer_query(SearchCases(SOUGHT, chief, all_officers=True, below=below), desk.now())
    )
    while not search.done():
        tick = time.perf_counter()
        await asyncio.sleep(0.001)
        worst = max(worst, time.perf_counter() - tick - 0.001)
    return await search, time.perf_counter() - start, worst


async def measure_search(case_count: int) -> tuple[list[float], list[float], list[int]]:
    """Search to the end. Returns of each page the seconds, the longest stall in milliseconds, and the cases opened."""
    spans, stalls, counts = list[float](), list[float](), list[int]()
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=HOME) as folder:
        home = Path(folder) / "var"
        await copy_full_desk(case_count, home)
        async with open_desk(home) as desk:
            chief = await add_officer(desk, "หัวหน้า", Role.SUPERVISOR)
            tune_gc()
            below, has_more, hits = (0, 0), True, 0
            while has_more:
                found, elapsed, stall = await measure_page(desk, chief.id, below)
                spans.append(elapsed)
                stalls.append(stall * 1000)
                counts.append(found.searched_count)
                below, has_more, hits = found.last_searched, found.has_more, hits + len(found.cases)
    if (sum(counts), hits) != (case_count, 1):
        raise RuntimeError(f"{sum(counts)} cases opened and {hits} found")
    return spans, stalls, counts


def measure(sizes: Sizes) -> Iterable[Table]:
    """Measure all pages of one search."""
    prepare_process()
    spans, stalls, counts = uvloop.run(measure_search(sizes.searched_cases))
    yield Table(
        f"Search in {sizes.searched_cases:,} encrypted cases",
        (
            "pages",
            "cases a page",
            "seconds a page",
            "longest page",
            "ms that the loop was blocked",
            "at most",
        ),
        [
            [
                str(len(spans)),
                format_spread(counts, ",.0f"),
                format_spread(spans, ".2f"),
                f"{max(spans):.2f}",
                format_spread(stalls, ".0f"),
                f"{max(stalls):.0f}",
            ]
        ],
        "one search to its end; the words are in the oldest case only; a page ends after a second and a half",
    )
