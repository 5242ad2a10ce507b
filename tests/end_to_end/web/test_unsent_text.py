"""Typed text is not lost by accident, and is erased at once on a quick exit."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Dialog, Page, Route

from tests.end_to_end.browser_driver import CHROMIUM, PHONE, BrowserDriver
from tests.end_to_end.web.report_steps import (
    PHONE_WITHOUT_SCRIPT,
    STORY,
    file_report,
    open_story_question,
    pick_choice,
    press_send,
)

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine"),
    pytest.mark.full("pages in a browser"),
]


@pytest.mark.parametrize("door", [PHONE, PHONE_WITHOUT_SCRIPT], indirect=True, ids=["on", "off"])
def test_back_button_reload_and_a_second_tab_lose_nothing(door: BrowserDriver) -> None:
    page = open_story_question(door)
    second = page.context.new_page()
    second.goto(page.url.partition("?")[0])
    assert "เกิดอะไรขึ้น" in second.inner_text("h1")
    page.fill("[name=text]", STORY)
    pick_choice(page, "เสร็จแล้ว")
    # The second tab still shows the older question: its text must not answer the newer one.
    second.fill("[name=text]", "เขียนไว้ในอีกแท็บหนึ่ง")
    press_send(second)
    second.wait_for_selector(".note")
    assert "คำถามก่อนหน้า" in second.inner_text(".note")
    assert "ใครทำ" in second.inner_text("h1")
    assert second.input_value("[name=text]") == "เขียนไว้ในอีกแท็บหนึ่ง"
    page.reload()
    assert "ใครทำ" in page.inner_text("h1")
    page.go_back()
    if page.query_selector("h1"):  # with JavaScript there is only one history entry, so back leaves the page
        page.wait_for_selector("[name=csrf]", state="attached")
    page.goto(door.server.address + "/report")
    assert "ใครทำ" in page.inner_text("h1")


def test_a_lost_line_keeps_everything_and_nothing_is_sent_twice(door: BrowserDriver) -> None:
    page = open_story_question(door)
    page.fill("[name=text]", STORY)
    page.context.set_offline(True)
    press_send(page)
    page.wait_for_selector('[data-line="stop"]')
    assert "สิ่งที่พิมพ์ยังอยู่ครบ" in page.inner_text("[data-line]")
    assert page.input_value("[name=text]") == STORY
    page.context.set_offline(False)
    lost: list[str] = []

    def swallow(route: Route) -> None:
        """The server accepts the form, and the response is lost."""
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch(max_redirects=0).headers["location"])
            route.abort()
        else:
            route.continue_()

    page.route("**/report*", swallow)
    press_send(page)
    while not lost:
        page.wait_for_timeout(20)
    page.wait_for_selector('#talk:not([aria-busy]) [data-line="stop"]')
    old = page.get_attribute("[name=csrf]", "value")
    press_send(page)
    page.wait_for_selector(f'[name=csrf]:not([value="{old}"])', state="attached")
    assert f"เก็บไว้แล้ว {len(STORY)} ตัวอักษร" in page.inner_text("main")


@pytest.mark.parametrize("door", [PHONE, PHONE_WITHOUT_SCRIPT], indirect=True, ids=["on", "off"])
def test_enter_sends_and_one_escape_does_not_leave(door: BrowserDriver) -> None:
    page = door.get_page("ก")
    page.goto(door.server.address + "/track")
    page.keyboard.press("Escape")
    page.fill("[name=text]", "1234")
    page.keyboard.press("Enter")
    page.wait_for_selector(".note")
    assert "17 ตัว" in page.inner_text(".note")
    assert page.get_attribute("html", "lang") == "th"


def list_history_urls(page: Page) -> Iterator[str]:
    """The URLs of the browser history around the present one."""
    history = page.context.new_cdp_session(page).send("Page.getNavigationHistory")
    return (entry["url"] for entry in history["entries"])


def test_the_quick_exit_leaves_nothing_to_go_back_to(door: BrowserDriver) -> None:
    for leave in ("[data-exit]", "Escape"):
        page = door.get_page(leave)
        page.goto(door.server.address + "/report")
        pick_choice(page, "รับทราบ เริ่มแจ้งเรื่อง")
        assert [*list_history_urls(page)] == ["about:blank", f"{door.server.address}/report?said"]
        if leave == "Escape":
            page.keyboard.press("Escape")
            page.keyboard.press("Escape")
        else:
            page.click(leave)
        page.wait_for_url("**/elsewhere")
        assert page.context.cookies(door.server.address + "/report") == []
        assert [*list_history_urls(page)] == ["about:blank", f"{door.server.address}/elsewhere"]


@pytest.mark.parametrize("door", [PHONE_WITHOUT_SCRIPT], indirect=True)
def test_the_quick_exit_without_javascript(door: BrowserDriver) -> None:
    page = open_story_question(door)
    page.click("[data-exit]")
    page.wait_for_url("**/elsewhere")
    page.goto(door.server.address + "/report")
    assert "ก่อนเริ่ม" in page.inner_text("h1")  # the draft cannot be reached


@pytest.mark.parametrize("door", [PHONE, PHONE_WITHOUT_SCRIPT], indirect=True, ids=["on", "off"])
def test_the_receipt_stays_until_it_is_surely_written_down(door: BrowserDriver) -> None:
    page = open_story_question(door)
    receipt = file_report(page)
    page.fill("[name=text]", "00000")
    page.keyboard.press("Enter")
    page.wait_for_selector("[aria-invalid]")
    assert page.inner_text("[data-receipt]") == receipt
    assert page.input_value("[name=text]") == "00000"
    assert "ยังไม่ตรง" in page.inner_text("#notes")
    page.click("button.language")
    page.wait_for_selector("html[lang=en]")
    assert page.inner_text("[data-receipt]") == receipt
    page.goto(door.server.address + "/report")
    assert page.inner_text("[data-receipt]") == receipt
    page.fill("[name=text]", receipt[-6:])
    page.keyboard.press("Enter")
    page.wait_for_selector("text=That is right")
    assert receipt not in page.content()


@pytest.mark.parametrize("door", [PHONE, PHONE_WITHOUT_SCRIPT], indirect=True, ids=["on", "off"])
def test_a_mistyped_receipt_is_there_to_be_mended(door: BrowserDriver) -> None:
    page = door.get_page("ก")
    page.goto(door.server.address + "/track")
    page.fill("[name=text]", "0123-4567-89AB-CDEF-W")
    page.keyboard.press("Enter")
    page.wait_for_selector("[aria-invalid][aria-describedby=notes]")
    assert page.input_value("[name=text]") == "0123-4567-89AB-CDEF-W"


@pytest.mark.parametrize("door", [PHONE, PHONE_WITHOUT_SCRIPT], indirect=True, ids=["on", "off"])
def test_another_page_is_opened_beside_what_is_being_typed(door: BrowserDriver) -> None:
    page = open_story_question(door)
    page.fill("[name=text]", STORY)
    with page.context.expect_page() as opened:
        page.click("footer a")
    opened.value.wait_for_selector("h1")
    assert opened.value.url.endswith("/privacy")
    assert page.input_value("[name=text]") == STORY


def test_a_reload_asks_first_and_the_quick_exit_does_not(door: BrowserDriver) -> None:
    page = open_story_question(door)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.fill("[name=text]", STORY)
    page.evaluate("setTimeout(() => location.reload())")
    while not asked:
        page.wait_for_timeout(20)
    assert (asked, page.input_value("[name=text]")) == (["beforeunload"], STORY)
    page.click("[data-exit]")
    page.wait_for_url("**/elsewhere")
    assert asked == ["beforeunload"]


def test_half_an_hour_of_silence_is_warned_of_and_typing_is_no_silence(door: BrowserDriver) -> None:
    page = door.get_page("ก")
    page.clock.install()
    open_story_question(door)
    sent: list[str] = []
    page.on(
        "request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None
    )
    page.clock.run_for("06:00")
    page.fill("[name=text]", STORY)
    page.clock.run_for("24:00")
    assert not page.is_visible("[data-idle]")
    assert len(sent) == 1
    assert STORY not in sent[0]
    page.clock.run_for("02:00")
    assert "5 นาที" in page.inner_text("[data-idle]")
    with page.expect_response(lambda response: response.status == 204):
        page.click("[data-touch]")
    assert not page.is_visible("[data-idle]")
    assert page.input_value("[name=text]") == STORY
