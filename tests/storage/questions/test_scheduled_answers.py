"""Scheduled answers: delayed by a minute, sent once, and not sent if the author has lost the permission."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.jobs.housekeeping import run_due_jobs
from handlers.questions.messages import CancelAnswer, OutgoingAnswer, QuestionState, ScheduleAnswer
from storage import tables
from storage.crypto.key_files import DeskPaths
from storage.errors import ConflictError
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.end_to_end.officers import Officer, add_officer
from tests.in_memory_desk import OFFICE
from tests.storage.questions.test_store import BACK, ask_office, load_queued_messages

ANSWER = "ยืมได้ ทำหนังสือมาก่อนเจ็ดวัน"


def run_desk_scenario(home: Path, scene: Callable[[DeskHarness], Awaitable[None]]) -> None:
    async def run_in_loop() -> None:
        async with asyncio.timeout(60), open_desk(home, "service") as desk:
            await scene(desk)
            assert await desk.check_integrity() == []

    asyncio.run(run_in_loop())


async def send_due_answers_after(desk: DeskHarness, after: int = 61) -> int:
    """Advance the clock by some seconds and run the job; returns how many answers it sent."""
    return await desk.store.scheduled_replies.send_due(desk.now() + timedelta(seconds=after))


async def load_audit_lines(desk: DeskHarness) -> list[tuple[str, str]]:
    async with desk.store._reader.connect() as connection:
        query = select(tables.audit.c.actor, tables.audit.c.what)
        return [(row.actor.partition(":")[0], row.what) for row in await connection.execute(query)]


async def schedule_answer(desk: DeskHarness, officer: Officer, words: str = ANSWER) -> None:
    (held,) = await officer.confirm(await officer.say(f"/answer 1 {words}"))
    assert "60 วินาที" in held.text


def test_an_answer_goes_when_its_minute_is_over_and_once(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        code = await ask_office(desk)
        await schedule_answer(desk, await add_officer(desk, "สมหญิง"))
        assert await send_due_answers_after(desk, 55) == 0
        assert (await desk.load_thread(code)).state is QuestionState.OPEN
        assert [await send_due_answers_after(desk), await send_due_answers_after(desk)] == [1, 0]
        thread = await desk.load_thread(code)
        assert (thread.state, thread.answer, thread.scheduled_by) == (QuestionState.ANSWERED, ANSWER, "")
        ((back, letter),) = await load_queued_messages(desk)
        assert back == BACK
        assert ANSWER in letter.text
        whole = await load_audit_lines(desk)
        assert [what for _, what in whole][-2:] == ["held", "question-answer"]
        assert {actor for actor, what in whole if what in {"held", "question-answer"}} == {"staff"}

    run_desk_scenario(tmp_path / "var", scene)


def test_the_clock_of_the_service_desk_sends_it(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await ask_office(desk)
        await schedule_answer(desk, await add_officer(desk, "สมหญิง"))
        place = DeskPaths.under(tmp_path / "var", "service")
        later = desk.now() + timedelta(seconds=61)
        done = {did.job: did.count async for did in run_due_jobs(place, desk.store, OFFICE, later)}
        assert done["words-sent"] == 1

    run_desk_scenario(tmp_path / "var", scene)


def test_what_was_taken_back_never_goes(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        code, officer = await ask_office(desk), await add_officer(desk, "สมหญิง")
        await schedule_answer(desk, officer)
        told = await officer.say("/undo 1")
        assert ANSWER in told[-1].text
        assert await send_due_answers_after(desk) == 0
        assert (await desk.load_thread(code)).answer == ""
        assert await load_queued_messages(desk) == []

    run_desk_scenario(tmp_path / "var", scene)


def test_the_last_words_of_who_was_removed_do_not_go(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        code = await ask_office(desk)
        await schedule_answer(desk, await add_officer(desk, "สมหญิง"))
        await desk.remove_staff("สมหญิง")
        await send_due_answers_after(desk)
        assert (await desk.load_thread(code)).state is QuestionState.OPEN
        assert "not-sent" in [what for _, what in await load_audit_lines(desk)]

    run_desk_scenario(tmp_path / "var", scene)


def test_who_comes_second_or_too_late_changes_nothing(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        code = await ask_office(desk)
        thread, staff = await desk.load_thread(code), (await add_officer(desk, "สมหญิง")).id
        one = OutgoingAnswer(thread.id, staff, ANSWER)
        with pytest.raises(ConflictError):  # nothing is scheduled
            await desk.commit_office_act(CancelAnswer(thread.id, staff))
        with pytest.raises(ConflictError):  # based on an entry that does not exist
            await desk.commit_office_act(ScheduleAnswer(one, thread.seq + 1))
        await desk.commit_office_act(ScheduleAnswer(one, thread.seq))
        with pytest.raises(ConflictError):  # an answer is already scheduled
            await desk.commit_office_act(ScheduleAnswer(OutgoingAnswer(thread.id, staff, "อื่น"), thread.seq))
        desk.clock_offset += timedelta(seconds=61)
        with pytest.raises(ConflictError):  # past its time it counts as sent, even before the job has run
            await desk.commit_office_act(CancelAnswer(thread.id, staff))
        assert await send_due_answers_after(desk, 0) == 1
        assert (await desk.load_thread(code)).answer == ANSWER

    run_desk_scenario(tmp_path / "var", scene)


def test_nothing_that_waits_stands_in_clear(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await ask_office(desk)
        await schedule_answer(desk, await add_officer(desk, "สมหญิง"), "คำตอบลับเฉพาะ")

    run_desk_scenario(tmp_path / "var", scene)
    for path in (tmp_path / "var" / "service").rglob("*"):
        if path.is_file():
            assert "คำตอบลับเฉพาะ".encode() not in path.read_bytes(), path


def test_an_answer_that_cannot_be_read_keeps_no_other_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(desk: DeskHarness) -> None:
        officer = await add_officer(desk, "สมหญิง")
        for number, name in enumerate(("ก", "ข"), 1):
            await ask_office(desk, name)
            await officer.confirm(await officer.say(f"/answer {number} {ANSWER}"))
        async with desk.store.committer.transaction() as connection:
            question = (await connection.execute(select(tables.questions.c.id).limit(1))).scalar_one()
            damaged = update(tables.held_answers).where(tables.held_answers.c.question_id == question)
            await connection.execute(damaged.values(sealed=b"\0"))
        assert await send_due_answers_after(desk) == 1
        assert [record.getMessage() for record in caplog.records] == [
            f"unreadable row: held_answers {question}"
        ]

    run_desk_scenario(tmp_path, scene)
