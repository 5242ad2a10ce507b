"""The workspace in a real Chromium: phone and desktop, light and dark, no JavaScript, keyboard, taps counted."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from handlers.staff.permissions import Role
from tests.end_to_end.browser_driver import CHROMIUM, DESKTOP
from tests.end_to_end.officers import Officer
from tests.end_to_end.page_audit import AXE_RULES
from tests.end_to_end.workspace.workspace_server import WorkspaceServer

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine"),
    pytest.mark.full("pages in a browser"),
]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
SMALL = """() => [...document.querySelectorAll('button, main a, summary, input:not([type=hidden]), textarea')]
  .map((e) => [e.innerText || e.name, e.getBoundingClientRect()])
  .filter(([, r]) => r.width && r.left >= 0 && (r.height < 24 || r.width < 24)).map(([n]) => n)"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[WorkspaceServer]:
    one = WorkspaceServer(tmp_path / "var")
    yield one
    one.close()


def look(page: Page, name: str) -> None:
    """Check a page, and keep a picture of it where `ITA_PICTURES` names a folder."""
    wrong = Axe().run(page, options=AXE_RULES).response["violations"]
    assert [(found["id"], [node["html"][:120] for node in found["nodes"]]) for found in wrong] == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), page.url
    assert page.evaluate(SMALL) == []
    assert page.evaluate("Object.keys(localStorage).length + Object.keys(sessionStorage).length") == 0
    folder = os.environ.get("ITA_PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def sign_in(office: WorkspaceServer, page: Page, officer: Officer) -> None:
    page.goto(office.server.address + office.request_sign_in(officer))
    page.fill("[name=text]", office.next_totp_code(officer))
    page.keyboard.press("Enter")
    page.wait_for_selector(".lists")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("size", "how"), [("390", PHONE), ("1280", DESKTOP)])
def test_every_page_can_be_read_by_everybody(
    office: WorkspaceServer, browser: Browser, size: str, how: dict[str, Any], scheme: Any
) -> None:
    for number in range(1, 8):
        office.file_case(number)
    office.attach_file(1, "ใบส่งของ.txt", "คานารี".encode())
    chief = office.add_officer("หัวหน้าสมศรี", Role.SUPERVISOR)
    office.send_chat_text(chief, "/take 2")
    office.send_chat_text(chief, "/note 1 โทรหาพยานแล้ว ยังไม่รับสาย")
    window = browser.new_context(**how, color_scheme=scheme, java_script_enabled=True)
    page = window.new_page()

    def see(name: str) -> None:
        look(page, f"{name}-{size}-{scheme}")

    page.goto(f"{office.server.address}/staff")
    see("choose")
    page.goto(f"{office.server.address}/staff/complaints")
    see("sign-in")
    page.goto(office.server.address + office.request_sign_in(chief))
    see("link")
    page.fill("[name=text]", office.next_totp_code(chief))
    page.keyboard.press("Enter")
    page.wait_for_selector(".lists")
    see("inbox")
    page.click(".cases a")
    page.wait_for_selector(".composer")
    see("case")
    page.click(".acts summary")
    see("case-acts")
    page.fill(".composer textarea", "ได้รับเรื่องแล้ว กำลังตรวจสอบ")
    page.click(".composer button >> nth=0")
    page.wait_for_selector("#notes button")
    see("case-confirm")
    page.click("#notes button >> nth=0")
    page.wait_for_selector("#notes .note")
    see("case-sent")
    page.goto(f"{office.server.address}/staff/complaints/sessions")
    see("sessions")
    assert "1/2570" not in page.title()
    window.close()


