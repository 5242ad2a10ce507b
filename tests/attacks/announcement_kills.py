"""Kill -9 while officers are told of cases whose moment has come.

`python -m tests.attacks.announcement_kills HOME ROUNDS SEED`: in each round some cases wait, a forked desk tells of
all, and is killed after a few of them. What it did not come to is told of by the next. Prints one JSON line with the
result.
"""

import asyncio
import json
import os
import random
import signal
import sqlite3
import sys
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from handlers.complaints.messages import FileCase
from handlers.dialog.events import Channel
from handlers.dialog.receipt import make_receipt
from tests.end_to_end.desk_harness import open_desk
from tests.end_to_end.officers import add_officer

CASES_A_ROUND = 12
WITHIN = 90
ON = date(2026, 11, 22)
CAME_AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
LATER = CAME_AT + timedelta(minutes=WITHIN)
LONGEST_WAIT = 0.004
"""Seconds after a case was told of, so that the kill falls on any instant of the next."""


def count_rows(home: Path, sql: str) -> int:
    """One figure of the database, read beside the desk."""
    with closing(sqlite3.connect(home / "complaints" / "desk.sqlite", timeout=30)) as raw:
        return int(raw.execute(sql).fetchone()[0])


WAITING = "SELECT count(*) FROM cases WHERE announce_at IS NOT NULL"


async def begin(home: Path) -> None:
    """A desk with one officer, who hears by Telegram."""
    async with open_desk(home) as desk:
        await add_officer(desk, "สมหญิง", reply_address=b"to")


async def file_cases(home: Path, first: int) -> None:
    """Let some people report."""
    async with open_desk(home) as desk:
        desk.engine.now = lambda: CAME_AT
        desk.now = lambda: CAME_AT  # type: ignore[method-assign]
        for number in range(first, first + CASES_A_ROUND):
            act = FileCase(
                make_receipt(number), "corruption", Channel.WEB, ON, ON, "2570-1",
                answers={"story": f"เรื่องที่ {number}"}, announce_within=WITHIN,
            )  # fmt: skip
            await desk.commit_office_act(act)


async def tell(home: Path) -> None:
    """Tell officers of all that is due."""
    async with open_desk(home) as desk:
        await desk.store.announcements.announce_due(LATER)


def run_round(home: Path, rng: random.Random) -> int:
    """Kill a desk that tells of the cases after a few of them; return how many it did not come to."""
    left = count_rows(home, WAITING) - rng.randrange(CASES_A_ROUND)
    child = os.fork()
    if child == 0:
        try:
            asyncio.run(tell(home))
        finally:
            os._exit(0)
    while count_rows(home, WAITING) > left and os.waitpid(child, os.WNOHANG) == (0, 0):
        time.sleep(0.0005)
    time.sleep(rng.uniform(0, LONGEST_WAIT))
    try:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    except (ProcessLookupError, ChildProcessError):
        pass  # it had ended
    return count_rows(home, WAITING)


async def check_store(home: Path, filed: int) -> None:
    """Each case has one number, one line of filing in the audit trail, its facts once, and one notice."""
    async with open_desk(home) as desk:
        assert await desk.check_integrity() == []
        assert await desk.load_register_numbers() == list(range(1, filed + 1)), "the register has gaps"
        letters = [one.payload.says for one in await desk.store.outbox.list_all("telegram")]
        told = Counter(str(says) for says in letters)
        assert len(letters) == filed, "a notice is missing, or was written twice"
        assert max(told.values()) == 1
    audited = (
        "SELECT count(*) FROM (SELECT ref FROM audit WHERE what = 'filed' GROUP BY ref HAVING count(*) = 1)"
    )
    assert count_rows(home, audited) == filed
    assert count_rows(home, "SELECT count(*) FROM facts WHERE field = 'received'") == filed


def main(home: str, rounds: str, seed: str) -> None:
    """Run all rounds and print the result."""
    folder, rng, filed, interrupted = Path(home), random.Random(int(seed)), 0, 0
    asyncio.run(begin(folder))
    for _ in range(int(rounds)):
        asyncio.run(file_cases(folder, 1000 + filed))
        filed += CASES_A_ROUND
        interrupted += run_round(folder, rng) > 0
    asyncio.run(tell(folder))
    asyncio.run(check_store(folder, filed))
    sys.stdout.write(json.dumps({"rounds": int(rounds), "told": filed, "interrupted": interrupted}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
