"""Officers on Telegram: notices without content, content that is deleted from the chat, and groups."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.web.workspace.addresses import make_access_link_factory
from handlers.staff.page_access import NewAccessLink
from tests.bot.platforms.telegram.driver import TelegramDriver
from tests.bot.platforms.telegram.fake_bot_api import TelegramFault
from tests.end_to_end.officers import file_case
from tests.story import StoryPlayer


def test_content_goes_from_the_chat_after_a_quarter_of_an_hour(tmp_path: Path) -> None:
    door = TelegramDriver(tmp_path / "var")
    try:
        chat = join_staff(door, "สมหญิง")
        door.run(file_case(door.telegram_desk.desk, 7))
        door.send_text("สมหญิง", "/facts 1")
        shown = [m for m in door.fake.chats[chat].values() if "คานารี" in m.text]
        assert len(shown) == 1
        advance_clock(door, 14)
        assert shown[0].id in door.fake.chats[chat]
        advance_clock(door, 2)
        assert shown[0].id not in door.fake.chats[chat]
    finally:
        door.close()
    assert door.fake.refused == []


def test_a_link_to_the_page_goes_from_the_chat_too(tmp_path: Path) -> None:
    door = TelegramDriver(tmp_path / "var")
    try:
        chat = join_staff(door, "สมหญิง")
        door.telegram_desk.desk.engine.query_handlers[NewAccessLink] = make_access_link_factory(
            "https://ita.example.go.th"
        )  # type: ignore[index]
        door.run(file_case(door.telegram_desk.desk, 7))
        for words in ("/page 1", "/export 1", "/files 1"):
            door.send_text("สมหญิง", words)
        links = [m.id for m in door.fake.chats[chat].values() if "/staff/complaints/open/" in m.text]
        assert len(links) == 2  # the case has no files
        advance_clock(door, 16)
        assert not set(links) & set(door.fake.chats[chat])
    finally:
        door.close()
    assert door.fake.refused == []


def test_a_new_case_is_told_by_its_number_and_its_day(tmp_path: Path) -> None:
    door = TelegramDriver(tmp_path / "var")
    try:
        chat = join_staff(door, "สมหญิง")
        before = set(door.fake.chats[chat])
        door.run(file_case(door.telegram_desk.desk, 7))
        door.run(door.telegram_desk.worker.run_once())
        told = [m.text for n, m in door.fake.chats[chat].items() if n not in before]
        assert len(told) == 1
        assert "มีเรื่องใหม่ 1 เรื่อง เลขที่ 1/" in told[0]
        assert "คานารี" not in told[0]
        door.remove_staff("สมหญิง")
        door.run(file_case(door.telegram_desk.desk, 8))
        door.run(door.telegram_desk.worker.run_once())
        assert len(door.fake.chats[chat]) == len(before) + 1
    finally:
        door.close()


def test_a_group_hears_of_new_cases_when_an_officer_wishes_it(tmp_path: Path) -> None:
    door = TelegramDriver(tmp_path / "var")
    group = -100123
    try:
        chat = join_staff(door, "มาลี", "supervisor")
        send_group_text(door, group, 99, "/here")
        send_group_text(door, group, chat, "/here@bot")
        texts = [m.text for m in door.fake.chats[group].values()]
        assert any("กลุ่มนี้จะได้รับแจ้ง" in text for text in texts)
        door.run(file_case(door.telegram_desk.desk, 7))
        door.run(door.telegram_desk.worker.run_once())
        last = list(door.fake.chats[group].values())[-1].text
        assert "มีเรื่องใหม่ 1 เรื่อง" in last
        send_group_text(door, group, chat, "/ที่นี่ เลิก")
        count = len(door.fake.chats[group])
        door.run(file_case(door.telegram_desk.desk, 8))
        door.run(door.telegram_desk.worker.run_once())
        assert len(door.fake.chats[group]) == count
    finally:
        door.close()


def test_the_secret_comes_as_a_picture_too_and_goes_again(tmp_path: Path) -> None:
    door = TelegramDriver(tmp_path / "var")
    try:
        chat = join_staff(door, "สมหญิง")
        assert [picture[:4] for picture in door.fake.pictures] == [b"\x89PNG"]
        assert any("รหัสกู้คืน" in m.text for m in door.fake.chats[chat].values())
        advance_clock(door, 16)
        assert not any(m.by_bot for m in door.fake.chats[chat].values())
    finally:
        door.close()
    assert door.fake.refused == []


def test_the_figures_come_as_a_picture_too_that_cannot_be_passed_on(tmp_path: Path) -> None:
    door = TelegramDriver(tmp_path / "var")
    try:
        chat = join_staff(door, "สมหญิง")
        door.run(file_case(door.telegram_desk.desk, 7))
        before, shown = set(door.fake.chats[chat]), len(door.fake.pictures)
        door.send_text("สมหญิง", "/stats")
        door.run(wait_until(lambda: len(door.fake.pictures) > shown))
        words, picture = [m for n, m in door.fake.chats[chat].items() if n not in before and m.by_bot]
        assert "รับ 1" in words.text
        assert (words.protected, picture.protected, picture.text) == (True, True, "")
        assert door.fake.pictures[-1][:4] == b"\x89PNG"
        (call,) = [c for c in door.fake.calls if c.method == "sendPhoto"][-1:]
        assert (call.params["protect_content"], call.by) == (True, "wire")
    finally:
        door.close()
    assert door.fake.refused == []


def test_by_a_button_too_the_picture_comes(tmp_path: Path) -> None:
    door = TelegramDriver(tmp_path / "var")
    try:
        join_staff(door, "สมหญิง")
        guide = door.send_text("สมหญิง", "/help")
        data = {label: data for m in guide for label, data in m.choices}["สถิติ"]
        shown = len(door.fake.pictures)
        told = door.pick_choice("สมหญิง", "สถิติ", data)
        door.run(wait_until(lambda: len(door.fake.pictures) == shown + 1))
        assert "สถิติ (" in told[-1].text or any("สถิติ (" in m.text for m in told)
    finally:
        door.close()
    assert door.fake.refused == []


def test_where_the_picture_is_refused_the_figures_stand_once(tmp_path: Path) -> None:
    door = TelegramDriver(tmp_path / "var")
    try:
        chat = join_staff(door, "สมหญิง")
        tries: list[str] = []

        def weather(method: str, params: object) -> TelegramFault | None:
            tries.extend([method] if method == "sendPhoto" else [])
            return TelegramFault(500) if method == "sendPhoto" else None

        door.fake.inject_fault = weather
        # Not through `hear`, which would raise the error if it is recorded before the answer is complete.
        assert door.run(door.fake.push_update(door.fake.make_message_update(chat, text="/stats"))) == 200
        door.run(wait_until(lambda: bool(door.telegram_desk.desk.errors)))
        door.telegram_desk.desk.errors.clear()
        assert tries
        assert [m.text for m in door.fake.chats[chat].values() if m.by_bot and "สถิติ (" in m.text] == [
            m.text for m in list(door.fake.chats[chat].values())[-1:]
        ]
    finally:
        door.fake.inject_fault = lambda method, params: None
        door.close()


async def wait_until(seen: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not seen():  # noqa: ASYNC110 - recorded by the fake
            await asyncio.sleep(0.01)


def join_staff(door: TelegramDriver, name: str, role: str = "officer") -> int:
    """A person joins the staff from their own chat; returns their person id."""
    telling = StoryPlayer(door)
    telling._run_directive("staff", f"{name} {role}")
    telling._send_line("", telling._fill_placeholders("/join {code}"))
    telling._send_line("", telling._fill_placeholders("{factor}"))
    return door.get_chat_id(name)


def advance_clock(door: TelegramDriver, minutes: int) -> None:
    door.clock_offset += timedelta(minutes=minutes)
    door.telegram_desk.desk.clock_offset = door.clock_offset
    door.run(door.telegram_desk.worker.run_once())


def send_group_text(door: TelegramDriver, group: int, sender: int, text: str) -> None:
    update: Any = door.fake.make_message_update(group, text=text)
    update["message"]["chat"] = {"id": group, "type": "group", "title": "กลุ่ม"}
    update["message"]["from"]["id"] = sender
    door.run(door.fake.push_update(update))


def test_an_answer_to_who_blocked_the_bot_waits_under_its_code(tmp_path: Path) -> None:
    door = TelegramDriver(tmp_path / "var", desk_name="service")
    try:
        telling = StoryPlayer(door)
        for line in ("ขอยืมเต็นท์ของหน่วยงานไปจัดงานวัดได้ไหม", "[ถามเจ้าหน้าที่]"):
            telling._send_line("", line)
        chat, code = door.get_chat_id("ก"), telling.receipt
        door.fake.blocked.add(chat)
        before = len(door.fake.chats[chat])
        door.answer_question(code, "ยืมได้ ทำหนังสือมาก่อนเจ็ดวัน")
        advance_clock(door, 2)
        assert len(door.fake.chats[chat]) == before
        assert door.run(door.telegram_desk.desk.store.outbox.list_all("telegram")) == []
        telling.person = "ข"
        telling._send_line("", code)
        assert "ทำหนังสือมาก่อนเจ็ดวัน" in telling.answer_text
    finally:
        door.close()
