"""A desk's memory in a folder of its own, and short words for what a test does to it."""

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
from handlers.dialog.effects import Act, TurnResult
from handlers.dialog.events import Channel, Event, File
from handlers.dialog.receipt import Receipt, make_receipt
from handlers.dialog.replies import Reply
from handlers.dialog.session import Session
from ita_stats.calendar import day_in_bangkok
from storage.crypto.key_files import DeskPaths, KeyFiles, load_or_create_keys
from storage.db.group_commit import CommitResult
from storage.store import Store, open_store

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # 09:00 in Bangkok
CANARY = "คานารีเรียกรับเงินร้อยละสิบ"


@dataclass
class StoredDesk:
    """One desk on disk."""

    home: Path
    event_numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def paths(self) -> DeskPaths:
        """Where it is."""
        return DeskPaths.under(self.home, "complaints")

    @property
    def key_files(self) -> KeyFiles:
        """Its keys."""
        return load_or_create_keys(self.paths)

    def run_scenario(self, scene: "Callable[[Store], Awaitable[None]]", now: datetime = NOW) -> None:
        """Open the desk, play a scene, close it."""

        async def run_in_loop() -> None:
            async with asyncio.timeout(30), open_store(self.key_files, now) as one:
                await scene(one)

        asyncio.run(run_in_loop())

    def new_event(self, who: bytes = b"a" * 32, **more: Any) -> Event:
        """Something that a person does, never done before."""
        return Event(f"e{next(self.event_numbers)}", who, Channel.WEB, **more)

    async def file_complaint(self, one: Store, number: int = 1, at: datetime = NOW, **more: Any) -> Receipt:
        """File a complaint as a person who writes it in one go."""
        act = make_file_case(number, at, **more)
        after = Session(at=at, receipt=act.receipt)
        person = one.keyring.hash_id("test", f"filer {next(self.event_numbers)}")
        await one.commit(self.new_event(person), None, TurnResult(after, (), (act,)), at)
        return act.receipt

    async def commit_acts(self, one: Store, *acts: Act, at: datetime = NOW) -> CommitResult:
        """Write acts that belong to nobody's talk."""
        person = one.keyring.hash_id("test", f"officer {next(self.event_numbers)}")
        return await one.commit(self.new_event(person), None, TurnResult(None, (), acts), at)

    def execute_sql(self, *statements: str) -> list[Any]:
        """Reach into the database from outside, as an attacker or a curious administrator would."""
        with closing(sqlite3.connect(self.paths.database)) as raw, raw:
            for statement in statements:
                rows = raw.execute(statement).fetchall()
        return rows

    def read_all_bytes(self) -> bytes:
        """Every byte that lies in the desk's folder, its keys aside."""
        files = (p for p in self.paths.folder.rglob("*") if p.is_file() and p.parent.name != "keys")
        return b"".join(p.read_bytes() for p in files)


def make_file_case(number: int = 1, at: datetime = NOW, **more: Any) -> FileCase:
    """A complaint."""
    on = day_in_bangkok(at)
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
    """The next line: a message."""
    kind = HistoryEntryKind.OFFICE if by is ActorKind.OFFICE else HistoryEntryKind.REPORTER
    return AddHistoryEntry(case.id, case.seq + 1, day_in_bangkok(NOW), kind, by, text, **more)


def make_move(
    case: ReporterCase,
    to: CaseStatus,
    step: Transition,
    at: datetime = NOW,
    text: str = "",
    **why: CaseOutcome | NonAcceptanceReason | str,
) -> ApplyTransition:
    """The next line: a step of the lifecycle."""
    taken = TransitionRequest(step, **why)  # type: ignore[arg-type]
    return ApplyTransition(case.id, case.seq + 1, day_in_bangkok(at), taken, to, ActorKind.OFFICE, text)


async def load_reporter_case(one: Store, receipt: Receipt) -> ReporterCase:
    """What the reporter sees of a case that must be there."""
    case: ReporterCase | None = await one.answer_query(FindCase(receipt), NOW)
    assert case is not None
    return case


async def close_case(ground: StoredDesk, one: Store, receipt: Receipt, at: datetime = NOW) -> None:
    """Take a case to an end."""
    await ground.commit_acts(
        one,
        make_move(await load_reporter_case(one, receipt), CaseStatus.SCREENING, Transition.SCREEN, at),
        at=at,
    )
    ending = make_move(
        await load_reporter_case(one, receipt),
        CaseStatus.NOT_ACCEPTED,
        Transition.NOT_ACCEPT,
        at,
        reason=NonAcceptanceReason.OUTSIDE_MANDATE,
    )
    await ground.commit_acts(one, ending, at=at)


async def store_file(one: Store, content: bytes, name: str, now: datetime = NOW, piece: int = 60_000) -> File:
    """Send a file in pieces."""

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), piece):
            yield content[start : start + piece]

    return await one.evidence.store(pieces(), name, now)


def make_text_outcome(at: datetime = NOW, **more: Any) -> TurnResult:
    """A turn that only talks."""
    return TurnResult(replace(Session(at=at), **more), (Reply("hello"),))


@pytest.fixture
def ground(tmp_path: Path) -> StoredDesk:
    """A desk that nobody has opened yet."""
    return StoredDesk(tmp_path / "var")
