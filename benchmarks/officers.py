"""`/inbox` and `/case` at 100,000 cases: `python -m benchmarks.officers`; each must answer within 100 ms."""

import asyncio
import secrets
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from handlers.complaints.lifecycle import CaseStatus
from handlers.staff.permissions import Role
from handlers.thai import to_bangkok_date
from ita_stats.calendar import get_fiscal_year
from storage.crypto.key_files import DeskPaths
from storage.db.batch import encode_case_status
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.end_to_end.officers import Officer, add_officer, file_case

STATUSES = (CaseStatus.RECEIVED, CaseStatus.CLOSED, CaseStatus.SCREENING, CaseStatus.CLOSED)
CASE_COUNT = 100_000
TRY_COUNT = 15
LIMIT_MS = 100.0


def insert_cases(home: Path, desk: DeskHarness, officer: str) -> None:
    """Copy the one real case: half of the copies are open, and a third have an assigned officer."""
    paths, today = DeskPaths.under(home, "complaints"), to_bangkok_date(desk.now())
    with closing(sqlite3.connect(paths.database)) as raw, raw:
        columns = [row[1] for row in raw.execute("PRAGMA table_info(cases)")]
        first = dict(zip(columns, raw.execute("SELECT * FROM cases LIMIT 1").fetchone(), strict=True))
        rows = []
        for number in range(2, CASE_COUNT + 1):
            due = today + timedelta(days=number % 400 - 200)
            changes = {
                "id": secrets.token_hex(16),
                "number": number,
                "receipt_mark": secrets.token_bytes(32),
                **encode_case_status(STATUSES[number % len(STATUSES)]),
                "answer_by": str(due),
                "officer": (None, officer, "f" * 16)[number % 3],
            }
            rows.append(tuple({**first, **changes}.values()))
        marks = ", ".join("?" * len(columns))
        raw.executemany(f"INSERT INTO cases VALUES ({marks})", rows)


async def measure_message(officer: Officer, words: str) -> float:
    """The median of some tries, in milliseconds, of a whole message: read, decide, commit, answer."""
    spans = []
    for _ in range(TRY_COUNT):
        start = time.perf_counter()
        await officer.say(words)
        spans.append((time.perf_counter() - start) * 1000)
    return statistics.median(spans)


async def measure_commands() -> bool:
    """Print how long each command takes; returns whether all are fast enough."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "var"
        async with open_desk(home) as desk:
            officer = await add_officer(desk, "เจ้าหน้าที่")
            chief = await add_officer(desk, "หัวหน้า", Role.SUPERVISOR)
            await file_case(desk, 1)
            insert_cases(home, desk, officer.id)
            year, fast = get_fiscal_year(to_bangkok_date(desk.now())), True
            for who, words in (
                (officer, "/inbox"),
                (officer, "/inbox 50"),
                (chief, "/inbox"),
                (chief, "/overdue"),
                (officer, f"/case 1/{year}"),
                (officer, "/case 1"),
            ):
                took = await measure_message(who, words)
                fast = fast and took < LIMIT_MS
                print(f"{who.name} {words}: {took:.1f} ms")
    return fast


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(measure_commands()) else 1)
