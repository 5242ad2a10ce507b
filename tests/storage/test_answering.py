"""Answers to questions: held for a minute, sent once, and never after the rights of who wrote them ended."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.jobs import housekeeping as clock
from handlers.questions.messages import CancelAnswer, OutgoingAnswer, QuestionState, ScheduleAnswer
from storage import tables
from storage.crypto.key_files import DeskPaths
from storage.errors import ConflictError
from tests.end.desk import DeskHarness, opened
from tests.end.officers import Officer, hired
from tests.play import OFFICE
from tests.storage.test_questions import BACK, asks, letters

ANSWER = "ยืมได้ ทำหนังสือมาก่อนเจ็ดวัน"


def playing(home: Path, scene: Callable[[DeskHarness], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(60), opened(home, "service") as desk:
            await scene(desk)
            assert await desk.findings() == []

    asyncio.run(whole())


async def sent(desk: DeskHarness, after: int = 61) -> int:
    """Let so many seconds pass, and the clock come by; gives how much it sent."""
    return await desk.store.sendings.send(desk.now() + timedelta(seconds=after))


async def trail(desk: DeskHarness) -> list[tuple[str, str]]:
    async with desk.store._reader.connect() as connection:
        query = select(tables.audit.c.actor, tables.audit.c.what)
        return [(row.actor.partition(":")[0], row.what) for row in await connection.execute(query)]


async def answering(desk: DeskHarness, officer: Officer, words: str = ANSWER) -> None:
    (held,) = await officer.confirms(await officer.says(f"/answer 1 {words}"))
    assert "60 วินาที" in held.text


def test_an_answer_goes_when_its_minute_is_over_and_once(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        code = await asks(desk)
        await answering(desk, await hired(desk, "สมหญิง"))
        assert await sent(desk, 55) == 0
        assert (await desk.thread(code)).state is QuestionState.OPEN
        assert [await sent(desk), await sent(desk)] == [1, 0]
        thread = await desk.thread(code)
        assert (thread.state, thread.answer, thread.held) == (QuestionState.ANSWERED, ANSWER, "")
        ((back, letter),) = await letters(desk)
        assert back == BACK
        assert ANSWER in letter.text
        whole = await trail(desk)
        assert [what for _, what in whole][-2:] == ["held", "question-answer"]
        assert {actor for actor, what in whole if what in {"held", "question-answer"}} == {"staff"}

    playing(tmp_path / "var", scene)


def test_the_clock_of_the_service_desk_sends_it(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await asks(desk)
        await answering(desk, await hired(desk, "สมหญิง"))
        place = DeskPaths.under(tmp_path / "var", "service")
        later = desk.now() + timedelta(seconds=61)
        done = {did.did: did.count async for did in clock.tick(place, desk.store, OFFICE, later)}
        assert done["words-sent"] == 1

    playing(tmp_path / "var", scene)


def test_what_was_taken_back_never_goes(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        code, officer = await asks(desk), await hired(desk, "สมหญิง")
        await answering(desk, officer)
        told = await officer.says("/undo 1")
        assert ANSWER in told[-1].text
        assert await sent(desk) == 0
        assert (await desk.thread(code)).answer == ""
        assert await letters(desk) == []

    playing(tmp_path / "var", scene)


def test_the_last_words_of_who_was_removed_do_not_go(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        code = await asks(desk)
        await answering(desk, await hired(desk, "สมหญิง"))
        await desk.dismiss("สมหญิง")
        await sent(desk)
        assert (await desk.thread(code)).state is QuestionState.OPEN
        assert "not-sent" in [what for _, what in await trail(desk)]

    playing(tmp_path / "var", scene)


def test_who_comes_second_or_too_late_changes_nothing(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        code = await asks(desk)
        thread, staff = await desk.thread(code), (await hired(desk, "สมหญิง")).id
        one = OutgoingAnswer(thread.id, staff, ANSWER)
        with pytest.raises(ConflictError):  # nothing waits
            await desk.office(CancelAnswer(thread.id, staff))
        with pytest.raises(ConflictError):  # decided on a line that is not there
            await desk.office(ScheduleAnswer(one, thread.seq + 1))
        await desk.office(ScheduleAnswer(one, thread.seq))
        with pytest.raises(ConflictError):  # one waits already
            await desk.office(ScheduleAnswer(OutgoingAnswer(thread.id, staff, "อื่น"), thread.seq))
        desk.away += timedelta(seconds=61)
        with pytest.raises(ConflictError):  # it has gone, though the clock did not come by
            await desk.office(CancelAnswer(thread.id, staff))
        assert await sent(desk, 0) == 1
        assert (await desk.thread(code)).answer == ANSWER

    playing(tmp_path / "var", scene)


def test_nothing_that_waits_stands_in_clear(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await asks(desk)
        await answering(desk, await hired(desk, "สมหญิง"), "คำตอบลับเฉพาะ")

    playing(tmp_path / "var", scene)
    for path in (tmp_path / "var" / "service").rglob("*"):
        if path.is_file():
            assert "คำตอบลับเฉพาะ".encode() not in path.read_bytes(), path
