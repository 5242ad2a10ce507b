"""The pages in a real Chromium: accessibility, keyboard, lost connections, quick exit, print."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from handlers.office import DeskMessengerLinks, MessengerLinks
from tests.end_to_end.browser_driver import CHROMIUM, PHONE, BrowserDriver
from tests.end_to_end.page_audit import AuditedBrowserDriver
from tests.end_to_end.web.report_steps import (
    PHONE_WITHOUT_SCRIPT,
    STORY,
    file_report,
    open_story_question,
    pick_choice,
    press_send,
)
from tests.in_memory_desk import OFFICE
from tests.samples import write_sample_file
from tests.story import COMPLAINT_STORIES, StoryPlayer, at_every_door

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine"),
    pytest.mark.full("pages in a browser"),
]


PLAYED_STORIES = [
    s
    for s in COMPLAINT_STORIES
    if s.stem in {"report", "with-name", "head", "edit", "english", "reply", "withdraw"}
]


@pytest.mark.parametrize("story", at_every_door(PLAYED_STORIES))
def test_every_page_of_a_story_can_be_read_on_a_phone(story: Path, browser: Browser, tmp_path: Path) -> None:
    door = AuditedBrowserDriver(browser, tmp_path / "var", PHONE)
    try:
        StoryPlayer(door).play_story(story)
    finally:
        door.close()
    assert door.audit_count > 5
    assert door.violations == []


@pytest.mark.parametrize(
    "path", ["/", "/?lang=en", "/privacy", "/privacy?lang=en", "/nothing", "/report", "/track"]
)
@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.full("dark pages"))])
def test_every_other_page_can_be_read_by_everybody(
    path: str, scheme: str, browser: Browser, tmp_path: Path
) -> None:
    door = AuditedBrowserDriver(browser, tmp_path / "var", {**PHONE, "color_scheme": scheme})
    page = door.get_page("ก")
    page.goto(door.server.address + path)
    door._read_page(page)
    door.close()
    assert door.violations == []


@pytest.mark.parametrize("door", [PHONE, PHONE_WITHOUT_SCRIPT], indirect=True, ids=["on", "off"])
def test_a_story_and_done_are_one_press(door: BrowserDriver) -> None:
    page = open_story_question(door)
    page.fill("[name=text]", STORY)
    pick_choice(page, "เสร็จแล้ว ไปต่อ")
    assert "ใครทำ" in page.inner_text("h1")
    pick_choice(page, "ย้อนกลับ")
    assert STORY in page.inner_text(".told") or STORY in page.locator(".told").text_content()


@pytest.mark.parametrize("door", [PHONE, PHONE_WITHOUT_SCRIPT], indirect=True, ids=["on", "off"])
def test_done_without_a_word_asks_for_one(door: BrowserDriver) -> None:
    page = open_story_question(door)
    pick_choice(page, "เสร็จแล้ว ไปต่อ")
    assert "ยังไม่มีข้อความ" in page.inner_text(".note")
    assert "เกิดอะไรขึ้น" in page.inner_text("h1")


@pytest.mark.parametrize("door", [PHONE, PHONE_WITHOUT_SCRIPT], indirect=True, ids=["on", "off"])
def test_what_was_typed_beside_a_way_back_is_there_again(door: BrowserDriver) -> None:
    page = open_story_question(door)
    page.fill("[name=text]", STORY)
    pick_choice(page, "ย้อนกลับ")
    assert page.query_selector("[name=text]") is None  # a page of choices has no text box
    pick_choice(page, "ทุจริตต่อหน้าที่")
    assert page.input_value("[name=text]") == STORY
    pick_choice(page, "English")
    assert "What happened" in page.inner_text("h1")
    assert page.input_value("[name=text]") == STORY


@pytest.mark.parametrize("door", [PHONE, PHONE_WITHOUT_SCRIPT], indirect=True, ids=["on", "off"])
def test_an_answer_stands_in_its_box_to_be_changed(door: BrowserDriver) -> None:
    page = open_story_question(door)
    page.fill("[name=text]", STORY)
    pick_choice(page, "เสร็จแล้ว")
    page.fill("[name=text]", "นาย ก")
    page.click("[data-send]")
    page.locator("h1", has_text="เมื่อไร").wait_for()
    pick_choice(page, "ย้อนกลับ")
    assert page.input_value("[name=text]") == "นาย ก"
    pick_choice(page, "ย้อนกลับ")  # the earlier answer is still in the box: it is not sent as a new one
    assert "เล่าเพิ่มได้อีก" in page.inner_text("h1")


def test_files_that_are_too_large_or_too_many_are_told_before_they_are_sent(door: BrowserDriver) -> None:
    page = open_story_question(door)
    one = write_sample_file(door.home.parent, "ภาพ.png")
    page.set_input_files("[name=file]", [one] * 6)
    press_send(page)
    assert "ไม่เกิน 5 ไฟล์" in page.inner_text('[data-line="stop"]')


@pytest.mark.parametrize("door", [PHONE, PHONE_WITHOUT_SCRIPT], indirect=True, ids=["on", "off"])
def test_a_receipt_can_be_taken_away(door: BrowserDriver) -> None:
    page = open_story_question(door)
    receipt = file_report(page)
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
    assert page.inner_text("[data-receipt]") == receipt  # still the last answer
    pick_choice(page, "ข้าม")
    page.goto(door.server.address + "/report?said")
    assert page.query_selector("[data-receipt]") is None
    assert receipt not in page.content()


def test_on_paper_there_is_the_receipt_and_nothing_to_press(door: BrowserDriver) -> None:
    page = open_story_question(door)
    file_report(page)
    page.emulate_media(media="print")
    assert page.locator("[data-receipt]").is_visible()
    for hidden in ("form", "[data-exit]", ".keep", ".question", "footer"):
        assert not page.locator(hidden).first.is_visible(), hidden


def test_a_report_with_the_keyboard_alone(door: BrowserDriver) -> None:
    page = door.get_page("ก")
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
    assert page.evaluate("document.activeElement.tagName") == "H1"  # a screen reader starts at the new page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "ทุจริตต่อหน้าที่"


@pytest.mark.parametrize("door", [PHONE], indirect=True)
def test_everything_that_is_pressed_is_large_enough(door: BrowserDriver) -> None:
    page = open_story_question(door)
    small = """() => [...document.querySelectorAll('button, a, summary, input:not([type=hidden]), textarea')]
      .map((e) => [e.innerText || e.name, e.getBoundingClientRect()])
      .filter(([, r]) => r.width && r.left >= 0 && (r.height < 24 || r.width < 24)).map(([n]) => n)"""
    for path in ("/", "/report", "/track", "/privacy"):
        page.goto(door.server.address + path)
        assert page.evaluate(small) == [], path


def test_the_messengers_stand_on_the_first_page_with_their_codes(browser: Browser, tmp_path: Path) -> None:
    links = MessengerLinks(line="https://line.me/R/ti/p/@example", telegram="https://t.me/example_bot")
    office = OFFICE.model_copy(update={"chats": DeskMessengerLinks(complaints=links)})
    door = BrowserDriver(browser, tmp_path / "var", PHONE_WITHOUT_SCRIPT, office)
    page = door.get_page("ก")
    page.goto(door.server.address)
    reporting, general = page.locator(".complaints"), page.locator(".service")
    for link in (links.line, links.telegram):
        assert reporting.locator(f'a[href="{link}"]').count() == 1
    page.locator("summary").first.click()
    assert reporting.locator(".qr svg").first.is_visible()
    assert (reporting.locator(".qr svg").count(), general.locator(".qr svg").count()) == (2, 0)
    door.close()


@pytest.mark.parametrize("door", [PHONE, PHONE_WITHOUT_SCRIPT], indirect=True, ids=["on", "off"])
def test_choosing_evidence_sends_it_and_the_page_says_so(door: BrowserDriver) -> None:
    page = open_story_question(door)
    page.fill("[name=text]", STORY)
    pick_choice(page, "เสร็จแล้ว")
    for _ in range(3):
        pick_choice(page, "ข้าม")
    sample = write_sample_file(door.home.parent, "ภาพ.png")
    told = page.locator("[data-on-choosing]")
    if told.is_visible():
        assert "ทันที" in told.inner_text()
        page.set_input_files("[name=file]", sample)
    else:  # without JavaScript a button sends
        page.set_input_files("[name=file]", sample)
        page.click("[data-send]")
    page.locator(".note", has_text="ภาพ.png").wait_for()
    pick_choice(page, "ลบไฟล์ทั้งหมด")
    assert "ลบไฟล์ที่ส่งไว้ทั้งหมดแล้ว" in page.inner_text("#notes")


def test_no_page_scrolls_sideways_on_the_narrowest_screen(door: BrowserDriver) -> None:
    page = open_story_question(door)
    receipt = file_report(page)
    page.set_viewport_size({"width": 180, "height": 700})
    wide = "document.documentElement.scrollWidth"
    assert page.evaluate(wide) <= 180
    for path in ("/", "/report", "/track", "/privacy", "/statistics"):
        page.goto(door.server.address + path)
        assert page.evaluate(wide) <= 180, path
    page.goto(door.server.address + "/track")
    page.fill("[name=text]", receipt)
    page.click("[data-send]")
    page.locator("[data-status]").wait_for()
    assert page.evaluate(wide) <= 180


@pytest.mark.parametrize("door", [PHONE], indirect=True)
def test_the_quick_exit_is_in_view_wherever_one_reads_and_the_way_in_without_scrolling(
    door: BrowserDriver,
) -> None:
    page = door.get_page("ก")
    page.goto(door.server.address)
    height = page.evaluate("window.innerHeight")
    box = page.locator("a.button.chief", has_text="แจ้งเรื่อง").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= height
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    assert page.locator("[data-exit]").bounding_box()["y"] < 60  # type: ignore[index]
    page.locator("footer a").first.click()
    page.locator("h1", has_text="ความเป็นส่วนตัว").wait_for()
    assert page.evaluate("window.history.length") == 2  # about:blank and one entry of ours
