"""Endless uploads, stalled uploads and crowds: each gets a response, and no other visitor has to wait."""

import asyncio
import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.web.limits import upload_limits
from bot.web.limits.upload_limits import MAX_CONCURRENT_UPLOADS, STANDSTILL_SECONDS
from tests.end_to_end.server_process import (
    MULTIPART_BOUNDARY,
    HtmlPage,
    ServerProcess,
    Visitor,
    encode_multipart,
    open_socket,
    parse_log_events,
    raise_file_limit,
    start_server,
)
from tests.end_to_end.threaded_server import WebServer
from tests.end_to_end.web.test_bad_input import assert_error_page
from tests.in_memory_desk import WHOLE_REPORT

MEGABYTE = 1024 * 1024


pytestmark = pytest.mark.full("load")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that may open many connections; no error may occur in it."""
    with raise_file_limit(6000):
        one = start_server(tmp_path_factory.mktemp("load") / "var")
        yield one
    log = one.stop()
    assert set(parse_log_events(log)) <= {"started", "stopped", "ticked"}, log


@pytest.fixture
def visitor(served: ServerProcess) -> Visitor:
    return Visitor(served.port)


def open_report_until(visitor: Visitor, lines: int) -> HtmlPage:
    """A report up to the answer of that number."""
    visitor.open_page("/report")
    for answer in WHOLE_REPORT[2 : 2 + lines]:
        visitor.say(answer)
    return visitor.page


def make_huge_body(before: bytes, size: int, after: bytes) -> Iterator[bytes]:
    """A body that is generated while it is sent."""
    piece = bytes(MEGABYTE // 4)
    yield before
    for _ in range(size // len(piece)):
        yield piece
    yield after


def post_huge_form(visitor: Visitor, fields: dict[str, str], name: str | None, *, told: bool) -> HtmlPage:
    """Send a form with 200 MB in it, as a file or as a text; with Content-Length or chunked."""
    size = 200 * MEGABYTE
    whole = encode_multipart(
        {**fields, **({"text": "@"} if name is None else {})}, {} if name is None else {name: b"@"}
    )
    before, after = whole.rsplit(b"@", 1)
    more = {"Content_Length": str(len(before) + size + len(after))} if told else {}
    return visitor.request(
        "/report",
        "POST",
        make_huge_body(before, size, after),
        Content_Type=f"multipart/form-data; boundary={MULTIPART_BOUNDARY}",
        **more,
    )


@pytest.mark.parametrize(
    ("proven", "name", "told", "status"),
    [
        (True, "film.mp4", True, 303),
        (True, None, True, 413),
        (False, "film.mp4", False, 403),
        (False, None, False, 403),
    ],
)
def test_two_hundred_megabytes(
    served: ServerProcess, visitor: Visitor, proven: bool, name: str | None, told: bool, status: int
) -> None:
    asked = open_report_until(visitor, 7)
    visitor.submit_form(files={"ก.txt": b"x" * MEGABYTE})  # modules loaded on first use are loaded by now
    fields = {"csrf": visitor.page.fields["csrf"] if proven else "x"}
    kept = len([*(served.home / "complaints" / "evidence").glob("*")])
    served.reset_peak_memory()
    before = served.memory_bytes()
    page = post_huge_form(visitor, fields, name, told=told)
    assert served.peak_memory_bytes() - before < 10 * MEGABYTE
    assert page.status == status
    if status == 303:
        page = visitor.open_page(page.get_header("location"))
        assert "20 MB" in page.visible_text
        assert_error_page(page, 200)
    else:
        assert_error_page(page, status)
    assert len([*(served.home / "complaints" / "evidence").glob("*")]) == kept
    assert visitor.open_page("/report").heading == asked.heading


def test_a_body_that_stops_half_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = WebServer(tmp_path / "var")
    try:
        monkeypatch.setattr(upload_limits, "UPLOAD_IDLE_TIMEOUT", 0.3)
        with open_socket(server.port) as slow:
            slow.sendall(b"POST /report HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n")
            slow.sendall(b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n")
            assert Visitor(server.port).open_page("/report").status == 200  # other visitors do not wait
            answer = b"".join(iter(lambda: slow.recv(65536), b""))
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert "สัญญาณ".encode() in answer
        with open_socket(server.port) as gone:
            gone.sendall(b"POST /report HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n")
            gone.sendall(b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n")
        assert Visitor(server.port).open_page("/report").status == 200
    finally:
        server.close()


HEALTH_REQUEST = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
IDLE = [
    b"",
    b"\r\n",
    b"G",
    b"GET /report HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    HEALTH_REQUEST,
    HEALTH_REQUEST + b"\r\n",
    HEALTH_REQUEST + b"GET /report HTTP/1.1\r\n",
]
"""Clients that send nothing, never finish, stay after the response, or start again and stop."""


def drain_sockets(waiting: selectors.BaseSelector, until: float) -> list[int]:
    """Read until the server has closed all sockets or time is over; returns the open ones by what they sent first."""
    while waiting.get_map() and time.monotonic() < until:
        for key, _ in waiting.select(1):
            assert isinstance(key.fileobj, socket.socket)
            try:
                if key.fileobj.recv(65536):
                    continue
            except ConnectionError:
                pass
            waiting.unregister(key.fileobj)
    return sorted({key.data for key in waiting.get_map().values()})


def connect_without_reading(port: int) -> socket.socket:
    """A connection that requests far more than a network buffers, and reads none of it."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.settimeout(5)
    one.connect(("127.0.0.1", port))
    one.sendall(b"GET /static/fonts/sarabun-thai-400-normal.woff2 HTTP/1.1\r\nHost: x\r\n\r\n" * 700)
    return one


