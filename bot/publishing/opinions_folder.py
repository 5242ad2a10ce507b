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
from bot.consultations.public_view import PublicOpinion, build_opinion_links, build_public_opinion
from bot.jobs.housekeeping import JobResult
from bot.publishing.atomic_write import PUBLIC_MODES, replace_directory, replace_file
from bot.publishing.notifications import build_staff_notification, make_staff_notifier
from handlers.dialog.events import LANGS, NEXT_LANG, Lang, select_by_lang
from ita_stats.opinions.json_schema import serialize_results
from ita_stats.opinions.render import RESULTS_FILE_TYPES, render_results_file
from ita_stats.opinions.render_overview import OpinionOverview, OverviewLinks, render_overview_page
from ita_stats.opinions.results import PublishedResults
from ita_stats.opinions.strings import get_opinion_text
from ita_stats.render.html import NamedLink
from storage.files.directories import fsync_directory

OPINIONS_DIRECTORY = "opinions"
HASHES_FILE = "files.json"
"""The hash of each file of a consultation, so that one that was damaged is found and put right."""


@dataclass(frozen=True, slots=True)
class OpinionFolder:
    """A folder `opinions` within the one that the office has made. address: of the desk's site, or empty."""

    path: Path
    address: str = ""

    def publish(self, found: OpinionOverview) -> int:
        """Bring the folder up to date; gives how many things were written, none a second time.

        The list is written last, so that it never leads to what is not there. Raises OSError, where what stood there
        still does; FileNotFoundError where the office's folder is missing: it may be a disk that is not there.
        """
        if not self.path.is_dir():
            raise FileNotFoundError(str(self.path))
        folder = self.path / OPINIONS_DIRECTORY
        if not folder.is_dir():
            folder.mkdir(mode=0o755)
            fsync_directory(self.path)
        changed = sum(_replace_results(folder / one.code, one) for one in found.closed)
        for lang in LANGS:
            name = _name_page(lang)
            page = render_overview_page(
                found, self._build_links(name), lang, _link_other_language(lang)
            ).encode()
            if not (folder / name).is_file() or (folder / name).read_bytes() != page:
                replace_file(folder / name, page)
                changed += 1
        return changed

    def _build_links(self, name: str) -> OverviewLinks:
        there = build_opinion_links(self.address) if self.address else OverviewLinks("", "", "")
        return OverviewLinks(there.join, there.give_feedback, f"{{code}}/{name}")


def _name_page(lang: Lang) -> str:
    return select_by_lang(lang, th="index.html", en="en.html")


def _link_other_language(lang: Lang) -> NamedLink:
    other = NEXT_LANG[lang]
    return NamedLink(get_opinion_text("list", f"language_{other}")[0], _name_page(other))


def _replace_results(target: Path, found: PublishedResults) -> bool:
    """Put a consultation's files where they are not there as they are to be; whether that was done."""
    if _has_results(target, found):
        return False
    replace_directory(target, _build_files(found), PUBLIC_MODES)
    return True


def _build_files(found: PublishedResults) -> Iterator[tuple[str, bytes]]:
    sums = {}
    for name in RESULTS_FILE_TYPES:
        content = render_results_file(found, name)
        sums[name] = sha256(content).hexdigest()
        yield name, content
    yield HASHES_FILE, (json.dumps(sums, indent=1) + "\n").encode()


def _has_results(target: Path, found: PublishedResults) -> bool:
    """Whether these results stand there whole: nobody has taken a file away or written into one."""
    try:
        if (target / "results.json").read_bytes() != serialize_results(found):
            return False
        sums = json.loads((target / HASHES_FILE).read_bytes())
        return sums.keys() == RESULTS_FILE_TYPES.keys() and all(
            sha256((target / name).read_bytes()).hexdigest() == known for name, known in sums.items()
        )
    except (OSError, ValueError, AttributeError):
        return False


async def publish_overview(
    hearing: PublicOpinion, folder: OpinionFolder, desk: RunningDesk, now: datetime
) -> AsyncIterator[JobResult]:
    """Publish what is new at an instant (UTC). Trouble is told once a day, and tried again at the next round."""
    found = await hearing.load_overview(now)
    if found.is_empty:
        return
    try:
        changed = await asyncio.to_thread(folder.publish, found)
    except OSError as trouble:
        if await desk.store.retention.mark_done("opinions-unposted", str(found.today)):
            what = "room" if trouble.errno in {errno.ENOSPC, errno.EDQUOT} else "folder"
            await make_staff_notifier(desk.store, now)(
                build_staff_notification("opinions_not_posted", trouble=what)
            )
        return
    if changed:
        yield JobResult("service", "published-opinions", changed)


async def publish_opinions(house: App, now: datetime) -> AsyncIterator[JobResult]:
    """Publish for the service desk, where it is open and the office has named a folder."""
    if "service" not in house.desks or house.settings.publish_folder is None:
        return
    address = (house.settings.service.public_url or "").rstrip("/")
    folder = OpinionFolder(house.settings.publish_folder, address)
    async for did in publish_overview(build_public_opinion(house), folder, house.desks["service"], now):
        yield did
