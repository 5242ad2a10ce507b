"""/participation: activities and consultations of a fiscal year, as a page and as a PDF."""

import asyncio
from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.consultations.public_view import PublicOpinion
from bot.engine import utc_now
from bot.papers.paper import render_paper
from bot.papers.participation import (
    ParticipationYear,
    build_participation_paper,
    list_published_consultations,
    select_participation_year,
)
from bot.web.request import get_requested_lang
from bot.web.templating import PageRenderer
from handlers.participation.messages import ListActivities
from handlers.thai.dates import format_date, to_bangkok_date
from storage.store import Store

PARTICIPATION_PATH = "/participation"
YEARS = range(2484, 2800)
"""Fiscal years (Buddhist) that an address may name."""


class ParticipationPages:
    """The public pages of what people took part in."""

    def __init__(self, store: Store, public_opinion: PublicOpinion, pages: PageRenderer) -> None:
        self._store, self._public_opinion, self._pages = store, public_opinion, pages

    def routes(self) -> Sequence[BaseRoute]:
        """The newest year, and each year as a page and as a PDF."""
        return (
            Route(PARTICIPATION_PATH, self.show_year),
            Route(PARTICIPATION_PATH + "/{year:int}", self.show_year),
            Route(PARTICIPATION_PATH + "/{year:int}.pdf", self.serve_pdf),
        )

    async def show_year(self, request: Request) -> Response:
        """Show the year of the address, or the newest."""
        lang = get_requested_lang(request)
        found = await self._load_year(request)
        return self._pages.render(
            "participation.html", lang, found=found, date=lambda day: format_date(day, lang)
        )

    async def serve_pdf(self, request: Request) -> Response:
        """Serve the paper of a year, typeset anew: its activities may have been corrected."""
        lang = get_requested_lang(request)
        found = await self._load_year(request)
        paper = build_participation_paper(self._pages.office, found, lang)
        content = await asyncio.to_thread(render_paper, paper, lang, utc_now())
        headers = {"content-disposition": f'inline; filename="participation-{found.year}.pdf"'}
        return Response(content, media_type="application/pdf", headers=headers)

    async def _load_year(self, request: Request) -> ParticipationYear:
        year = request.path_params.get("year")
        if year is not None and year not in YEARS:
            raise HTTPException(404)
        now = utc_now()
        activities = await self._store.answer_query(ListActivities(), now)
        overview = await self._public_opinion.load_overview(now)
        consultations = list_published_consultations(overview)
        return select_participation_year(activities, consultations, year, to_bangkok_date(now))
