"""The browser's proxy reaches the office's own hosts and public addresses, and no other."""

import asyncio
from collections.abc import Iterator

import pytest

from bot.assessment.public_proxy import open_public_proxy
from tests.bot.assessment.office_front import LoopbackSite, serve_site


@pytest.fixture
def site() -> Iterator[LoopbackSite]:
    with serve_site(LoopbackSite({"/page?a=1": "hello"})) as served:
        yield served


def send(request: str, *own: str) -> str:
    async def run() -> bytes:
        async with asyncio.timeout(20), open_public_proxy(own) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request.replace("\n", "\r\n").encode())
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
            return answer

    return asyncio.run(run()).decode("latin-1")


def test_a_page_of_an_own_host_comes_through(site: LoopbackSite) -> None:
    answer = send(
        f"GET {site.address}/page?a=1 HTTP/1.1\nHost: x\nProxy-Connection: keep-alive\n\n", site.address
    )
    assert answer.startswith("HTTP/1.0 200")
    assert answer.endswith("hello")
    ((path, headers),) = site.asked
    assert path == "/page?a=1"
    assert "Proxy-Connection" not in headers


def test_a_tunnel_to_an_own_host_comes_through(site: LoopbackSite) -> None:
    host = site.address.removeprefix("http://")
    answer = send(f"CONNECT {host} HTTP/1.1\n\nGET /page?a=1 HTTP/1.1\nConnection: close\n\n", site.address)
    assert answer.startswith("HTTP/1.1 200 Connected")
    assert answer.endswith("hello")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254"])
def test_a_private_address_is_refused(host: str, site: LoopbackSite) -> None:
    port = site.address.rpartition(":")[2]
    for request in (f"GET http://{host}:{port}/page?a=1 HTTP/1.1\n\n", f"CONNECT {host}:{port} HTTP/1.1\n\n"):
        assert send(request).startswith("HTTP/1.1 403")
    assert site.asked == []


def test_another_port_of_an_own_host_is_refused_where_it_is_private(site: LoopbackSite) -> None:
    with serve_site(LoopbackSite()) as other:
        request = f"GET {other.address}/page HTTP/1.1\n\n"
        assert send(request, site.address).startswith("HTTP/1.1 403")
        assert other.asked == []


def test_what_is_no_request_is_left_without_an_answer() -> None:
    for request in ("hello\n\n", "GET /page HTTP/1.1\n\n", "GET ftp://a.go.th/ HTTP/1.1\n\n"):
        assert send(request) == ""
