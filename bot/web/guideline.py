"""/guideline: how complaints are handled, as a page and as a PDF."""

import asyncio
from collections.abc import Sequence
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.engine import utc_now
from bot.papers.guideline import build_guideline_paper, build_guideline_view, get_guideline_instant
from bot.papers.paper import render_paper
from bot.web.request import get_requested_lang
from bot.web.templating import PageRenderer
from handlers.dialog.events import Lang

GUIDELINE_PATH = "/guideline"


class GuidelinePages:
    """The guideline of the office. site_url: of the complaints desk; empty where it has none."""

    def __init__(self, pages: PageRenderer, site_url: str) -> None:
        self._pages, self._site_url = pages, site_url
        self._render_pdf = lru_cache(maxsize=2)(self._typeset)

    def routes(self) -> Sequence[BaseRoute]:
        """The routes of the page and of its PDF."""
        return (
            Route(GUIDELINE_PATH, self.show_guideline),
            Route(f"{GUIDELINE_PATH}.pdf", self.serve_pdf),
        )

    async def show_guideline(self, request: Request) -> Response:
        """Show the page in the language that was asked for."""
        lang = get_requested_lang(request)
        view = build_guideline_view(self._pages.office, self._site_url, lang)
        return self._pages.render("guideline.html", lang, view=view)

    async def serve_pdf(self, request: Request) -> Response:
        """The paper, typeset once in each language."""
        content = await asyncio.to_thread(self._render_pdf, get_requested_lang(request))
        headers = {"content-disposition": 'inline; filename="guideline.pdf"'}
        return Response(content, media_type="application/pdf", headers=headers)

    def _typeset(self, lang: Lang) -> bytes:
        office = self._pages.office
        paper = build_guideline_paper(office, self._site_url, lang)
        return render_paper(paper, lang, get_guideline_instant(office, utc_now()))
