"""The statistics of a desk as a page, all past releases, and their files. The office's website may frame them."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.publishing.release_list import (
    RELEASE_FILES,
    build_release_list,
    build_year_links,
    select_public_releases,
    select_year_releases,
)
from bot.publishing.releases import ReleaseContext, get_release_folder
from bot.publishing.signing import encode_public_key
from bot.web.policies import build_frame_ancestors
from bot.web.request import get_requested_lang
from bot.web.templating import PageRenderer
from ita_stats.cases.model import ReleaseInfo
from ita_stats.release import ANCHOR_FILE, MANIFEST_FILE, parse_manifest
from ita_stats.render.document import build_statistics_document
from ita_stats.render.html import (
    STATISTICS_DOWNLOADS,
    STATISTICS_STYLE,
    extract_page_csp,
    render_statistics_fragment,
)
from ita_stats.render.json_text import parse_release_info, parse_statistics
from ita_stats.render.standalone_page import NamedLink
from storage.releases import StoredRelease

STATISTICS_PATHS: Mapping[str, str] = {"complaints": "/statistics", "service": "/statistics/service"}
"""The address of each desk's statistics on its site."""
RELEASE_FILE_PATH = "/{year}/{number}/{file}"
"""The address of a file of a release, below that of the desk's statistics."""
IMMUTABLE_CACHE_CONTROL = "public, max-age=31536000, immutable"
SHORT_CACHE_CONTROL = "public, max-age=300"
"""A new release is visible to everybody within five minutes."""


class StatisticsPages:
    """The published statistics of a desk."""

    def __init__(self, context: ReleaseContext, pages: PageRenderer) -> None:
        self._context, self._pages, self._path = context, pages, STATISTICS_PATHS[context.paths.desk]
        self._file_headers = build_framing_headers(context.office.website)
        self._page_headers = build_framing_headers(context.office.website, runs_script=True)

    def routes(self) -> Sequence[BaseRoute]:
        return (
            Route(self._path, self.show_latest),
            Route(self._path + "/latest", self.show_latest),
            Route(self._path + "/latest/{file}", self.redirect_to_file),
            Route(self._path + "/{year:int}", self.show_year),
            Route(self._path + "/{year:int}/{number:int}", self.show_release),
            Route(self._path + "/{year:int}/{number:int}/{file}", self.serve_file),
            Route(self._path + "/{year:int}/{file}", self.redirect_to_file),
        )

    async def show_latest(self, request: Request) -> Response:
        """The newest release, or a note that there is none yet, above the list of all."""
        releases = await self._load_public_releases()
        return self._render_page(request, releases[-1] if releases else None, releases)

    async def show_year(self, request: Request) -> Response:
        """The newest release of a fiscal year: of the year as a whole, else of a part of it."""
        releases = await self._load_public_releases()
        return self._render_page(request, _find_year(request.path_params["year"], releases), releases)

    async def redirect_to_file(self, request: Request) -> Response:
        """Redirect from a stable address to the file of the newest release, or of a year's."""
        releases, year = await self._load_public_releases(), request.path_params.get("year")
        if not releases:
            raise HTTPException(404)
        release = releases[-1] if year is None else _find_year(year, releases)
        file = request.path_params["file"]
        if file not in {name for _, name in RELEASE_FILES}:
            raise HTTPException(404)
        return RedirectResponse(
            (self._path + RELEASE_FILE_PATH).format(**_build_path_params(release), file=file),
            HTTPStatus.FOUND,
            {"cache-control": SHORT_CACHE_CONTROL},
        )

    async def show_release(self, request: Request) -> Response:
        releases = await self._load_public_releases()
        return self._render_page(request, _find_release(request, releases), releases)

    async def serve_file(self, request: Request) -> Response:
        """Serve a file of a release. Its content never changes, so it may be cached for ever."""
        release, name = (
            _find_release(request, await self._load_public_releases()),
            request.path_params["file"],
        )
        found = {one.name: (one.type, one.sha256) for one in parse_manifest(release.manifest).files}
        found |= dict.fromkeys((MANIFEST_FILE, ANCHOR_FILE), ("application/json", ""))
        path = get_release_folder(self._context.paths, release) / name
        if name not in found or not path.is_file():
            raise HTTPException(404)
        kind, hashed = found[name]
        headers = {"cache-control": IMMUTABLE_CACHE_CONTROL, "cross-origin-resource-policy": "cross-origin"}
        headers |= self._file_headers if name != "statistics.html" else self._build_archived_headers(path)
        if hashed:
            headers["etag"] = f'"{hashed}"'
            if request.headers.get("if-none-match") == headers["etag"]:
                return Response(status_code=304, headers=headers)
        else:
            headers["cache-control"] = SHORT_CACHE_CONTROL  # the anchor file may be written again
        return FileResponse(path, headers=headers, media_type=kind)

    def _build_archived_headers(self, path: Path) -> Mapping[str, str]:
        """Headers for an archived page, which an earlier version may have made with another stylesheet."""
        own = extract_page_csp(path.read_text("utf-8"))
        return {"content-security-policy": f"{own}; {build_frame_ancestors(self._context.office.website)}"}

    async def _load_public_releases(self) -> list[StoredRelease]:
        """The releases that are public, newest last."""
        return select_public_releases(await self._context.store.releases.list_all())

    def _render_page(
        self, request: Request, release: StoredRelease | None, releases: Sequence[StoredRelease]
    ) -> Response:
        lang = get_requested_lang(request)
        page = self._pages.render(
            "statistics.html",
            lang,
            content=render_release_article(
                release.figures,
                (self._path + RELEASE_FILE_PATH).format(**_build_path_params(release), file=""),
            )
            if release
            else "",
            style=Markup(STATISTICS_STYLE.css),  # noqa: S704 - our own file
            desk=self._context.paths.desk,
            latest=self._path + "/latest",
            years=build_year_links(releases, self._path + "/{year}"),
            releases=[*reversed(build_release_list(releases, self._path + RELEASE_FILE_PATH))],
            key=encode_public_key(self._context.store.keyring),
        )
        page.headers.update({**self._page_headers, "cache-control": SHORT_CACHE_CONTROL})
        return page


