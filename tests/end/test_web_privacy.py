"""What the web leaves in a browser, and how a crowd is held back without knowing anybody in it."""

import time
from collections.abc import Iterator

import pytest

from tests.end.web_server import HtmlPage, ServerProcess, Visitor, events, start
from tests.play import WHOLE_REPORT

TYPED = 'รอได้ แต่ไม่อยากพิมพ์ใหม่ "<b>"'
HTTPS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.5"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server, in which nothing breaks."""
    one = start(tmp_path_factory.mktemp("privacy") / "var")
    yield one
    log = one.ends()
    assert set(events(log)) <= {"started", "stopped", "ticked"}, log
    assert not [line for line in log if "203.0.113" in line or "198.51.100" in line]


def filed(visitor: Visitor) -> HtmlPage:
    """A whole report, sent."""
    visitor.opens("/report")
    for answer in (*WHOLE_REPORT[2:], "[ส่งเรื่อง]"):
        visitor.says(answer)
    assert visitor.page.receipt
    return visitor.page


def words(cookie: str) -> set[str]:
    """What is said of a cookie."""
    return {word.strip().lower() for word in cookie.split(";")[1:]}


@pytest.mark.parametrize("headers", [HTTPS, {}], ids=["https", "http"])
def test_cookies_of_a_whole_visit(served: ServerProcess, headers: dict[str, str]) -> None:
    visitor = Visitor(served.port, dict(headers))
    filed(visitor)
    visitor.opens("/track")
    visitor.sends("x", csrf="")
    assert {path for path, _ in visitor.jar} == {"/report", "/track"}
    assert len(set(visitor.jar.values())) == 1 or len(visitor.jar) == 2
    visitor.asks("/exit")
    assert len(visitor.set_cookies) > 30
    for cookie in visitor.set_cookies:
        assert {"httponly", "samesite=lax"} <= words(cookie), cookie
        assert ("secure" in words(cookie)) is bool(headers), cookie


def test_pages_that_are_only_read_leave_nothing(served: ServerProcess) -> None:
    visitor = Visitor(served.port)
    for path in ("/", "/privacy", "/?lang=en", "/nothing", "/static/page.css", "/healthz"):
        visitor.asks(path)
    assert visitor.set_cookies == []


def test_the_quick_exit_leads_away_and_takes_all_along(served: ServerProcess) -> None:
    visitor = Visitor(served.port)
    filed(visitor)
    token = next(iter(visitor.jar.values())).partition(".")[0]
    assert len(visitor.jar) == 2
    page = visitor.asks("/exit")
    assert page.status == 303
    assert page.header("location").startswith("https://")
    assert visitor.jar == {}
    assert page.header("clear-site-data") == ""  # it would sign people out of the office's other sites too
    assert token not in page.body + str(page.headers)
    assert visitor.opens("/report?said").receipt == ""


def test_nothing_of_a_person_stands_in_an_address_or_a_memory(served: ServerProcess) -> None:
    visitor = Visitor(served.port)
    page = filed(visitor)
    moved = visitor.posts(TYPED)
    assert moved.status == 303
    assert moved.header("location") in ("/report?said", "/track?said")
    receipt = page.receipt
    for answer in (
        page,
        moved,
        visitor.asks("/track"),
        visitor.asks("/report", "POST"),
        visitor.asks("/exit"),
    ):
        assert answer.header("cache-control") == "no-store", answer.status
        assert answer.header("referrer-policy") == "no-referrer"
        assert answer.header("etag") + answer.header("last-modified") == ""
        assert receipt not in str(answer.headers)


def test_a_case_is_not_to_be_seen_by_a_browser_that_comes_later(served: ServerProcess) -> None:
    visitor = Visitor(served.port)
    receipt = filed(visitor).receipt
    visitor.says("[ข้าม]")
    for path in ("/report", "/track", "/report?said"):
        assert receipt not in visitor.opens(path).body
    assert receipt not in Visitor(served.port).opens("/report?said").body


def crowded(visitor: Visitor) -> HtmlPage:
    """Write until one is asked to wait."""
    visitor.opens("/report")
    for _ in range(1000):
        page = visitor.posts(TYPED, csrf="x")
        if page.status == 429:
            return page
        assert page.status == 403
    raise AssertionError("never")


def test_a_crowd_is_asked_to_wait_and_keeps_its_words(served: ServerProcess) -> None:
    visitor = Visitor(served.port, {"X-Forwarded-For": "198.51.100.7"})
    neighbour = Visitor(served.port, {"X-Forwarded-For": "198.51.100.200"})
    neighbour.opens("/report")
    kept = len([*(served.home / "complaints" / "evidence").glob("*")])
    page = crowded(visitor)
    refused = neighbour.sends(TYPED, files={"a.txt": b"x"})  # at once: room comes back by and by
    assert (refused.status, refused.text) == (429, TYPED)
    assert len([*(served.home / "complaints" / "evidence").glob("*")]) == kept
    assert page.text == TYPED
    assert page.header("cache-control") == "no-store"
    wait = int(page.header("retry-after"))
    assert 1 <= wait <= 60
    assert f"{wait} วินาที" in page.words
    for other in ({"X-Forwarded-For": "198.51.101.7"}, {}):
        stranger = Visitor(served.port, other)
        stranger.opens("/report")
        assert stranger.sends(TYPED).status == 200
    assert visitor.opens("/report").status == 200  # reading is free
    time.sleep(wait)
    neighbour.page = refused
    assert neighbour.sends(refused.text).status == 200


def test_a_proxy_s_word_counts_only_from_the_proxy(served: ServerProcess) -> None:
    first = Visitor(served.port, {"X-Forwarded-For": "198.51.100.99, 192.0.2.1"})
    first.opens("/report")
    assert (
        first.sends(TYPED).status == 200
    )  # the nearest address is theirs; what stands before it anyone may write