def test_a_thousand_idle_connections_keep_nobody_waiting(served: ServerProcess) -> None:
    before = served.count_sockets()
    with raise_file_limit(6000), ExitStack() as stack, selectors.DefaultSelector() as waiting:
        opened = []
        for _ in range(5):
            stack.enter_context(connect_without_reading(served.port))
        for n in range(1000):
            one = stack.enter_context(open_socket(served.port))
            one.sendall(IDLE[n % len(IDLE)])
            one.setblocking(False)
            waiting.register(one, selectors.EVENT_READ, n % len(IDLE))
            opened.append(one)
        page = Visitor(served.port).request("/report")
        assert_error_page(page, 200)
        time.sleep(1)
        for one in opened[5 :: len(IDLE)]:  # after the response, so that it belongs to no request
            one.sendall(b"\r\n")
        until = time.monotonic() + 60
        assert drain_sockets(waiting, until) == []
        while served.count_sockets() > before and time.monotonic() < until:
            time.sleep(0.2)
        assert served.count_sockets() <= before  # connections that never read are closed too


def test_what_is_remembered_for_people_is_little(served: ServerProcess) -> None:
    """Text beside a language choice is remembered, but within a limit."""
    served.reset_peak_memory()
    before = served.memory_bytes()
    for _ in range(60):
        visitor = Visitor(served.port)
        visitor.open_page("/report")
        assert visitor.submit_form("x" * 900_000, pick="English").status == 200
    assert served.memory_bytes() - before < 20 * MEGABYTE


def test_five_hundred_at_once_are_all_answered(served: ServerProcess) -> None:
    async def ask() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(b"GET /report HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = await reader.read()
        writer.close()
        return answer

    async def work() -> list[bytes]:
        return await asyncio.wait_for(asyncio.gather(*(ask() for _ in range(500))), 20)

    answers = asyncio.run(work())
    served_well = [answer for answer in answers if answer.startswith(b"HTTP/1.1 200 ")]
    asked_to_wait = [answer for answer in answers if answer.startswith(b"HTTP/1.1 503 ")]
    assert len(served_well) + len(asked_to_wait) == 500
    assert len(served_well) >= 350
    for answer in asked_to_wait:
        assert "โปรดรอสักครู่".encode() in answer
        assert b"retry-after:" in answer.lower()
        assert b"no-store" in answer
    assert_error_page(Visitor(served.port).request("/report"), 200)


def test_those_who_send_a_crumb_at_a_time_make_room_for_the_others(
    served: ServerProcess, visitor: Visitor
) -> None:
    open_report_until(visitor, 2)
    with ExitStack() as stack:
        crumbs = [stack.enter_context(open_socket(served.port)) for _ in range(MAX_CONCURRENT_UPLOADS + 250)]
        for one in crumbs:
            one.sendall(b"POST /report HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n")
            one.sendall(b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n")
        time.sleep(STANDSTILL_SECONDS + 0.5)
        assert Visitor(served.port).open_page("/").status == 200
        assert visitor.submit_form("เจ้าหน้าที่เรียกรับเงินก่อนตรวจรับงาน").status == 200
