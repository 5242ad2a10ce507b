"""/opinions: what is open, what came of it, and the files of each consultation. The office's website may frame it."""

import asyncio
from collections.abc import Sequence
from functools import lru_cache

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.consultations.public_view import PublicOpinion, ways
from bot.consultations.queries import AT, PAPER
from bot.engine import utc_now
from bot.web.qna_board import framed
from bot.web.templating import PageRenderer, asked_lang
from handlers.dialog.events import Lang
from ita_stats.opinions import render_html as page
from ita_stats.opinions import render_overview as overview
from ita_stats.opinions.render import TYPES, rendered
from ita_stats.opinions.render_overview import OverviewLinks
from ita_stats.opinions.results import PublishedResults
from ita_stats.render.html import NamedLink

A_WHILE = {"cache-control": "public, max-age=60"}
SHEET = "results.css"
FILES = ("results.pdf", "results.csv", "results.json", "results.schema.json")
"""Of the forms, those that are fetched; the pages are served by us."""


class OpinionPages:
    """The pages of a service desk."""

    def __init__(self, hearing: PublicOpinion, pages: PageRenderer) -> None:
        self._hearing, self._pages = hearing, pages

    def routes(self) -> Sequence[BaseRoute]:
        """What is served where."""
        return (
            Route(AT, self.all),
            Route(f"{AT}/{SHEET}", self.sheet),
            Route(AT + "/{code}", self.one),
            Route(AT + "/{code}/{file}", self.file),
        )

    async def all(self, request: Request) -> Response:
        """Everything in one view."""
        lang = asked_lang(request)
        found = await self._hearing.overview(utc_now())
        return self._shown(lang, overview.fragment(found, _ways(lang), lang), back=False)

    async def one(self, request: Request) -> Response:
        """A consultation: its results, or where it stands."""
        lang, code = asked_lang(request), request.path_params["code"]
        found = await self._hearing.heard.results(code)
        if found is not None:
            return self._shown(lang, _article(found, lang))
        known, now = await self._hearing.announced(code), utc_now()
        if known is None or now < known.opens:
            raise HTTPException(404)
        return self._shown(lang, overview.announced(known, _ways(lang), lang, now < known.closes))

    async def file(self, request: Request) -> Response:
        """The PDF of a background, or a form of the results, to be kept."""
        name, code = request.path_params["file"], request.path_params["code"]
        if name == PAPER:
            return await self._paper(code)
        found = await self._hearing.heard.results(code) if name in FILES else None
        if found is None:
            raise HTTPException(404)
        kept_as = name.replace("results", f"results-{found.code}")
        headers = {**A_WHILE, "content-disposition": f'inline; filename="{kept_as}"'}
        return Response(await asyncio.to_thread(_file, found, name), headers=headers, media_type=TYPES[name])

    async def _paper(self, code: str) -> Response:
        known = await self._hearing.announced(code)
        paper = await self._hearing.heard.paper(code) if known and known.opens <= utc_now() else None
        if paper is None:
            raise HTTPException(404)
        headers = {**A_WHILE, "content-disposition": f'inline; filename="{code}.pdf"'}
        return Response(paper, headers=headers, media_type=TYPES["results.pdf"])

    async def sheet(self, _: Request) -> Response:
        """How results look."""
        return Response(page.STYLE, headers=A_WHILE, media_type="text/css")

    def _shown(self, lang: Lang, content: str, back: bool = True) -> Response:
        """A page of the site around markup that was made, and escaped, by the forms."""
        marked = Markup(content)  # noqa: S704
        found = self._pages.shown("opinions.html", lang, content=marked, back=back, at=AT, sheet=SHEET)
        found.headers.update(A_WHILE)
        return framed(found, self._pages.office)


def _ways(lang: Lang) -> OverviewLinks:
    """Where things are, in the language that is read."""
    way = ways()
    if lang == "th":
        return way
    return OverviewLinks(f"{way.join}&lang=en", f"{way.say}?lang=en", f"{way.of}?lang=en")


@lru_cache(maxsize=64)
def _article(found: PublishedResults, lang: Lang) -> str:
    links = [NamedLink(link.name, f"{AT}/{found.code}/{link.address}") for link in page.FILES]
    return page.fragment(found, lang, links)


@lru_cache(maxsize=64)
def _file(found: PublishedResults, name: str) -> bytes:
    return rendered(found, name)
