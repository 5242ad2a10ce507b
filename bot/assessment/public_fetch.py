"""Pages of an office as an assessor sees them: what came of fetching each, in words where it was not had.

The office's website is fetched by its address in office.toml, and what it redirects to may be anything. So pages are
fetched by the rules of `bot.fetching.public_sites`, which never asks a private address but of the office's own hosts.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from bot.engine import utc_now
from bot.fetching.public_sites import (
    AddressNotPublicError,
    FetchLimits,
    PageTooLargeError,
    PublicSites,
    RedirectsError,
    SiteFetchError,
    SitePage,
    SiteTimeoutError,
    open_public_sites,
)

MAX_PAGE_BYTES = 3 * 1024 * 1024
MAX_REDIRECTS = 5
TIMEOUT_SECONDS = 20
"""Of one page, with its redirects."""
MAX_CONNECTIONS = 8
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


_PROBLEM_BY_ERROR: tuple[tuple[type[SiteFetchError], FetchProblem], ...] = (
    (SiteTimeoutError, FetchProblem.TIMEOUT),
    (PageTooLargeError, FetchProblem.TOO_LARGE),
    (RedirectsError, FetchProblem.REDIRECTS),
    (AddressNotPublicError, FetchProblem.PRIVATE),
    (SiteFetchError, FetchProblem.UNREACHABLE),
)
"""The first that an error is one of."""


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


@dataclass(frozen=True, slots=True)
class PublicFetcher:
    """Fetches pages of an office."""

    sites: PublicSites

    async def fetch(self, address: str) -> FetchedPage:
        """Fetch a page by GET, and follow its redirects. Never raises for what the network does."""
        now = utc_now()
        if not address:
            return FetchedPage("", now, problem=FetchProblem.NO_ADDRESS)
        try:
            page = await self.sites.fetch(
                address, FetchLimits(MAX_PAGE_BYTES, TIMEOUT_SECONDS, MAX_REDIRECTS)
            )
        except SiteFetchError as error:
            problem = next(one for kind, one in _PROBLEM_BY_ERROR if isinstance(error, kind))
            return FetchedPage(address, now, problem=problem)
        if page.status != 200:
            return FetchedPage(page.address, now, page.status, problem=FetchProblem.STATUS)
        return FetchedPage(page.address, now, page.status, _decode_page(page))


def _decode_page(page: SitePage) -> str:
    try:
        return page.content.decode(page.charset, "replace")
    except LookupError:
        return page.content.decode("utf-8", "replace")


@asynccontextmanager
async def open_public_fetcher(own_addresses: Iterable[str]) -> AsyncIterator[PublicFetcher]:
    """Open a fetcher for as long as the context lasts. own_addresses: URLs that the office configured."""
    own_hosts = frozenset(filter(None, map(get_host, own_addresses)))
    headers = {"user-agent": USER_AGENT, "accept-language": "th"}
    async with open_public_sites(own_hosts, headers, MAX_CONNECTIONS) as sites:
        yield PublicFetcher(sites)
