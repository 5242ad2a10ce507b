"""Fetching public pages: bounded, never at a private address, not followed elsewhere; and a roll-up's sites with it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.fetching.public_sites import (
    AddressNotPublicError,
    FetchLimits,
    PageTooLargeError,
    PublicOnlyResolver,
    PublicSites,
    SiteFetchError,
    SiteTimeoutError,
    is_public_address,
    open_public_sites,
)
from bot.rollup.reading import MAX_FILE_BYTES, OfficeSilentError, open_site_reader
from bot.rollup.releases import ReadRelease, check_release
from ita_stats.rollup.model import ReleaseFault, ReleaseSummary
from tests.bot.rollup.made_offices import YEAR, MadeOffice, make_key

Pages = Mapping[str, bytes | str | int]
"""What a site has: content, where a page leads to, or a status."""


def with_site(pages: Pages, scene: Callable[[str], Awaitable[None]]) -> None:
    """Serve pages on this machine for a scene, which gets the site's address."""

    async def answer(request: web.Request) -> web.Response:
        found = pages.get(request.path, 404)
        match found:
            case bytes():
                return web.Response(body=found)
            case str():
                return web.Response(status=302, headers={"location": found})
            case _:
                return web.Response(status=found)

    async def run() -> None:
        app = web.Application()
        app.router.add_get("/{rest:.*}", answer)
        async with TestServer(app, host="127.0.0.1") as server:
            await scene(str(server.make_url("")).rstrip("/"))

    asyncio.run(run())


LIMITS = FetchLimits()


def fetch(
    pages: Pages, path: str, limits: FetchLimits = LIMITS, exempt: tuple[str, ...] = ("127.0.0.1",)
) -> bytes:
    """Fetch a page of a site, and return its content."""
    found = []

    async def scene(site: str) -> None:
        async with open_public_sites(exempt) as sites:
            found.append((await sites.fetch(site + path, limits)).content)

    with_site(pages, scene)
    return found[0]


PRIVATE = (
    "10.1.2.3 192.168.0.1 169.254.169.254 100.64.0.1 ::1 fe80::1 fc00::1 224.0.0.1 ::ffff:10.0.0.1 "
    "2002:7f00:1:: 0.0.0.0 no-address "
    "64:ff9b::10.0.0.1 64:ff9b::127.0.0.1 64:ff9b:1::a00:1 2001:0:4136:e378:8000:63bf:f5ff:fffe ::10.0.0.1 "
    "::ffff:0:10.0.0.1 "
    "2002:808:808::5efe:10.0.0.1 2606:4700::200:5efe:c0a8:1 3fff::1 5f00::1 fec0::1 2001:db8::1 fe80::1%eth0 127.1"
)


@pytest.mark.parametrize("address", PRIVATE.split())
def test_what_is_not_public(address: str) -> None:
    assert not is_public_address(address)


