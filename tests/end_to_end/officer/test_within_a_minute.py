"""What officers hear of is told within a minute of the clock, whenever in it the server's rounds happen to fall.

The seconds are the desk's own, counted one by one: prompt jobs and deliveries run at every second at which they may.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.delivery.transport import PlatformLimits
from bot.delivery.worker import RUN_INTERVAL, DeliveryWorker
from bot.jobs.housekeeping import PROMPT_INTERVAL_SECONDS, run_due_jobs
from bot.jobs.schedule import DeskSchedule
from handlers.complaints.messages import ActorKind, AddHistoryEntry, FileCase, HistoryEntryKind
from handlers.dialog.events import Channel
from handlers.dialog.receipt import Receipt, make_receipt
from handlers.dialog.replies import Message
from handlers.staff.permissions import Role
from handlers.thai.dates import to_bangkok_date
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.end_to_end.officers import Officer, add_officer, file_case
from tests.in_memory_desk import OFFICE

MORNING = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
MINUTE = 60


@dataclass
class Chats:
    """What the platform was given to send."""

    sent: list[str] = field(default_factory=list)
    limits: PlatformLimits = field(default_factory=PlatformLimits)

    async def deliver(self, back: bytes, messages: Sequence[Message], delivery_id: str) -> None:
        self.sent += [message.text for message in messages]

    async def fetch(self, what: Mapping[str, str]) -> AsyncIterator[bytes]:
        yield b""


@dataclass
class Office:
    """A desk of two officers and a supervisor with chats, and its clock."""

    desk: DeskHarness
    chats: Chats
    worker: DeliveryWorker
    officer: Officer
    colleague: Officer
    chief: Officer
    receipt: Receipt
    schedule: DeskSchedule
    at: datetime = MORNING

    async def run_second(self, phase: int) -> None:
        """Let a second pass, with what runs in it. phase: of the seconds, at which the jobs run."""
        second = int(self.at.timestamp()) + phase
        if second % PROMPT_INTERVAL_SECONDS == 0:
            paths, schedule = self.desk.store.keyring.key_files.paths, self.schedule
            jobs = run_due_jobs(paths, self.desk.store, OFFICE, self.at, schedule=schedule, prompt=True)
            async for _ in jobs:
                pass
        if second % int(RUN_INTERVAL) == 0:
            await self.worker.run_once()
        self.at += timedelta(seconds=1)

    async def count_seconds(self, words: str, phase: int) -> int:
        """How many seconds pass until somebody reads some words; fails after a minute."""
        self.chats.sent.clear()
        for passed in range(MINUTE):
            await self.run_second(phase)
            if any(words in text for text in self.chats.sent):
                return passed
        raise AssertionError(f"{words}: not within a minute; sent was {self.chats.sent}")


async def assign(office: Office) -> str:
    await office.chief.say("/มอบ 1 สมหญิง")
    return "ได้รับมอบเรื่อง 1/"


async def take_away(office: Office) -> str:
    await office.chief.say("/มอบ 1 สมหญิง")
    await office.worker.run_once()
    await office.chief.say("/มอบ 1 วิชัย")
    return "ไม่ได้อยู่กับท่านแล้ว"


async def write_as_reporter(office: Office) -> str:
    await office.officer.say("/รับ 1")
    case = await office.desk.find_reporter_case(office.receipt.formatted)
    assert case is not None
    await office.desk.commit_office_act(
        AddHistoryEntry(
            case.id,
            case.seq + 1,
            to_bangkok_date(office.at),
            HistoryEntryKind.REPORTER,
            ActorKind.REPORTER,
            "มีเพิ่มเติมค่ะ",
        )
    )
    return "ส่งข้อความหรือหลักฐานเพิ่มมา"


async def file_new(office: Office) -> str:
    today = to_bangkok_date(office.at)
    act = FileCase(
        make_receipt(7), "corruption", Channel.WEB, today, today + timedelta(days=15), "2570-1",
        answers={"story": "เรื่องใหม่"}, announce_within=30,
    )  # fmt: skip
    await office.desk.commit_office_act(act)
    ((minute, _),) = await office.desk.store.announcements._load_moments()
    moment = datetime.fromtimestamp(minute * 60, UTC)
    assert moment <= office.at + timedelta(minutes=31)
    office.at = max(office.at, moment)  # the moment that was drawn has come
    return "มีเรื่องใหม่"


async def come_to_the_due_day(office: Office) -> str:
    office.at = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)  # eight in the morning in Bangkok
    return "เกินกำหนด"


DEEDS: Mapping[str, Callable[[Office], Awaitable[str]]] = {
    "assigned": assign,
    "taken away": take_away,
    "reporter wrote": write_as_reporter,
    "new": file_new,
    "due": come_to_the_due_day,
}


def test_a_round_that_fails_leaves_another_within_the_minute() -> None:
    assert 2 * PROMPT_INTERVAL_SECONDS + 2 * RUN_INTERVAL < MINUTE


@pytest.mark.parametrize("deed", DEEDS)
def test_it_is_told_within_a_minute(deed: str, tmp_path: Path) -> None:
    async def play(phase: int) -> int:
        async with open_desk(tmp_path / f"var{phase}") as desk:
            desk.engine.now = lambda: office.at
            desk.now = lambda: office.at  # type: ignore[method-assign]
            chats = Chats()
            worker = DeliveryWorker(desk.engine, desk.store, {Channel.TELEGRAM: chats}, desk.errors.append)
            office = Office(
                desk, chats, worker, *[None] * 4, DeskSchedule(desk.store.keyring.key_files.paths.database)
            )  # type: ignore[arg-type]
            office.officer = await add_officer(desk, "สมหญิง", reply_address=b"to one")
            office.colleague = await add_officer(desk, "วิชัย", reply_address=b"to two")
            office.chief = await add_officer(desk, "หัวหน้า", Role.SUPERVISOR, b"to chief")
            office.receipt = await file_case(desk, 1)
            await worker.run_once()
            await office.run_second(-int(office.at.timestamp()))  # a round in which nothing is due
            words = await DEEDS[deed](office)
            took = await office.count_seconds(words, phase)
            await worker.close()
            assert desk.errors == []
            return took

    phases = (0, 1, PROMPT_INTERVAL_SECONDS - 1)
    took = [asyncio.run(play(phase)) for phase in phases]
    assert max(took) <= PROMPT_INTERVAL_SECONDS + RUN_INTERVAL
