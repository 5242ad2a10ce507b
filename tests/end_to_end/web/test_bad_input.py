"""Every request gets a page in Thai that explains what to do, and none affects the other visitors."""

import re
import socket
from collections.abc import Iterator

import pytest

from tests.end_to_end.server_process import (
    MULTIPART_BOUNDARY,
    HtmlPage,
    ServerProcess,
    Visitor,
    encode_multipart,
    open_socket,
    parse_log_events,
    start_server,
)
from tests.end_to_end.test_canaries import find_canaries

pytestmark = pytest.mark.full("a server in its own process")

ADDRESS = "2001:db8:cafe:1234:5678:9abc:def0:1357"
PACKED = socket.inet_pton(socket.AF_INET6, ADDRESS)
AGENT = "KANARYBROWSER"
PROXY = {"X-Forwarded-For": ADDRESS, "User-Agent": AGENT, "Referer": f"https://{AGENT}.example/"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server behind a proxy; no error may occur, and no client's address may be stored or logged."""
    home = tmp_path_factory.mktemp("bad") / "var"
    one = start_server(home, TMPDIR=str(home.parent))
    yield one
    log = one.stop()
    assert set(parse_log_events(log)) <= {"started", "stopped", "ticked", "foreign"}, log  # foreign: not HTTP
    canaries = [ADDRESS, ADDRESS.replace(":", ""), AGENT, "2001:db8:cafe:1200"]
    assert [line for line in log if any(canary in line for canary in canaries)] == []
    assert find_canaries(home, canaries) == []
    assert [path for path in home.rglob("*") if path.is_file() and PACKED in path.read_bytes()] == []


@pytest.fixture
def visitor(served: ServerProcess) -> Visitor:
    """A new visitor, through the proxy."""
    return Visitor(served.port, dict(PROXY))


def assert_error_page(page: HtmlPage, status: int) -> None:
    """One of our pages, in Thai, with a link onwards, not cached."""
    assert page.status == status
    assert re.search(r"[\u0e01-\u0e5b]{3}", page.heading)
    assert 'href="/' in page.body
    assert page.get_header("cache-control") == "no-store"
    assert page.get_header("content-type") == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.get_header("content-security-policy")


ADDRESSES = [
    "/",
    "/report",
    "/track",
    "/privacy",
    "/guideline",
    "/exit",
    "/healthz",
    "/readyz",
    "/static/page.css",
]


@pytest.mark.parametrize("path", ADDRESSES)
def test_verbs_that_are_not_served(visitor: Visitor, path: str) -> None:
    writes = path in ("/report", "/track")
    for verb in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", *([] if writes else ["POST"])):
        page = visitor.request(path, verb)
        assert_error_page(page, 405)
        allowed = {word.strip() for word in page.get_header("allow").split(",")}
        assert "GET" in allowed, (verb, path)
        assert verb not in allowed
        assert not page.cookies


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_head_is_a_get_without_its_body(visitor: Visitor, path: str) -> None:
    page, whole = visitor.request(path, "HEAD"), visitor.request(path)
    assert (page.status, page.body) == (whole.status, "")


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/REPORT",
        "/report/x",
        "/reports",
        "/static/nothing",
        "/static/",
        "/static/fonts",
        "/static/%00",
        "/static/../web.py",
        "/static/%2e%2e/web.py",
        "/static/..%2f..%2f.env",
        "/static/" + "x" * 4000,
        "/%00",
        "/%ff%fe",
        "/%E0%B8%81",
        "/..%2f..%2fetc%2fpasswd",
        "//evil.example/x",
        "/report%0d%0aSet-Cookie:%20a=b",
        "/" + "x" * 20_000,
    ],
)
def test_what_is_not_there(visitor: Visitor, path: str) -> None:
    page = visitor.request(path)
    assert_error_page(page, 404)
    assert not page.cookies


@pytest.mark.parametrize(
    "query", ["?said=%00&said", "?lang=%ff", "?%F0%9F", "?" + "&" * 5000, "?said&lang=en"]
)
def test_a_query_of_any_kind(visitor: Visitor, query: str) -> None:
    for path in ("/", "/report", "/track", "/privacy"):
        page = visitor.request(path + query)
        assert page.status == 200
        assert page.get_header("cache-control") == "no-store"


def test_a_slash_too_many_leads_nowhere_else(visitor: Visitor) -> None:
    page = visitor.request("/report/", Host="evil.example")
    assert page.status in (303, 307, 308, 404)
    assert "evil.example" not in page.get_header("location")


GARBLED = [
    (b"", "text/plain"),
    (b"{}", "application/json"),
    (b"x", "multipart/form-data"),
    (b"x", f"multipart/form-data; boundary={MULTIPART_BOUNDARY}"),
    (encode_multipart({"text": "ก"}, {})[:-9], f"multipart/form-data; boundary={MULTIPART_BOUNDARY}"),
    (b"a=1&" * 1000, "application/x-www-form-urlencoded"),
]


@pytest.mark.parametrize(("body", "kind"), GARBLED)
def test_a_form_that_is_none(visitor: Visitor, body: bytes, kind: str) -> None:
    for path in ("/report", "/track"):
        assert_error_page(visitor.request(path, "POST", body, Content_Type=kind), 400)


def test_letters_of_all_sorts_are_no_fault(visitor: Visitor) -> None:
    visitor.open_page("/report")
    for odd in ("\0", "\ufffd", "\u202e", "x" * 70_000, "\r", "&#0;", "🏛" * 500, "ก\u0e33" * 100):
        assert visitor.submit_form(odd).status == 200
    for odd in (
        "",
        ".",
        "0.",
        "99999999999999999999.next",
        "1.\0",
        "/",
        "/x",
        "-1.back",
        "١.next",
        "1.accept" * 99,
    ):
        assert visitor.submit_form("ก", choice=odd).status == 200
    assert visitor.submit_form("", other="x", file="x" * 10).status == 200


def test_a_length_that_is_none_or_lies(served: ServerProcess) -> None:
    for length in (b"x", b"-1", b"1e9", b"\xd9\xa3", b"9" * 400, b"5\r\nContent-Length: 6"):
        with open_socket(served.port) as one:
            one.sendall(
                b"POST /report HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: " + length
            )
            one.sendall(b"\r\n\r\nhello")
            assert re.match(rb"HTTP/1\.1 4\d\d ", one.recv(65536)), length
    with open_socket(served.port) as one:
        one.sendall(b"POST /report HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n")
        one.sendall(b"Content-Length: 99999999999\r\n\r\nhello")
        assert one.recv(65536).startswith(b"HTTP/1.1 413 ")