PUBLIC = ("8.8.8.8", "2001:4860:4860::8888", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8", "2002:808:808::1")


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public(address: str) -> None:
    assert is_public_address(address)


def test_nothing_private_is_fetched_by_address_name_or_redirect() -> None:
    pages: Pages = {"/": b"secret", "/out": "http://localhost:1/x"}
    with pytest.raises(SiteFetchError):
        fetch(pages, "/", exempt=())
    with pytest.raises(SiteFetchError):
        fetch(pages, "/out")
    assert fetch(pages, "/") == b"secret"


WRITTEN_OTHERWISE = (
    "127。0。0。1 127.0.0.1 ①27.0.0.1 1²7.0.0.1 127.0.0.1. 127.1 2130706433 0x7f.1 0177.0.0.1 "
    "[::ffff:127.0.0.1]"
)


@pytest.mark.parametrize("host", WRITTEN_OTHERWISE.split())
def test_this_machine_written_otherwise_is_refused(host: str) -> None:
    pages: dict[str, bytes | str | int] = {"/": b"secret"}

    async def scene(site: str) -> None:
        address = site.replace("127.0.0.1", host) + "/"
        pages["/out"] = address
        async with open_public_sites() as sites:
            with pytest.raises(SiteFetchError):
                await sites.fetch(address, LIMITS)
        async with open_public_sites(["localhost"]) as sites:
            with pytest.raises(SiteFetchError):
                await sites.fetch(site.replace("127.0.0.1", "localhost") + "/out", LIMITS)

    with_site(pages, scene)


def test_a_name_that_leads_to_this_machine_is_refused() -> None:
    async def scene(site: str) -> None:
        named = site.replace("127.0.0.1", "localhost")
        async with open_public_sites() as sites:
            with pytest.raises(SiteFetchError):
                await sites.fetch(named, FetchLimits())
        async with open_public_sites(["localhost"]) as sites:
            assert (await sites.fetch(named, FetchLimits())).status == 200

    with_site({"/": b"x"}, scene)


def test_size_redirects_and_odd_addresses_are_bounded() -> None:
    pages: Pages = {
        "/big": b"x" * 1001,
        "/round": "/round",
        "/a": "/b",
        "/b": b"found",
        "/odd": "file:///etc/passwd",
    }
    with pytest.raises(PageTooLargeError):
        fetch(pages, "/big", FetchLimits(max_bytes=1000))
    assert fetch(pages, "/big", FetchLimits(max_bytes=1001)) == b"x" * 1001
    assert fetch(pages, "/a") == b"found"
    for path in ("/round", "/odd"):
        with pytest.raises(SiteFetchError):
            fetch(pages, path)


def test_the_time_of_a_page_is_for_all_of_its_redirects() -> None:
    async def answer(request: web.Request) -> web.Response:
        await asyncio.sleep(0.05)
        return web.Response(status=302, headers={"location": request.path + "x"})

    async def run() -> None:
        app = web.Application()
        app.router.add_get("/{rest:.*}", answer)
        async with TestServer(app, host="127.0.0.1") as server, open_public_sites(["127.0.0.1"]) as sites:
            with pytest.raises(SiteTimeoutError):
                await sites.fetch(str(server.make_url("/")), FetchLimits(seconds=0.3, redirects=1000))

    asyncio.run(run())


def test_a_name_with_a_private_address_beside_a_public_one_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def run() -> None:
        async def find(*_: object, **__: object) -> list[tuple[object, ...]]:
            return [(2, 1, 6, "", ("8.8.8.8", 80)), (2, 1, 6, "", ("10.0.0.1", 80))]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", find)
        with pytest.raises(AddressNotPublicError):
            await PublicOnlyResolver(()).resolve("both.example")

    asyncio.run(run())


def test_credentials_in_an_address_are_refused() -> None:
    async def run() -> None:
        async with open_public_sites() as sites:
            assert isinstance(sites, PublicSites)
            with pytest.raises(SiteFetchError):
                await sites.fetch("https://user:word@example.com/", FetchLimits())

    asyncio.run(run())


def build_site(office: MadeOffice) -> dict[str, bytes | str | int]:
    """A site as the product serves it: stable addresses lead to those of a release."""
    pages: dict[str, bytes | str | int] = {}
    for link, text, as_of, number in (
        ("latest", "fy2570", date(2026, 10, 31), 1),
        (str(YEAR), "fy2569", date(2026, 9, 30), 12),
    ):
        at = f"/statistics/{text[2:]}/{number}"
        for name, content in office.build_release(text, as_of, number).items():
            pages[f"{at}/{name}"] = content
        pages[f"/statistics/{link}/manifest.json"] = f"{at}/manifest.json"
    return pages


def read_site(pages: Pages) -> list[ReadRelease | ReleaseFault]:
    found: list[ReadRelease | ReleaseFault] = []

    async def scene(site: str) -> None:
        async with open_site_reader() as reader:
            found.extend(await reader.read_site(site, YEAR))

    with_site(pages, scene)
    return found


def test_an_office_is_read_from_its_site() -> None:
    office = MadeOffice(1)
    read = read_site(build_site(office))
    checked = [check_release(one, [make_key(office)]) for one in read if isinstance(one, ReadRelease)]
    periods = [one.period for one in checked if isinstance(one, ReleaseSummary)]
    assert periods == ["fy2570", "fy2569"]


def test_a_site_without_releases_has_none_and_one_with_errors_is_silent() -> None:
    assert read_site({"/": b"x"}) == []
    for pages in (
        {"/statistics/latest/manifest.json": 500},
        {"/statistics/latest/manifest.json": "https://elsewhere.example/statistics"},
    ):
        with pytest.raises(OfficeSilentError):
            read_site(pages)


def test_a_file_larger_than_any_release_has_is_not_read() -> None:
    pages = build_site(MadeOffice(1))
    pages["/statistics/2570/1/statistics.json"] = b"x" * (MAX_FILE_BYTES + 1)
    assert read_site(pages)[0] is ReleaseFault.TOO_LARGE


def test_nobody_at_an_address_is_silent() -> None:
    async def run() -> None:
        async with open_site_reader() as reader:
            with pytest.raises(OfficeSilentError):
                await reader.read_site("http://127.0.0.1:9", YEAR)

    asyncio.run(run())
