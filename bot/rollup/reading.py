"""Read the releases of an office from its folder or its site, each file bounded in size and time."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from bot.errors import BotError
from bot.rollup.office_list import LOOPBACK_HOSTS, OfficeEntry
from bot.rollup.releases import ReadRelease
from ita_stats.release import ANCHOR_FILE, MANIFEST_FILE, STATISTICS_FILE
from ita_stats.rollup.model import ReleaseFault

if TYPE_CHECKING:  # importing aiohttp takes a third of a second
    from bot.fetching.public_sites import PublicSites, SitePage

MAX_FILE_BYTES = 2 * 1024 * 1024
"""A manifest has 6 KB, the figures of a desk with many categories 60 KB."""
FILE_TIMEOUT, OFFICE_TIMEOUT = 10.0, 40.0
"""Seconds for one file, and for all of an office."""
SITES_AT_ONCE = 16
MAX_REDIRECTS = 3
LATEST = "latest"

FoundReleases = Sequence[ReadRelease | ReleaseFault]


class OfficeSilentError(BotError):
    """Nobody answers at the place of an office; retrying later may help."""


class FileTooLargeError(BotError):
    """A file is larger than any release has; retrying is useless."""


def read_folder(folder: Path, year: int) -> FoundReleases:
    """Read the newest release of a folder and the one of a year. Raises OfficeSilentError where there is no folder.

    The folder is what is published (`latest`, `2569`, `2570-3`), or that of one release. A link that leads elsewhere
    is not followed.
    """
    if not folder.is_dir():
        raise OfficeSilentError
    root = folder.resolve()
    found: dict[Path, ReadRelease | ReleaseFault] = {}
    for name in (".", LATEST, str(year)):
        place = (root / name).resolve()
        if place.is_relative_to(root) and place not in found and (place / MANIFEST_FILE).is_file():
            found[place] = _read_release_folder(place)
    return tuple(found.values())


def _read_release_folder(folder: Path) -> ReadRelease | ReleaseFault:
    try:
        return ReadRelease(*(_read_file(folder / name) for name in _FILES))
    except FileTooLargeError:
        return ReleaseFault.TOO_LARGE
    except OSError:
        return ReleaseFault.UNREADABLE


_FILES = (MANIFEST_FILE, ANCHOR_FILE, STATISTICS_FILE)


def _read_file(path: Path) -> bytes:
    """Return the content of a file; empty where there is none."""
    if path.is_symlink() or not path.is_file():
        return b""
    with path.open("rb") as file:
        content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise FileTooLargeError
    return content


class SiteReader:
    """Reads releases from sites, so many at once; nobody is followed to another site."""

    def __init__(self, sites: "PublicSites") -> None:
        self._sites, self._places = sites, asyncio.Semaphore(SITES_AT_ONCE)

    async def read_site(self, address: str, year: int) -> FoundReleases:
        """Read the newest release of a site and the one of a year. Raises OfficeSilentError."""
        async with self._places:
            try:
                async with asyncio.timeout(OFFICE_TIMEOUT):
                    return [one async for one in self._read_releases(address.rstrip("/"), year)]
            except TimeoutError:
                raise OfficeSilentError from None

    async def _read_releases(self, site: str, year: int) -> AsyncIterator[ReadRelease | ReleaseFault]:
        seen = set[str]()
        for name in (LATEST, str(year)):
            manifest = await self._fetch(f"{site}/statistics/{name}/{MANIFEST_FILE}")
            if isinstance(manifest, ReleaseFault):
                yield manifest
                continue
            if manifest is None or manifest.address in seen:
                continue
            seen.add(manifest.address)
            # The files beside that manifest: another release may come meanwhile.
            anchor = await self._fetch(urljoin(manifest.address, ANCHOR_FILE))
            figures = await self._fetch(urljoin(manifest.address, STATISTICS_FILE))
            if isinstance(anchor, ReleaseFault) or isinstance(figures, ReleaseFault):
                yield ReleaseFault.TOO_LARGE
                continue
            yield ReadRelease(
                manifest.content, anchor.content if anchor else b"", figures.content if figures else b""
            )

    async def _fetch(self, url: str) -> "SitePage | ReleaseFault | None":
        """Return a file; None where there is none, a fault where it is too large. Raises OfficeSilentError."""
        from bot.fetching.public_sites import FetchLimits, PageTooLargeError, SiteFetchError

        limits = FetchLimits(MAX_FILE_BYTES, FILE_TIMEOUT, MAX_REDIRECTS, same_origin=True)
        try:
            page = await self._sites.fetch(url, limits)
        except PageTooLargeError:
            return ReleaseFault.TOO_LARGE
        except SiteFetchError:
            raise OfficeSilentError from None
        if page.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            return None
        if page.status != HTTPStatus.OK:
            raise OfficeSilentError
        return page


@asynccontextmanager
async def open_site_reader() -> AsyncIterator[SiteReader]:
    """Open the session in which sites are read. An address of this machine may stand in a list, nothing private."""
    from bot.fetching.public_sites import open_public_sites

    async with open_public_sites(LOOPBACK_HOSTS) as sites:
        yield SiteReader(sites)


def iterate_in_groups(offices: Sequence[OfficeEntry], size: int) -> Iterator[Sequence[OfficeEntry]]:
    """Yield the offices in groups, so that only one group's files are held at a time."""
    for start in range(0, len(offices), size):
        yield offices[start : start + size]
