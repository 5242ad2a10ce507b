"""Every page of the short way in both colours and widths: readable by all, no wider than the window, one job each."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from handlers.office import Office
from tests.end_to_end.browser_driver import CHROMIUM, DESKTOP, PHONE
from tests.end_to_end.page_audit import AuditedBrowserDriver
from tests.end_to_end.web.report_steps import STORY, pick_choice
from tests.end_to_end.web.screens import press_value
from tests.in_memory_desk import SHORT_OFFICE_TOML
from tests.samples import write_sample_file

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine"),
    pytest.mark.full("pages in a browser"),
]

WINDOWS: dict[str, dict[str, Any]] = {
    f"{width}-{scheme}": {**window, "color_scheme": scheme}
    for width, window in (("phone", PHONE), ("desk", DESKTOP))
    for scheme in ("light", "dark")
}


@pytest.fixture(params=list(WINDOWS))
def audited(
    browser: Browser, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[AuditedBrowserDriver]:
    """A window that checks each page it reads, at a desk that asks in the short way."""
    (tmp_path / "office.toml").write_text(SHORT_OFFICE_TOML, "utf-8")
    office = Office.model_validate(tomllib.loads(SHORT_OFFICE_TOML))
    one = AuditedBrowserDriver(browser, tmp_path / "var", WINDOWS[request.param], office)
    yield one
    one.close()


def test_every_page_of_the_short_way(audited: AuditedBrowserDriver) -> None:
    page = audited.get_page("ก")

    def check() -> None:
        audited._read_page(page)

    for path in ("/", "/report"):
        page.goto(audited.server.address + path)
        check()
    pick_choice(page, "รับทราบ เริ่มแจ้งเรื่อง")
    check()
    assert "หลายข้อความ" not in page.inner_text("main")
    page.fill("[name=text]", STORY)
    pick_choice(page, "เสร็จแล้ว")
    check()
    pick_choice(page, "ไม่ใช่")
    check()
    assert page.locator(".rows dt").all_inner_texts()[:2] == ["เรื่องที่เล่า:", "ใคร:"]
    press_value(page, "field_evidence")
    check()
    assert page.query_selector("[name=text]") is None  # nothing to explain yet
    sample = write_sample_file(audited.home.parent, "สลิปสมชาย.png")
    audited._wait_for_next(page, lambda: page.set_input_files("[name=file]", sample))
    check()
    press_value(page, "rename_file_1")
    assert page.inner_text(".files [data-say]") == "หลักฐาน 1.png"
    press_value(page, "drop_file_1")
    check()
    assert page.query_selector(".files") is None
    press_value(page, "back")
    press_value(page, "field_named")
    check()
    press_value(page, "back")
    press_value(page, "remove_accused")
    assert "ใคร:" not in page.locator(".rows dt").all_inner_texts()
    press_value(page, "submit")
    check()
    for hidden in ("[name=file]", "details.attach"):
        assert page.query_selector(hidden) is None  # nothing is attached where a code is asked for
    assert audited.violations == []


def test_no_page_of_the_short_way_scrolls_sideways_at_180(audited: AuditedBrowserDriver) -> None:
    page = audited.get_page("ก")
    page.set_viewport_size({"width": 180, "height": 700})
    page.goto(audited.server.address + "/report")
    wide = "document.documentElement.scrollWidth"
    pick_choice(page, "รับทราบ เริ่มแจ้งเรื่อง")
    page.fill("[name=text]", STORY)
    for label in ("เสร็จแล้ว", "ไม่ใช่"):
        pick_choice(page, label)
        assert page.evaluate(wide) <= 180, label
    press_value(page, "field_evidence")
    sample = write_sample_file(audited.home.parent, "สลิปสมชาย.png")
    audited._wait_for_next(page, lambda: page.set_input_files("[name=file]", sample))
    assert page.evaluate(wide) <= 180
