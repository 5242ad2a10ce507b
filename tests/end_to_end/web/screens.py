"""Every screen that a citizen may meet on the web, at both desks, in each width, colour and with or without JavaScript.

`python -m tests.end_to_end.web.screens FOLDER` draws all of them, to be opened and judged.
"""

import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page

from handlers.complaints.lifecycle import Transition, TransitionRequest
from handlers.office import Office
from tests.end_to_end.browser_driver import DESKTOP, PHONE, BrowserDriver, launch_chromium, press_button
from tests.end_to_end.server_process import start_server
from tests.end_to_end.web.report_steps import STORY, pick_choice
from tests.in_memory_desk import SHORT_OFFICE_TOML
from tests.samples import write_sample_file

WINDOWS: dict[str, dict[str, Any]] = {
    f"{width}-{scheme}-{script}": {
        **window,
        "color_scheme": scheme,
        "java_script_enabled": script == "script",
    }
    for width, window in (("phone", PHONE), ("desk", DESKTOP))
    for scheme in ("light", "dark")
    for script in ("script", "plain")
}

PATHS_OF_COMPLAINTS = (
    "/",
    "/?lang=en",
    "/privacy",
    "/guideline",
    "/statistics",
    "/card",
    "/nothing",
    "/track",
)
PATHS_OF_SERVICE = (
    "/qna", "/qna?q=ครู", "/qna/k.opening-hours", "/opinions", "/participation", "/opinion", "/ask",
)  # fmt: skip

FIELDS = (
    "category",
    "accused",
    "when",
    "where",
    "witnesses",
    "elsewhere",
    "wish",
    "evidence",
    "named",
    "story",
)
"""What is asked from the review, each on a page of its own."""

ShowScreen = Callable[[str, Page], None]
"""Is given each screen, with a name of its own."""


def press_value(page: Page, value: str) -> None:
    """Press the button of a value, wherever it is folded in, and wait for the next page."""
    old = page.get_attribute("[name=csrf]", "value")
    press_button(page, f'button[name=choice][value$=".{value}"]')
    page.wait_for_selector(f'[name=csrf]:not([value="{old}"])', state="attached")


def send_text(page: Page, words: str) -> None:
    """Type into the box of a page and send it."""
    old = page.get_attribute("[name=csrf]", "value")
    page.fill("[name=text]", words)
    page.click("[data-send]")
    page.wait_for_selector(f'[name=csrf]:not([value="{old}"])', state="attached")


def open_desk_of_short_way(browser: Browser, folder: Path, window: dict[str, Any]) -> BrowserDriver:
    """The complaints desk of an office that asks in the short way, and a browser of a kind."""
    (folder / "office.toml").write_text(SHORT_OFFICE_TOML, "utf-8")
    office = Office.model_validate(tomllib.loads(SHORT_OFFICE_TOML))
    return BrowserDriver(browser, folder / "var", window, office)


def visit_complaints(door: BrowserDriver, show: ShowScreen) -> None:
    """Go through every screen of the complaints desk: public pages, a report, its receipt, the case."""
    page = door.get_page("ก")
    for path in PATHS_OF_COMPLAINTS:
        page.goto(door.server.address + path)
        show(path, page)
    receipt = _visit_report(door, page, show)
    _visit_case(door, page, show, receipt)


def _visit_report(door: BrowserDriver, page: Page, show: ShowScreen) -> str:
    page.goto(door.server.address + "/report")
    show("notice", page)
    press_value(page, "full_notice")
    show("whole notice", page)
    pick_choice(page, "รับทราบ เริ่มแจ้งเรื่อง")
    show("story", page)
    pick_choice(page, "เสร็จแล้ว")
    show("story, nothing told", page)
    page.fill("[name=text]", STORY + " โทร 081-234-5678")
    pick_choice(page, "เสร็จแล้ว")
    show("head", page)
    pick_choice(page, "ไม่ใช่")
    show("review", page)
    for name in FIELDS:
        press_value(page, f"field_{name}")
        show(f"field {name}", page)
        if name == "evidence":
            _add_file(door, page)
            show("field evidence, a file", page)
        press_value(page, "back")
    press_value(page, "cancel")
    show("cancel", page)
    press_value(page, "resume")
    show("review, a number and a file", page)
    press_value(page, "submit")
    show("receipt", page)
    receipt = page.inner_text("[data-receipt]")
    send_text(page, "AAAAA")
    show("receipt, wrong end", page)
    send_text(page, receipt.replace("-", "")[-5:])
    show("sent", page)
    return receipt


