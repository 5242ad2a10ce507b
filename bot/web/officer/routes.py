"""The officers' page at the web: a link that shows a form and nothing else, and what the right code opens."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.bootstrap import RunningDesk
from bot.web.multipart import FormData
from bot.web.officer.actions import OfficerActions
from bot.web.officer.case_page import CasePages
from bot.web.officer.responses import OfficerResponses, nothing
from bot.web.officer.session import BEFORE, OPENING, SEAT, OfficerSession, is_ours
from bot.web.rate_limit import RateLimiter
from bot.web.templating import PageRenderer
from bot.web.upload_limits import UploadError
from handlers.dialog.events import Lang, Reply
from handlers.staff.complaints import case_page as visit
from storage.errors import StorageError
from storage.staff.page_access import keyhole_mark

Page: TypeAlias = Callable[[Request], Awaitable[Response]]
LONGEST_CODE = 40
"""Characters of a code that are looked at."""


class OfficerPages:
    """The pages of a desk's officers."""

    def __init__(self, desk: RunningDesk, pages: PageRenderer) -> None:
        self._desk, self._pages, self._sheets = desk, pages, OfficerResponses(pages)
        self._rooms = CasePages(desk, pages, self._sheets)
        self._crowd = RateLimiter()

    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        link, rooms = f"{OPENING}/{{secret:str}}", self._rooms
        return [
            Route(link, self._kindly(self.link), methods=["GET", "POST"]),
            Route("/officer/{seat:str}", self._kindly(rooms.room), methods=["GET", "POST"]),
            Route("/officer/{seat:str}/file/{key:str}", self._kindly(rooms.file)),
            Route("/officer/{seat:str}/picture/{key:str}", self._kindly(rooms.picture)),
            Route("/officer/{seat:str}/original/{key:str}", self._kindly(rooms.original), methods=["POST"]),
            Route("/officer/{seat:str}/paper", self._kindly(rooms.paper)),
        ]

    def _kindly(self, page: Page) -> Page:
        """A page, with a kind word for a form that is none, and for one of another site."""

        async def shown(request: Request) -> Response:
            if request.method == "POST" and not is_ours(request):
                return self._pages.sorry("th", "garbled", 403)
            try:
                return await page(request)
            except UploadError as trouble:
                answer = self._pages.sorry("th", trouble.key, trouble.status)
                answer.headers["connection"] = "close"
                return answer
            except ClientDisconnect:
                return Response(status_code=400)

        return shown

    async def link(self, request: Request) -> Response:
        """A link: to look at it changes nothing, since chats look at links by themselves."""
        secret, seals = request.path_params["secret"], self._desk.store.seals
        deeds = OfficerActions(self._desk, self._pages.office, keyhole_mark(seals, secret))
        holder = OfficerSession.of(request, BEFORE, seals)
        if request.method == "POST":
            filled = await self._sheets.filled(request, holder, nothing)
            return await self._entered(request, deeds, holder, filled)
        visitor = await deeds.decide(visit.admitted(deeds.visit(), proved=False))
        if visitor is None:
            return self._sheets.closed("th")
        return self._form(request, visitor.hole.lang, holder)

    async def _entered(
        self, request: Request, deeds: OfficerActions, holder: OfficerSession | None, filled: FormData
    ) -> Response:
        """A code was sent: the right one takes the seat."""
        visitor = await deeds.decide(visit.admitted(deeds.visit(), proved=False))
        lang: Lang = visitor.hole.lang if visitor else "th"
        ticket, code = filled.words("csrf"), filled.words("text")[:LONGEST_CODE]
        wait = self._crowd.wait(request.client.host if request.client else None)
        if wait:
            return self._form(request, lang, holder, Reply("officer.crowd", {"seconds": wait}), code, 429)
        if holder is None or not holder.gave(ticket):
            if visitor is None:
                return self._sheets.closed(lang)
            return self._form(request, lang, holder, Reply("officer.stale"), code, 403)
        seat = holder.seated(request.path_params["secret"], ticket)
        who = (visitor.hole.staff.who if visitor else None) or deeds.mark
        try:
            async with self._desk.engine.turn(who):  # as in the chat: wrong codes are counted one by one
                say, lang = await deeds.once(f"{ticket} {code}", lambda v: visit.entered(v, seat.mark, code))
        except StorageError as trouble:
            self._desk.engine.fault(trouble)
            return self._form(request, lang, holder, Reply("officer.unsaved"), code, 503)
        if say == visit.CLOSED:
            return self._sheets.closed(lang)
        if say != visit.ENTERED:
            return self._form(request, lang, holder, say, status=403)
        moved = RedirectResponse(f"/officer/{deeds.mark.hex()[:16]}", 303)
        seat.keep(moved, SEAT, moved.headers["location"], request)
        return moved

    def _form(
        self, request: Request, lang: Lang, holder: OfficerSession | None, note: Reply | None = None, code: str = "",
        status: int = 200,
    ) -> Response:  # fmt: skip
        holder = holder or OfficerSession.fresh(self._desk.store.seals)
        page = self._sheets.shown(
            "officer_link.html",
            lang,
            status,
            path=request.url.path,
            csrf=holder.ticket(),
            note=self._sheets.words(note, lang) if note else "",
            typed=code,
        )
        holder.keep(page, BEFORE, OPENING, request)
        return page
