"""Stored questions: what is sent to the chat, what is erased, and that nothing is in clear text."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bot.jobs.housekeeping import run_due_jobs
from handlers.consultations.messages import AnnounceConsultation
from handlers.dialog.events import Channel, Event
from handlers.dialog.replies import Message
from handlers.feedback.messages import SubmitFeedback
from handlers.questions.messages import ListOpenQuestions, RateAnswer, Rating
from handlers.staff.permissions import Role
from handlers.thai.dates import to_bangkok_date
from storage import tables
from storage.crypto.key_files import DeskPaths
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.end_to_end.officers import add_officer
from tests.in_memory_desk import OFFICE
from tests.storage.consultations.test_store import ASKED

WORDS = "ขอยืมเต็นท์ของหน่วยงานไปจัดงานวัดได้ไหม"
BACK = b"sealed-by-the-door"


def run_service_scenario(tmp_path: Path, scene: Callable[[DeskHarness], Awaitable[None]]) -> None:
    async def work() -> None:
        async with open_desk(tmp_path / "var", "service") as desk:
            await scene(desk)
            assert await desk.check_integrity() == []

    asyncio.run(work())


async def ask_office(desk: DeskHarness, name: str = "ก", back: bytes | None = BACK) -> str:
    event = Event(f"{name}-1", desk.person_id(name), Channel.TELEGRAM, text=f"{WORDS} {name}", reply_to=back)
    said = await desk.handle(event)
    picks = dict(said[-1].choices)
    told = await desk.handle(replace(event, id=f"{name}-2", text=None, choice=picks["ถามเจ้าหน้าที่"]))
    await desk.store.outbox.complete([letter.id for letter in await desk.store.outbox.list_all("telegram")])
    return next(message.receipt for message in told if message.receipt)


async def load_queued_messages(desk: DeskHarness) -> list[tuple[bytes, Message]]:
    from handlers.i18n import render_reply

    return [
        (letter.payload.back, render_reply(letter.payload.says[0], letter.payload.lang))
        for letter in await desk.store.outbox.list_all("telegram")
    ]


async def run_service_clock(desk: DeskHarness, tmp_path: Path) -> dict[str, int]:
    place = DeskPaths.under(tmp_path / "var", "service")
    return {did.job: did.count async for did in run_due_jobs(place, desk.store, OFFICE, desk.now())}


def test_the_answer_comes_back_and_leads_on(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        code = await ask_office(desk)
        await desk.answer_question(code, "ยืมได้")
        ((back, letter),) = await load_queued_messages(desk)
        assert back == BACK
        assert "ยืมได้" in letter.text
        assert WORDS in letter.text
        picks = dict(letter.choices)
        assert list(picks) == ["ถามต่อ", "พอใจ", "เฉย ๆ", "ไม่พอใจ"]
        who = desk.person_id("ก")
        said = await desk.handle(Event("g", who, Channel.TELEGRAM, choice=picks["พอใจ"], reply_to=BACK))
        assert "ขอบคุณ" in said[0].text
        thread = await desk.load_thread(code)
        await desk.commit_office_act(RateAnswer(thread.id, Rating.POOR))
        assert (await desk.load_thread(code)).rating is Rating.GOOD

    run_service_scenario(tmp_path, scene)


def test_who_stopped_or_asked_on_a_page_finds_the_answer_by_the_code(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        stopped, page = await ask_office(desk), await ask_office(desk, "ข", back=None)
        await desk.handle(Event("s", desk.person_id("ก"), Channel.TELEGRAM, text="/stop", reply_to=BACK))
        for code in (stopped, page):
            await desk.answer_question(code, "ยืมได้")
            assert (await desk.load_thread(code)).answer == "ยืมได้"
        assert await load_queued_messages(desk) == []

    run_service_scenario(tmp_path, scene)


def test_nothing_of_a_question_stands_in_clear(tmp_path: Path) -> None:
    codes: list[str] = []

    async def scene(desk: DeskHarness) -> None:
        codes.append(await ask_office(desk))
        await desk.answer_question(codes[0], "คำตอบลับ")

    run_service_scenario(tmp_path, scene)
    for path in (tmp_path / "var" / "service").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for secret in (WORDS, "คำตอบลับ", codes[0], codes[0].replace("-", "")):
                assert secret.encode() not in content, path


def test_what_ended_is_erased_and_what_was_published_stays(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        code, waiting = await ask_office(desk), await ask_office(desk, "ข")
        await desk.answer_question(code, "ยืมได้")
        assert await run_service_clock(desk, tmp_path) is not None
        desk.clock_offset = timedelta(days=OFFICE.retention.after_closing_days + 2)
        assert (await run_service_clock(desk, tmp_path))["questions-erased"] == 1
        assert "questions-erased" not in await run_service_clock(desk, tmp_path)
        (left,) = (await desk.store.answer_query(ListOpenQuestions(), desk.now())).rows
        assert left.id == (await desk.load_thread(waiting)).id
        assert left.bucket == ""
        async with desk.store._reader.connect() as connection:
            lines = (await connection.execute(select(tables.question_lines.c.question_id))).scalars().all()
            ways = (await connection.execute(select(tables.addresses.c.mark))).all()
        assert set(lines) == {left.id}
        assert len(ways) == 1

    run_service_scenario(tmp_path, scene)


async def run_morning_clock(desk: DeskHarness, tmp_path: Path, days: int) -> list[tuple[bytes, str]]:
    """What the job sends at nine in the morning so many days from now."""
    await desk.store.outbox.complete([one.id for one in await desk.store.outbox.list_all("telegram")])
    desk.clock_offset = timedelta()
    desk.clock_offset = timedelta(days=days, hours=9 - (desk.now() + timedelta(hours=7)).hour)
    await run_service_clock(desk, tmp_path)
    assert "questions-reminded" not in await run_service_clock(desk, tmp_path)
    return [(back, letter.text) for back, letter in await load_queued_messages(desk)]


def test_reminders_begin_before_the_day_and_climb_after_it(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await add_officer(desk, "สมหญิง", reply_address=b"officer")
        await add_officer(desk, "สมศรี", Role.SUPERVISOR, reply_address=b"supervisor")
        await add_officer(desk, "สมปอง", Role.AUDITOR, reply_address=b"auditor")
        await ask_office(desk)
        assert await run_morning_clock(desk, tmp_path, 5) == []
        ((back, before),) = await run_morning_clock(desk, tmp_path, 12)
        assert (back, "ใกล้ครบกำหนด 1 ข้อ" in before) == (b"officer", True)
        ((back, after),) = await run_morning_clock(desk, tmp_path, 17)
        assert (back, "เกินกำหนดแล้ว 1 ข้อ" in after) == (b"officer", True)
        told = dict(await run_morning_clock(desk, tmp_path, 23))
        assert told.keys() == {b"officer", b"supervisor"}
        assert "1 ข้อเกินกำหนดมาแล้ว 7 วันขึ้นไป" in told[b"supervisor"]
        assert WORDS not in "".join(told.values())

    run_service_scenario(tmp_path, scene)


def test_a_supervisor_alone_hears_everything(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await add_officer(desk, "สมศรี", Role.SUPERVISOR, reply_address=b"supervisor")
        await ask_office(desk)
        ((back, letter),) = await run_morning_clock(desk, tmp_path, 12)
        assert (back, "ใกล้ครบกำหนด 1 ข้อ" in letter) == (b"supervisor", True)

    run_service_scenario(tmp_path, scene)


def test_a_new_question_is_told_to_officers_by_its_number_only(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await add_officer(desk, "สมหญิง", reply_address=b"office", messenger=Channel.LINE)
        await ask_office(desk)
        told = [one.payload.says[0] for one in await desk.store.outbox.list_all("line")]
        new = [say for say in told if say.key == "inquiry.notice.new"]
        assert len(new) == 1
        assert str(new[0].args["number"]).startswith("1/")

    run_service_scenario(tmp_path, scene)


async def ask_by_line(desk: DeskHarness, who: bytes) -> str:
    """Ask with the message m1, and send it to the office; return the code."""
    said = await desk.handle(Event("1", who, Channel.LINE, text=WORDS, reply_to=BACK, message_id="m1"))
    picks = dict(said[-1].choices)
    told = await desk.handle(Event("2", who, Channel.LINE, choice=picks["ถามเจ้าหน้าที่"], reply_to=BACK))
    return next(message.receipt for message in told if message.receipt)


def test_a_question_taken_back_within_two_days_leaves_no_words(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        who = desk.person_id("ก")
        code = await ask_by_line(desk, who)
        assert (await desk.load_thread(code)).question == WORDS
        await desk.handle(Event("3", who, Channel.LINE, unsent_message_id="another"))
        assert (await desk.load_thread(code)).question == WORDS
        await desk.handle(Event("4", who, Channel.LINE, unsent_message_id="m1"))
        assert (await desk.load_thread(code)).question == ""
        await desk.handle(Event("5", who, Channel.LINE, unsent_message_id="m1"))
        said = await desk.handle(Event("6", who, Channel.LINE, text=code))
        assert "นำข้อความนี้กลับไปแล้ว" in said[-1].text
        officer = await add_officer(desk, "สมหญิง")
        assert "นำข้อความนี้กลับไปแล้ว" in (await officer.say("/questions"))[0].text

    run_service_scenario(tmp_path, scene)


def test_what_was_asked_two_days_ago_cannot_be_taken_back(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        who = desk.person_id("ก")
        code = await ask_by_line(desk, who)
        desk.clock_offset = timedelta(hours=49)
        assert (await run_service_clock(desk, tmp_path))["maps-forgotten"] == 1
        await desk.handle(Event("4", who, Channel.LINE, unsent_message_id="m1"))
        assert (await desk.load_thread(code)).question == WORDS

    run_service_scenario(tmp_path, scene)


def test_officers_see_which_rows_of_a_list_cannot_be_read(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        officer = await add_officer(desk, "สมหญิง")
        for name in ("ก", "ข"):
            await ask_office(desk, name)
        feedback = SubmitFeedback(2570, 1, "", None, to_bangkok_date(desk.now()), b"p" * 32, WORDS)
        announcement = AnnounceConsultation(ASKED, "staff:x")
        await desk.commit_office_act(feedback)
        await desk.commit_office_act(announcement)
        for damage, words in (
            ("UPDATE questions SET lang = 'xx' WHERE number = 1", "/questions"),
            ("UPDATE questions SET lang = 'xx' WHERE number = 2", "/questions"),
            ("UPDATE opinions SET sealed = x'00'", "/opinions"),
            ("UPDATE ballots SET phase = 'xx'", "/consult"),
        ):
            async with desk.store.committer.transaction() as connection:
                await connection.exec_driver_sql(damage)
            notice, shown = await officer.say(words)
            assert "อ่านไม่ได้" in notice.text
            assert ("1/25" in notice.text) is (words != "/consult")
            assert (WORDS in shown.text) is damage.endswith("number = 1")

    run_service_scenario(tmp_path, scene)
