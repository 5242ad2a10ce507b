"""Full complaints desks: cases filed by the store's own writers, and kept under `var` for the next benchmark.

They came in over two years. Of four cases one is new, one screened, one investigated and one closed: that is set in
their rows and facts, without lines of history. A case takes 10 KB.
"""

import asyncio
import hashlib
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks.tables import HOME
from handlers.complaints.lifecycle import CaseOutcome, CaseStatus
from handlers.complaints.messages import FileCase
from handlers.dialog.effects import TurnResult
from handlers.dialog.events import Channel, Event
from handlers.dialog.receipt import Receipt, make_receipt
from ita_stats.calendar import to_bangkok_date
from storage.crypto.key_files import DeskPaths, load_or_create_keys
from storage.db.batch import encode_case_status
from storage.store import open_store

STORY = "เจ้าหน้าที่พัสดุเรียกรับเงินร้อยละสิบจากผู้รับเหมาก่อนตรวจรับงาน " * 6
CATEGORIES = ("corruption", "misconduct", "other")
PATH = (CaseStatus.RECEIVED, CaseStatus.SCREENING, CaseStatus.INVESTIGATING, CaseStatus.CLOSED)
CASES_PER_TURN = 100
"""Cases that are committed together: each commit is a flush to the disk."""

DAYS = 730
RECEIPT_FACTOR = 0x9E3779B97F4A7C15F39D
"""Odd, so that receipts of consecutive numbers differ in all their symbols."""


def make_case_receipt(number: int) -> Receipt:
    """The receipt of the case that was filed as number so-and-so, from 0."""
    return make_receipt((number + 1) * RECEIPT_FACTOR % 2**80)


async def copy_full_desk(case_count: int, home: Path) -> None:
    """Copy a data folder with so many cases to `home`, which must not exist; it is made where there is none yet."""
    template = _get_template_path(case_count)
    if not template.exists():
        for outdated in HOME.glob(f"benchmark-cases-{case_count}-*"):
            shutil.rmtree(outdated)
        unfinished = template.with_suffix(".unfinished")
        await _fill_desk(unfinished, case_count)
        unfinished.rename(template)
    await asyncio.to_thread(shutil.copytree, template, home)


def _get_template_path(case_count: int) -> Path:
    """The template's path tells what it depends on: this file, the schema and the day."""
    versions = Path(__file__).parents[2] / "storage" / "migrations" / "versions"
    parts = [Path(__file__).read_bytes(), *sorted(path.name.encode() for path in versions.glob("*.py"))]
    digest = hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]
    return HOME / f"benchmark-cases-{case_count}-{datetime.now(UTC):%Y%m%d}-{digest}"


async def _fill_desk(home: Path, case_count: int) -> None:
    paths, now = DeskPaths.under(home, "complaints"), datetime.now(UTC)
    today = to_bangkok_date(now)
    async with open_store(load_or_create_keys(paths), now) as store:
        who = store.keyring.hash_id("benchmark", "fill")
        for first in range(0, case_count, CASES_PER_TURN):
            numbers = range(first, min(first + CASES_PER_TURN, case_count))
            acts = tuple(_make_case(number, case_count, today) for number in numbers)
            event = Event(f"fill-{first}", who, Channel.TERMINAL)
            await store.commit(event, None, TurnResult(None, (), acts), now)
    with closing(sqlite3.connect(paths.database)) as raw, raw:
        _set_statuses(raw, today)


def _make_case(number: int, case_count: int, today: date) -> FileCase:
    on = today - timedelta(days=DAYS - number * DAYS // case_count)
    answers = {"story": STORY, "where": f"ห้องพัสดุ {number}", "accused": "เจ้าหน้าที่พัสดุ"}
    category, answer_by = CATEGORIES[number % len(CATEGORIES)], on + timedelta(days=15)
    receipt = make_case_receipt(number)
    return FileCase(receipt, category, Channel.WEB, on, answer_by, "2570-1", answers=answers)


def _set_statuses(raw: sqlite3.Connection, today: date) -> None:
    """Move the cases on, today, and write it as facts; which facts are of which case only the reports know anyway.

    None of them is due for erasure, which the server's jobs would begin with.
    """
    closed = len(PATH) - 1
    for place, status in enumerate(PATH):
        outcome = CaseOutcome.SUBSTANTIATED.value if place == closed else None
        columns = encode_case_status(status) | {"outcome": outcome, "touched_on": str(today)}
        changes = ", ".join(f"{column} = ?" for column in columns)
        raw.execute(f"UPDATE cases SET {changes} WHERE number % ? = ?", (*columns.values(), len(PATH), place))
    filed = raw.execute("SELECT about, effective FROM facts WHERE field = 'received'").fetchall()
    facts = list[tuple[object, ...]]()
    for place, (about, day) in enumerate(filed):
        moved = [("status", status.value) for status in PATH[1 : place % len(PATH) + 1]]
        moved += [("outcome", CaseOutcome.SUBSTANTIATED.value)] * (place % len(PATH) == closed)
        for seq, (field, value) in enumerate(moved, start=5):
            on = str(date.fromisoformat(day) + timedelta(days=5))
            facts.append((about, seq, on, on, field, value))
    raw.executemany("INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?)", facts)


def assign_cases(paths: DeskPaths, officers: Sequence[str | None]) -> None:
    """Give the cases to officers in turn; None leaves a case to nobody."""
    with closing(sqlite3.connect(paths.database)) as raw, raw:
        for place, officer in enumerate(officers):
            raw.execute("UPDATE cases SET officer = ? WHERE number % ? = ?", (officer, len(officers), place))
