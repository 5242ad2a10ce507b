"""Officers on LINE: no content is ever shown, because nothing can be deleted there."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot.platforms.line.officer_menus import LineOfficerMenus
from bot.web.workspace.addresses import make_access_link_factory
from handlers.staff.page_access import NewAccessLink
from handlers.staff.workspace.messages import MAX_WORKSPACE_LINKS
from tests.bot.platforms.line.api_rules import needs_contracts
from tests.bot.platforms.line.driver import LineDriver, line_user_id
from tests.end_to_end.officer.officer_server import LINK_PATTERN
from tests.end_to_end.officers import file_case
from tests.story import StoryPlayer


@needs_contracts
def test_content_is_not_shown_on_line(tmp_path: Path) -> None:
    door = LineDriver(tmp_path / "var")
    try:
        join_staff(door)
        door.run(file_case(door.line_desk.desk, 7))
        for words in ("/facts 1", "/files 1", "/history 1", "/case 1"):
            said = "\n".join(m.text for m in door.send_text("สมหญิง", words))
            assert "คานารี" not in said
            assert ("ไม่แสดงใน LINE" in said) == (words != "/case 1")
    finally:
        door.close()
    assert door.line.refused == []


@needs_contracts
def test_the_figures_come_as_a_picture_that_line_fetches(tmp_path: Path) -> None:
    door = LineDriver(tmp_path / "var", public="https://office.example.go.th")
    try:
        join_staff(door)
        door.run(file_case(door.line_desk.desk, 7))
        words, picture = send_and_wait(door, "/stats")
        assert (words["type"], picture["type"]) == ("text", "image")
        assert "รับ 1" in words["text"]
        assert picture["quickReply"]["items"]
        address = picture["originalContentUrl"]
        assert address == picture["previewImageUrl"]
        status, content = door.run(fetch_image(door, address))
        assert (status, content[:4]) == (200, b"\x89PNG")
        assert len(content) < 1_000_000
        door.line_desk.desk.clock_offset += timedelta(minutes=15)
        assert door.run(fetch_image(door, address))[0] == 404
    finally:
        door.close()
    assert door.line.refused == []


@needs_contracts
def test_without_an_address_the_words_say_the_figures(tmp_path: Path) -> None:
    door = LineDriver(tmp_path / "var")
    try:
        join_staff(door)
        (words,) = send_and_wait(door, "/stats")
        assert "รับ 0" in words["text"]
        assert words["quickReply"]["items"]
    finally:
        door.close()
    assert door.line.refused == []


@needs_contracts
def test_a_picture_that_cannot_be_drawn_takes_nothing_from_the_words(tmp_path: Path) -> None:
    door = LineDriver(tmp_path / "var", public="https://office.example.go.th")
    try:
        join_staff(door)
        gallery = door.line_desk.setup.adapter.images
        assert gallery is not None
        gallery.add = raise_no_room  # type: ignore[method-assign]
        (words,) = send_and_wait(door, "/stats", faults=1)
        assert "รับ 0" in words["text"]
    finally:
        door.close()


def raise_no_room(content: bytes) -> str:
    raise OSError("no room")


def join_staff(door: LineDriver) -> None:
    telling = StoryPlayer(door)
    telling._run_directive("staff", "สมหญิง officer")
    telling._send_line("", telling._fill_placeholders("/join {code}"))
    telling._send_line("", telling._fill_placeholders("{factor}"))


def send_and_wait(door: LineDriver, words: str, faults: int = 0) -> list[dict[str, Any]]:
    """Send something; returns the answer as it is stored in LINE."""
    line, who = door.line_desk.line, line_user_id("สมหญิง")

    async def exchange() -> list[dict[str, Any]]:
        before = len(line.chats[who])
        assert await line.post_events(line.make_text_event(who, words)) == 200
        return await line.wait_for_messages(who, before)

    found = door.run(exchange())
    assert len(door.line_desk.desk.errors) == faults
    door.line_desk.desk.errors.clear()
    return found


async def fetch_image(door: LineDriver, address: str) -> tuple[int, bytes]:
    """The response to LINE's request for an image URL."""
    origin = door.line_desk.line.webhook.removesuffix("/line/complaints")
    here = address.replace("https://office.example.go.th", origin)
    async with aiohttp.ClientSession() as session, session.get(here) as answer:
        assert answer.headers["cache-control"] == "no-store"
        return answer.status, await answer.read()


