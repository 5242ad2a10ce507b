"""Many people who say the same at once, through the whole talk: grouped, and each counted once."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from handlers.consultations.messages import (
    AnnounceConsultation,
    CloseConsultation,
    Consultation,
    ConsultationQuestion,
    ConsultationQuestionKind,
    ListFreeTexts,
)
from handlers.dialog.events import Channel, Event
from storage.consultations import retention as polled
from tests.end.desk import DeskHarness, opened
from tests.end.officers import hired

SAME = "ขอให้เปิดบริการวันเสาร์"
AT_ONCE = 200
"""Talks in flight."""

OPINION = (
    "ความคิดเห็น",
    "[การให้บริการของสำนักงาน]",
    "[2 ควรปรับปรุง]",
    SAME,
    "[ข้าม]",
    "[ไม่ต้องตอบ]",
    "[ส่งความคิดเห็น]",
)
VOICE = ("c-ABC234", SAME, "[ส่งความคิดเห็น]")


async def talks(desk: DeskHarness, person: str, words: tuple[str, ...]) -> None:
    """One person's whole talk; what stands in brackets is picked."""
    picks: dict[str, str] = {}
    for number, one in enumerate(words):
        deed = {"choice": picks[one[1:-1]]} if one.startswith("[") else {"text": one}
        event = Event(f"{person}-{words[0]}-{number}", desk.who(person), Channel.TELEGRAM, **deed)  # type: ignore[arg-type]
        picks = {label: data for message in await desk.hears(event) for label, data in message.choices}


async def everybody(desk: DeskHarness, crowd: int, words: tuple[str, ...]) -> None:
    """All of them, so many at a time."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with room:
            await talks(desk, f"p{number}", words)

    await asyncio.gather(*(one(number) for number in range(crowd)))


def played(home: Path, crowd: int, scene: Callable[[DeskHarness], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(30 + crowd / 20), opened(home, "service") as desk:
            await scene(desk)
            assert await desk.findings() == []

    asyncio.run(whole())


async def quickly(desk: DeskHarness, words: str, officer: object) -> str:
    began = time.perf_counter()
    said = (await officer.says(words))[0].text  # type: ignore[attr-defined]
    # Far more than it takes: this is no timing, but a list that grows with the crowd would fail.
    assert time.perf_counter() - began < 10
    return str(said)


def test_the_same_opinion_of_many_is_one_line(crowd: int, tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        officer = await hired(desk, "สมหญิง")
        await everybody(desk, crowd, OPINION)
        await everybody(desk, min(crowd, 50), OPINION)  # each once more, on the same day
        said = await quickly(desk, "/opinions", officer)
        assert said.count(SAME) == 1
        assert f"(+{crowd - 1} ข้อความเดียวกัน)" in said
        assert len(await desk.store.polls.opinions()) == crowd

    played(tmp_path / "var", crowd, scene)


def test_the_same_answer_of_many_is_one_text(crowd: int, tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        officer = await hired(desk, "สมหญิง")
        opens = desk.now() - timedelta(hours=1)
        question = ConsultationQuestion("q1", ConsultationQuestionKind.TEXT, "อยากให้ทำอะไร")
        ballot = Consultation("ABC234", "เรื่อง", "", "", opens, opens + timedelta(days=9), (question,))
        await desk.office(AnnounceConsultation(ballot, "staff:x"))
        await everybody(desk, crowd, VOICE)
        await desk.office(CloseConsultation(ballot.code, "staff:x"))
        await polled.close_due(desk.store.committer, desk.now())  # of many, the clock writes the rest anew
        (written,) = await desk.store.answer(ListFreeTexts(ballot.code), desk.now())
        assert (written.text, written.many) == (SAME, crowd)
        said = await quickly(desk, "/texts ABC234", officer)
        assert said.count(SAME) == 1
        assert f"(+{crowd - 1} ข้อความเดียวกัน)" in said
        await officer.says("/theme ABC234 วันเสาร์: 1")
        assert f"({crowd} คน" in await quickly(desk, "/theme ABC234", officer)

    played(tmp_path / "var", crowd, scene)
