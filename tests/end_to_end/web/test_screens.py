"""Every screen of the citizens' pages in each width and colour, with JavaScript and without: all can read it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.end_to_end.browser_driver import CHROMIUM
from tests.end_to_end.page_audit import AXE_RULES
from tests.end_to_end.server_process import ServerProcess, start_server
from tests.end_to_end.web.screens import (
    FIELDS,
    PATHS_OF_SERVICE,
    WINDOWS,
    open_desk_of_short_way,
    visit_complaints,
    visit_service,
)

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine"),
    pytest.mark.full("pages in a browser"),
]
NARROWEST = 180
"""CSS px: a phone on which letters are twice as large."""


class ScreenAudit:
    """Collects what is wrong with screens, and which were seen."""

    def __init__(self, window: dict[str, Any]) -> None:
        self.size, self.seen, self.wrong = window["viewport"], list[str](), list[str]()

    def __call__(self, screen: str, page: Page) -> None:
        """Check one screen in its own width, for everybody, and in the narrowest."""
        self.seen.append(screen)
        self.wrong += [
            f"{screen}: {one['id']}" for one in Axe().run(page, options=AXE_RULES).response["violations"]
        ]
        for width in (self.size["width"], NARROWEST):
            page.set_viewport_size({**self.size, "width": width})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                self.wrong.append(f"{screen}: wider than {width}")
        page.set_viewport_size(self.size)


@pytest.mark.parametrize("window", list(WINDOWS))
def test_every_screen_of_a_report_and_its_case(window: str, browser: Browser, tmp_path: Path) -> None:
    audit = ScreenAudit(WINDOWS[window])
    door = open_desk_of_short_way(browser, tmp_path, WINDOWS[window])
    try:
        visit_complaints(door, audit)
    finally:
        door.close()
    assert audit.wrong == []
    assert {f"field {name}" for name in FIELDS} < set(audit.seen)
    assert "case, withdrawn" in audit.seen


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    one = start_server(tmp_path_factory.mktemp("service") / "var", has_own_office=False)
    yield one
    one.stop()


@pytest.mark.parametrize("window", list(WINDOWS))
def test_every_screen_of_questions_and_opinions(window: str, browser: Browser, served: ServerProcess) -> None:
    audit = ScreenAudit(WINDOWS[window])
    context = browser.new_context(**WINDOWS[window])
    try:
        visit_service(f"http://127.0.0.1:{served.port}", context.new_page(), audit)
    finally:
        context.close()
    assert audit.wrong == []
    assert {*PATHS_OF_SERVICE, "question", "opinion 3"} <= set(audit.seen)
