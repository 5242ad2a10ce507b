"""Officers who work in a chat and in a real Chromium at once, alone and beside each other: a case's whole way."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from handlers.staff.permissions import Role
from tests.end_to_end.browser_driver import CHROMIUM, DESKTOP, PHONE
from tests.end_to_end.officers import Officer
from tests.end_to_end.workspace.workspace_server import WorkspaceServer

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine"),
    pytest.mark.full("pages in a browser"),
]
STORY, ASKED = "คานารี", "3 วัน สัญญาเลขที่เท่าใด"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[WorkspaceServer]:
    one = WorkspaceServer(tmp_path / "var")
    yield one
    one.close()


def open_case(office: WorkspaceServer, officer: Officer, page: Page, number: int = 1) -> None:
    """Sign in by the link of a case that the chat gives."""
    page.set_default_timeout(20_000)
    page.goto(office.server.address + office.request_link(officer, f"/page {number}"))
    page.fill("[name=text]", office.next_totp_code(officer))
    page.keyboard.press("Enter")
    page.wait_for_selector("h1")


def press(page: Page, command: str) -> None:
    """Press the first button that gives a command, and wait for what comes of it."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    given = f"[name=given][value^='{command}']"
    place = page.locator(f"button{given}, form:has(input{given}) button").first
    place.click()
    page.wait_for_load_state()


def test_one_officer_goes_between_chat_and_page(office: WorkspaceServer, browser: Browser) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    window = browser.new_context(**PHONE)
    page = window.new_page()
    open_case(office, officer, page)
    assert STORY in page.inner_text("main")
    assert "สมหญิง" in office.send_chat_text(
        officer, "/take 1"
    )  # in the chat, and the page goes on from there
    page.reload()
    assert "สมหญิง" in page.inner_text(".summary")
    press(page, "/screen")
    assert "กลั่นกรอง" in office.send_chat_text(officer, "/case 1")
    page.fill("#text", ASKED)
    press(page, "/ask")
    office.send_chat_text(officer, "/note 1 โทรหาพยานแล้ว")  # the chat goes on meanwhile
    press(page, "/confirm y")
    assert "60 วินาที" in page.inner_text("#notes")
    page.go_back()
    assert "ไม่ต้องทำซ้ำ" in page.inner_text("#notes")
    assert page.locator("[value^='/confirm']").count() == 0
    assert "เรียกคืน" in office.send_chat_text(officer, "/undo 1")  # asked on the page, taken back in the chat
    page.goto(page.url.partition("?")[0])
    assert page.locator("[value^='/undo']").count() == 0
    assert "โทรหาพยานแล้ว" in page.inner_text("main")
    page.fill("#text", ASKED)
    press(page, "/ask")
    press(page, "/confirm y")
    press(page, "/undo")
    assert page.input_value("#text") == ASKED  # taken back on the page: it stands in the box
    press(page, "/ask")
    press(page, "/confirm y")
    office.desk.clock_offset += timedelta(seconds=61)
    office.server.run(office.desk.store.scheduled_replies.send_due(office.desk.now()))
    page.reload()
    assert "ไม่มีข้อความของท่านรอส่งแล้ว" in page.inner_text("#notes")
    assert page.locator("[value^='/undo']").count() == 0
    assert "สัญญาเลขที่เท่าใด" in page.inner_text(".beside")
    window.close()


def test_two_officers_and_their_head_at_once(office: WorkspaceServer, browser: Browser) -> None:
    office.file_case()
    one, two = office.add_officer("สมหญิง"), office.add_officer("สมชาย")
    chief = office.add_officer("หัวหน้าสมศรี", Role.SUPERVISOR)
    phone, desk = browser.new_context(**PHONE), browser.new_context(**DESKTOP)
    mine, other = phone.new_page(), desk.new_page()
    open_case(office, one, mine)
    open_case(office, two, other)
    press(mine, "/take")
    press(other, "/take")  # on a page from before
    assert "สมหญิง" in other.inner_text("main")
    assert STORY not in other.inner_text("main")
    mine.fill("#text", "ได้รับเรื่องแล้ว กำลังตรวจสอบ")
    press(mine, "/reply")
    office.send_chat_text(chief, "/assign 1 สมชาย")  # her head gives it away while she reads the preview
    press(mine, "/confirm y")
    assert STORY not in mine.inner_text("main")
    assert "สมชาย" in mine.inner_text("main")
    other.reload()
    other.goto(f"{office.server.address}/staff/complaints/case/2570/1")
    assert STORY in other.inner_text("main")
    office.send_chat_text(two, "/screen 1")
    press(other, "/screen")  # done in the chat already: said, and done once
    whats = [what for _, what in office.load_audit_lines()]
    assert whats.count("screen") == 1
    other.fill("#text", "รับเรื่องต่อแล้ว")
    press(other, "/reply")
    press(other, "/confirm y")
    assert "60 วินาที" in other.inner_text("#notes")
    shown = office.send_chat_text(chief, "/case 1")
    assert "สมชาย" in shown
    phone.close()
    desk.close()
