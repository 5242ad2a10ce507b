"""`/search` at 10,000 sealed cases: each answer within 2 s, and nobody waits: `python -m benchmarks.search`."""

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
"""Seconds: of an answer, and that anybody else waits for the loop."""

STORY = "เจ้าหน้าที่พัสดุเรียกรับเงินร้อยละสิบจากผู้รับเหมาก่อนตรวจรับงาน " * 12


def insert_cases(home: Path, desk: DeskHarness) -> None:
    """Copy the one real case, each copy sealed under a key of its own."""
    with closing(sqlite3.connect(DeskPaths.under(home, "complaints").database)) as raw, raw:
        columns = [row[1] for row in raw.execute("PRAGMA table_info(cases)")]
        first = dict(zip(columns, raw.execute("SELECT * FROM cases LIMIT 1").fetchone(), strict=True))
        rows = []
        for number in range(2, CASE_COUNT + 1):
            case = secrets.token_hex(16)
            key, seal = desk.store.keyring.create_case_cipher(case)
            told = StoredReport(
                secrets.token_hex(16), "corruption", Channel.WEB, {"story": STORY, "where": f"ห้อง {number}"}
            )
            own = {
                "id": case,
                "number": number,
                "receipt_mark": secrets.token_bytes(32),
                "key": key,
                "report": seal.encrypt(REPORT_CODEC.dump_json(told), "cases", case, "report"),
            }
            rows.append(tuple({**first, **own}.values()))
        raw.executemany(f"INSERT INTO cases VALUES ({', '.join('?' * len(columns))})", rows)


async def measure_page(
    desk: DeskHarness, chief: str, words: str, below: tuple[int, int]
) -> tuple[CaseSearchResult, float, float]:
    """One page of a search: what it gives, how long it took, and the longest that the loop stood still."""
    worst, start = 0.0, time.perf_counter()
    looking = asyncio.create_task(
        desk.store.answer_query(SearchCases(words, chief, all_officers=True, below=below), desk.now())
    )
    while not looking.done():
        beat = time.perf_counter()
        await asyncio.sleep(0.001)
        worst = max(worst, time.perf_counter() - beat - 0.001)
    return await looking, time.perf_counter() - start, worst


async def measure_search() -> bool:
    """Print each page of a search for words that stand in the oldest case alone; whether all were fast enough."""
    fast = True
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "var"
        async with open_desk(home) as desk:
            chief = await add_officer(desk, "หัวหน้า", Role.SUPERVISOR)
            await file_case(desk, 1)
            insert_cases(home, desk)
            below, searched = (0, 0), 0
            while True:
                found, took, stall = await measure_page(desk, chief.id, "คานารี", below)
                searched, below = searched + found.searched_count, found.last_searched
                fast = fast and took < MAX_PAGE_SECONDS and stall < MAX_STALL_SECONDS
                told = f"{searched:,} cases searched, {len(found.cases)} found"
                print(f"{told}: {took:.2f} s, loop still {stall * 1000:.0f} ms")
                if not found.has_more:
                    return fast and searched == CASE_COUNT


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(measure_search()) else 1)
