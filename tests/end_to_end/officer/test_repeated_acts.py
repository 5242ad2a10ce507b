"""A platform delivers what an officer sent once more, at once, later, or after a restart: nothing is done twice.

The rows of every table are compared before and after each repetition, and what is answered with the first answer.
"""

import asyncio
import hashlib
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from handlers.dialog.events import Channel, Event
from handlers.dialog.replies import Message
from handlers.staff.permissions import Role
from storage.tables import metadata
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.end_to_end.officers import add_officer, file_case
from tests.properties import examples

DEEDS = (
    "/รับ 1",
    "/ตอบ 1 ได้รับเรื่องแล้วค่ะ",
    "/ถาม 2 สัญญาเลขที่เท่าใด",
    "ส่งค่ะ",
    "/เรียกคืน 1",
    "/ลงรับ",
    "โทรศัพท์",
    "วันนี้",
    "มีผู้โทรมาเล่าว่าถูกเรียกเงิน",
    "ทุจริตต่อหน้าที่",
    "ลงรับ",
    "/รวม 1 2",
    "ใช่",
    "/แยก 2",
    "/บันทึก 2 โทรถามแล้ว",
    "/มอบ 1 วิชัย",
    "wait",
    "restart",
)


@dataclass
class Repeated:
    """What was sent, and how it was answered the first time."""

    sent: list[tuple[Event, list[str]]] = field(default_factory=list)
    offset: timedelta = timedelta()


async def hash_rows(desk: DeskHarness) -> str:
    """A hash of the rows of every table."""
    found = hashlib.sha256()
    async with desk.store._reader.connect() as connection:
        for table in metadata.sorted_tables:
            rows = (await connection.execute(select(table))).all()
            found.update(repr(sorted(map(repr, rows))).encode())
    return found.hexdigest()


def list_texts(messages: tuple[Message, ...]) -> list[str]:
    return [message.text for message in messages]


async def repeat(desk: DeskHarness, event: Event, answered: list[str]) -> None:
    """Deliver an event once more."""
    before = await hash_rows(desk)
    assert list_texts(await desk.handle(event)) in (answered, []), event.text
    assert await hash_rows(desk) == before, event.text


async def play(home: Path, steps: list[tuple[int, int]]) -> None:
    known = Repeated()
    at = 0
    while at < len(steps) or not at:
        async with open_desk(home) as desk:
            desk.clock_offset = known.offset
            desk.engine.now = desk.now
            if not known.sent and not at:
                for number in (1, 2):
                    await file_case(desk, number)
                await add_officer(desk, "วิชัย")
                await add_officer(desk, "หัวหน้า", Role.SUPERVISOR)
            elif known.sent:
                await repeat(desk, *known.sent[-1])  # a restart came between its commit and its answer
            at = await play_until_restart(desk, steps, at, known)
            assert await desk.check_integrity() == []
            known.offset = desk.clock_offset
        at += 1


async def play_until_restart(
    desk: DeskHarness, steps: list[tuple[int, int]], at: int, known: Repeated
) -> int:
    """Play the deeds up to the next restart; return the place of it."""
    who = desk.person_id("หัวหน้า")
    while at < len(steps):
        deed, earlier = DEEDS[steps[at][0]], steps[at][1]
        if deed == "restart":
            return at
        if deed == "wait":
            desk.clock_offset += timedelta(seconds=61)
            await desk.store.scheduled_replies.send_due(desk.now())
        else:
            event = Event(f"chief-{at}", who, Channel.TERMINAL, text=deed)
            known.sent.append((event, list_texts(await desk.handle(event))))
            await repeat(desk, *known.sent[-1])
        if known.sent:
            await repeat(desk, *known.sent[-1 - earlier % min(len(known.sent), 5)])
        at += 1
    return at


def run_steps(steps: list[tuple[int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(Path(folder) / "var", steps))


@pytest.mark.full("sequences of officers' acts")
def test_a_day_whose_every_message_comes_twice() -> None:
    run_steps([(place, place % 4) for place in range(len(DEEDS))] + [(13, 1), (3, 0), (16, 2), (4, 1)])


@pytest.mark.full("sequences of officers' acts")
@examples(10)
@given(st.lists(st.tuples(st.integers(0, len(DEEDS) - 1), st.integers(0, 4)), max_size=14))
def test_what_comes_twice_is_done_once(steps: list[tuple[int, int]]) -> None:
    run_steps(steps)
