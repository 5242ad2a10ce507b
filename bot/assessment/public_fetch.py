"""Fetches public pages as a stranger would: bounded, without cookies, and never from a private address.

The office's website is fetched by its address in office.toml, and what it redirects to may be anything. So every name
is resolved here, and an address that is not public is refused, unless the host is one that the office configured.
"""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.engine import utc_now
from bot.errors import BotError

MAX_PAGE_BYTES = 3 * 1024 * 1024
MAX_REDIRECTS = 5
TIMEOUT_SECONDS = 20
"""Of one page, with its redirects."""
_REDIRECTS = {301, 302, 303, 307, 308}
USER_AGENT = "ita-bot evidence (checks the office's own pages)"


class FetchProblem(StrEnum):
    """Why a page could not be had. Words are in [evidence.problem] of the wording."""

    NO_ADDRESS = "no_address"  # nothing is configured
    UNREACHABLE = "unreachable"  # no connection, or its certificate is not valid
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    REDIRECTS = "redirects"
    PRIVATE = "private"  # it leads to an address that is not public
    STATUS = "status"  # it answers with an error


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """What came of fetching a page. address: after redirects. problem: None where it was had (status 200)."""

    address: str
    fetched_at: datetime
    status: int = 0
    body: str = ""
    problem: FetchProblem | None = None

    @property
    def is_there(self) -> bool:
        return self.problem is None


class AddressNotPublicError(BotError):
    """A page leads to an address that is not public, or that no page has."""


class PublicOnlyResolver(AbstractResolver):
    """Resolves names, and refuses those with an address that is not public. own_hosts: excepted."""

    def __init__(self, own_hosts: Iterable[str]) -> None:
        self._own_hosts = {host.lower() for host in own_hosts}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Resolve a name. Raises OSError, and AddressNotPublicError where any of its addresses is not public."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
        results: list[ResolveResult] = [
            ResolveResult(
                hostname=host,
                host=str(place[0]),
                port=port,
                family=own,
                proto=proto,
                flags=socket.AI_NUMERICHOST,
            )
            for own, _, proto, _, place in found
        ]
        if host.lower() not in self._own_hosts and not all(is_public_address(one["host"]) for one in results):
            raise AddressNotPublicError(host)
        return results

    async def close(self) -> None:
        """Nothing is kept open."""


def is_public_address(text: str) -> bool:
    """Whether an IP address may be asked by whoever: not of this machine, a private network, or for special use."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            address = inner
    return address.is_global and not address.is_multicast


def get_host(address: str) -> str:
    """Return the host of a URL, in small letters; empty where it has none or cannot be read."""
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def get_site(address: str) -> tuple[str, int]:
    """Return host and port, the same whether by http or https: a website may link to either. ("", 0) if unreadable."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return "", 0
    return (parts.hostname or "").lower(), 443 if port in {None, 80} else port or 0


@dataclass(frozen=True)
class PublicFetcher:
    """Fetches pages. own_hosts: hosts that the office configured, which may be private."""

    session: aiohttp.ClientSession
    own_hosts: frozenset[str]

    async def fetch(self, address: str) -> FetchedPage:
        """Fetch a page by GET, and follow its redirects. Never raises for what the network does."""
        now = utc_now()
        if not address:
            return FetchedPage("", now, problem=FetchProblem.NO_ADDRESS)
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                return await self._follow(address, now)
        except TimeoutError:
            return FetchedPage(address, now, problem=FetchProblem.TIMEOUT)
        except AddressNotPublicError:
            return FetchedPage(address, now, problem=FetchProblem.PRIVATE)
        except (aiohttp.ClientError, OSError, ValueError):
            return FetchedPage(address, now, problem=FetchProblem.UNREACHABLE)

    async def _follow(self, address: str, now: datetime) -> FetchedPage:
        for _ in range(MAX_REDIRECTS + 1):
            self._require_allowed(address)
            async with self.session.get(address, allow_redirects=False) as response:
                if response.status in _REDIRECTS and "location" in response.headers:
                    address = urljoin(address, response.headers["location"])
                    continue
                if response.status != 200:
                    return FetchedPage(address, now, response.status, problem=FetchProblem.STATUS)
                return await _read_body(response, address, now)
        return FetchedPage(address, now, problem=FetchProblem.REDIRECTS)

    def _require_allowed(self, address: str) -> None:
        """Raise AddressNotPublicError for another scheme, a password in the address, or a private address written out.

        An address in numbers is not resolved by aiohttp, and so looked at here.
        """
        parts = urlsplit(address)
        host = (parts.hostname or "").lower()
        if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
            raise AddressNotPublicError(host)
        is_number = host.replace(".", "").isdigit() or ":" in host
        if is_number and host not in self.own_hosts and not is_public_address(host):
            raise AddressNotPublicError(host)


async def _read_body(response: aiohttp.ClientResponse, address: str, now: datetime) -> FetchedPage:
    body = bytearray()
    async for chunk in response.content.iter_chunked(65536):
        body += chunk
        if len(body) > MAX_PAGE_BYTES:
            return FetchedPage(address, now, response.status, problem=FetchProblem.TOO_LARGE)
    charset = (response.charset or "utf-8").lower()
    try:
        text = body.decode(charset, "replace")
    except LookupError:
        text = body.decode("utf-8", "replace")
    return FetchedPage(address, now, response.status, text)


@asynccontextmanager
async def open_public_fetcher(own_addresses: Iterable[str]) -> AsyncIterator[PublicFetcher]:
    """Open a fetcher for as long as the context lasts. own_addresses: URLs that the office configured."""
    own_hosts = frozenset(filter(None, map(get_host, own_addresses)))
    connector = aiohttp.TCPConnector(resolver=PublicOnlyResolver(own_hosts), limit=8, use_dns_cache=False)
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"user-agent": USER_AGENT, "accept-language": "th"},
        trust_env=False,
    ) as session:
        yield PublicFetcher(session, own_hosts)
