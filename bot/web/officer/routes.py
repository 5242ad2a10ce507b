"""The officers' page at the web: a link that shows a form and nothing else, and what the right code opens."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.bootstrap import Desk
from bot.web.multipart import Filled
from bot.web.officer.actions import Deeds
from bot.web.officer.case_page import Rooms
from bot.web.officer.responses import Sheets, nothing
from bot.web.officer.session import BEFORE, OPENING, SEAT, Holder, is_ours
from bot.web.rate_limit import Crowd
from bot.web.templating import Pages
from bot.web.upload_limits import Unread
from handlers.dialog.events import Lang, Say
from handlers.staff.complaints import case_page as visit
from storage.errors import StorageError
from storage.staff.page_access import keyhole_mark

Page: TypeAlias = Callable[[Request], Awaitable[Response]]
LONGEST_CODE = 40
"""Characters of a code that are looked at."""


class Officers:
    """The pages of a desk's officers."""

    def __init__(self, desk: Desk, pages: Pages) -> None:
        self._desk, self._pages, self._sheets = desk, pages, Sheets(pages)
        self._rooms = Rooms(desk, pages, self._sheets)
        self._crowd = Crowd()

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
            except Unread as trouble:
                answer = self._pages.sorry("th", trouble.key, trouble.status)
                answer.headers["connection"] = "close"
                return answer
            except ClientDisconnect:
                return Response(status_code=400)

        return shown

    async def link(self, request: Request) -> Response:
        """A link: to look at it changes nothing, since chats look at links by themselves."""
        secret, seals = request.path_params["secret"], self._desk.store.seals
        deeds = Deeds(self._desk, self._pages.office, keyhole_mark(seals, secret))
        holder = Holder.of(request, BEFORE, seals)
        if request.method == "POST":
            filled = await self._sheets.filled(request, holder, nothing)
            return await self._entered(request, deeds, holder, filled)
        visitor = await deeds.decide(visit.admitted(deeds.visit(), proved=False))
        if visitor is None:
            return self._sheets.closed("th")
        return self._form(request, visitor.hole.lang, holder)

    async def _entered(
        self, request: Request, deeds: Deeds, holder: Holder | None, filled: Filled
    ) -> Response:
        """A code was sent: the right one takes the seat."""
        visitor = await deeds.decide(visit.admitted(deeds.visit(), proved=False))
        lang: Lang = visitor.hole.lang if visitor else "th"
        ticket, code = filled.words("csrf"), filled.words("text")[:LONGEST_CODE]
        wait = self._crowd.wait(request.client.host if request.client else None)
        if wait:
            return self._form(request, lang, holder, Say("officer.crowd", {"seconds": wait}), code, 429)
        if holder is None or not holder.gave(ticket):
            if visitor is None:
                return self._sheets.closed(lang)
            return self._form(request, lang, holder, Say("officer.stale"), code, 403)
        seat = holder.seated(request.path_params["secret"], ticket)
        who = (visitor.hole.staff.who if visitor else None) or deeds.mark
        try:
            async with self._desk.engine.turn(who):  # as in the chat: wrong codes are counted one by one
                say, lang = await deeds.once(f"{ticket} {code}", lambda v: visit.entered(v, seat.mark, code))
        except StorageError as trouble:
            self._desk.engine.fault(trouble)
            return self._form(request, lang, holder, Say("officer.unsaved"), code, 503)
        if say == visit.CLOSED:
            return self._sheets.closed(lang)
        if say != visit.ENTERED:
            return self._form(request, lang, holder, say, status=403)
        moved = RedirectResponse(f"/officer/{deeds.mark.hex()[:16]}", 303)
        seat.keep(moved, SEAT, moved.headers["location"], request)
        return moved

    def _form(
        self, request: Request, lang: Lang, holder: Holder | None, note: Say | None = None, code: str = "",
        status: int = 200,
    ) -> Response:  # fmt: skip
        holder = holder or Holder.fresh(self._desk.store.seals)
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
