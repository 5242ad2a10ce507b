"""/opinions: open consultations, published results and their files. The office's website may frame it."""

import asyncio
from collections.abc import Sequence
from functools import lru_cache

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.consultations.public_view import PublicOpinion, build_opinion_links
from bot.consultations.queries import BACKGROUND_PDF_FILE, OPINIONS_PATH
from bot.engine import utc_now
from bot.web.policies import allow_framing
from bot.web.request import get_requested_lang
from bot.web.templating import PageRenderer
from handlers.dialog.events import DEFAULT_LANG, Lang
from ita_stats.opinions.render import RESULTS_FILE_TYPES, render_results_file
from ita_stats.opinions.render_html import RESULTS_DOWNLOADS, RESULTS_STYLE, render_results_fragment
from ita_stats.opinions.render_overview import OverviewLinks, render_announcement, render_overview_fragment
from ita_stats.opinions.results import PublishedResults
from ita_stats.render.standalone_page import NamedLink

SHORT_CACHE_HEADERS = {"cache-control": "public, max-age=60"}
STYLESHEET_NAME = "results.css"
RESULT_FILES = ("results.pdf", "results.csv", "results.json", "results.schema.json")
"""The result files that are served as downloads; the HTML pages are rendered here."""


class OpinionPages:
    """The public pages about consultations."""

    def __init__(self, public_opinion: PublicOpinion, pages: PageRenderer) -> None:
        self._public_opinion, self._pages = public_opinion, pages

    def routes(self) -> Sequence[BaseRoute]:
        return (
            Route(OPINIONS_PATH, self.show_overview),
            Route(f"{OPINIONS_PATH}/{STYLESHEET_NAME}", self.serve_stylesheet),
            Route(OPINIONS_PATH + "/{code}", self.show_consultation),
            Route(OPINIONS_PATH + "/{code}/{file}", self.serve_file),
        )

    async def show_overview(self, request: Request) -> Response:
        """The overview of all consultations."""
        lang = get_requested_lang(request)
        found = await self._public_opinion.load_overview(utc_now())
        return self._render_page(lang, render_overview_fragment(found, _build_links(lang), lang), back=False)

    async def show_consultation(self, request: Request) -> Response:
        """A consultation: its results, or its announcement while there are none."""
        lang, code = get_requested_lang(request), request.path_params["code"]
        found = await self._public_opinion.source.find_results(code)
        if found is not None:
            return self._render_page(lang, _render_results(found, lang))
        known, now = await self._public_opinion.find_consultation(code), utc_now()
        if known is None or now < known.opens:
            raise HTTPException(404)
        return self._render_page(
            lang, render_announcement(known, _build_links(lang), lang, now < known.closes)
        )

    async def serve_file(self, request: Request) -> Response:
        """Serve the background PDF of a consultation, or a file of its results."""
        name, code = request.path_params["file"], request.path_params["code"]
        if name == BACKGROUND_PDF_FILE:
            return await self._serve_background_pdf(code)
        found = await self._public_opinion.source.find_results(code) if name in RESULT_FILES else None
        if found is None:
            raise HTTPException(404)
        file_name = name.replace("results", f"results-{found.code}")
        headers = {**SHORT_CACHE_HEADERS, "content-disposition": f'inline; filename="{file_name}"'}
        return Response(
            await asyncio.to_thread(_render_file, found, name),
            headers=headers,
            media_type=RESULTS_FILE_TYPES[name],
        )

    async def _serve_background_pdf(self, code: str) -> Response:
        known = await self._public_opinion.find_consultation(code)
        pdf = (
            await self._public_opinion.source.find_background_pdf(code)
            if known and known.opens <= utc_now()
            else None
        )
        if pdf is None:
            raise HTTPException(404)
        headers = {**SHORT_CACHE_HEADERS, "content-disposition": f'inline; filename="{code}.pdf"'}
        return Response(pdf, headers=headers, media_type=RESULTS_FILE_TYPES["results.pdf"])

    async def serve_stylesheet(self, _: Request) -> Response:
        return Response(RESULTS_STYLE, headers=SHORT_CACHE_HEADERS, media_type="text/css")

    def _render_page(self, lang: Lang, content: str, back: bool = True) -> Response:
        """Render a page around markup that the renderers have already escaped."""
        marked = Markup(content)  # noqa: S704
        found = self._pages.render(
            "opinions.html", lang, content=marked, back=back, at=OPINIONS_PATH, sheet=STYLESHEET_NAME
        )
        found.headers.update(SHORT_CACHE_HEADERS)
        return allow_framing(found, self._pages.office.website)


def _build_links(lang: Lang) -> OverviewLinks:
    """The links of the overview in the language of the page."""
    way = build_opinion_links()
    if lang == DEFAULT_LANG:
        return way
    return OverviewLinks(
        f"{way.join}&lang={lang}", f"{way.give_feedback}?lang={lang}", f"{way.results}?lang={lang}"
    )


@lru_cache(maxsize=64)
def _render_results(found: PublishedResults, lang: Lang) -> str:
    links = [
        NamedLink(link.name, f"{OPINIONS_PATH}/{found.code}/{link.address}") for link in RESULTS_DOWNLOADS
    ]
    return render_results_fragment(found, lang, links)


@lru_cache(maxsize=64)
def _render_file(found: PublishedResults, name: str) -> bytes:
    return render_results_file(found, name)