def build_framing_headers(website: str, *, runs_script: bool = False) -> Mapping[str, str]:
    """The headers that allow the office's own website, and nobody else, to frame a page.

    runs_script: the page runs our own script, for the quick exit; a file of a release runs none.
    """
    script = "script-src 'self'; " if runs_script else ""
    style = f"'self' '{STATISTICS_STYLE.hash}'"
    return {
        "content-security-policy": f"default-src 'none'; {script}style-src {style}; font-src 'self'; "
        f"img-src 'self'; base-uri 'none'; form-action 'none'; {build_frame_ancestors(website)}"
    }


def _build_path_params(release: StoredRelease) -> dict[str, int]:
    return {"year": release.fiscal_year, "number": release.number}


def _find_release(request: Request, releases: Sequence[StoredRelease]) -> StoredRelease:
    """The release that a URL names. Raises HTTPException 404 if it does not exist or is not public."""
    wanted = (request.path_params["year"], request.path_params["number"])
    found = next((k for k in releases if (k.fiscal_year, k.number) == wanted), None)
    if found is None:
        raise HTTPException(404)
    return found


def _find_year(year: int, releases: Sequence[StoredRelease]) -> StoredRelease:
    """The newest release of a fiscal year. Raises HTTPException 404."""
    of_year = {one.fiscal_year: one for one in releases} | select_year_releases(releases)
    if year not in of_year:
        raise HTTPException(404)
    return of_year[year]


@lru_cache(maxsize=32)
def render_release_article(figures: bytes, at: str) -> Markup:
    """Render a release as an `<article>`.

    figures: its statistics.json; at: the URL of its folder, with a trailing slash.
    """
    info = parse_release_info(figures) or ReleaseInfo()
    links = [NamedLink(link.name, at + link.address) for link in STATISTICS_DOWNLOADS]
    document = build_statistics_document(parse_statistics(figures), info)
    return Markup(render_statistics_fragment(document, links))  # noqa: S704 - rendered by our own template
