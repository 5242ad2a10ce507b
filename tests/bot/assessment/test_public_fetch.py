"""Public pages are fetched within bounds, and nothing private but what the office configured."""

import asyncio
import socket
from collections.abc import Iterator

import pytest

from bot.assessment import public_fetch
from bot.assessment.public_fetch import (
    FetchedPage,
    FetchProblem,
    get_site,
    open_public_fetcher,
)
from tests.bot.assessment.office_front import LoopbackSite, serve_site


@pytest.fixture
def site() -> Iterator[LoopbackSite]:
    with serve_site(LoopbackSite()) as served:
        yield served


def fetch(address: str, *own: str) -> FetchedPage:
    async def run() -> FetchedPage:
        async with open_public_fetcher(own) as fetcher:
            return await fetcher.fetch(address)

    return asyncio.run(run())


def test_a_page_of_the_office_is_fetched_through_its_redirects(site: LoopbackSite) -> None:
    site.pages["/home"] = "<p>สวัสดี"
    site.redirects["/"] = "/home"
    found = fetch(site.address, site.address)
    assert (found.address, found.body, found.problem) == (f"{site.address}/home", "<p>สวัสดี", None)


def test_what_cannot_be_had_says_why(site: LoopbackSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_fetch, "MAX_PAGE_BYTES", 1000)
    site.pages["/large"] = "x" * 1001
    site.redirects["/loop"] = "/loop"
    site.redirects["/mail"] = "mailto:somebody@example.com"
    problems = {
        path: fetch(f"{site.address}{path}", site.address).problem
        for path in ("/large", "/loop", "/mail", "/nothing")
    }
    assert problems == {
        "/large": FetchProblem.TOO_LARGE,
        "/loop": FetchProblem.REDIRECTS,
        "/mail": FetchProblem.PRIVATE,
        "/nothing": FetchProblem.STATUS,
    }
    assert fetch("").problem is FetchProblem.NO_ADDRESS
    assert fetch("http://[::1").problem is FetchProblem.UNREACHABLE


def test_a_private_address_that_nobody_configured_is_never_asked(site: LoopbackSite) -> None:
    site.pages["/"] = "secret"
    port = site.address.rpartition(":")[2]
    for host in ("127.0.0.1", "localhost", "127.1", "2130706433", "0.0.0.0", "[::ffff:127.0.0.1]"):
        assert fetch(f"http://{host}:{port}/").problem in {FetchProblem.PRIVATE, FetchProblem.UNREACHABLE}, (
            host
        )
    assert fetch(f"http://user:word@127.0.0.1:{port}/", site.address).problem is FetchProblem.PRIVATE
    assert site.asked == []


def test_a_website_cannot_lead_to_a_private_address(site: LoopbackSite) -> None:
    port = site.address.rpartition(":")[2]
    site.redirects["/"] = f"http://localhost:{port}/secret"
    site.pages["/secret"] = "secret"
    assert fetch(site.address, site.address).problem is FetchProblem.PRIVATE
    assert [path for path, _ in site.asked] == ["/"]


def test_a_site_that_never_answers_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_fetch, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert fetch(address, address).problem is FetchProblem.TIMEOUT


def test_a_site_is_the_same_by_http_and_https() -> None:
    assert get_site("http://a.go.th/x") == get_site("https://A.go.th:443/") == ("a.go.th", 443)
    assert get_site("http://a.go.th:8080") == ("a.go.th", 8080)
    assert get_site("http://[") == ("", 0)
