"""A long text that Telegram's clients cut into messages is one answer: nothing lost or doubled, one question."""

import asyncio
import random
import sqlite3
import subprocess
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.long_texts import MAX_PIECES, goes_on_with, keep_part
from bot.platforms.telegram.long_texts import (
    MAX_MESSAGE_UNITS,
    MIN_CUT_UNITS,
    LongTextTimers,
    make_text_part,
)
from bot.platforms.telegram.models import TelegramMessage
from handlers.dialog.events import Channel, Event, TextPart
from handlers.dialog.receipt import make_receipt
from handlers.dialog.session import LongText, LongTextPiece, Session
from storage import tables
from storage.cases.history import decode_history_line
from tests.bot.platforms.telegram.driver import TelegramDesk
from tests.bot.platforms.telegram.user import CHAT, TelegramChatUser, run_scenario
from tests.properties import examples

CODE = make_receipt(2**79 + 123456789).formatted
NOW = datetime(2026, 11, 22, tzinfo=UTC)
WORDS = "หัวหน้าพัสดุเรียกรับเงินจากผู้รับเหมาทุกงวดงาน "
FIRST = ("ก" * 2000 + "\n" + WORDS * 60)[:4000]
SECOND = "ข" * MAX_MESSAGE_UNITS
THIRD = "คำสุดท้าย"
KILLED = pytest.mark.full("kills while a long text is gathered")
WHOLE = f"{FIRST.strip()}\n{SECOND}{THIRD}"


def get_session(o: TelegramDesk, chat: int = CHAT) -> Awaitable[Session | None]:
    return o.desk.store.load_session(o.setup.adapter.inbound.person_id(chat))


async def load_stored(o: TelegramDesk, chat: int = CHAT) -> Session | None:
    """The session as it is on disk."""
    sessions = o.desk.store.committer.sessions
    sessions._cached.clear()
    sessions._irreplaceable.clear()
    return await get_session(o, chat)


async def count_history(o: TelegramDesk) -> int:
    async with o.desk.store._reader.connect() as connection:
        return int((await connection.execute(select(func.count()).select_from(tables.history))).scalar_one())


async def reach(p: TelegramChatUser, question: str) -> None:
    """Answer a report up to a question."""
    for said in ("แจ้งเรื่อง", "[รับทราบ เริ่มแจ้งเรื่อง]", "[ทุจริตต่อหน้าที่]", "เขาเรียกเงินจากทุกร้าน", "[เสร็จแล้ว]"):
        if question in p.last_text if p.bot_messages else False:
            return
        await p.say(said)
    assert question in p.last_text


def make_parts(p: TelegramChatUser, *texts: str) -> list[dict[str, Any]]:
    return [p.fake.make_message_update(p.chat, text=text) for text in texts]


def hold_time(o: TelegramDesk) -> None:
    """No window ends by itself: tests end it."""
    o.setup.adapter.long_texts.wait_seconds = 3600


