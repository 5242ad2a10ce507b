"""Publish releases to a folder, for any web server or rsync: one directory per release, never removed."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from bot.desk_names import DeskName
from bot.publishing.release_list import build_release_list, build_year_links, select_year_releases
from bot.publishing.releases import read_folder_files, verify_release_folder
from bot.publishing.target import PublishedRelease, PublishError, PublishOutcome
from bot.publishing.web_folder import name_write_error
from bot.web.templating import PageRenderer
from ita_stats.release import MANIFEST_FILE
from ita_stats.render.html import STATISTICS_STYLE
from storage.files.atomic_write import PUBLIC_MODES, replace_changed_file, replace_directory
from storage.files.directories import create_public_directory, fsync_directory
from storage.releases import StoredRelease

LATEST_LINK = "latest"


@dataclass
class FolderTarget:
    """A folder that the office has created. It is not created here: if missing, a disk may not be mounted.

    desk: the service desk has the folder `service` in that of the office.
    """

    path: Path
    pages: PageRenderer
    desk: DeskName = "complaints"
    name: str = "folder"

    async def publish(self, releases: Sequence[PublishedRelease]) -> PublishOutcome:
        """Add missing or damaged releases, then update the links and the list. Its address is a path in the folder."""
        try:
            return PublishOutcome(await asyncio.to_thread(self._publish_files, releases))
        except OSError as error:
            raise PublishError(name_write_error(error)) from None

    def _publish_files(self, releases: Sequence[PublishedRelease]) -> str:
        if not self.path.is_dir():
            if self.desk == "complaints" or not self.path.parent.is_dir():
                raise PublishError("folder")
            create_public_directory(self.path)  # of the service desk: a folder within the office's
        for release in releases:
            target = self.path / _format_directory_name(release.record)
            if not _has_release(target, release.record.manifest):
                replace_directory(target, read_folder_files(release.folder), PUBLIC_MODES)
        self._point_link_at(LATEST_LINK, _format_directory_name(releases[-1].record))
        for year, newest in select_year_releases(release.record for release in releases).items():
            self._point_link_at(str(year), _format_directory_name(newest))
        page = self._render_list([release.record for release in releases])
        replace_changed_file(self.path / "index.html", page)
        return f"{_format_directory_name(releases[-1].record)}/statistics.html"

    def _render_list(self, releases: Sequence[StoredRelease]) -> bytes:
        page = self.pages.render(
            "statistics_list.html",
            "th",
            desk=self.desk,
            latest=f"{LATEST_LINK}/statistics.html",
            years=build_year_links(releases, "{year}/statistics.html"),
            releases=[*reversed(build_release_list(releases, "{year}-{number}/{file}"))],
            style=Markup(STATISTICS_STYLE.css),  # noqa: S704 - our own file
            policy=STATISTICS_STYLE.page_policy,
        )
        return bytes(page.body)

    def _point_link_at(self, name: str, newest: str) -> None:
        """Point a link (`latest`, or a fiscal year) to the newest release, atomically."""
        link = self.path / name
        if link.is_symlink() and str(link.readlink()) == newest:
            return
        temporary = self.path / f".{name}.{secrets.token_hex(4)}.new"
        temporary.symlink_to(newest)
        try:
            temporary.replace(link)
        except OSError:
            temporary.unlink()
            raise
        fsync_directory(self.path)


def _format_directory_name(release: StoredRelease) -> str:
    return f"{release.fiscal_year}-{release.number}"


def _has_release(target: Path, manifest: bytes) -> bool:
    """Whether a directory contains this release, complete and unchanged."""
    try:
        return (target / MANIFEST_FILE).read_bytes() == manifest and not verify_release_folder(target)
    except OSError:
        return False
