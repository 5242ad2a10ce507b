"""The pages as a person meets them in a real Chromium: reading aloud, keyboard, lost lines, quick exits, print."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, Route

from handlers.office import Chat, Chats
from handlers.turn import Message
from tests import samples
from tests.end.browser import CHROMIUM, DESK, PHONE, BrowserDoor, chromium
from tests.play import OFFICE
from tests.story import STORIES, Telling

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine")

STORY = "เจ้าหน้าที่พัสดุเรียกรับเงินร้อยละสิบจากผู้รับเหมาก่อนตรวจรับงาน"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
HEAVIEST = 100 * 1024
AWAY = OFFICE.model_copy(update={"exit_to": "/elsewhere"})
"""An office whose quick exit leads to a page that needs no network."""

OFF = {**PHONE, "java_script_enabled": False}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all pages."""
    with chromium() as one:
        yield one


@pytest.fixture
def door(browser: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[BrowserDoor]:
    """A phone with JavaScript on, or as the test asks for."""
    one = BrowserDoor(browser, tmp_path / "var", getattr(request, "param", PHONE), AWAY)
    yield one
    one.close()


@dataclass
class Heard(BrowserDoor):
    """A door whose every page is judged as it comes: can it be read aloud and seen, is it wide or heavy?"""

    wrong: list[str] = field(default_factory=list)
    judged: int = 0

    def page(self, person: str) -> Page:
        """A person's window, whose pages are weighed."""
        known = person in self.pages
        page = super().page(person)
        if not known:
            self.weight = 0
            page.on("response", self._weigh)
        return page

    def _weigh(self, response: Any) -> None:
        if response.request.resource_type in {"document", "xhr"}:
            self.weight = 0
        self.weight += len(response.body()) if response.status == 200 else 0

    def _read(self, page: Page) -> list[Message]:
        self.judged += 1
        for found in Axe().run(page, options=RULES).response["violations"]:
            nodes = [node["html"][:120] for node in found["nodes"]]
            self.wrong.append(f"{page.url} {found['id']}: {nodes}")
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        if wide:
            self.wrong.append(f"{page.url} is wider than the window: {page.inner_text('h1')}")
        if self.weight > HEAVIEST:
            self.wrong.append(f"{page.url} weighs {self.weight}: {page.inner_text('h1')}")
        return super()._read(page)


TOLD = [
    s for s in STORIES if s.stem in {"report", "with-name", "head", "edit", "english", "reply", "withdraw"}
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("story", TOLD, ids=lambda story: story.stem)
def test_every_page_of_a_story_can_be_read_by_everybody(
    story: Path, scheme: str, browser: Browser, tmp_path: Path
) -> None:
    door = Heard(
        browser, tmp_path / "var", {**(PHONE if scheme == "light" else DESK), "color_scheme": scheme}
    )
    try:
        Telling(door).play(story)
    finally:
        door.close()
    assert door.judged > 5
    assert door.wrong == []


@pytest.mark.parametrize(
    "path", ["/", "/?lang=en", "/privacy", "/privacy?lang=en", "/nothing", "/report", "/track"]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_other_page_can_be_read_by_everybody(
    path: str, scheme: str, browser: Browser, tmp_path: Path
) -> None:
    door = Heard(browser, tmp_path / "var", {**PHONE, "color_scheme": scheme})
    page = door.page("ก")
    page.goto(door.server.address + path)
    door._read(page)
    door.close()
    assert door.wrong == []


def ready(door: BrowserDoor, path: str = "/report") -> Page:
    """A window at the story's question."""
    page = door.page("ก")
    page.goto(door.server.address + path)
    picks(page, "รับทราบ เริ่มแจ้งเรื่อง")
    picks(page, "ทุจริตต่อหน้าที่")
    return page


def picks(page: Page, label: str) -> None:
    """Press a button and wait for the next page."""
    old = page.get_attribute("[name=csrf]", "value")
    page.locator("button[name=choice]", has_text=label).first.click()
    page.wait_for_selector(f'[name=csrf]:not([value="{old}"])', state="attached")


def filed(page: Page) -> str:
    """Go from the story's question to the receipt, answering only what must be answered."""
    page.fill("[name=text]", STORY)
    picks(page, "เสร็จแล้ว")
    for label in ("ข้าม", "ข้าม", "ข้าม", "ไม่มีหลักฐาน", "ข้าม", "ข้าม", "ข้าม", "ไม่ใช่", "ไม่บอกชื่อ", "ส่งเรื่อง"):
        picks(page, label)
    return page.inner_text("[data-receipt]")


@pytest.mark.parametrize("door", [PHONE, OFF], indirect=True, ids=["on", "off"])
def test_a_story_and_done_are_one_press(door: BrowserDoor) -> None:
    page = ready(door)
    page.fill("[name=text]", STORY)
    picks(page, "เสร็จแล้ว ไปข้อต่อไป")
    assert "ใครทำ" in page.inner_text("h1")
    picks(page, "ย้อนกลับ")
    assert STORY in page.inner_text(".told") or STORY in page.locator(".told").text_content()


@pytest.mark.parametrize("door", [PHONE, OFF], indirect=True, ids=["on", "off"])
def test_done_without_a_word_asks_for_one(door: BrowserDoor) -> None:
    page = ready(door)
    picks(page, "เสร็จแล้ว ไปข้อต่อไป")
    assert "เล่าเพิ่มอีกนิด" in page.inner_text(".note")
    assert "เกิดอะไรขึ้น" in page.inner_text("h1")


@pytest.mark.parametrize("door", [PHONE, OFF], indirect=True, ids=["on", "off"])
def test_what_was_typed_beside_a_way_back_is_there_again(door: BrowserDoor) -> None:
    page = ready(door)
    page.fill("[name=text]", STORY)
    picks(page, "ย้อนกลับ")
    assert page.input_value("[name=text]") == ""
    picks(page, "ทุจริตต่อหน้าที่")
    assert page.input_value("[name=text]") == STORY
    picks(page, "English")
    assert "What happened" in page.inner_text("h1")
    assert page.input_value("[name=text]") == STORY


@pytest.mark.parametrize("door", [PHONE, OFF], indirect=True, ids=["on", "off"])
def test_an_answer_stands_in_its_box_to_be_changed(door: BrowserDoor) -> None:
    page = ready(door)
    page.fill("[name=text]", STORY)
    picks(page, "เสร็จแล้ว")
    page.fill("[name=text]", "นาย ก")
    page.click("[data-send]")
    page.locator("h1", has_text="เมื่อไร").wait_for()
    picks(page, "ย้อนกลับ")
    assert page.input_value("[name=text]") == "นาย ก"
    picks(page, "ย้อนกลับ")  # with the answer still in its box: it is no new one
    assert "เล่าเพิ่มได้อีก" in page.inner_text("h1")


@pytest.mark.parametrize("door", [PHONE, OFF], indirect=True, ids=["on", "off"])
def test_back_button_reload_and_a_second_tab_lose_nothing(door: BrowserDoor) -> None:
    page = ready(door)
    second = page.context.new_page()
    second.goto(page.url.partition("?")[0])
    assert "เกิดอะไรขึ้น" in second.inner_text("h1")
    page.fill("[name=text]", STORY)
    picks(page, "เสร็จแล้ว")
    # The second tab still shows the older question: its words are not taken for an answer to the newer.
    second.fill("[name=text]", "เขียนไว้ในอีกแท็บหนึ่ง")
    second.click("[data-send]")
    second.wait_for_selector(".note")
    assert "คำถามก่อนหน้า" in second.inner_text(".note")
    assert "ใครทำ" in second.inner_text("h1")
    assert second.input_value("[name=text]") == "เขียนไว้ในอีกแท็บหนึ่ง"
    page.reload()
    assert "ใครทำ" in page.inner_text("h1")
    page.go_back()
    if page.query_selector("h1"):  # with JavaScript there is one entry only, and back leads out
        page.wait_for_selector("[name=csrf]", state="attached")
    page.goto(door.server.address + "/report")
    assert "ใครทำ" in page.inner_text("h1")


def test_a_lost_line_keeps_everything_and_nothing_is_sent_twice(door: BrowserDoor) -> None:
    page = ready(door)
    page.fill("[name=text]", STORY)
    page.context.set_offline(True)
    page.click("[data-send]")
    page.wait_for_selector('[data-line="stop"]')
    assert "สิ่งที่พิมพ์ยังอยู่ครบ" in page.inner_text("[data-line]")
    assert page.input_value("[name=text]") == STORY
    page.context.set_offline(False)
    lost: list[str] = []

    def swallow(route: Route) -> None:
        """The server takes it, and the answer is lost on the way."""
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch(max_redirects=0).headers["location"])
            route.abort()
        else:
            route.continue_()

    page.route("**/report*", swallow)
    page.click("[data-send]")
    while not lost:
        page.wait_for_timeout(20)
    page.wait_for_selector('#talk:not([aria-busy]) [data-line="stop"]')
    old = page.get_attribute("[name=csrf]", "value")
    page.click("[data-send]")
    page.wait_for_selector(f'[name=csrf]:not([value="{old}"])', state="attached")
    assert f"เก็บไว้แล้ว {len(STORY)} ตัวอักษร" in page.inner_text("main")


def test_files_that_are_too_large_or_too_many_are_told_before_they_are_sent(door: BrowserDoor) -> None:
    page = ready(door)
    one = samples.make(door.home.parent, "ภาพ.png")
    page.set_input_files("[name=file]", [one] * 6)
    page.click("[data-send]")
    assert "ไม่เกิน 5 ไฟล์" in page.inner_text('[data-line="stop"]')


def visited(page: Page) -> Iterator[str]:
    """The addresses that "back" and "forward" lead to, and the present one."""
    history = page.context.new_cdp_session(page).send("Page.getNavigationHistory")
    return (entry["url"] for entry in history["entries"])


def test_the_quick_exit_leaves_nothing_to_go_back_to(door: BrowserDoor) -> None:
    for leave in ("[data-exit]", "Escape"):
        page = door.page(leave)
        page.goto(door.server.address + "/report")
        picks(page, "รับทราบ เริ่มแจ้งเรื่อง")
        assert [*visited(page)] == ["about:blank", f"{door.server.address}/report?said"]
        if leave == "Escape":
            page.keyboard.press("Escape")
            page.keyboard.press("Escape")
        else:
            page.click(leave)
        page.wait_for_url("**/elsewhere")
        assert page.context.cookies(door.server.address + "/report") == []
        assert [*visited(page)] == ["about:blank", f"{door.server.address}/elsewhere"]


@pytest.mark.parametrize("door", [OFF], indirect=True)
def test_the_quick_exit_without_javascript(door: BrowserDoor) -> None:
    page = ready(door)
    page.click("[data-exit]")
    page.wait_for_url("**/elsewhere")
    page.goto(door.server.address + "/report")
    assert "ก่อนเริ่ม" in page.inner_text("h1")  # the draft is out of reach


@pytest.mark.parametrize("door", [PHONE, OFF], indirect=True, ids=["on", "off"])
def test_a_receipt_can_be_taken_away(door: BrowserDoor) -> None:
    page = ready(door)
    receipt = filed(page)
    for label, name in (("บันทึกเป็นรูป", "note.png"), ("บันทึกเป็นข้อความ", "note.txt")):
        with page.expect_download() as caught:
            page.click(f"text={label}")
        assert caught.value.suggested_filename == name
        content = Path(caught.value.path()).read_bytes()
        if name == "note.png":
            picture = Image.open(BytesIO(content))
            assert (picture.format, picture.size) == ("PNG", (1080, 540))
            assert len(picture.convert("L").getcolors() or []) > 4  # something is drawn on it
        else:
            assert receipt in content.decode("utf-8-sig")
            assert "ทุจริต" not in content.decode("utf-8-sig")
    assert page.title() == OFFICE.name.th
    page.reload()
    assert page.inner_text("[data-receipt]") == receipt  # still the last thing that was said
    picks(page, "ข้าม")
    page.goto(door.server.address + "/report?said")
    assert page.query_selector("[data-receipt]") is None
    assert receipt not in page.content()


def test_on_paper_there_is_the_receipt_and_nothing_to_press(door: BrowserDoor) -> None:
    page = ready(door)
    filed(page)
    page.emulate_media(media="print")
    assert page.locator("[data-receipt]").is_visible()
    for hidden in ("form", "[data-exit]", ".keep", ".question", "footer"):
        assert not page.locator(hidden).first.is_visible(), hidden


def test_a_report_with_the_keyboard_alone(door: BrowserDoor) -> None:
    page = door.page("ก")
    page.goto(door.server.address + "/report")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    seen: list[str] = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.innerText || document.activeElement.id"))
        if "รับทราบ" in seen[-1]:
            break
    page.keyboard.press("Enter")
    page.locator("h1", has_text="ประเภท").wait_for()
    assert page.evaluate("document.activeElement.tagName") == "MAIN"  # a screen reader begins at the new page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "ทุจริตต่อหน้าที่"


@pytest.mark.parametrize("door", [PHONE], indirect=True)
def test_everything_that_is_pressed_is_large_enough(door: BrowserDoor) -> None:
    page = ready(door)
    small = """() => [...document.querySelectorAll('button, a, summary, input:not([type=hidden]), textarea')]
      .map((e) => [e.innerText || e.name, e.getBoundingClientRect()])
      .filter(([, r]) => r.width && r.left >= 0 && (r.height < 24 || r.width < 24)).map(([n]) => n)"""
    for path in ("/", "/report", "/track", "/privacy"):
        page.goto(door.server.address + path)
        assert page.evaluate(small) == [], path


def test_the_messengers_stand_on_the_first_page_with_their_codes(browser: Browser, tmp_path: Path) -> None:
    links = Chat(line="https://line.me/R/ti/p/@example", telegram="https://t.me/example_bot")
    office = OFFICE.model_copy(update={"chats": Chats(complaints=links)})
    door = BrowserDoor(browser, tmp_path / "var", OFF, office)
    page = door.page("ก")
    page.goto(door.server.address)
    reporting, general = page.locator(".complaints"), page.locator(".service")
    for link in (links.line, links.telegram):
        assert reporting.locator(f'a[href="{link}"]').count() == 1
    page.locator("summary").first.click()
    assert reporting.locator(".qr svg").first.is_visible()
    assert (reporting.locator(".qr svg").count(), general.locator(".qr svg").count()) == (2, 0)
    door.close()


@pytest.mark.parametrize("door", [PHONE, OFF], indirect=True, ids=["on", "off"])
def test_enter_sends_and_one_escape_does_not_leave(door: BrowserDoor) -> None:
    page = door.page("ก")
    page.goto(door.server.address + "/track")
    page.keyboard.press("Escape")
    page.fill("[name=text]", "1234")
    page.keyboard.press("Enter")
    page.wait_for_selector(".note")
    assert "17 ตัว" in page.inner_text(".note")
    assert page.get_attribute("html", "lang") == "th"
