"""/statistics: the newest release as a page, all past ones, and their files. The office's website may frame it."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from bot.publishing import signing
from bot.publishing.release_list import lines, readable
from bot.publishing.releases import ReleaseContext, folder_of
from bot.web.templating import PageRenderer, asked_lang
from ita_stats import release
from ita_stats.cases.model import ReleaseInfo
from ita_stats.release import ANCHOR, MANIFEST
from ita_stats.render import html as page
from ita_stats.render import json_schema as published
from ita_stats.render.document import document
from ita_stats.render.html import STYLE, STYLE_HASH, NamedLink
from storage.releases import StoredRelease

AT = "/statistics"
FILE = AT + "/{year}/{number}/{file}"
FOREVER = "public, max-age=31536000, immutable"
A_WHILE = "public, max-age=300"
"""A minute or five after a release was let go everybody sees it."""


class StatisticsPages:
    """The published statistics of a desk."""

    def __init__(self, bench: ReleaseContext, pages: PageRenderer) -> None:
        self._bench, self._pages = bench, pages
        self._policy = policy(bench.office.website)

    def routes(self) -> Sequence[BaseRoute]:
        """What is served where."""
        return (
            Route(AT, self.newest),
            Route(AT + "/{year:int}/{number:int}", self.one),
            Route(AT + "/{year:int}/{number:int}/{file}", self.file),
        )

    async def newest(self, request: Request) -> Response:
        """The newest release, or that there is none yet, above the list of all."""
        shown = await self._open()
        return self._page(request, shown[-1] if shown else None, shown)

    async def one(self, request: Request) -> Response:
        """A past release."""
        shown = await self._open()
        return self._page(request, _asked(request, shown), shown)

    async def file(self, request: Request) -> Response:
        """A file of a release: it stays what it is, so it may be kept for ever."""
        kept, name = _asked(request, await self._open()), request.path_params["file"]
        found = {one.name: (one.type, one.sha256) for one in release.read(kept.manifest).files}
        found |= dict.fromkeys((MANIFEST, ANCHOR), ("application/json", ""))
        path = folder_of(self._bench.place, kept) / name
        if name not in found or not path.is_file():
            raise HTTPException(404)
        kind, hashed = found[name]
        headers = {"cache-control": FOREVER, "cross-origin-resource-policy": "cross-origin"}
        headers |= self._policy if name != "statistics.html" else self._policy_of(path)
        if hashed:
            headers["etag"] = f'"{hashed}"'
            if request.headers.get("if-none-match") == headers["etag"]:
                return Response(status_code=304, headers=headers)
        else:
            headers["cache-control"] = A_WHILE  # an anchor may be made again
        return FileResponse(path, headers=headers, media_type=kind)

    def _policy_of(self, path: Path) -> Mapping[str, str]:
        """The policy of a page that an earlier version may have made, with another style."""
        own = page.policy(path.read_text("utf-8"))
        return {"content-security-policy": f"{own}; {_ancestors(self._bench.office.website)}"}

    async def _open(self) -> list[StoredRelease]:
        """The releases that everybody may read, the newest last."""
        return readable(await self._bench.store.releases.all())

    def _page(self, request: Request, kept: StoredRelease | None, shown: Sequence[StoredRelease]) -> Response:
        lang = asked_lang(request)
        found = self._pages.shown(
            "statistics.html",
            lang,
            content=article(kept.figures, FILE.format(**_place(kept), file="")) if kept else "",
            style=Markup(STYLE),  # noqa: S704 - our own file
            releases=[*reversed(lines(shown, FILE))],
            key=signing.key_of(self._bench.store.seals),
        )
        found.headers.update({**self._policy, "cache-control": A_WHILE})
        return found


def policy(website: str) -> Mapping[str, str]:
    """The header of what the office's own website may frame, and nobody else."""
    style = f"'self' '{STYLE_HASH}'"
    return {
        "content-security-policy": f"default-src 'none'; style-src {style}; font-src 'self'; "
        f"img-src 'self'; base-uri 'none'; form-action 'none'; {_ancestors(website)}"
    }


def _ancestors(website: str) -> str:
    parts = urlsplit(website)
    return f"frame-ancestors 'self' {parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _place(kept: StoredRelease) -> dict[str, int]:
    return {"year": kept.fiscal_year, "number": kept.number}


def _asked(request: Request, shown: Sequence[StoredRelease]) -> StoredRelease:
    """The release that an address names. Raises HTTPException 404 where nobody may read it."""
    asked = (request.path_params["year"], request.path_params["number"])
    found = next((k for k in shown if (k.fiscal_year, k.number) == asked), None)
    if found is None:
        raise HTTPException(404)
    return found


@lru_cache(maxsize=32)
def article(figures: bytes, at: str) -> Markup:
    """A release as an <article>. figures: its statistics.json; at: the address of its folder, with a slash."""
    issue = published.read_issue(figures) or ReleaseInfo()
    links = [NamedLink(link.name, at + link.address) for link in page.BESIDE]
    return Markup(page.fragment(document(published.read(figures), issue), links))  # noqa: S704 - escaped where it was made
