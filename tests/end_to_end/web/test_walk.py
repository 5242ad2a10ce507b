"""From the first word, or the landing page, to the receipt: how often one sends or taps, and how much one reads.

Words are those that are seen, as Chromium's `Intl.Segmenter` finds them, in Thai too. What is folded away counts where
it has to be opened to answer; the whole notice, which is a tap away, does not.
"""

import sys
import tomllib
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.events import Channel
from handlers.office import Office
from tests.end_to_end.browser_driver import CHROMIUM, DESKTOP, PHONE, BrowserDriver
from tests.end_to_end.web.report_steps import pick_choice
from tests.in_memory_desk import SHORT_OFFICE, SHORT_OFFICE_TOML, InMemoryDesk

MAX_TAPS, MAX_SCREENS = 7, 8
MAX_WORDS = 570
"""Of the example's office, whose officers are told later, so that the receipt says so."""

MAX_NOTICE_WORDS = 60
MAX_MESSAGES = {Channel.LINE: 6, Channel.TELEGRAM: 6, Channel.TERMINAL: 8}

STORY = "เจ้าหน้าที่พัสดุเรียกรับเงินร้อยละสิบจากผู้รับเหมาก่อนตรวจรับงาน เมื่อเดือนมีนาคม 2569 ที่ห้องพัสดุ"
SAID = ("สวัสดี", "[แจ้งเรื่อง]", "[รับทราบ เริ่มแจ้งเรื่อง]", STORY, "[ไม่ใช่]", "[ส่งเรื่อง]")

COUNT_WORDS = """(text) => [...new Intl.Segmenter('th', {granularity: 'word'}).segment(text)]
    .filter((part) => part.isWordLike).length"""
READ_SCREEN = """() => {
  const hidden = [...document.querySelectorAll('.skip, .default, .unseen, [aria-hidden=true]')];
  for (const node of hidden) node.style.display = 'none';
  const seen = document.body.innerText;
  for (const node of hidden) node.style.display = '';
  return seen;
}"""
IS_SEEN = """(node) => { const box = node.getBoundingClientRect();
    return box.top >= 0 && box.bottom <= innerHeight && box.width > 0; }"""


@pytest.mark.parametrize("channel", list(MAX_MESSAGES))
def test_a_report_in_a_chat(channel: Channel, capsys: pytest.CaptureFixture[str]) -> None:
    desk = InMemoryDesk(ComplaintsDesk(SHORT_OFFICE, site_url="https://desk.example"), channel=channel)
    person = desk.new_user()
    for line in SAID:
        person.say(line)
    with capsys.disabled():
        sys.stdout.write(f"\n{channel}: {len(SAID)} messages to the receipt\n")
    assert person.receipt
    assert len(SAID) <= MAX_MESSAGES[channel]


@pytest.mark.full("a browser walks a whole report")
@pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine")
@pytest.mark.parametrize(
    "options",
    [PHONE, {**PHONE, "java_script_enabled": False}, DESKTOP],
    ids=["phone", "phone without script", "desktop"],
)
def test_a_report_on_the_web(
    browser: Browser, tmp_path: Path, options: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    office_toml = SHORT_OFFICE_TOML.replace("delay = 0", "delay = 90")
    (tmp_path / "office.toml").write_text(office_toml, "utf-8")
    office = Office.model_validate(tomllib.loads(office_toml))
    door = BrowserDriver(browser, tmp_path / "var", options, office=office)
    try:
        page = door.get_page("ก")
        page.goto(door.server.address)
        assert page.locator("main a.button", has_text="แจ้งเรื่อง").first.evaluate(IS_SEEN)
        screens, taps = [page.evaluate(READ_SCREEN)], 1
        page.locator("main a.button", has_text="แจ้งเรื่อง").first.click()
        page.wait_for_selector("button[name=choice]")
        for label in ("รับทราบ เริ่มแจ้งเรื่อง", "เสร็จแล้ว", "ไม่ใช่", "ส่งเรื่อง"):
            screens.append(page.evaluate(READ_SCREEN))
            if label == "เสร็จแล้ว":
                page.fill("[name=text]", STORY)
            pick_choice(page, label)
            page.wait_for_load_state()
            taps += 1
        screens.append(page.evaluate(READ_SCREEN))
        words = [count_words(browser, text) for text in screens]
        with capsys.disabled():
            sys.stdout.write(f"\nweb: {taps} taps, {len(screens)} screens, {sum(words)} words {words}\n")
        assert page.inner_text("[data-receipt]")
        assert taps <= MAX_TAPS
        assert len(screens) <= MAX_SCREENS
        assert sum(words) <= MAX_WORDS
    finally:
        door.close()


def count_words(browser: Browser, text: str) -> int:
    """Count the words of a text, in a window with script."""
    window = browser.new_page()
    counted: int = window.evaluate(COUNT_WORDS, text)
    window.close()
    return counted


@pytest.mark.full("a browser counts words")
@pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine")
def test_the_notice_is_short(browser: Browser) -> None:
    notice = InMemoryDesk(ComplaintsDesk(SHORT_OFFICE), channel=Channel.LINE).new_user().say("แจ้งเรื่อง")
    assert count_words(browser, notice) <= MAX_NOTICE_WORDS
