"""The Q&A board in a real Chromium, with JavaScript off and on a phone of 360 px."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.end_to_end.browser_driver import CHROMIUM, PHONE
from tests.end_to_end.page_audit import AXE_RULES
from tests.end_to_end.server_process import start_server

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine"),
    pytest.mark.full("pages in a browser"),
]


def test_a_question_from_the_board_to_its_code(browser: Browser, tmp_path: Path) -> None:
    served = start_server(tmp_path / "var", has_own_office=False)
    try:
        context = browser.new_context(**{**PHONE, "java_script_enabled": False})
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{served.port}/qna")
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        page.fill("[name=q]", "ใบประกอบวิชาชีพ")
        page.get_by_role("button", name="ค้นหา").click()
        assert "KSP Self-Service" in page.inner_text("main")
        with context.expect_page() as opened:
            page.get_by_role("link", name="ถามคำถามใหม่").click()
        ask = opened.value
        ask.fill("[name=text]", "ขอยืมเต็นท์ของหน่วยงานไปจัดงานวัดได้ไหม")
        ask.locator("[data-send]").click()
        ask.get_by_role("button", name="ถามเจ้าหน้าที่").click()
        assert len(ask.inner_text("[data-receipt]")) == 21
        assert not ask.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        context.close()
    finally:
        served.stop()


def test_the_pages_can_be_read_by_everybody(browser: Browser, tmp_path: Path) -> None:
    served, wrong = start_server(tmp_path / "var", has_own_office=False), list[str]()
    context = browser.new_context(**PHONE)
    page = context.new_page()
    try:
        for path in ("/qna", "/qna?lang=en", "/qna?q=ครู", "/qna/k.opening-hours", "/ask"):
            page.goto(f"http://127.0.0.1:{served.port}{path}")
            wrong += [
                f"{path} {found['id']}" for found in Axe().run(page, options=AXE_RULES).response["violations"]
            ]
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                wrong.append(f"{path} is too wide")
    finally:
        context.close()
        served.stop()
    assert wrong == []