@needs_contracts
def test_line_shows_the_number_the_state_the_day_and_the_link(tmp_path: Path) -> None:
    door = LineDriver(tmp_path / "var")
    try:
        telling = StoryPlayer(door)
        telling._run_directive("staff", "สมหญิง officer")
        telling._send_line("", telling._fill_placeholders("/join {code}"))
        telling._send_line("", telling._fill_placeholders("{factor}"))
        door.line_desk.desk.engine.query_handlers[NewAccessLink] = make_access_link_factory(
            "https://ita.example.go.th"
        )
        door.run(file_case(door.line_desk.desk, 7))
        telling.driver.advance_clock(31)  # the second factor is asked for on the page, not in the chat
        links, pages = set(), 0
        for words in ("/facts 1", "/files 1", "/history 1", "/page 1", "/case 1", "/inbox", "/export 1"):
            said = "\n".join(m.text for m in door.send_text("สมหญิง", words))
            for content in ("คานารี", "ห้องพัสดุ", "ทุจริตต่อหน้าที่", "หน้าเว็บ", "เลข 6 หลักจากแอปยืนยันตัวตน (หรือ"):
                assert content not in said, words
            assert "1/" in said
            found = LINK_PATTERN.search(said)
            links |= {found[1]} if found else set()
            pages += "/staff/complaints/case/" in said or "/staff/complaints/export/" in said
            assert ("/staff/complaints/" in said) == (words not in {"/case 1", "/inbox"}), words
        # After those, the page asks who one is: each link can be guessed at five times.
        assert (len(links), pages) == (MAX_WORKSPACE_LINKS, 5 - MAX_WORKSPACE_LINKS)
    finally:
        door.close()
    assert door.line.refused == []


def act_by_typing(door: LineDriver, *typed: str) -> str:
    """What the last of some texts is answered with."""
    return "\n".join(m.text for m in [door.send_text("สมหญิง", words) for words in typed][-1])


@needs_contracts
def test_a_case_is_read_and_taken_asked_and_closed_in_few_actions(tmp_path: Path) -> None:
    door = LineDriver(tmp_path / "var")
    try:
        join_staff(door)
        door.line_desk.desk.engine.query_handlers[NewAccessLink] = make_access_link_factory(
            "https://ita.example.go.th"
        )
        door.run(file_case(door.line_desk.desk, 7))
        door.run(door.line_desk.delivery_worker.run_once())
        pushed = "\n".join(
            m["text"] for m in door.line_desk.line.chats[line_user_id("สมหญิง")] if "มีเรื่องใหม่" in m["text"]
        )
        year = pushed.partition("1/")[2][:4]
        opening = f"เปิดเรื่อง 1/{year}"
        assert f"• {opening}" in pushed
        assert f"1. {opening}" not in pushed  # a number belongs to a question that waits
        reading = (opening, "open the link", "type the six digits", "press the button")
        assert LINK_PATTERN.search(act_by_typing(door, opening))
        assert "ท่านรับเรื่อง" in act_by_typing(door, "รับเรื่องนี้")
        assert len((*reading, "รับเรื่องนี้")) <= 5
        asking = (opening, "ถามผู้แจ้ง", "สัญญาเลขที่เท่าใดครับ", "ส่ง")
        assert "ในอีก 60 วินาที" in act_by_typing(door, *asking)
        assert len(asking) <= 4
        act_by_typing(door, "รับไว้กลั่นกรอง", "/สืบสวน 1")
        door.advance_clock(2)
        closing = (opening, "ยุติเรื่อง", "มีมูล", "พบการเรียกรับเงินจริง ส่งดำเนินการทางวินัยแล้ว", "ส่ง")
        assert "ในอีก 60 วินาที" in act_by_typing(door, *closing)
        assert len(closing) <= 6
    finally:
        door.close()
    assert door.line.refused == []


@needs_contracts
def test_officers_have_a_menu_of_their_own_while_they_are_on_the_staff(tmp_path: Path) -> None:
    door = LineDriver(tmp_path / "var")
    who = line_user_id("สมหญิง")
    try:
        join_staff(door)
        line, menus = door.line_desk.line, door.line_desk.setup.officer_menus
        door.run(wait_until(lambda: menus.rich_menus.is_set_up))
        door.run(menus.refresh())
        own = line.aliases["ita-complaints-work-main"]
        assert line.linked_menus == {who: own}
        linked = len([call for call in line.calls if call.name == "linkRichMenuIdToUser"])
        door.run(menus.refresh())
        assert len([call for call in line.calls if call.name == "linkRichMenuIdToUser"]) == linked
        door.run(door.line_desk.setup.sender.set_news_flag(who, True))
        assert line.linked_menus == {who: line.aliases["ita-complaints-work-main-news"]}
        line.linked_menus.clear()  # at the next start it is linked again
        desk = door.line_desk.desk
        decrypt = door.line_desk.setup.sender.decrypt_address
        started = LineOfficerMenus(desk.store, menus.rich_menus, decrypt, desk.errors.append)
        door.run(started.refresh())
        assert line.linked_menus == {who: own}
        assert "กล่องงาน" in act_by_typing(door, "เมนู")
        door.remove_staff("สมหญิง")
        door.run(menus.refresh())
        assert line.linked_menus == {}
        line.linked_menus[who] = own  # they were removed while the program was off
        (said,) = door.pick_choice("สมหญิง", "กล่องงาน", "/inbox")
        assert "แจ้งเรื่อง" in said.text
        door.run(wait_until(lambda: not line.linked_menus))
    finally:
        door.close()
    assert door.line.refused == []


async def wait_until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
