"""Pages that links of a chat lead to, in a real Chromium: phone, desktop, light, dark, without JavaScript."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from bot.web.workspace.addresses import make_access_link_factory
from handlers.staff.page_access import NewAccessLink
from handlers.staff.permissions import Role
from tests.end_to_end.browser_driver import CHROMIUM, DESKTOP, PHONE, BrowserDriver
from tests.end_to_end.officer.officer_server import LINK_PATTERN, OfficerServer
from tests.end_to_end.officer.test_files import make_pdf, make_rotated_photo
from tests.end_to_end.officers import add_officer
from tests.end_to_end.page_audit import AXE_RULES
from tests.end_to_end.web.report_steps import STORY, file_report, open_story_question

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine"),
    pytest.mark.full("pages in a browser"),
]
SMALL = """() => [...document.querySelectorAll('button, a, summary, input:not([type=hidden]), textarea')]
  .map((e) => [e.innerText || e.name, e.getBoundingClientRect()])
  .filter(([, r]) => r.width && r.left >= 0 && (r.height < 24 || r.width < 24)).map(([n]) => n)"""
BAD = "number,received_on,source,category,status,outcome,closed_on\nx,1/1/2560,นก,corruption,อะไร,,\n"
GOOD = "number,received_on,source,category,status,outcome,closed_on\n1/2568,12/11/2567,หนังสือ,corruption,รับเรื่อง,,\n"
LONG = "รายงานการตรวจรับพัสดุที่ยาวมากไม่มีช่องว่าง" * 3


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficerServer]:
    one = OfficerServer(tmp_path / "var")
    yield one
    one.close()


def assert_accessible(page: Page) -> None:
    wrong = Axe().run(page, options=AXE_RULES).response["violations"]
    assert [(found["id"], [node["html"][:120] for node in found["nodes"]]) for found in wrong] == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), page.url
    assert page.evaluate(SMALL) == []


def open_with_code(office: OfficerServer, page: Page, who: Any, words: str) -> None:
    page.goto(office.server.address + office.request_link(who, words))
    assert_accessible(page)
    page.fill("[name=text]", office.next_totp_code(who))
    page.click("button.chief")
    page.wait_for_selector("button.leave")
    assert_accessible(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("how", [PHONE, DESKTOP], ids=["phone", "desk"])
def test_every_page_can_be_read_by_everybody(
    office: OfficerServer, browser: Browser, how: dict[str, Any], scheme: Any
) -> None:
    office.file_case()
    office.attach_file(1, "ภาพ.jpg", make_rotated_photo(size=(400, 200)))
    office.attach_file(1, f"{LONG}.pdf", make_pdf("red"))
    officer, chief = office.add_officer("สมหญิง"), office.add_officer("มาลี", Role.SUPERVISOR)
    context = browser.new_context(**how, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(30_000)
    wrong: list[str] = []
    page.on("console", lambda told: wrong.append(told.text))
    open_with_code(office, page, officer, "/page 1")
    page.click("text=ดูเป็นภาพ")
    page.wait_for_selector("img")
    assert_accessible(page)
    shown = page.locator("img")
    shown.evaluate("picture => picture.decode()")  # until it has loaded
    assert shown.evaluate("picture => picture.naturalHeight") == 400  # it was stored on its side
    page.click("text=กลับไปที่เรื่อง")
    page.click("button.leave")
    page.wait_for_selector("h1:has-text('เข้าหน้างาน')")
    assert_accessible(page)
    open_with_code(office, page, chief, "/import")
    for content, waits in ((BAD, "#bad-rows"), (GOOD, "[value=import]")):
        file = {"name": "เก่า.csv", "mimeType": "text/csv", "buffer": content.encode()}
        page.set_input_files("[type=file]", file)  # type: ignore[arg-type]
        page.click("[value=look]")
        page.wait_for_selector(waits)
        assert_accessible(page)
    open_with_code(office, page, officer, "/export 1")
    context.close()
    assert wrong == []


def test_it_is_read_and_answered_with_the_keyboard_alone_and_without_a_script(
    office: OfficerServer, browser: Browser
) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    context = browser.new_context(**PHONE, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(office.server.address + office.request_link(officer))
    page.keyboard.press("Tab")  # skip link: past the header to the content
    page.keyboard.press("Tab")
    page.keyboard.type(office.next_totp_code(officer))
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('เรื่อง 1/')")
    page.focus("#text")
    page.keyboard.type("ได้รับแล้วครับ")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".note button.chief")
    page.focus(".note button.chief")
    page.keyboard.press("Enter")
    page.wait_for_selector("[value^='/undo']", state="attached")
    context.close()


def test_a_citizen_and_an_officer_in_two_windows(browser: Browser, tmp_path: Path) -> None:
    door = BrowserDriver(browser, tmp_path / "var", PHONE)
    server = door.server
    server.desk.engine.query_handlers[NewAccessLink] = make_access_link_factory(server.address)  # type: ignore[index]
    citizen = open_story_question(door)
    receipt = file_report(citizen)
    officer = server.run(add_officer(server.desk, "สมหญิง"))
    said = "\n".join(m.text for m in server.run(officer.say("/page 1")))
    found = LINK_PATTERN.search(said)
    assert found is not None
    desk = door.get_page("เจ้าหน้าที่")
    desk.goto(found[0])
    desk.fill("[name=text]", officer.totp_code())
    desk.click("button.chief")
    desk.wait_for_selector("h1:has-text('เรื่อง 1/')")
    assert STORY in desk.inner_text("main")
    assert receipt not in desk.content()
    desk.fill("#text", "เลขที่สัญญาคือเท่าใด")
    desk.click(".composer button.chief")
    desk.click(".note button.chief")
    desk.wait_for_selector("[value^='/undo']", state="attached")
    server.advance_clock(2)
    desk.goto(desk.url.partition("?")[0])
    desk.wait_for_selector("ol.lines")
    assert "เลขที่สัญญาคือเท่าใด" in desk.inner_text("ol.lines >> nth=0")
    assert desk.query_selector("[value^='/undo']") is None
    person = door.get_page("ที่อื่น")
    person.goto(server.address + "/track")
    person.fill("[name=text]", receipt)
    person.click("[data-send]")
    person.locator("text=เลขที่สัญญาคือเท่าใด").first.wait_for()
    assert "เจ้าหน้าที่เปิดอ่านแล้ว" in person.inner_text("main")
    assert "สมหญิง" not in person.content()
    door.close()
