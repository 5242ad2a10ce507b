"""Publish consultations and feedback as files for the office's website: a directory per consultation, and the list."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from bot.bootstrap import App, RunningDesk
from bot.consultations.public_view import PublicOpinion, build_opinion_links, build_public_opinion
from bot.jobs.housekeeping import JobResult
from bot.publishing.web_folder import publish_to_folder
from handlers.dialog.events import LANGS, NEXT_LANG, Lang, select_by_lang
from ita_stats.opinions.json_schema import serialize_results
from ita_stats.opinions.render import RESULTS_FILE_TYPES, build_language_link, render_results_file
from ita_stats.opinions.render_overview import OpinionOverview, OverviewLinks, render_overview_page
from ita_stats.opinions.results import PublishedResults
from ita_stats.render.standalone_page import NamedLink
from storage.files.atomic_write import PUBLIC_MODES, replace_changed_file, replace_directory
from storage.files.directories import create_public_directory

OPINIONS_DIRECTORY = "opinions"
HASHES_FILE = "files.json"
"""File with the SHA-256 of each file of a consultation, by which damaged files are detected and replaced."""


@dataclass(frozen=True, slots=True)
class OpinionFolder:
    """The directory `opinions` in the publish folder. address: URL of the desk's site, or empty."""

    path: Path
    address: str = ""

    def publish(self, overview: OpinionOverview) -> int:
        """Write what is new or changed. Returns how many directories and pages were written.

        The list is written last, so that it never links to missing files. Raises OSError, and then the old files stay;
        FileNotFoundError if the publish folder is missing, which may mean that a disk is not mounted.
        """
        if not self.path.is_dir():
            raise FileNotFoundError(str(self.path))
        folder = self.path / OPINIONS_DIRECTORY
        create_public_directory(folder)
        changed = sum(_replace_results(folder / results.code, results) for results in overview.closed)
        for lang in LANGS:
            name = _name_page(lang)
            page = render_overview_page(
                overview, self._build_links(name), lang, _link_other_language(lang)
            ).encode()
            changed += replace_changed_file(folder / name, page)
        return changed

    def _build_links(self, name: str) -> OverviewLinks:
        site_links = build_opinion_links(self.address) if self.address else OverviewLinks("", "", "")
        return OverviewLinks(site_links.join, site_links.give_feedback, f"{{code}}/{name}")


def _name_page(lang: Lang) -> str:
    return select_by_lang(lang, th="index.html", en="en.html")


def _link_other_language(lang: Lang) -> NamedLink:
    other = NEXT_LANG[lang]
    return build_language_link(other, _name_page(other))


def _replace_results(target: Path, results: PublishedResults) -> bool:
    """Write a consultation's files if they are missing, outdated or damaged. Returns whether that was so."""
    if _has_results(target, results):
        return False
    replace_directory(target, _build_files(results), PUBLIC_MODES)
    return True


def _build_files(results: PublishedResults) -> Iterator[tuple[str, bytes]]:
    hashes = {}
    for name in RESULTS_FILE_TYPES:
        content = render_results_file(results, name)
        hashes[name] = sha256(content).hexdigest()
        yield name, content
    yield HASHES_FILE, (json.dumps(hashes, indent=1) + "\n").encode()


def _has_results(target: Path, results: PublishedResults) -> bool:
    """Whether a directory contains these results, complete and unchanged."""
    try:
        if (target / "results.json").read_bytes() != serialize_results(results):
            return False
        hashes = json.loads((target / HASHES_FILE).read_bytes())
        return hashes.keys() == RESULTS_FILE_TYPES.keys() and all(
            sha256((target / name).read_bytes()).hexdigest() == known for name, known in hashes.items()
        )
    except (OSError, ValueError, AttributeError):
        return False


async def publish_overview(
    public_opinion: PublicOpinion, folder: OpinionFolder, desk: RunningDesk, now: datetime
) -> AsyncIterator[JobResult]:
    """Publish what is new at an instant (UTC). A failure is reported once a day, and retried at the next run."""
    overview = await public_opinion.load_overview(now)
    if overview.is_empty:
        return
    async for result in publish_to_folder(desk.store, now, "opinions", lambda: folder.publish(overview)):
        yield result


async def publish_opinions(app: App, now: datetime) -> AsyncIterator[JobResult]:
    """Publish for the service desk, if it runs and a publish folder is set."""
    if "service" not in app.desks or app.settings.publish_folder is None:
        return
    address = (app.settings.service.public_url or "").rstrip("/")
    folder = OpinionFolder(app.settings.publish_folder, address)
    async for result in publish_overview(build_public_opinion(app), folder, app.desks["service"], now):
        yield result
