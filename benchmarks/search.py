"""`/search` at 10,000 encrypted cases: `python -m benchmarks.search`.

Each page must take at most 2 s, and must not block the event loop for more than 100 ms.
"""

import asyncio
import secrets
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from handlers.dialog.events import Channel
from handlers.staff.complaints.messages import CaseSearchResult, SearchCases
from handlers.staff.permissions import Role
from storage.crypto.key_files import DeskPaths
from storage.serialization import REPORT_CODEC, StoredReport
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.end_to_end.officers import add_officer, file_case

CASE_COUNT = 10_000
MAX_PAGE_SECONDS, MAX_STALL_SECONDS = 2.0, 0.1
"""Limits in seconds: time to answer one page, and longest time that the event loop is blocked."""

STORY = "เจ้าหน้าที่พัสดุเรียกรับเงินร้อยละสิบจากผู้รับเหมาก่อนตรวจรับงาน " * 12


def insert_cases(home: Path, desk: DeskHarness) -> None:
    """Copy the one real case; each copy is encrypted under a key of its own."""
    with closing(sqlite3.connect(DeskPaths.under(home, "complaints").database)) as raw, raw:
        columns = [row[1] for row in raw.execute("PRAGMA table_info(cases)")]
        first = dict(zip(columns, raw.execute("SELECT * FROM cases LIMIT 1").fetchone(), strict=True))
        rows = []
        for number in range(2, CASE_COUNT + 1):
            case = secrets.token_hex(16)
            key, cipher = desk.store.keyring.create_case_cipher(case)
            report = StoredReport(
                secrets.token_hex(16), "corruption", Channel.WEB, {"story": STORY, "where": f"ห้อง {number}"}
            )
            changes = {
                "id": case,
                "number": number,
                "receipt_mark": secrets.token_bytes(32),
                "key": key,
                "report": cipher.encrypt(REPORT_CODEC.dump_json(report), "cases", case, "report"),
            }
            rows.append(tuple({**first, **changes}.values()))
        raw.executemany(f"INSERT INTO cases VALUES ({', '.join('?' * len(columns))})", rows)


async def measure_page(
    desk: DeskHarness, chief: str, words: str, below: tuple[int, int]
) -> tuple[CaseSearchResult, float, float]:
    """One page of a search: its result, its duration, and the longest time that the event loop was blocked."""
    worst, start = 0.0, time.perf_counter()
    search = asyncio.create_task(
        desk.store.answer_query(SearchCases(words, chief, all_officers=True, below=below), desk.now())
    )
    while not search.done():
        tick = time.perf_counter()
        await asyncio.sleep(0.001)
        worst = max(worst, time.perf_counter() - tick - 0.001)
    return await search, time.perf_counter() - start, worst


async def measure_search() -> bool:
    """Print each page of a search whose words are in the oldest case only; returns whether all were fast enough."""
    fast = True
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "var"
        async with open_desk(home) as desk:
            chief = await add_officer(desk, "หัวหน้า", Role.SUPERVISOR)
            await file_case(desk, 1)
            insert_cases(home, desk)
            below, searched = (0, 0), 0
            while True:
                found, elapsed, stall = await measure_page(desk, chief.id, "คานารี", below)
                searched, below = searched + found.searched_count, found.last_searched
                fast = fast and elapsed < MAX_PAGE_SECONDS and stall < MAX_STALL_SECONDS
                progress = f"{searched:,} cases searched, {len(found.cases)} found"
                print(f"{progress}: {elapsed:.2f} s, loop still {stall * 1000:.0f} ms")
                if not found.has_more:
                    return fast and searched == CASE_COUNT


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(measure_search()) else 1)