def test_taps_are_few_without_javascript(office: WorkspaceServer, browser: Browser) -> None:
    """Taps of a signed-in officer from the number in a push: a code is one, typing none."""
    office.file_case()
    officer = office.add_officer("สมหญิง")
    window = browser.new_context(**PHONE, java_script_enabled=False)
    page = window.new_page()
    taps = 0

    def tap(selector: str) -> None:
        nonlocal taps
        page.locator(selector).first.click()
        page.wait_for_load_state()
        taps += 1

    page.goto(office.server.address + office.request_sign_in(officer))
    taps += 1  # the link in the chat
    page.fill("[name=text]", office.next_totp_code(officer))
    tap("button.chief")
    tap(".cases a")
    tap("[value^='/take'] ~ button")
    assert "สมหญิง" in page.inner_text(".summary")
    assert taps <= 4
    taps = 0
    page.fill(".composer textarea", "สัญญาเลขที่เท่าใด")
    tap(".composer [value^='/ask']")
    tap("[value^='/confirm y'] ~ button")
    assert taps <= 3
    office.send_chat_text(officer, "/screen 1")
    page.reload()
    taps = 0
    tap(".acts summary")
    tap("[value^='/close'] ~ button")
    tap("[value^='/close 1/2570 insufficient'] ~ button")
    page.fill("#asked", "ตรวจแล้วไม่พบหลักฐานเพียงพอ")
    tap("#asked >> xpath=ancestor::form >> button.chief")
    tap("[value^='/confirm y'] ~ button")
    assert taps <= 5
    assert "60" in page.inner_text("#notes")
    window.close()


def test_it_is_worked_by_keyboard(office: WorkspaceServer, browser: Browser) -> None:
    office.file_case()
    window = browser.new_context(**DESKTOP)
    page = window.new_page()
    sign_in(office, page, office.add_officer("สมหญิง"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # past the menu
    for _ in range(12):
        page.keyboard.press("Tab")
        if "/case/" in (page.evaluate("document.activeElement.href") or ""):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector(".composer")
    window.close()


def test_back_and_reload_find_a_page_after_every_form(office: WorkspaceServer, browser: Browser) -> None:
    office.file_case()
    window = browser.new_context(**PHONE)
    page = window.new_page()
    sign_in(office, page, office.add_officer("สมหญิง"))
    page.click(".cases a")
    page.click("[value^='/take'] ~ button >> nth=0")
    page.fill(".composer textarea", "สัญญาเลขที่เท่าใด")
    page.click(".composer [value^='/ask']")
    shown = page.url
    page.click("#notes button.chief")
    page.wait_for_selector("text=60")
    page.reload()
    assert "60" in page.inner_text("#notes")
    page.go_back()
    assert page.url == shown
    assert "สัญญาเลขที่เท่าใด" in page.inner_text("#notes")
    assert page.locator("#notes button").count() == 0  # sent already: it says so, and offers nothing twice
    assert "ไม่ต้องทำซ้ำ" in page.inner_text("#notes")
    assert page.input_value("#text") == ""
    for _ in range(4):
        page.go_back()
        assert "chrome-error" not in page.url
        assert page.locator("header .office").count() == 1
    window.close()


def test_a_page_tells_of_new_cases_by_itself_and_leaves_the_screen_when_signed_out(
    office: WorkspaceServer, browser: Browser
) -> None:
    office.file_case(1)
    window = browser.new_context(**PHONE)
    page, other = window.new_page(), window.new_page()
    sign_in(office, page, office.add_officer("สมหญิง"))
    page.wait_for_selector("#news-count:has-text('(1)')")
    assert page.is_hidden("#news")
    look_again = "document.dispatchEvent(new Event('visibilitychange'))"
    office.file_case(2)
    page.evaluate(look_again)
    page.wait_for_selector("#news a:has-text('มีเรื่องใหม่ 1 เรื่อง')")
    look(page, "inbox-news")
    page.click("#news a")
    page.click(".cases a")
    page.fill(".composer textarea", "ยังไม่ได้ส่ง")
    other.goto(f"{office.server.address}/staff/complaints/inbox")
    other.click(".leave")
    other.wait_for_selector("text=พิมพ์")
    page.bring_to_front()
    page.evaluate(look_again)
    page.wait_for_timeout(300)
    assert page.input_value(".composer textarea") == "ยังไม่ได้ส่ง"  # words that are not sent stay
    page.fill(".composer textarea", "")
    page.evaluate(look_again)
    page.wait_for_url("**/staff/complaints")
    window.close()
