"""Fetch public pages as a stranger would: no cookie, bounded in size, time and redirects, never at a private address.

Names are resolved here, and one with a private address is refused, so that neither a list nor a redirect nor a record
of the DNS leads a fetch into the office's own network. Hosts that the caller names itself are exempt.
"""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.helpers import is_ip_address
from yarl import URL

from bot.errors import BotError

REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
_CHUNK_BYTES = 64 * 1024

_GLOBAL_UNICAST = ipaddress.IPv6Network(
    "2000::/3"
)  # RFC 4291, 2.4: no other IPv6 address is of a public site ...
_TRANSLATED = ipaddress.IPv6Network(
    "64:ff9b::/96"
)  # ... but those of NAT64, each of an IPv4 address (RFC 6052)
_DOCUMENTATION = ipaddress.IPv6Network("3fff::/20")  # RFC 9637; Python 3.11 does not know it
_ISATAP_INTERFACES = frozenset({0x0000_5EFE, 0x0200_5EFE})  # RFC 5214, 6.1; before the IPv4 address


class SiteFetchError(BotError):
    """A page cannot be fetched: nobody answers, it is refused, or it leads too far; retrying later may help."""


class SiteTimeoutError(SiteFetchError):
    """A page with its redirects took too long; retrying later may help."""


class PageTooLargeError(SiteFetchError):
    """A page is larger than what is read of one; retrying is useless."""


class RedirectsError(SiteFetchError):
    """A page leads on and on, or to another site where that is refused; retrying is useless."""


class AddressNotPublicError(SiteFetchError):
    """A page leads to an address that is not public, or that no page has; retrying is useless."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Limits of one fetch. seconds: for a page with its redirects; same_origin: redirects elsewhere are refused."""

    max_bytes: int = 3 * 1024 * 1024
    seconds: float = 20.0
    redirects: int = 5
    same_origin: bool = False


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page as it came. address: where it was found after redirects; charset: as it says, in small letters."""

    address: str
    status: int
    charset: str
    content: bytes


def is_public_address(text: str) -> bool:
    """Whether an IP address may be asked by whoever: not of this machine, a private network, or for special use.

    Nor an IPv6 address that stands for such an IPv4 address. A prefix that a network chose for its own NAT64 cannot be
    told from others; a network that translates to its own machines there has to forbid it.
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    inner = _find_inner_address(address)
    if inner is not None and not is_public_address(str(inner)):
        return False
    if address in _TRANSLATED or address.ipv4_mapped is not None:
        return True
    return address in _GLOBAL_UNICAST and address.is_global and address not in _DOCUMENTATION


def _find_inner_address(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address to which a packet for this IPv6 address may be passed on; None where there is none."""
    last = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    if address in _TRANSLATED or (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP_INTERFACES:
        return last
    return address.ipv4_mapped or address.sixtofour


class PublicOnlyResolver(AbstractResolver):
    """Resolves names, and refuses those with an address that is not public. exempt_hosts: excepted."""

    def __init__(self, exempt_hosts: Iterable[str]) -> None:
        self._exempt = {host.lower() for host in exempt_hosts}

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
        if host.lower() not in self._exempt and not all(is_public_address(one["host"]) for one in results):
            raise AddressNotPublicError("private")
        return results

    async def close(self) -> None:
        """Nothing is kept open."""


@dataclass(frozen=True)
class PublicSites:
    """Fetches pages in one HTTP session. exempt_hosts: in small letters."""

    session: aiohttp.ClientSession
    exempt_hosts: frozenset[str] = field(default_factory=frozenset)

    async def fetch(self, url: str, limits: FetchLimits) -> SitePage:
        """Fetch a page, whatever its status. Raises SiteFetchError, of which no text holds the address."""
        try:
            async with asyncio.timeout(limits.seconds):
                return await self._follow(url, limits)
        except TimeoutError:
            raise SiteTimeoutError("timeout") from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise SiteFetchError("unreachable") from None

    async def _follow(self, url: str, limits: FetchLimits) -> SitePage:
        first = URL(url)
        for _ in range(limits.redirects + 1):
            target = URL(url)
            self._require_allowed(target)
            if limits.same_origin and target.origin() != first.origin():
                raise RedirectsError("elsewhere")
            async with self.session.get(target, allow_redirects=False) as response:
                if response.status not in REDIRECT_STATUSES or "location" not in response.headers:
                    content = await _read(response, limits.max_bytes)
                    return SitePage(url, response.status, (response.charset or "utf-8").lower(), content)
                url = urljoin(url, response.headers["location"])
        raise RedirectsError("redirects")

    def _require_allowed(self, target: URL) -> None:
        """Raise AddressNotPublicError for another scheme, a password in the address, or a private address written out.

        An address in numbers is not resolved by aiohttp, and so looked at here: as aiohttp reads it, to which one with
        ideographic full stops is a number too.
        """
        host = (target.raw_host or "").lower()
        if target.scheme not in {"http", "https"} or not host or target.user is not None:
            raise AddressNotPublicError("address")
        if is_ip_address(host) and host not in self.exempt_hosts and not is_public_address(host):
            raise AddressNotPublicError("private")


async def _read(response: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    content = bytearray()
    async for piece in response.content.iter_chunked(_CHUNK_BYTES):
        content += piece
        if len(content) > max_bytes:
            raise PageTooLargeError("size")
    return bytes(content)


@asynccontextmanager
async def open_public_sites(
    exempt_hosts: Collection[str] = (), headers: Mapping[str, str] | None = None, connections: int = 100
) -> AsyncIterator[PublicSites]:
    """Open a session for fetching. exempt_hosts: hosts that may be private, as the caller's own."""
    exempt = frozenset(host.lower() for host in exempt_hosts)
    connector = aiohttp.TCPConnector(
        resolver=PublicOnlyResolver(exempt), limit=connections, use_dns_cache=False
    )
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), headers=headers, trust_env=False
    ) as session:
        yield PublicSites(session, exempt)
