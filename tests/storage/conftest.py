"""A desk's store in a folder of its own, and helpers to write to it."""

import asyncio
import itertools
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from handlers.complaints.lifecycle import (
    CaseOutcome,
    CaseStatus,
    NonAcceptanceReason,
    Transition,
    TransitionRequest,
)
from handlers.complaints.messages import (
    ActorKind,
    AddHistoryEntry,
    ApplyTransition,
    FileCase,
    FindCase,
    HistoryEntryKind,
    ReporterCase,
)
from handlers.dialog.effects import Act, Answer, TurnResult
from handlers.dialog.events import Channel, Event, File
from handlers.dialog.receipt import Receipt, make_receipt
from handlers.dialog.replies import NEUTRAL, Choice, Phrase, Reply
from handlers.dialog.session import Session
from ita_stats.calendar import to_bangkok_date
from storage.crypto.key_files import DeskPaths, KeyFiles, load_or_create_keys
from storage.db import sqlite
from storage.store import Store, open_store
from tests.template_desk import copy_template_desk

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # 09:00 in Bangkok
CANARY = "คานารีเรียกรับเงินร้อยละสิบ"
RICH_REPLIES = (
    Reply(
        "one",
        NEUTRAL,
        {"text": "ก", "count": 3, "why": Phrase("w", {"n": 1}), "all": (Phrase("x"), Phrase("y"))},
    ),
    Reply("two", NEUTRAL, {}, (Choice("yes", "choice.yes", {"n": 2}),)),
)
"""Replies with arguments of every kind, and buttons."""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Databases that wait for a lock 50 milliseconds instead of seconds."""
    quick = [pragma for pragma in sqlite.PRAGMAS if "busy" not in pragma]
    monkeypatch.setattr(sqlite, "PRAGMAS", (*quick, "busy_timeout = 50"))


@dataclass
class StoredDesk:
    """One desk on disk."""

    home: Path
    event_numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def paths(self) -> DeskPaths:
        return DeskPaths.under(self.home, "complaints")

    @property
    def key_files(self) -> KeyFiles:
        copy_template_desk(self.paths)
        return load_or_create_keys(self.paths)

    def run_scenario(self, scene: "Callable[[Store], Awaitable[None]]", now: datetime = NOW) -> None:
        """Open the store, run a coroutine on it, close it."""

        async def run_in_loop() -> None:
            async with asyncio.timeout(30), open_store(self.key_files, now) as one:
                await scene(one)

        asyncio.run(run_in_loop())

    def new_event(self, who: bytes = b"a" * 32, **more: Any) -> Event:
        """A new event of a person."""
        return Event(f"e{next(self.event_numbers)}", who, Channel.WEB, **more)

    async def file_complaint(self, store: Store, number: int = 1, at: datetime = NOW, **more: Any) -> Receipt:
        """File a complaint with a single event."""
        act = make_file_case(number, at, **more)
        after = Session(at=at, receipt=act.receipt)
        person = store.keyring.hash_id("test", f"filer {next(self.event_numbers)}")
        await store.commit(self.new_event(person), None, TurnResult(after, (), (act,)), at)
        return act.receipt

    async def commit_acts(self, store: Store, *acts: Act, at: datetime = NOW) -> Answer:
        """Commit acts outside a dialogue."""
        person = store.keyring.hash_id("test", f"officer {next(self.event_numbers)}")
        return await store.commit(self.new_event(person), None, TurnResult(None, (), acts), at)

    def execute_sql(self, *statements: str) -> list[Any]:
        """Run SQL on the database from outside, as an attacker or a curious administrator would."""
        with closing(sqlite3.connect(self.paths.database)) as raw, raw:
            for statement in statements:
                rows = raw.execute(statement).fetchall()
        return rows

    def read_all_bytes(self) -> bytes:
        """All bytes in the desk's folder, except its keys."""
        files = (p for p in self.paths.folder.rglob("*") if p.is_file() and p.parent.name != "keys")
        return b"".join(p.read_bytes() for p in files)


def make_file_case(number: int = 1, at: datetime = NOW, **more: Any) -> FileCase:
    """An act that files a complaint."""
    on = to_bangkok_date(at)
    return FileCase(
        receipt=make_receipt(number),
        category="bribery",
        channel=Channel.WEB,
        on=on,
        answer_by=on + timedelta(days=15),
        notice_version="1",
        **{"answers": {"story": CANARY}, **more},
    )


def make_entry(
    case: ReporterCase, text: str = "", by: ActorKind = ActorKind.OFFICE, **more: Any
) -> AddHistoryEntry:
    """The next history entry: a message."""
    kind = HistoryEntryKind.OFFICE if by is ActorKind.OFFICE else HistoryEntryKind.REPORTER
    return AddHistoryEntry(case.id, case.seq + 1, to_bangkok_date(NOW), kind, by, text, **more)


def make_move(
    case: ReporterCase,
    to: CaseStatus,
    step: Transition,
    at: datetime = NOW,
    text: str = "",
    **why: CaseOutcome | NonAcceptanceReason | str,
) -> ApplyTransition:
    """The next history entry: a lifecycle step."""
    request = TransitionRequest(step, **why)  # type: ignore[arg-type]
    return ApplyTransition(case.id, case.seq + 1, to_bangkok_date(at), request, to, ActorKind.OFFICE, text)


async def load_reporter_case(store: Store, receipt: Receipt) -> ReporterCase:
    """The case with a receipt as the reporter sees it; it must exist."""
    case: ReporterCase | None = await store.answer_query(FindCase(receipt), NOW)
    assert case is not None
    return case


async def close_case(ground: StoredDesk, store: Store, receipt: Receipt, at: datetime = NOW) -> None:
    """Close a case."""
    await ground.commit_acts(
        store,
        make_move(await load_reporter_case(store, receipt), CaseStatus.SCREENING, Transition.SCREEN, at),
        at=at,
    )
    ending = make_move(
        await load_reporter_case(store, receipt),
        CaseStatus.NOT_ACCEPTED,
        Transition.NOT_ACCEPT,
        at,
        reason=NonAcceptanceReason.OUTSIDE_MANDATE,
    )
    await ground.commit_acts(store, ending, at=at)


async def store_file(
    store: Store, content: bytes, name: str, now: datetime = NOW, piece: int = 60_000
) -> File:
    """Store a file in chunks of `piece` bytes."""

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), piece):
            yield content[start : start + piece]

    return await store.evidence.store(pieces(), name, now)


def make_text_outcome(at: datetime = NOW, **more: Any) -> TurnResult:
    """A turn that only replies."""
    return TurnResult(replace(Session(at=at), **more), (Reply("hello", NEUTRAL),))


@pytest.fixture
def ground(tmp_path: Path) -> StoredDesk:
    """A desk that has not been opened yet."""
    return StoredDesk(tmp_path / "var")
