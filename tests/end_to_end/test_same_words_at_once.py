"""Many people who send the same text at once through the whole dialogue: grouped, and each counted once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.consultations.messages import (
    AnnounceConsultation,
    CloseConsultation,
    Consultation,
    ConsultationQuestion,
    ConsultationQuestionKind,
    ListFreeTexts,
)
from handlers.dialog.events import Channel, Event
from storage.consultations.retention import close_due_consultations
from tests.counted_work import count_statements
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.end_to_end.officers import add_officer

SAME = "ขอให้เปิดบริการวันเสาร์"
AT_ONCE = 200
"""Talks in flight."""

STATEMENTS_OF_A_LIST = 6
"""However many wrote: reading the list and storing the answer."""

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


async def send_lines(desk: DeskHarness, person: str, words: tuple[str, ...]) -> None:
    """Send one person's whole dialogue; labels in brackets are picked."""
    picks: dict[str, str] = {}
    for number, one in enumerate(words):
        deed = {"choice": picks[one[1:-1]]} if one.startswith("[") else {"text": one}
        event = Event(f"{person}-{words[0]}-{number}", desk.person_id(person), Channel.TELEGRAM, **deed)  # type: ignore[arg-type]
        picks = {label: data for message in await desk.handle(event) for label, data in message.choices}


async def run_crowd(desk: DeskHarness, crowd: int, words: tuple[str, ...]) -> None:
    """Run the dialogue of every person, a limited number at a time."""
    room = asyncio.Semaphore(AT_ONCE)

    async def run_person(number: int) -> None:
        async with room:
            await send_lines(desk, f"p{number}", words)

    await asyncio.gather(*(run_person(number) for number in range(crowd)))


def run_scenario(home: Path, crowd: int, scene: Callable[[DeskHarness], Awaitable[None]]) -> None:
    async def run_in_loop() -> None:
        async with asyncio.timeout(30 + crowd / 20), open_desk(home, "service") as desk:
            await scene(desk)
            assert await desk.check_integrity() == []

    asyncio.run(run_in_loop())


@pytest.mark.grows
def test_the_same_opinion_of_many_is_one_line(crowd: int, tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        officer = await add_officer(desk, "สมหญิง")
        await run_crowd(desk, crowd, OPINION)
        await run_crowd(desk, min(crowd, 50), OPINION)  # some people repeat it on the same day
        with count_statements(statements := Counter()):
            said = (await officer.say("/opinions"))[0].text
        assert statements.total() <= STATEMENTS_OF_A_LIST
        assert said.count(SAME) == 1
        assert f"(+{crowd - 1} ข้อความเดียวกัน)" in said
        assert len(await desk.store.consultation_statistics.load_feedback()) == crowd

    run_scenario(tmp_path / "var", crowd, scene)


@pytest.mark.grows
def test_the_same_answer_of_many_is_one_text(crowd: int, tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        officer = await add_officer(desk, "สมหญิง")
        opens = desk.now() - timedelta(hours=1)
        question = ConsultationQuestion("q1", ConsultationQuestionKind.TEXT, "อยากให้ทำอะไร")
        ballot = Consultation("ABC234", "เรื่อง", "", "", opens, opens + timedelta(days=9), (question,))
        await desk.commit_office_act(AnnounceConsultation(ballot, "staff:x"))
        await run_crowd(desk, crowd, VOICE)
        await desk.commit_office_act(CloseConsultation(ballot.code, "staff:x"))
        await close_due_consultations(
            desk.store.committer, desk.now()
        )  # with many responses, the scheduled job rewrites the rest
        (written,) = await desk.store.answer_query(ListFreeTexts(ballot.code), desk.now())
        assert (written.text, written.writers) == (SAME, crowd)
        with count_statements(statements := Counter()):
            said = (await officer.say("/texts ABC234"))[0].text
        assert statements.total() <= STATEMENTS_OF_A_LIST
        assert said.count(SAME) == 1
        assert f"(+{crowd - 1} ข้อความเดียวกัน)" in said
        await officer.say("/theme ABC234 วันเสาร์: 1")
        assert f"({crowd} คน" in (await officer.say("/theme ABC234"))[0].text

    run_scenario(tmp_path / "var", crowd, scene)
