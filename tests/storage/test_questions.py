"""Questions on the disk: what comes back to the chat, what is forgotten, and that nothing stands in clear."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bot.jobs import housekeeping as clock
from handlers.dialog.events import Channel, Event, Message
from handlers.questions.messages import ListOpenQuestions, RateAnswer, Rating
from handlers.staff.permissions import Role
from storage import tables
from storage.crypto.key_files import DeskPaths
from tests.end.desk import DeskHarness, opened
from tests.end.officers import hired
from tests.play import OFFICE

WORDS = "ขอยืมเต็นท์ของหน่วยงานไปจัดงานวัดได้ไหม"
BACK = b"sealed-by-the-door"


def play(tmp_path: Path, scene: Callable[[DeskHarness], Awaitable[None]]) -> None:
    async def work() -> None:
        async with opened(tmp_path / "var", "service") as desk:
            await scene(desk)
            assert await desk.findings() == []

    asyncio.run(work())


async def asks(desk: DeskHarness, name: str = "ก", back: bytes | None = BACK) -> str:
    event = Event(f"{name}-1", desk.who(name), Channel.TELEGRAM, text=f"{WORDS} {name}", back=back)
    said = await desk.hears(event)
    picks = dict(said[-1].choices)
    told = await desk.hears(replace(event, id=f"{name}-2", text=None, choice=picks["ถามเจ้าหน้าที่"]))
    await desk.store.outbox.done([letter.id for letter in await desk.store.outbox.look("telegram")])
    return next(message.receipt for message in told if message.receipt)


async def letters(desk: DeskHarness) -> list[tuple[bytes, Message]]:
    from handlers import i18n as wording

    return [
        (letter.what.back, wording.render(letter.what.says[0], letter.what.lang))
        for letter in await desk.store.outbox.look("telegram")
    ]


async def ticked(desk: DeskHarness, tmp_path: Path) -> dict[str, int]:
    place = DeskPaths.under(tmp_path / "var", "service")
    return {did.did: did.count async for did in clock.tick(place, desk.store, OFFICE, desk.now())}


def test_the_answer_comes_back_and_leads_on(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        code = await asks(desk)
        await desk.answers(code, "ยืมได้")
        ((back, letter),) = await letters(desk)
        assert back == BACK
        assert "ยืมได้" in letter.text
        assert WORDS in letter.text
        picks = dict(letter.choices)
        assert list(picks) == ["ถามต่อ", "พอใจ", "เฉย ๆ", "ไม่พอใจ"]
        who = desk.who("ก")
        said = await desk.hears(Event("g", who, Channel.TELEGRAM, choice=picks["พอใจ"], back=BACK))
        assert "ขอบคุณ" in said[0].text
        thread = await desk.thread(code)
        await desk.office(RateAnswer(thread.id, Rating.POOR))
        assert (await desk.thread(code)).rating is Rating.GOOD

    play(tmp_path, scene)


def test_who_stopped_or_asked_on_a_page_finds_the_answer_by_the_code(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        stopped, page = await asks(desk), await asks(desk, "ข", back=None)
        await desk.hears(Event("s", desk.who("ก"), Channel.TELEGRAM, text="/stop", back=BACK))
        for code in (stopped, page):
            await desk.answers(code, "ยืมได้")
            assert (await desk.thread(code)).answer == "ยืมได้"
        assert await letters(desk) == []

    play(tmp_path, scene)


def test_nothing_of_a_question_stands_in_clear(tmp_path: Path) -> None:
    codes: list[str] = []

    async def scene(desk: DeskHarness) -> None:
        codes.append(await asks(desk))
        await desk.answers(codes[0], "คำตอบลับ")

    play(tmp_path, scene)
    for path in (tmp_path / "var" / "service").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for secret in (WORDS, "คำตอบลับ", codes[0], codes[0].replace("-", "")):
                assert secret.encode() not in content, path


def test_what_ended_is_erased_and_what_was_published_stays(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        code, waiting = await asks(desk), await asks(desk, "ข")
        await desk.answers(code, "ยืมได้")
        assert await ticked(desk, tmp_path) is not None
        desk.away = timedelta(days=OFFICE.retention.after_closing_days + 2)
        assert (await ticked(desk, tmp_path))["questions-erased"] == 1
        assert "questions-erased" not in await ticked(desk, tmp_path)
        (left,) = await desk.store.answer(ListOpenQuestions(), desk.now())
        assert left.id == (await desk.thread(waiting)).id
        assert left.bucket == ""
        async with desk.store._reader.connect() as connection:
            lines = (await connection.execute(select(tables.question_lines.c.question_id))).scalars().all()
            ways = (await connection.execute(select(tables.addresses.c.mark))).all()
        assert set(lines) == {left.id}
        assert len(ways) == 1

    play(tmp_path, scene)


async def in_the_morning(desk: DeskHarness, tmp_path: Path, days: int) -> list[tuple[bytes, str]]:
    """What is told at nine in the morning so many days from now."""
    await desk.store.outbox.done([one.id for one in await desk.store.outbox.look("telegram")])
    desk.away = timedelta()
    desk.away = timedelta(days=days, hours=9 - (desk.now() + timedelta(hours=7)).hour)
    await ticked(desk, tmp_path)
    assert "questions-reminded" not in await ticked(desk, tmp_path)
    return [(back, letter.text) for back, letter in await letters(desk)]


def test_reminders_begin_before_the_day_and_climb_after_it(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await hired(desk, "สมหญิง", back=b"officer")
        await hired(desk, "สมศรี", Role.SUPERVISOR, back=b"supervisor")
        await hired(desk, "สมปอง", Role.AUDITOR, back=b"auditor")
        await asks(desk)
        assert await in_the_morning(desk, tmp_path, 5) == []
        ((back, before),) = await in_the_morning(desk, tmp_path, 12)
        assert (back, "ใกล้ครบกำหนด 1 ข้อ" in before) == (b"officer", True)
        ((back, after),) = await in_the_morning(desk, tmp_path, 17)
        assert (back, "เกินกำหนดแล้ว 1 ข้อ" in after) == (b"officer", True)
        told = dict(await in_the_morning(desk, tmp_path, 23))
        assert told.keys() == {b"officer", b"supervisor"}
        assert "1 ข้อเกินกำหนดมาแล้ว 7 วันขึ้นไป" in told[b"supervisor"]
        assert WORDS not in "".join(told.values())

    play(tmp_path, scene)


def test_a_supervisor_alone_hears_everything(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await hired(desk, "สมศรี", Role.SUPERVISOR, back=b"supervisor")
        await asks(desk)
        ((back, letter),) = await in_the_morning(desk, tmp_path, 12)
        assert (back, "ใกล้ครบกำหนด 1 ข้อ" in letter) == (b"supervisor", True)

    play(tmp_path, scene)


def test_a_new_question_is_told_to_officers_by_its_number_only(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        from pyotp import HOTP

        invitation = await desk.employ("สมหญิง", "officer")
        officer = Event("o1", desk.who("o"), Channel.LINE, text=f"/join {invitation}", back=b"office")
        secret = next(line for line in (await desk.hears(officer))[0].text.splitlines() if len(line) == 32)
        await desk.hears(replace(officer, id="o2", text=HOTP(secret).at(int(desk.now().timestamp()) // 30)))
        await asks(desk)
        told = [one.what.says[0] for one in await desk.store.outbox.look("line")]
        new = [say for say in told if say.key == "inquiry.notice.new"]
        assert len(new) == 1
        assert str(new[0].args["number"]).startswith("1/")

    play(tmp_path, scene)


def test_a_question_taken_back_within_two_days_leaves_no_words(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        who = desk.who("ก")
        said = await desk.hears(Event("1", who, Channel.LINE, text=WORDS, back=BACK, message="m1"))
        picks = dict(said[-1].choices)
        told = await desk.hears(Event("2", who, Channel.LINE, choice=picks["ถามเจ้าหน้าที่"], back=BACK))
        code = next(message.receipt for message in told if message.receipt)
        assert (await desk.thread(code)).asked == WORDS
        await desk.hears(Event("3", who, Channel.LINE, unsent="another"))
        assert (await desk.thread(code)).asked == WORDS
        await desk.hears(Event("4", who, Channel.LINE, unsent="m1"))
        assert (await desk.thread(code)).asked == ""
        await desk.hears(Event("5", who, Channel.LINE, unsent="m1"))
        said = await desk.hears(Event("6", who, Channel.LINE, text=code))
        assert "นำข้อความนี้กลับไปแล้ว" in said[-1].text
        officer = await hired(desk, "สมหญิง")
        assert "นำข้อความนี้กลับไปแล้ว" in (await officer.says("/questions"))[0].text

    play(tmp_path, scene)


def test_what_was_asked_two_days_ago_cannot_be_taken_back(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        who = desk.who("ก")
        said = await desk.hears(Event("1", who, Channel.LINE, text=WORDS, back=BACK, message="m1"))
        picks = dict(said[-1].choices)
        told = await desk.hears(Event("2", who, Channel.LINE, choice=picks["ถามเจ้าหน้าที่"], back=BACK))
        code = next(message.receipt for message in told if message.receipt)
        desk.away = timedelta(hours=49)
        assert (await ticked(desk, tmp_path))["maps-forgotten"] == 1
        await desk.hears(Event("4", who, Channel.LINE, unsent="m1"))
        assert (await desk.thread(code)).asked == WORDS

    play(tmp_path, scene)