def _add_file(door: BrowserDriver, page: Page) -> None:
    """Attach a file whose name tells who sent it, by its own button where there is no script."""
    sample = write_sample_file(door.home.parent, "สลิปสมชาย.png")
    old = page.get_attribute("[name=csrf]", "value")
    page.set_input_files("[name=file]", sample)
    if not page.locator("[data-on-choosing]").is_visible():
        page.click("[data-send]")
    page.wait_for_selector(f'[name=csrf]:not([value="{old}"])', state="attached")


def _visit_case(door: BrowserDriver, page: Page, show: ShowScreen, receipt: str) -> None:
    page.goto(door.server.address + "/track")
    send_text(page, "0000-0000-0000-0000-0")
    show("track, wrong code", page)
    send_text(page, receipt)
    show("case", page)
    for value in ("message", "attach", "withdraw"):
        press_value(page, value)
        show(f"case, {value}", page)
        press_value(page, "stay")
    door.move_case(receipt, TransitionRequest(Transition.SCREEN))
    door.send_office_message(receipt, "ได้รับเอกสารแล้ว กำลังตรวจสอบ")
    press_value(page, "refresh")
    show("case, a message of the office", page)
    press_value(page, "withdraw")
    press_value(page, "withdraw_yes")
    show("case, withdrawn", page)


def visit_service(address: str, page: Page, show: ShowScreen) -> None:
    """Go through the screens of the service desk: the board, a question to its code, an opinion."""
    for path in PATHS_OF_SERVICE:
        page.goto(address + path)
        show(path, page)
    send_text(page, "ใบประกอบวิชาชีพหมดอายุ")
    show("answer", page)
    pick_choice(page, "ไม่ตรง")
    show("near questions", page)
    pick_choice(page, "ถามเจ้าหน้าที่")
    show("question sent", page)
    code = page.inner_text("[data-receipt]")
    page.goto(address + "/ask")
    send_text(page, code)
    show("question", page)
    page.goto(address + "/opinion")
    for number in range(12):
        choices = page.locator("main button[name=choice]")
        skip = choices.filter(has_text="ข้าม")
        if page.locator("main button[name=choice]", has_text="ส่งความคิดเห็น").count():
            break
        (skip if skip.count() and number not in {0, 1} else choices).first.click()
        page.wait_for_load_state()
        show(f"opinion {number + 1}", page)


def draw_screens(folder: Path) -> None:
    """Draw every screen in every window into a folder: one PNG for each."""
    with launch_chromium() as browser, TemporaryDirectory() as home:
        served = start_server(Path(home) / "service", has_own_office=False)
        for name, window in WINDOWS.items():
            to = folder / name
            to.mkdir(parents=True, exist_ok=True)

            def show(screen: str, page: Page, to: Path = to) -> None:
                file = f"{len([*to.iterdir()]):02} {screen.replace('/', '_').replace('?', '_')}.png"
                page.screenshot(path=to / file, full_page=True)

            place = Path(home) / name
            place.mkdir()
            door = open_desk_of_short_way(browser, place, window)
            visit_complaints(door, show)
            door.close()
            context = browser.new_context(**window)
            visit_service(f"http://127.0.0.1:{served.port}", context.new_page(), show)
            context.close()
        served.stop()


if __name__ == "__main__":
    draw_screens(Path(sys.argv[1]))
