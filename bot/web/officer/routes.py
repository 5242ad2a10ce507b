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
from bot.web.officer.responses import OfficerResponses, reject_files
from bot.web.officer.session import (
    OFFICER_LINK_COOKIE,
    OFFICER_LINK_PATH,
    OFFICER_SESSION_COOKIE,
    OfficerSession,
    is_same_origin_request,
)
from bot.web.rate_limit import RateLimiter
from bot.web.templating import PageRenderer
from bot.web.upload_limits import UploadError
from handlers.dialog.events import Lang
from handlers.dialog.replies import Reply
from handlers.staff.complaints.case_page import PAGE_CLOSED, PAGE_ENTERED, authorize_page, redeem_link
from storage.errors import StorageError
from storage.staff.page_access import hash_access_secret

PageHandler: TypeAlias = Callable[[Request], Awaitable[Response]]
MAX_OFFICER_CODE_LENGTH = 40
"""Characters of a code that are looked at."""


class OfficerPages:
    """The pages of a desk's officers."""

    def __init__(self, desk: RunningDesk, pages: PageRenderer) -> None:
        self._desk, self._pages, self._sheets = desk, pages, OfficerResponses(pages)
        self._rooms = CasePages(desk, pages, self._sheets)
        self._crowd = RateLimiter()

    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        link, rooms = f"{OFFICER_LINK_PATH}/{{secret:str}}", self._rooms
        return [
            Route(link, self._wrap_errors(self.handle_link), methods=["GET", "POST"]),
            Route("/officer/{seat:str}", self._wrap_errors(rooms.handle_case_page), methods=["GET", "POST"]),
            Route("/officer/{seat:str}/file/{key:str}", self._wrap_errors(rooms.serve_file)),
            Route("/officer/{seat:str}/picture/{key:str}", self._wrap_errors(rooms.serve_picture)),
            Route(
                "/officer/{seat:str}/original/{key:str}",
                self._wrap_errors(rooms.serve_original),
                methods=["POST"],
            ),
            Route("/officer/{seat:str}/paper", self._wrap_errors(rooms.serve_case_pdf)),
        ]

    def _wrap_errors(self, page: PageHandler) -> PageHandler:
        """A page, with a kind word for a form that is none, and for one of another site."""

        async def handle_request(request: Request) -> Response:
            if request.method == "POST" and not is_same_origin_request(request):
                return self._pages.render_error("th", "garbled", 403)
            try:
                return await page(request)
            except UploadError as trouble:
                answer = self._pages.render_error("th", trouble.page_key, trouble.status)
                answer.headers["connection"] = "close"
                return answer
            except ClientDisconnect:
                return Response(status_code=400)

        return handle_request

    async def handle_link(self, request: Request) -> Response:
        """A link: to look at it changes nothing, since chats look at links by themselves."""
        secret, seals = request.path_params["secret"], self._desk.store.keyring
        deeds = OfficerActions(self._desk, self._pages.office, hash_access_secret(seals, secret))
        holder = OfficerSession.from_request(request, OFFICER_LINK_COOKIE, seals)
        if request.method == "POST":
            filled = await self._sheets.read_form(request, holder, reject_files)
            return await self._redeem_code(request, deeds, holder, filled)
        visitor = await deeds.decide(authorize_page(deeds.create_page_request(), proved=False))
        if visitor is None:
            return self._sheets.render_closed("th")
        return self._render_code_form(request, visitor.access.lang, holder)

    async def _redeem_code(
        self, request: Request, deeds: OfficerActions, holder: OfficerSession | None, filled: FormData
    ) -> Response:
        """A code was sent: the right one takes the seat."""
        visitor = await deeds.decide(authorize_page(deeds.create_page_request(), proved=False))
        lang: Lang = visitor.access.lang if visitor else "th"
        ticket, code = filled.get_text("csrf"), filled.get_text("text")[:MAX_OFFICER_CODE_LENGTH]
        wait = self._crowd.retry_after(request.client.host if request.client else None)
        if wait:
            return self._render_code_form(
                request, lang, holder, Reply("officer.crowd", {"seconds": wait}), code, 429
            )
        if holder is None or not holder.has_issued(ticket):
            if visitor is None:
                return self._sheets.render_closed(lang)
            return self._render_code_form(request, lang, holder, Reply("officer.stale"), code, 403)
        seat = holder.derive_session(request.path_params["secret"], ticket)
        who = (visitor.access.staff.person_id if visitor else None) or deeds.token_hash
        try:
            async with self._desk.engine.lock_person(
                who
            ):  # as in the chat: wrong codes are counted one by one
                say, lang = await deeds.execute_once(
                    f"{ticket} {code}", lambda v: redeem_link(v, seat.token_hash, code)
                )
        except StorageError as trouble:
            self._desk.engine.on_error(trouble)
            return self._render_code_form(request, lang, holder, Reply("officer.unsaved"), code, 503)
        if say == PAGE_CLOSED:
            return self._sheets.render_closed(lang)
        if say != PAGE_ENTERED:
            return self._render_code_form(request, lang, holder, say, status=403)
        moved = RedirectResponse(f"/officer/{deeds.token_hash.hex()[:16]}", 303)
        seat.set_cookie(moved, OFFICER_SESSION_COOKIE, moved.headers["location"], request)
        return moved

    def _render_code_form(
        self, request: Request, lang: Lang, holder: OfficerSession | None, note: Reply | None = None, code: str = "",
        status: int = 200,
    ) -> Response:  # fmt: skip
        holder = holder or OfficerSession.create(self._desk.store.keyring)
        page = self._sheets.render(
            "officer_link.html",
            lang,
            status,
            path=request.url.path,
            csrf=holder.issue_form_token(),
            note=self._sheets.translate_reply(note, lang) if note else "",
            typed=code,
        )
        holder.set_cookie(page, OFFICER_LINK_COOKIE, OFFICER_LINK_PATH, request)
        return page
