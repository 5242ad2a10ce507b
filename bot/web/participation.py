"""/participation: activities and consultations of a fiscal year, as a page and as a PDF."""

import asyncio
from collections.abc import Mapping, Sequence
from hashlib import sha256

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.consultations.public_view import PublicOpinion
from bot.engine import utc_now
from bot.papers.paper import render_paper
from bot.papers.participation import (
    ParticipationYear,
    PictureKey,
    build_participation_paper,
    list_published_consultations,
    select_participation_year,
)
from bot.web.request import get_requested_lang
from bot.web.templating import PageRenderer
from handlers.dialog.events import Lang
from handlers.participation.messages import GetActivityPicture, ListActivities
from handlers.thai.dates import format_date, to_bangkok_date
from storage.store import Store

PARTICIPATION_PATH = "/participation"
YEARS = range(2484, 2800)
"""Fiscal years (Buddhist) that an address may name."""
MAX_NUMBER = 1_000_000
MAX_PAPER_PICTURES = 24
"""Pictures of a paper, of the newest activities: so many take some seconds and 100 MB to typeset."""
KEPT_PAPERS = 4
WAITING_SECONDS = 15
"""For those who asked before; a browser asks again."""


class ParticipationPages:
    """The public pages of what people took part in."""

    def __init__(self, store: Store, public_opinion: PublicOpinion, pages: PageRenderer) -> None:
        self._store, self._public_opinion, self._pages = store, public_opinion, pages
        self._typesetting = asyncio.Lock()
        self._papers: dict[bytes, bytes] = {}

    def routes(self) -> Sequence[BaseRoute]:
        """The newest year, and each year as a page and as a PDF, and its pictures."""
        return (
            Route(PARTICIPATION_PATH, self.show_year),
            Route(PARTICIPATION_PATH + "/{year:int}", self.show_year),
            Route(PARTICIPATION_PATH + "/{year:int}.pdf", self.serve_pdf),
            Route(PARTICIPATION_PATH + "/{year:int}/{number:int}/{place:int}.jpg", self.serve_picture),
        )

    async def show_year(self, request: Request) -> Response:
        """Show the year of the address, or the newest."""
        lang = get_requested_lang(request)
        found = await self._load_year(request)
        return self._pages.render(
            "participation.html", lang, found=found, date=lambda day: format_date(day, lang)
        )

    async def serve_pdf(self, request: Request) -> Response:
        """Serve the paper of a year; 503 where others were asked for and take long.

        One is typeset at a time, whoever asks, and the last ones are kept: each holds all its pictures in memory.
        """
        lang = get_requested_lang(request)
        found = await self._load_year(request)
        try:
            async with asyncio.timeout(WAITING_SECONDS):
                await self._typesetting.acquire()
        except TimeoutError:
            return self._pages.render_error(lang, "busy", 503)
        try:
            content = await self._typeset(found, lang)
        finally:
            self._typesetting.release()
        headers = {"content-disposition": f'inline; filename="participation-{found.year}.pdf"'}
        return Response(content, media_type="application/pdf", headers=headers)

    async def _typeset(self, found: ParticipationYear, lang: Lang) -> bytes:
        """Return the paper of a year as PDF, from memory where nothing of it has changed."""
        pictures = await self._load_pictures(found)
        mark = sha256(
            repr((found, lang, [(key, sha256(one).digest()) for key, one in pictures.items()])).encode()
        )
        name = mark.digest()
        content = self._papers.pop(name, b"") or await asyncio.to_thread(self._render, found, lang, pictures)
        self._papers[name] = content  # the newest last
        while len(self._papers) > KEPT_PAPERS:
            self._papers.pop(next(iter(self._papers)))
        return content

    def _render(self, found: ParticipationYear, lang: Lang, pictures: Mapping[PictureKey, bytes]) -> bytes:
        paper = build_participation_paper(self._pages.office, found, lang, pictures)
        return render_paper(paper, lang, utc_now())

    async def serve_picture(self, request: Request) -> Response:
        """Serve a picture of an activity that is on the page."""
        at = request.path_params
        if at["year"] not in YEARS or max(at["number"], at["place"]) > MAX_NUMBER:
            raise HTTPException(404)
        query = GetActivityPicture(at["year"], at["number"], at["place"])
        content = await self._store.answer_query(query, utc_now())
        if content is None:
            raise HTTPException(404)
        return Response(content, media_type="image/jpeg")

    async def _load_pictures(self, found: ParticipationYear) -> dict[PictureKey, bytes]:
        """Load the pictures of the newest activities of a year, as many as a paper has."""
        contents: dict[PictureKey, bytes] = {}
        listed = [(one, picture) for one in found.activities for picture in one.pictures]
        for one, picture in listed[:MAX_PAPER_PICTURES]:
            query = GetActivityPicture(one.fiscal_year, one.number, picture.place)
            content = await self._store.answer_query(query, utc_now())
            if content is not None:
                contents[one.number, picture.place] = content
        return contents

    async def _load_year(self, request: Request) -> ParticipationYear:
        year = request.path_params.get("year")
        if year is not None and year not in YEARS:
            raise HTTPException(404)
        now = utc_now()
        activities = await self._store.answer_query(ListActivities(), now)
        overview = await self._public_opinion.load_overview(now)
        consultations = list_published_consultations(overview)
        return select_participation_year(activities, consultations, year, to_bangkok_date(now))