@pytest.mark.parametrize("mode", ["webhook", "polling"])
@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 2, 0), (0, 0, 1, 1, 2, 2, 0)])
def test_the_parts_of_an_answer_are_one_answer(mode: str, order: tuple[int, ...], tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        hold_time(o)
        await reach(p, "ใครทำ")
        before = len(p.bot_messages)
        parts = make_parts(p, FIRST, SECOND, THIRD)
        for number in order:
            await p.send_update(parts[number])
            assert len(p.bot_messages) == before
        stored = await load_stored(o)
        assert stored is not None
        assert stored.long_text is not None
        assert len(stored.long_text.pieces) == 3
        await o.setup.adapter.long_texts.end(CHAT)
        assert len(p.bot_messages) == before + 1
        assert "เมื่อไร" in p.last_text
        session = await load_stored(o)
        assert session is not None
        assert session.long_text is None
        assert session.step == "when"
        kept = session.answers["accused"]
        assert kept == WHOLE[: len(kept)]
        assert [file.size for file in session.files] == [len(WHOLE[len(kept) :].encode())]
        await o.setup.adapter.long_texts.end(CHAT)
        assert len(p.bot_messages) == before + 1

    run_scenario(tmp_path, scene, mode)


def test_a_window_ends_by_itself(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await reach(p, "ใครทำ")
        o.setup.adapter.long_texts.wait_seconds = 0
        await p.say(FIRST)
        while "เมื่อไร" not in p.last_text:  # noqa: ASYNC110 - sent by a task of the adapter
            await asyncio.sleep(0.005)

    run_scenario(tmp_path, scene)


async def tap(p: TelegramChatUser) -> None:
    await p.tap("ย้อนกลับ")


async def command(p: TelegramChatUser) -> None:
    await p.say("/help")


async def sticker(p: TelegramChatUser) -> None:
    await p.send_update(p.fake.make_message_update(CHAT, sticker={"file_id": "s"}))


async def file(p: TelegramChatUser) -> None:
    await p.send_file("document", b"%PDF-1.4 x", about={"file_name": "ก.pdf"})


@pytest.mark.parametrize("other", [tap, command, sticker, file])
def test_anything_else_ends_the_window(
    other: Callable[[TelegramChatUser], Awaitable[None]], tmp_path: Path
) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        hold_time(o)
        await reach(p, "ใครทำ")
        before = len(p.bot_messages)
        await p.say(FIRST)
        assert len(p.bot_messages) == before
        await other(p)
        session = await load_stored(o)
        assert session is not None
        assert session.long_text is None
        assert session.answers["accused"] == FIRST.strip()[: len(session.answers["accused"])]
        assert "เมื่อไร" in p.last_text
        assert "when" not in session.answers

    run_scenario(tmp_path, scene)


def test_a_story_in_parts_gets_one_question_and_later_text_is_added(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        hold_time(o)
        for said in ("แจ้งเรื่อง", "[รับทราบ เริ่มแจ้งเรื่อง]", "[ทุจริตต่อหน้าที่]"):
            await p.say(said)
        for update in make_parts(p, FIRST, SECOND, THIRD):
            await p.send_update(update)
        await o.setup.adapter.long_texts.end(CHAT)
        await p.say("อีกเรื่องหนึ่ง เขาขู่ด้วย")
        session = await load_stored(o)
        assert session is not None
        assert session.answers["story"] == f"{WHOLE}\nอีกเรื่องหนึ่ง เขาขู่ด้วย"
        assert p.bot_text.count("เล่าเพิ่มได้อีก") == 2

    run_scenario(tmp_path, scene)


def test_a_restart_in_the_middle_loses_no_part(tmp_path: Path) -> None:
    parts = list[dict[str, Any]]()

    async def first(o: TelegramDesk, p: TelegramChatUser) -> None:
        hold_time(o)
        await reach(p, "ใครทำ")
        parts.extend(make_parts(p, FIRST, SECOND, THIRD))
        await p.send_update(parts[0])
        o.setup.adapter.long_texts.stop(CHAT)  # killed: nothing is ended in order

    async def second(o: TelegramDesk, p: TelegramChatUser) -> None:
        hold_time(o)
        for update in parts:  # the first comes again, as it was not confirmed
            await p.send_update(update)
        assert p.bot_messages == []
        await o.setup.adapter.long_texts.end(CHAT)
        assert "เมื่อไร" in p.last_text
        session = await load_stored(o)
        assert session is not None
        assert session.answers["accused"] == WHOLE[: len(session.answers["accused"])]

    run_scenario(tmp_path, first)
    run_scenario(tmp_path, second)


def test_after_a_restart_the_next_message_ends_the_text_and_is_not_taken_for_its_answer(
    tmp_path: Path,
) -> None:
    async def first(o: TelegramDesk, p: TelegramChatUser) -> None:
        hold_time(o)
        await reach(p, "ใครทำ")
        await p.say(FIRST)
        o.setup.adapter.long_texts.stop(CHAT)

    async def second(o: TelegramDesk, p: TelegramChatUser) -> None:
        hold_time(o)
        o.desk.clock_offset += timedelta(seconds=60)
        p.fake._numbers["update"] += 1000  # Telegram goes on counting
        await p.say("ยังอยู่ไหม ได้รับหรือเปล่าครับ")
        assert "เมื่อไร" in p.last_text
        assert "ส่งมาก่อนจะเห็นคำถามนี้ จึงยังไม่ได้บันทึก" in p.last_text
        session = await load_stored(o)
        assert session is not None
        assert session.answers["accused"] == FIRST.strip()[: len(session.answers["accused"])]
        assert "when" not in session.answers

    run_scenario(tmp_path, first)
    run_scenario(tmp_path, second)


def test_two_persons_at_once_do_not_wait_for_each_other(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        hold_time(o)
        q = TelegramChatUser(p.fake, CHAT + 1)
        await asyncio.gather(reach(p, "ใครทำ"), reach(q, "ใครทำ"))
        mine, theirs = make_parts(p, FIRST, SECOND, "ของหนึ่ง"), make_parts(q, FIRST, SECOND, "ของสอง")
        for pair in zip(mine, theirs, strict=True):
            await asyncio.gather(*(p.send_update(update) for update in pair))
        r = TelegramChatUser(p.fake, CHAT + 2)
        await r.say("สวัสดี")
        assert "ต้องการทำอะไร" in r.last_text
        for chat in (CHAT, CHAT + 1):
            await o.setup.adapter.long_texts.end(chat)
        for person, word in ((p, "ของหนึ่ง"), (q, "ของสอง")):
            session = await load_stored(o, person.chat)
            assert session is not None
            (rest,) = session.files
            assert "เมื่อไร" in person.last_text
            whole = f"{FIRST.strip()}\n{SECOND}{word}"
            assert rest.size == len(whole[len(session.answers["accused"]) :].encode())

    run_scenario(tmp_path, scene)


def test_closing_answers_what_is_being_waited_for(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        hold_time(o)
        await reach(p, "ใครทำ")
        await p.say(FIRST)
        await o.setup.adapter.close()
        assert "เมื่อไร" in p.last_text

    run_scenario(tmp_path, scene)


def test_before_the_notice_and_with_a_code_nothing_of_it_is_on_disk(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        hold_time(o)
        await p.say(FIRST)
        assert p.bot_messages == []
        held = await get_session(o)
        assert held is not None
        assert held.long_text is not None
        await p.send_update(make_parts(p, THIRD)[0])
        await o.setup.adapter.long_texts.end(CHAT)
        assert len(p.bot_messages) == 1
        session = await get_session(o)
        assert session is not None
        assert session.unconfirmed is not None
        assert session.unconfirmed.text == f"{FIRST.strip()}\n{THIRD}"
        stored = await load_stored(o)
        assert stored is None or THIRD not in str(stored)

    run_scenario(tmp_path, scene)


def test_a_text_that_cannot_be_decided_on_stops_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        hold_time(o)
        await reach(p, "ใครทำ")
        await p.say(FIRST)
        with monkeypatch.context() as broken:
            broken.setattr("bot.engine.build_whole_event", lambda event, text: None)
            await o.setup.adapter.long_texts.end(CHAT)
        assert "ระบบขัดข้อง" in p.last_text
        o.desk.errors.clear()
        await p.say("หัวหน้าพัสดุ")
        assert "เมื่อไร" in p.last_text

    run_scenario(tmp_path, scene)


def test_a_part_with_a_tracking_code_is_not_on_disk(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        hold_time(o)
        await reach(p, "ใครทำ")
        await p.say(f"{FIRST[:3900]}\n{CODE}")
        waiting = await get_session(o)
        assert waiting is not None
        assert waiting.long_text is not None
        await o.setup.adapter.long_texts.end(CHAT)
        session = await load_stored(o)
        assert session is not None
        assert CODE not in str(session)

        await reach_again(p)
        await p.say(f"{FIRST[:3900]}\n{CODE}")
        stored = await load_stored(o)
        assert stored is not None
        assert stored.long_text is None

    async def reach_again(p: TelegramChatUser) -> None:
        await p.tap("ย้อนกลับ")

    run_scenario(tmp_path, scene)


def test_a_text_for_an_open_case_is_one_message(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        hold_time(o)
        await p.fill_report()
        await p.say("[ส่งเรื่อง]")
        code = p.receipts[-1]
        await p.say(code[-6:])
        await p.say(code)
        await p.tap("ส่งข้อความ")
        before = await count_history(o)
        for update in make_parts(p, FIRST, SECOND, THIRD):
            await p.send_update(update)
        assert await count_history(o) == before
        await o.setup.adapter.long_texts.end(CHAT)
        assert await count_history(o) == before + 1

    run_scenario(tmp_path, scene)


async def open_case_to_write(p: TelegramChatUser) -> str:
    """File a report, open its case and ask to write a message. Returns the tracking code."""
    await p.fill_report()
    await p.say("[ส่งเรื่อง]")
    code = p.receipts[-1]
    await p.say(code[-6:])
    await p.say(code)
    await p.tap("ส่งข้อความ")
    return code


async def copy_as_killed(tmp_path: Path) -> Path:
    """Copy the files of a running desk as they would be if it were killed at this instant."""
    return await asyncio.to_thread(_copy_at_one_instant, tmp_path / "var", tmp_path / "killed")


def _copy_at_one_instant(home: Path, copy: Path) -> Path:
    """Nothing is committed, and no log begins anew, between the copy of a database and that of its log."""
    with ExitStack() as stack:
        for database in home.glob("*/desk.sqlite"):
            connection = stack.enter_context(closing(sqlite3.connect(database, 60, isolation_level=None)))
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        copy.mkdir()
        # By another process: closing a database's file here would end the locks of all connections to it.
        subprocess.run(["cp", "-r", home, copy / "var"], check=True)
    return copy


def read_case_texts(o: TelegramDesk) -> Awaitable[list[str]]:
    """Read what the reporter of the only case wrote in its history."""

    async def read() -> list[str]:
        async with o.desk.store._reader.connect() as connection:
            rows = (
                await connection.execute(select(tables.history).order_by(tables.history.c.seq))
            ).mappings()
            (key,) = (await connection.execute(select(tables.cases.c.id, tables.cases.c.key))).all()
            cipher = o.desk.store.keyring.unwrap_case_cipher(key.id, key.key)
            return [text for row in rows if (text := decode_history_line(row, cipher)[0].text)]

    return read()


@pytest.mark.parametrize("mode", ["webhook", "polling"])
@pytest.mark.parametrize("again", [(), *(pytest.param(a, marks=KILLED) for a in ((2,), (1, 2), (2, 0, 1)))])
def test_a_text_for_an_open_case_outlives_a_kill_within_its_window(
    mode: str, again: tuple[int, ...], tmp_path: Path
) -> None:
    parts, codes, copies = list[dict[str, Any]](), list[str](), list[Path]()

    async def first(o: TelegramDesk, p: TelegramChatUser) -> None:
        hold_time(o)
        codes.append(await open_case_to_write(p))
        parts.extend(make_parts(p, FIRST, SECOND, THIRD))
        for update in parts:
            await p.send_update(update)
        stored = await load_stored(o)
        assert stored is not None
        assert stored.receipt is None
        assert stored.answers == {}
        copies.append(await copy_as_killed(tmp_path))

    async def second(o: TelegramDesk, p: TelegramChatUser) -> None:
        hold_time(o)
        p.fake._numbers["update"] += 1000  # Telegram goes on counting
        for number in again:  # what was not confirmed comes again
            await p.send_update(parts[number])
        await o.setup.adapter.long_texts.end(CHAT)
        if not again:
            o.desk.clock_offset += timedelta(seconds=60)
            await p.say("/help")
        assert "ข้อความนี้ยังไม่ได้ส่งถึงใคร" in p.bot_text
        await p.say(codes[0])
        await p.tap("ส่งข้อความนี้")
        assert await read_case_texts(o) == [WHOLE]
        assert await load_stored(o) is None

    run_scenario(tmp_path, first, mode)
    run_scenario(copies[0], second, mode)


def test_a_text_for_an_open_case_and_its_line_are_never_on_disk_together(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        hold_time(o)
        await open_case_to_write(p)
        for update in make_parts(p, FIRST, SECOND, THIRD):
            await p.send_update(update)
        assert await read_case_texts(o) == []
        await o.setup.adapter.long_texts.end(CHAT)
        assert await read_case_texts(o) == [WHOLE]
        assert await load_stored(o) is None

    run_scenario(tmp_path, scene)


@pytest.mark.parametrize("mode", ["webhook", "polling"])
@pytest.mark.parametrize("is_greeted", [True, pytest.param(False, marks=KILLED)])
@pytest.mark.parametrize("again", [(), pytest.param((0,), marks=KILLED)])
def test_a_question_outlives_a_kill_within_its_window(
    mode: str, is_greeted: bool, again: tuple[int, ...], tmp_path: Path
) -> None:
    question = ("ขอทราบว่าต่อใบอนุญาตใช้เอกสารใดบ้าง " * 70).strip()
    parts, copies = list[dict[str, Any]](), list[Path]()

    async def first(o: TelegramDesk, p: TelegramChatUser) -> None:
        hold_time(o)
        if is_greeted:
            await p.say("/start ask")
        parts.extend(make_parts(p, question, THIRD))
        for update in parts:
            await p.send_update(update)
        copies.append(await copy_as_killed(tmp_path))

    async def second(o: TelegramDesk, p: TelegramChatUser) -> None:
        hold_time(o)
        for number in again:
            await p.send_update(parts[number])
        await o.setup.adapter.long_texts.end(CHAT)
        if not again:
            p.fake._numbers["update"] += 1000
            await p.say("/help")
        session = await load_stored(o)
        assert session is not None
        assert session.long_text is None
        assert session.answers["question"] == f"{question}\n{THIRD}"

    run_scenario(tmp_path, first, mode, name="service")
    run_scenario(copies[0], second, mode, name="service")


def test_a_question_that_may_be_a_complaint_is_not_on_disk(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        hold_time(o)
        await p.say("/start ask")
        for update in make_parts(p, "ขอถามเรื่องใบอนุญาต " * 120, "เจ้าหน้าที่เรียกรับสินบนจากทุกร้าน"):
            await p.send_update(update)
        stored = await load_stored(o)
        assert stored is None or stored.long_text is None

    run_scenario(tmp_path, scene, name="service")


def test_a_long_question_is_one_question(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        hold_time(o)
        await p.say("/start ask")
        before = len(p.bot_messages)
        for update in make_parts(p, FIRST, SECOND, THIRD):
            await p.send_update(update)
        assert len(p.bot_messages) == before
        await o.setup.adapter.long_texts.end(CHAT)
        assert len(p.bot_messages) > before

    run_scenario(tmp_path, scene, name="service")


def cut_as_clients_do(text: str, choose: random.Random) -> list[str]:
    """Cut at a space or line break in the second half, which is dropped; where there is none, at the limit."""
    parts = []
    while len(text.encode("utf-16-le")) // 2 > MAX_MESSAGE_UNITS:
        units, end = 0, 0
        while units + (1 if ord(text[end]) < 0x10000 else 2) <= MAX_MESSAGE_UNITS:
            units += 1 if ord(text[end]) < 0x10000 else 2
            end += 1
        places = [n for n in range(MIN_CUT_UNITS + 1, end) if text[n] in " \n"]
        cut = choose.choice(places) if places else end
        parts.append(text[:cut].strip())
        text = text[cut:].strip()
    return [*parts, text]


@examples(60)
@given(
    st.randoms(use_true_random=False),
    st.lists(st.sampled_from(["กขค" * 700, "คำ ", "a b\n", "😀", "ง" * 5000])),
)
def test_no_character_is_lost_or_doubled(choose: random.Random, pieces: list[str]) -> None:
    text = ("".join(pieces) * 3).strip()
    parts = [
        (number, part)
        for number, part in enumerate(cut_as_clients_do(text, choose), 1)
        if len(part.encode("utf-16-le")) // 2 >= MIN_CUT_UNITS or number > 1
    ]
    if not parts or parts[0][0] != 1:
        return
    disturbed = [parts[0], *choose.sample(parts * 2, len(parts) * 2)]
    session: Session | None = None
    for number, part in disturbed:
        message = TelegramMessage.model_validate(
            {"message_id": number, "chat": {"id": 1, "type": "private"}, "text": part, "date": 100}
        )
        place = make_text_part(message)
        assert place is not None
        event = Event(f"e{number}", b"1", Channel.TELEGRAM, part, part=place)
        if session is not None:
            assert session.long_text is not None
            if len(session.long_text.pieces) < MAX_PIECES:
                assert goes_on_with(session.long_text, event)
        session = keep_part(event, place, session, NOW, lambda _event, _session: True).session
    assert session is not None
    assert session.long_text is not None
    assert "".join(session.long_text.text.split()) == "".join(text.split())


def make_place(text: str, **more: Any) -> TextPart | None:
    raw = {"message_id": 7, "chat": {"id": 1, "type": "private"}, "date": 100, "text": text, **more}
    return make_text_part(TelegramMessage.model_validate(raw))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ก" * (MIN_CUT_UNITS - 1), TextPart(7, 100)),
        ("ก" * MIN_CUT_UNITS, TextPart(7, 100, may_go_on=True)),
        ("😀" * (MIN_CUT_UNITS // 2), TextPart(7, 100, may_go_on=True)),
        ("ก" * MAX_MESSAGE_UNITS, TextPart(7, 100, may_go_on=True, is_full=True)),
        ("/help", None),
        ("/" + "ก" * MIN_CUT_UNITS, TextPart(7, 100, may_go_on=True)),
    ],
)
def test_which_texts_may_go_on(text: str, place: TextPart | None) -> None:
    assert make_place(text) == place


@pytest.mark.parametrize(("apart", "goes_on"), [(0, True), (2, True), (-2, True), (3, False), (-3, False)])
def test_only_what_was_sent_at_once_goes_on(apart: int, goes_on: bool) -> None:
    text = LongText((LongTextPiece(1, "ก"),), 100)
    event = Event("e", b"1", Channel.TELEGRAM, "ข", part=TextPart(2, 100 + apart))
    assert goes_on_with(text, event) is goes_on
    assert not goes_on_with(text, Event("e", b"1", Channel.TELEGRAM, choice="x"))


def test_a_timer_that_is_started_anew_fires_once() -> None:
    fired = list[tuple[int, int]]()

    async def on_quiet(chat: int, number: int) -> None:
        fired.append((chat, number))

    async def scene() -> None:
        timers = LongTextTimers(on_quiet, 0)
        timers.start(5, 1)
        timers.start(5, 2)
        timers.start(6, 3)
        assert timers.is_waiting(5)
        for _ in range(20):
            await asyncio.sleep(0)
        assert sorted(fired) == [(5, 2), (6, 3)]
        assert not timers.is_waiting(5)
        timers.start(5, 4)
        assert timers.stop(5) == 4
        for _ in range(20):
            await asyncio.sleep(0)
        await timers.close()
        assert len(fired) == 2

    asyncio.run(scene())
