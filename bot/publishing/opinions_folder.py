"""Public opinion as files for the office's website: each consultation whole in a folder of its own, and the list."""

import asyncio
import errno
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from bot.bootstrap import App, RunningDesk
from bot.consultations.public_view import PublicOpinion, hearing_at, ways
from bot.jobs.housekeeping import JobResult
from bot.publishing import atomic_write as shelf
from bot.publishing import notifications as told
from ita_stats.opinions import json_schema as published
from ita_stats.opinions import render_overview as overview
from ita_stats.opinions.render import TYPES, rendered
from ita_stats.opinions.render_overview import OpinionOverview, OverviewLinks
from ita_stats.opinions.results import PublishedResults
from ita_stats.opinions.strings import pair
from ita_stats.render.html import NamedLink
from storage.files import directories as folders

NAME = "opinions"
SUMS = "files.json"
"""The hash of each file of a consultation, so that one that was damaged is found and put right."""


@dataclass(frozen=True, slots=True)
class OpinionFolder:
    """A folder `opinions` within the one that the office has made. address: of the desk's site, or empty."""

    path: Path
    address: str = ""

    def post(self, found: OpinionOverview) -> int:
        """Bring the folder up to date; gives how many things were written, none a second time.

        The list is written last, so that it never leads to what is not there. Raises OSError, where what stood there
        still does; FileNotFoundError where the office's folder is missing: it may be a disk that is not there.
        """
        if not self.path.is_dir():
            raise FileNotFoundError(str(self.path))
        folder = self.path / NAME
        if not folder.is_dir():
            folder.mkdir(mode=0o755)
            folders.sync(self.path)
        changed = sum(_put(folder / one.code, one) for one in found.closed)
        for name, lang in (("en.html", "en"), ("index.html", "th")):
            page = overview.alone(found, self._ways(name), lang, _other(lang)).encode()
            if not (folder / name).is_file() or (folder / name).read_bytes() != page:
                shelf.put_file(folder / name, page)
                changed += 1
        return changed

    def _ways(self, name: str) -> OverviewLinks:
        there = ways(self.address) if self.address else OverviewLinks("", "", "")
        return OverviewLinks(there.join, there.say, f"{{code}}/{name}")


def _other(lang: str) -> NamedLink:
    other, name = ("th", "index.html") if lang == "en" else ("en", "en.html")
    return NamedLink(pair("list", f"language_{other}")[0], name)


def _put(target: Path, found: PublishedResults) -> bool:
    """Put a consultation's files where they are not there as they are to be; whether that was done."""
    if _has(target, found):
        return False
    shelf.put(target, _files(found), shelf.PUBLIC)
    return True


def _files(found: PublishedResults) -> Iterator[tuple[str, bytes]]:
    sums = {}
    for name in TYPES:
        content = rendered(found, name)
        sums[name] = sha256(content).hexdigest()
        yield name, content
    yield SUMS, (json.dumps(sums, indent=1) + "\n").encode()


def _has(target: Path, found: PublishedResults) -> bool:
    """Whether these results stand there whole: nobody has taken a file away or written into one."""
    try:
        if (target / "results.json").read_bytes() != published.written(found):
            return False
        sums = json.loads((target / SUMS).read_bytes())
        return sums.keys() == TYPES.keys() and all(
            sha256((target / name).read_bytes()).hexdigest() == known for name, known in sums.items()
        )
    except (OSError, ValueError, AttributeError):
        return False


async def go(
    hearing: PublicOpinion, folder: OpinionFolder, desk: RunningDesk, now: datetime
) -> AsyncIterator[JobResult]:
    """Publish what is new at an instant (UTC). Trouble is told once a day, and tried again at the next round."""
    found = await hearing.overview(now)
    if found.is_empty:
        return
    try:
        changed = await asyncio.to_thread(folder.post, found)
    except OSError as trouble:
        if await desk.store.retention.once("opinions-unposted", str(found.today)):
            what = "room" if trouble.errno in {errno.ENOSPC, errno.EDQUOT} else "folder"
            await told.by(desk.store, now)(told.said("opinions_not_posted", trouble=what))
        return
    if changed:
        yield JobResult("service", "published-opinions", changed)


async def all_of(house: App, now: datetime) -> AsyncIterator[JobResult]:
    """Publish for the service desk, where it is open and the office has named a folder."""
    if "service" not in house.desks or house.settings.publish_folder is None:
        return
    address = (house.settings.service.public_url or "").rstrip("/")
    folder = OpinionFolder(house.settings.publish_folder, address)
    async for did in go(hearing_at(house), folder, house.desks["service"], now):
        yield did
