"""A report goes through the proxies of docs/deploy as they are there, and leaves no trace in them."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from tests.end_to_end.deploy.proxies import Proxy, SecureVisitor, open_caddy, open_nginx
from tests.end_to_end.server_process import ServerProcess, Visitor, make_canary, start_server
from tests.in_memory_desk import WHOLE_REPORT

pytestmark = pytest.mark.full("proxies of an office")

STORY = next(line for line in WHOLE_REPORT[3:] if not line.startswith("["))
OPENERS = {"nginx": open_nginx, "caddy": open_caddy}
OPEN_REQUESTS = 40
"""More than nginx.conf lets an address have open."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that both proxies are in front of."""
    server = start_server(tmp_path_factory.mktemp("proxied") / "var")
    yield server
    server.stop()


@pytest.fixture(scope="module", params=OPENERS)
def proxy(
    request: pytest.FixtureRequest, served: ServerProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    """Each proxy in turn."""
    with OPENERS[request.param](served.port, tmp_path_factory.mktemp(request.param)) as opened:
        yield opened


@pytest.fixture(scope="module")
def nginx(served: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """nginx alone, for what only it can do."""
    with open_nginx(served.port, tmp_path_factory.mktemp("alone")) as opened:
        yield opened


def read_all_files(folder: Path) -> bytes:
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix not in {".conf", ".pem"}]
    return b"".join(path.read_bytes() for path in files)


def file_report(visitor: Visitor, story: str) -> None:
    visitor.open_page("/report")
    for line in (*WHOLE_REPORT[2:], "[ส่งเรื่อง]"):
        visitor.say(f"{line} {story}" if line == STORY else line)
    assert visitor.page.receipt


def test_a_report_is_filed_and_followed_through_it(proxy: Proxy) -> None:
    visitor = SecureVisitor(proxy.port)
    canary = make_canary()
    visitor.headers["User-Agent"] = visitor.headers["Referer"] = canary
    file_report(visitor, canary)
    receipt = visitor.page.receipt
    assert all("secure" in cookie.lower() for cookie in visitor.set_cookies)
    other = SecureVisitor(proxy.port)
    other.open_page("/track")
    other.say(receipt)
    assert other.page.status == 200
    assert visitor.request(f"/no-such-page-{canary}").status == 404
    assert canary.encode() not in read_all_files(proxy.folder)
    assert receipt.encode() not in read_all_files(proxy.folder)


def test_a_file_passes_and_is_not_left_at_the_proxy(proxy: Proxy) -> None:
    visitor = SecureVisitor(proxy.port, timeout=60)
    visitor.open_page("/report")
    for line in WHOLE_REPORT[2:5]:
        visitor.say(line)
    canary = make_canary()
    content = b"%PDF-1.4\n" + canary.encode() + b"\n" + b"x" * 3_000_000
    visitor.post_form("", files={"a.pdf": content})
    assert canary.encode() not in read_all_files(proxy.folder)


def test_health_and_figures_are_not_for_everybody(proxy: Proxy, served: ServerProcess) -> None:
    assert Visitor(served.port).request("/readyz").status == 200
    assert SecureVisitor(proxy.port).request("/metrics").status == 404
    for path in ("/healthz", "/readyz"):
        # From another address of this machine, as from anywhere.
        with closing(socket.create_connection(("127.0.0.1", proxy.port), 10, ("127.0.0.2", 0))) as plain:
            answer = ask_securely(
                plain, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{proxy.port}\r\nConnection: close\r\n\r\n"
            )
        assert answer.split()[1] in {b"403", b"404"}


def ask_securely(plain: socket.socket, request: str) -> bytes:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with context.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
        secure.sendall(request.encode())
        return secure.recv(200)


def test_an_update_of_a_platform_that_is_too_large_is_refused(proxy: Proxy) -> None:
    visitor = SecureVisitor(proxy.port)
    page = visitor.request("/telegram/complaints", "POST", b"x" * 1_500_000)
    assert page.status in {404, 413, 502}


def test_an_address_has_no_more_than_its_share_open(nginx: Proxy) -> None:
    head = "POST /report HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n"
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with ExitStack() as stack:
        refused = 0
        for _ in range(OPEN_REQUESTS):
            plain = stack.enter_context(socket.create_connection(("127.0.0.1", nginx.port), 10))
            secure = stack.enter_context(context.wrap_socket(plain, server_hostname="a"))
            secure.sendall(head.encode())
            secure.settimeout(0.05)
            with suppress(TimeoutError):
                refused += b" 503 " in secure.recv(100)
        assert refused > 0


def test_who_is_silent_in_the_middle_is_cut(nginx: Proxy) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", nginx.port), 20) as plain,
        context.wrap_socket(plain, server_hostname="a") as secure,
    ):
        secure.sendall(b"POST /report HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\nhalf")
        while secure.recv(4096):  # it ends: with an answer or without one
            pass


def test_the_onion_service_has_its_own_server(nginx: Proxy) -> None:
    visitor = Visitor(nginx.onion_port)
    canary = make_canary()
    file_report(visitor, canary)
    assert visitor.request("/readyz").status == 404
    assert canary.encode() not in read_all_files(nginx.folder)
