"""Releases in a folder for any web server or for rsync: each whole in a folder of its own, never taken away."""

import asyncio
import errno
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from bot.publishing.atomic_write import PUBLIC_MODES, replace_directory, replace_file
from bot.publishing.release_list import build_release_list
from bot.publishing.releases import read_folder_files, verify_release_folder
from bot.publishing.target import PublishedRelease, PublishError
from bot.web.templating import PageRenderer
from ita_stats.release import MANIFEST_FILE
from ita_stats.render.html import STATISTICS_STYLE, STATISTICS_STYLE_HASH
from storage.files.directories import fsync_directory
from storage.releases import StoredRelease

LATEST_LINK = "latest"


@dataclass
class FolderTarget:
    """The folder, which the office has made: one that is missing may be a disk that is not there."""

    path: Path
    pages: PageRenderer
    name: str = "folder"

    async def publish(self, shown: Sequence[PublishedRelease]) -> str:
        """Add the releases that are not there yet, then turn the list and `latest` to the newest."""
        try:
            return await asyncio.to_thread(self._publish_files, shown)
        except OSError as trouble:
            raise PublishError(
                "room" if trouble.errno in {errno.ENOSPC, errno.EDQUOT} else "folder"
            ) from None

    def _publish_files(self, shown: Sequence[PublishedRelease]) -> str:
        if not self.path.is_dir():
            raise PublishError("folder")
        for one in shown:
            target = self.path / _format_directory_name(one)
            if not _has_release(target, one.record.manifest):
                replace_directory(target, read_folder_files(one.folder), PUBLIC_MODES)
        self._point_latest_at(_format_directory_name(shown[-1]))
        page = self._render_list([one.record for one in shown])
        index = self.path / "index.html"
        if not index.is_file() or index.read_bytes() != page:
            replace_file(index, page)
        return f"{_format_directory_name(shown[-1])}/statistics.html"

    def _render_list(self, kept: Sequence[StoredRelease]) -> bytes:
        found = self.pages.render(
            "statistics_list.html",
            "th",
            releases=[*reversed(build_release_list(kept, "{year}-{number}/{file}"))],
            style=Markup(STATISTICS_STYLE),  # noqa: S704 - our own file
            style_hash=STATISTICS_STYLE_HASH,
        )
        return bytes(found.body)

    def _point_latest_at(self, newest: str) -> None:
        """Let `latest` lead to the newest release, in one step."""
        link = self.path / LATEST_LINK
        if link.is_symlink() and str(link.readlink()) == newest:
            return
        young = self.path / f".{LATEST_LINK}.{secrets.token_hex(4)}.new"
        young.symlink_to(newest)
        try:
            young.replace(link)
        except OSError:
            young.unlink()
            raise
        fsync_directory(self.path)


def _format_directory_name(one: PublishedRelease) -> str:
    return f"{one.record.fiscal_year}-{one.record.number}"


def _has_release(target: Path, manifest: bytes) -> bool:
    """Whether a release stands there whole: nobody has taken a file away or written into one."""
    try:
        return (target / MANIFEST_FILE).read_bytes() == manifest and not verify_release_folder(target)
    except OSError:
        return False
