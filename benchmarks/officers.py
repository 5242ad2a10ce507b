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

from handlers import thai
from handlers.staff.permissions import Role
from ita_stats.calendar import fiscal_year
from storage.crypto.key_files import DeskPaths
from tests.end.desk import DeskHarness, opened
from tests.end.officers import Officer, filed, hired

CASES = 100_000
TRIES = 15
LIMIT = 100.0
"""Milliseconds."""


def fill(home: Path, desk: DeskHarness, officer: str) -> None:
    """Copy the one real case: half of the cases are open, a third of those in somebody's hands."""
    place, today = DeskPaths.under(home, "complaints"), thai.day(desk.now())
    with closing(sqlite3.connect(place.database)) as raw, raw:
        columns = [row[1] for row in raw.execute("PRAGMA table_info(cases)")]
        first = dict(zip(columns, raw.execute("SELECT * FROM cases LIMIT 1").fetchone(), strict=True))
        rows = []
        for number in range(2, CASES + 1):
            due = today + timedelta(days=number % 400 - 200)
            own = {
                "id": secrets.token_hex(16),
                "number": number,
                "receipt_mark": secrets.token_bytes(32),
                "status": ("received", "closed", "screening", "closed")[number % 4],
                "answer_by": str(due),
                "officer": (None, officer, "f" * 16)[number % 3],
            }
            rows.append(tuple({**first, **own}.values()))
        marks = ", ".join("?" * len(columns))
        raw.executemany(f"INSERT INTO cases VALUES ({marks})", rows)


async def timed(officer: Officer, words: str) -> float:
    """The median of some tries, in milliseconds, of a whole message: read, decided, committed, answered."""
    spans = []
    for _ in range(TRIES):
        start = time.perf_counter()
        await officer.says(words)
        spans.append((time.perf_counter() - start) * 1000)
    return statistics.median(spans)


async def measured() -> bool:
    """Print how long each command takes; whether all are fast enough."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "var"
        async with opened(home) as desk:
            officer = await hired(desk, "เจ้าหน้าที่")
            chief = await hired(desk, "หัวหน้า", Role.SUPERVISOR)
            await filed(desk, 1)
            fill(home, desk, officer.id)
            year, fast = fiscal_year(thai.day(desk.now())), True
            for who, words in (
                (officer, "/inbox"),
                (officer, "/inbox 50"),
                (chief, "/inbox"),
                (chief, "/overdue"),
                (officer, f"/case 1/{year}"),
                (officer, "/case 1"),
            ):
                took = await timed(who, words)
                fast = fast and took < LIMIT
                print(f"{who.name} {words}: {took:.1f} ms")
    return fast


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(measured()) else 1)
