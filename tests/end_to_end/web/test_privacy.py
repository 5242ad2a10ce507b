"""What the web leaves in a browser, and how rate limiting works without identifying anybody."""

import time
from collections.abc import Iterator

import pytest

from tests.end_to_end.server_process import HtmlPage, ServerProcess, Visitor, parse_log_events, start_server
from tests.in_memory_desk import WHOLE_REPORT

pytestmark = pytest.mark.full("a server in its own process")

TYPED = 'รอได้ แต่ไม่อยากพิมพ์ใหม่ "<b>"'
HTTPS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.5"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server in which no error may occur."""
    one = start_server(tmp_path_factory.mktemp("privacy") / "var")
    yield one
    log = one.stop()
    assert set(parse_log_events(log)) <= {"started", "stopped", "ticked"}, log
    assert not [line for line in log if "203.0.113" in line or "198.51.100" in line]


def file_report(visitor: Visitor) -> HtmlPage:
    """File a whole report."""
    visitor.open_page("/report")
    for answer in (*WHOLE_REPORT[2:], "[ส่งเรื่อง]"):
        visitor.say(answer)
    assert visitor.page.receipt
    return visitor.page


def get_cookie_attributes(cookie: str) -> set[str]:
    """The attributes of a cookie."""
    return {word.strip().lower() for word in cookie.split(";")[1:]}


@pytest.mark.parametrize("headers", [HTTPS, {}], ids=["https", "http"])
def test_cookies_of_a_whole_visit(served: ServerProcess, headers: dict[str, str]) -> None:
    visitor = Visitor(served.port, dict(headers))
    file_report(visitor)
    visitor.open_page("/track")
    visitor.submit_form("x", csrf="")
    assert {path for path, _ in visitor.cookie_jar} == {"/report", "/track"}
    assert len(set(visitor.cookie_jar.values())) == 1 or len(visitor.cookie_jar) == 2
    visitor.request("/exit")
    assert len(visitor.set_cookies) > 30
    for cookie in visitor.set_cookies:
        assert {"httponly", "samesite=lax"} <= get_cookie_attributes(cookie), cookie
        assert ("secure" in get_cookie_attributes(cookie)) is bool(headers), cookie


def test_pages_that_are_only_read_leave_nothing(served: ServerProcess) -> None:
    visitor = Visitor(served.port)
    for path in ("/", "/privacy", "/?lang=en", "/nothing", "/static/page.css", "/healthz"):
        visitor.request(path)
    assert visitor.set_cookies == []


def test_the_quick_exit_leads_away_and_takes_all_along(served: ServerProcess) -> None:
    visitor = Visitor(served.port)
    file_report(visitor)
    token = next(iter(visitor.cookie_jar.values())).partition(".")[0]
    assert len(visitor.cookie_jar) == 2
    page = visitor.request("/exit")
    assert page.status == 303
    assert page.get_header("location").startswith("https://")
    assert visitor.cookie_jar == {}
    assert (
        page.get_header("clear-site-data") == ""
    )  # it would sign people out of the office's other sites too
    assert token not in page.body + str(page.headers)
    assert visitor.open_page("/report?said").receipt == ""


def test_nothing_of_a_person_stands_in_an_address_or_a_memory(served: ServerProcess) -> None:
    visitor = Visitor(served.port)
    page = file_report(visitor)
    moved = visitor.post_form(TYPED)
    assert moved.status == 303
    assert moved.get_header("location") in ("/report?said", "/track?said")
    receipt = page.receipt
    for answer in (
        page,
        moved,
        visitor.request("/track"),
        visitor.request("/report", "POST"),
        visitor.request("/exit"),
    ):
        assert answer.get_header("cache-control") == "no-store", answer.status
        assert answer.get_header("referrer-policy") == "no-referrer"
        assert answer.get_header("etag") + answer.get_header("last-modified") == ""
        assert receipt not in str(answer.headers)


def test_a_case_is_not_to_be_seen_by_a_browser_that_comes_later(served: ServerProcess) -> None:
    visitor = Visitor(served.port)
    receipt = file_report(visitor).receipt
    visitor.say("[ข้าม]")
    for path in ("/report", "/track", "/report?said"):
        assert receipt not in visitor.open_page(path).body
    assert receipt not in Visitor(served.port).open_page("/report?said").body


def post_until_limited(visitor: Visitor) -> HtmlPage:
    """Post until the rate limit is reached."""
    visitor.open_page("/report")
    for _ in range(1000):
        page = visitor.post_form(TYPED, csrf="x")
        if page.status == 429:
            return page
        assert page.status == 403
    raise AssertionError("never")


def test_a_crowd_is_asked_to_wait_and_keeps_its_words(served: ServerProcess) -> None:
    visitor = Visitor(served.port, {"X-Forwarded-For": "198.51.100.7"})
    neighbour = Visitor(served.port, {"X-Forwarded-For": "198.51.100.200"})
    neighbour.open_page("/report")
    kept = len([*(served.home / "complaints" / "evidence").glob("*")])
    page = post_until_limited(visitor)
    refused = neighbour.submit_form(TYPED, files={"a.txt": b"x"})  # at once: the limit recovers slowly
    assert (refused.status, refused.textbox_text) == (429, TYPED)
    assert len([*(served.home / "complaints" / "evidence").glob("*")]) == kept
    assert page.textbox_text == TYPED
    assert page.get_header("cache-control") == "no-store"
    wait = int(page.get_header("retry-after"))
    assert 1 <= wait <= 60
    assert f"{wait} วินาที" in page.visible_text
    for other in ({"X-Forwarded-For": "198.51.101.7"}, {}):
        stranger = Visitor(served.port, other)
        stranger.open_page("/report")
        assert stranger.submit_form(TYPED).status == 200
    assert visitor.open_page("/report").status == 200  # reading is not limited
    time.sleep(wait)
    neighbour.page = refused
    assert neighbour.submit_form(refused.textbox_text).status == 200


def test_a_proxy_s_word_counts_only_from_the_proxy(served: ServerProcess) -> None:
    first = Visitor(served.port, {"X-Forwarded-For": "198.51.100.99, 192.0.2.1"})
    first.open_page("/report")
    assert (
        first.submit_form(TYPED).status == 200
    )  # the last address is set by our proxy; a client can forge the ones before it
