"""/statistics in a real browser: readable by everybody, no requests to others, framed by the office's site only."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.bot.publishing.release_desk import make_busy_desk, make_release_request
from tests.end_to_end.browser_driver import CHROMIUM, DESKTOP, PHONE, launch_chromium
from tests.end_to_end.threaded_server import WebServer
from tests.in_memory_desk import OFFICE

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine"),
    pytest.mark.full("pages in a browser"),
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two desks, made before the browser because asyncio.run does not work beside it."""
    released, nothing = (make_busy_desk(tmp_path_factory.mktemp("desk") / "var") for _ in range(2))
    released.make_release(make_release_request("2569Q1", date(2025, 12, 31)))
    released.make_release()
    return {"released": released.home, "nothing": nothing.home}


@pytest.fixture(scope="module")
def browser(desks: dict[str, Path]) -> Iterator[Browser]:
    """One browser for all pages."""
    with launch_chromium() as one:
        yield one


@contextmanager
def website(frame: str) -> Iterator[str]:
    """Another website that shows an address in a frame; yields its origin."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(f'<!doctype html><iframe src="{frame}" width="800" height="600">'.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("path", ["/statistics", "/statistics?lang=en", "/statistics/2569/1"])
@pytest.mark.parametrize("desk", ["released", "nothing"])
def test_it_is_read_by_everybody(path: str, desk: str, browser: Browser, desks: dict[str, Path]) -> None:
    server = WebServer(desks[desk])
    asked: list[str] = []
    said: list[str] = []
    try:
        for how in (PHONE, DESKTOP):
            context = browser.new_context(**{**how, "java_script_enabled": True})
            page = context.new_page()
            page.on("request", lambda request: asked.append(request.url))
            page.on("console", lambda message: said.append(message.text))
            answer = page.goto(server.address + path)
            assert answer is not None
            if answer.status == 404:
                assert path.endswith("/1")
                assert desk == "nothing"
                said.clear()
                continue
            found = Axe().run(page, options=RULES)
            assert [v["id"] for v in found.response["violations"]] == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            context.close()
    finally:
        server.close()
    assert said == []
    assert all(address.startswith(server.address) for address in asked)


def test_only_the_offices_website_frames_it(browser: Browser, desks: dict[str, Path]) -> None:
    home = desks["released"]
    probe = WebServer(home)
    port = probe.port
    probe.close()
    frame = f"http://127.0.0.1:{port}/statistics"
    with website(frame) as office, website(frame) as stranger:
        server = WebServer(home, OFFICE.model_copy(update={"website": f"{office}/th/"}), port=port)
        try:
            seen = []
            for origin in (office, stranger):
                context = browser.new_context(**DESKTOP)
                page = context.new_page()
                page.goto(origin)
                page.wait_for_timeout(300)
                seen.append("ฉบับทั้งหมด" in page.frames[1].content())
                context.close()
        finally:
            server.close()
    assert seen == [True, False]
