"""Connections that never finish a request or send something else, over a real socket."""

import inspect
import re
import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from bot.web import http_protocol
from bot.web.limits import connections
from tests.end_to_end.threaded_server import WebServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """A server with short timeouts."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(http_protocol, "HEAD_TIMEOUT", 0.5)
        patched.setattr(http_protocol, "WRITE_STALL_TIMEOUT", 0.5)
        patched.setattr(http_protocol, "UNREAD_SECONDS", 0.2)
        patched.setattr(connections, "MAX_CONNECTIONS", 40)
        one = WebServer(tmp_path_factory.mktemp("connection") / "var")
        yield one
        one.close()


def exchange_bytes(server: WebServer, *pieces: bytes, pause: float = 0.0) -> bytes:
    """What comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as line:
        for piece in pieces:
            try:
                line.sendall(piece)
            except OSError:
                break
            time.sleep(pause)
        answer = b""
        try:
            while piece := line.recv(65536):
                answer += piece
        except ConnectionResetError:
            pass
    return answer


def test_what_is_not_http_gets_a_thai_page_with_all_headers(server: WebServer) -> None:
    answer = exchange_bytes(server, b"\x16\x03\x01 rubbish\r\n\r\n")
    head, _, page = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-security-policy: default-src 'none'" in head
    assert b"content-type: text/html; charset=utf-8" in head
    assert int(re.findall(rb"content-length: (\d+)", head)[0]) == len(page)
    assert re.search(r"<h1>[^<]*[\u0e01-\u0e5b]", page.decode())


def test_a_silent_or_unfinished_request_is_closed(server: WebServer) -> None:
    for pieces in ((), (b"GET / HTTP/1.1\r\nHost: x\r\n",)):
        assert exchange_bytes(server, *pieces) == b""


def test_a_slowly_dripping_head_is_closed(server: WebServer) -> None:
    drops = iter([b"GET / HTTP/1.1\r\n", *[b"X-Drop: 1\r\n"] * 400])
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as line, suppress(OSError):
        for drop in drops:
            line.sendall(drop)
            time.sleep(0.05)
    assert [*drops] != []  # the server closed before the head was complete


def test_an_endless_head_is_refused(server: WebServer) -> None:
    lines = [b"GET / HTTP/1.1\r\nHost: x\r\n", *[b"X-Long: " + b"a" * 8000 + b"\r\n"] * 40]
    assert exchange_bytes(server, *lines)[:12] in (b"HTTP/1.1 400", b"")
    assert exchange_bytes(server, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").endswith(
        b"ok\n"
    )


def test_a_request_that_keeps_its_connection_may_ask_again(server: WebServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as line:
        for _ in range(3):
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = b""
            while not answer.endswith(b"ok\n"):
                answer += line.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200")
            time.sleep(0.3)


def test_the_idlest_of_more_connections_than_there_is_room_for_are_closed(
    server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_TIMEOUT", 600)  # so that nothing else closes them
    lines = [socket.create_connection(("127.0.0.1", server.port), timeout=5) for _ in range(45)]
    try:
        assert lines[0].recv(1) == b""
        lines[-1].sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert lines[-1].recv(65536).startswith(b"HTTP/1.1 200")
    finally:
        for line in lines:
            line.close()


def test_who_does_not_read_the_answers_is_hung_up_on(server: WebServer) -> None:
    requests = 600
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.settimeout(10)
        line.connect(("127.0.0.1", server.port))
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * requests)
        time.sleep(2)
        answers = b""
        try:
            while piece := line.recv(1 << 20):
                answers += piece
        except ConnectionResetError:
            pass
    assert 0 < answers.count(b"HTTP/1.1 ") < requests


POST_HEAD = b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
MEGABYTE = b"x" * (1 << 20)


def test_a_body_that_nobody_reads_is_answered_and_little_of_it_is_taken(server: WebServer) -> None:
    sent = 0
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as line:
        line.sendall(POST_HEAD % (200 << 20))
        assert line.recv(65536).startswith(b"HTTP/1.1 404")
        with suppress(ConnectionError):
            while sent < 200:
                line.sendall(MEGABYTE)
                sent += 1
    assert sent < 30  # what the system buffers included


def test_a_body_that_nobody_reads_and_that_stops_is_hung_up_on(server: WebServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as line:
        line.sendall(POST_HEAD % 1000)
        assert b"".join(iter(lambda: line.recv(65536), b"")).startswith(b"HTTP/1.1 404")


def test_after_a_body_that_nobody_reads_but_that_ends_the_next_request_is_answered(server: WebServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as line:
        line.sendall(POST_HEAD % 1000)
        answer = b""
        while not answer.endswith(b"</html>"):
            answer += line.recv(65536)
        assert answer.startswith(b"HTTP/1.1 404")
        line.sendall(b"x" * 1000)
        time.sleep(0.35)  # longer than a body may take that was answered
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert line.recv(65536).startswith(b"HTTP/1.1 200")


OVERRIDDEN = {
    "connection_made": ["transport"],
    "connection_lost": ["exc"],
    "data_received": ["data"],
    "on_message_begin": [],
    "on_headers_complete": [],
    "on_message_complete": [],
    "on_response_complete": [],
    "pause_writing": [],
    "resume_writing": [],
    "send_400_response": ["msg"],
}


def test_uvicorn_still_has_what_the_protocol_builds_on() -> None:
    """`HttpToolsProtocol` is not documented (docs/decisions/0024): a new release may change it."""
    for name, parameters in OVERRIDDEN.items():
        _, *others = inspect.signature(getattr(HttpToolsProtocol, name)).parameters
        assert others == parameters, name
    ours = {name for name in vars(http_protocol.TimeoutHttpProtocol) if not name.startswith("__")}
    assert {*OVERRIDDEN} == ours & {*vars(HttpToolsProtocol)}
    made = HttpToolsProtocol.__init__.__code__.co_names
    assert {"client", "cycle", "loop", "pipeline", "transport"} <= {*made}
    assert {"disconnected", "more_body", "response_complete"} <= {
        *RequestResponseCycle.__init__.__code__.co_names
    }
