"""Fetch public pages as a stranger would: no cookie, bounded in size, time and redirects, never at a private address.

Names are resolved here and private addresses refused, so that neither a list nor a redirect nor a record of the DNS
leads a fetch into the office's own network. Hosts that the caller names itself are exempt.
"""

import ipaddress
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from socket import AddressFamily
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from bot.errors import BotError

REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
_CHUNK_BYTES = 64 * 1024


class SiteFetchError(BotError):
    """A page cannot be fetched: nobody answers, it is refused, or it leads too far; retrying later may help."""


class PageTooLargeError(SiteFetchError):
    """A page is larger than what is read of one; retrying is useless."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Limits of one fetch. seconds: for a page with its redirects; same_origin: redirects elsewhere are refused."""

    max_bytes: int = 3 * 1024 * 1024
    seconds: float = 20.0
    redirects: int = 5
    same_origin: bool = False


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page as it came. address: where it was found after redirects; media_type: in small letters, without charset."""

    address: str
    status: int
    media_type: str
    content: bytes


def is_public_host(host: str) -> bool:
    """Whether a host of an address is a name, or an IP address that is not private, of this machine or reserved."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return True


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses only, save for hosts that are exempt."""

    def __init__(self, exempt_hosts: Collection[str]) -> None:
        self._exempt, self._inner = frozenset(exempt_hosts), ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a name. Raises OSError where none of them is public."""
        found = await self._inner.resolve(host, port, family)
        if host in self._exempt:
            return found
        public = [one for one in found if is_public_host(one["host"])]
        if not public:
            raise OSError("no public address")
        return public

    async def close(self) -> None:
        """Nothing is held open."""


class PublicSites:
    """Fetches pages in one HTTP session."""

    def __init__(self, session: aiohttp.ClientSession, exempt_hosts: Collection[str]) -> None:
        self._session, self._exempt = session, frozenset(exempt_hosts)

    async def fetch(self, url: str, limits: FetchLimits) -> FetchedPage:
        """Fetch a page, whatever its status. Raises SiteFetchError, of which no text holds the address."""
        timeout = aiohttp.ClientTimeout(total=limits.seconds)
        origin = urlsplit(url)[:2]
        for _ in range(limits.redirects + 1):
            self._require_allowed(url, origin if limits.same_origin else None)
            try:
                async with self._session.get(url, allow_redirects=False, timeout=timeout) as response:
                    if response.status not in REDIRECT_STATUSES:
                        kind = response.content_type.lower()
                        return FetchedPage(
                            url, response.status, kind, await _read(response, limits.max_bytes)
                        )
                    url = urljoin(url, response.headers.get("location", ""))
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
                raise SiteFetchError("unreachable") from None
        raise SiteFetchError("redirects")

    def _require_allowed(self, url: str, origin: tuple[str, str] | None) -> None:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme not in {"http", "https"} or not host or parts.username or parts.password:
            raise SiteFetchError("address")
        if origin is not None and parts[:2] != origin:
            raise SiteFetchError("elsewhere")
        if host not in self._exempt and not is_public_host(host):
            raise SiteFetchError("private")


async def _read(response: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    pieces, size = list[bytes](), 0
    async for piece in response.content.iter_chunked(_CHUNK_BYTES):
        size += len(piece)
        if size > max_bytes:
            raise PageTooLargeError("size")
        pieces.append(piece)
    return b"".join(pieces)


@asynccontextmanager
async def open_public_sites(exempt_hosts: Collection[str] = ()) -> AsyncIterator[PublicSites]:
    """Open a session for fetching. exempt_hosts: hosts that may be private, as the caller's own."""
    connector = aiohttp.TCPConnector(resolver=PublicResolver(exempt_hosts))
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
    ) as session:
        yield PublicSites(session, exempt_hosts)
