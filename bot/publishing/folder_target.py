"""Releases in a folder for any web server or for rsync: each whole in a folder of its own, never taken away."""

import asyncio
import errno
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from bot.publishing import atomic_write as shelf
from bot.publishing import releases
from bot.publishing.release_list import lines
from bot.publishing.target import PublishedRelease, PublishError
from bot.web.templating import PageRenderer
from ita_stats.release import MANIFEST
from ita_stats.render.html import STYLE, STYLE_HASH
from storage.files import directories as folders
from storage.releases import StoredRelease

NEWEST = "latest"


@dataclass
class FolderTarget:
    """The folder, which the office has made: one that is missing may be a disk that is not there."""

    path: Path
    pages: PageRenderer
    name: str = "folder"

    async def post(self, shown: Sequence[PublishedRelease]) -> str:
        """Add the releases that are not there yet, then turn the list and `latest` to the newest."""
        try:
            return await asyncio.to_thread(self._post, shown)
        except OSError as trouble:
            raise PublishError(
                "room" if trouble.errno in {errno.ENOSPC, errno.EDQUOT} else "folder"
            ) from None

    def _post(self, shown: Sequence[PublishedRelease]) -> str:
        if not self.path.is_dir():
            raise PublishError("folder")
        for one in shown:
            target = self.path / _named(one)
            if not _has(target, one.kept.manifest):
                shelf.put(target, releases.contents(one.folder), shelf.PUBLIC)
        self._turn(_named(shown[-1]))
        page = self._listed([one.kept for one in shown])
        index = self.path / "index.html"
        if not index.is_file() or index.read_bytes() != page:
            shelf.put_file(index, page)
        return f"{_named(shown[-1])}/statistics.html"

    def _listed(self, kept: Sequence[StoredRelease]) -> bytes:
        found = self.pages.shown(
            "statistics_list.html",
            "th",
            releases=[*reversed(lines(kept, "{year}-{number}/{file}"))],
            style=Markup(STYLE),  # noqa: S704 - our own file
            style_hash=STYLE_HASH,
        )
        return bytes(found.body)

    def _turn(self, newest: str) -> None:
        """Let `latest` lead to the newest release, in one step."""
        link = self.path / NEWEST
        if link.is_symlink() and str(link.readlink()) == newest:
            return
        young = self.path / f".{NEWEST}.{secrets.token_hex(4)}.new"
        young.symlink_to(newest)
        try:
            young.replace(link)
        except OSError:
            young.unlink()
            raise
        folders.sync(self.path)


def _named(one: PublishedRelease) -> str:
    return f"{one.kept.fiscal_year}-{one.kept.number}"


def _has(target: Path, manifest: bytes) -> bool:
    """Whether a release stands there whole: nobody has taken a file away or written into one."""
    try:
        return (target / MANIFEST).read_bytes() == manifest and not releases.verified(target)
    except OSError:
        return False
