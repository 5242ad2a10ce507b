"""Routes of the officers' page: an access link that shows a code form and nothing else, and the pages it opens."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.bootstrap import RunningDesk
from bot.decoding.pool import DecoderPool
from bot.web.limits.rate_limit import RateLimiter
from bot.web.multipart import FormData
from bot.web.officer.actions import OfficerActions
from bot.web.officer.case_page import CasePages
from bot.web.officer.responses import OfficerResponses, reject_files
from bot.web.officer.session import (
    OFFICER_LINK_COOKIE,
    OFFICER_LINK_PATH,
    OFFICER_SESSION_COOKIE,
    OfficerSession,
)
from bot.web.request import handle_form_page
from bot.web.templating import PageRenderer
from handlers.dialog.events import Lang
from handlers.dialog.replies import OfficerPageAction, Phrase, Reply
from handlers.staff.complaints.case_page import authorize_page, redeem_link
from storage.errors import StorageError
from storage.staff.page_access import hash_access_secret

PageHandler: TypeAlias = Callable[[Request], Awaitable[Response]]
MAX_OFFICER_CODE_LENGTH = 40
"""Characters of a code that are looked at."""


class OfficerPages:
    """The routes of a desk's officers' page."""

    def __init__(
        self, desk: RunningDesk, pages: PageRenderer, decoders: DecoderPool, site_url: str = ""
    ) -> None:
        self._desk, self._pages, self._responses = desk, pages, OfficerResponses(pages)
        self._case_pages = CasePages(desk, pages, self._responses, decoders, site_url)
        self._rate_limiter = RateLimiter()

    def routes(self) -> list[BaseRoute]:
        link, case_pages = f"{OFFICER_LINK_PATH}/{{secret:str}}", self._case_pages
        return [
            Route(link, self._wrap_errors(self.handle_link), methods=["GET", "POST"]),
            Route(
                "/officer/{seat:str}", self._wrap_errors(case_pages.handle_case_page), methods=["GET", "POST"]
            ),
            Route("/officer/{seat:str}/file/{key:str}", self._wrap_errors(case_pages.serve_file)),
            Route("/officer/{seat:str}/play/{key:str}", self._wrap_errors(case_pages.serve_stream)),
            Route("/officer/{seat:str}/picture/{key:str}", self._wrap_errors(case_pages.serve_picture)),
            Route(
                "/officer/{seat:str}/original/{key:str}",
                self._wrap_errors(case_pages.serve_original),
                methods=["POST"],
            ),
            Route("/officer/{seat:str}/paper", self._wrap_errors(case_pages.serve_case_pdf)),
            Route("/officer/{seat:str}/letter", self._wrap_errors(case_pages.serve_cover_letter)),
            Route("/officer/{seat:str}/slip", self._wrap_errors(case_pages.serve_slip_pdf)),
        ]

    def _wrap_errors(self, page: PageHandler) -> PageHandler:
        """Wrap a handler: error pages for malformed uploads, 403 for cross-site posts."""

        async def handle_request(request: Request) -> Response:
            return await handle_form_page(request, page, self._pages, "th")

        return handle_request

    async def handle_link(self, request: Request) -> Response:
        """Handle an access link. A GET changes nothing: chat apps fetch links by themselves for previews."""
        secret, keyring = request.path_params["secret"], self._desk.store.keyring
        actions = OfficerActions(self._desk.engine, self._pages.office, hash_access_secret(keyring, secret))
        browser = OfficerSession.from_request(request, OFFICER_LINK_COOKIE, keyring)
        if request.method == "POST":
            filled = await self._responses.read_form(request, browser, reject_files)
            return await self._redeem_code(request, actions, browser, filled)
        page_session = await actions.decide(lambda v: authorize_page(v, verified=False))
        if page_session is None:
            return self._responses.render_closed("th")
        return self._render_code_form(request, page_session.access.lang, browser)

    async def _redeem_code(
        self, request: Request, actions: OfficerActions, browser: OfficerSession | None, filled: FormData
    ) -> Response:
        """Redeem a code: the right one opens a session."""
        page_session = await actions.decide(lambda v: authorize_page(v, verified=False))
        lang: Lang = page_session.access.lang if page_session else "th"
        token, code = filled.get_text("csrf"), filled.get_text("text")[:MAX_OFFICER_CODE_LENGTH]
        wait = self._rate_limiter.retry_after(request.client.host if request.client else None)
        if wait:
            return self._render_code_form(
                request, lang, browser, Phrase("officer.crowd", {"seconds": wait}), code, 429
            )
        if browser is None or not browser.has_issued(token):
            if page_session is None:
                return self._responses.render_closed(lang)
            return self._render_code_form(request, lang, browser, Phrase("officer.stale"), code, 403)
        session = browser.derive_session(request.path_params["secret"], token)
        who = (page_session.access.staff.person_id if page_session else None) or actions.token_hash
        try:
            async with self._desk.engine.lock_person(
                who
            ):  # as in the chat: wrong codes are counted one after the other
                reply, lang = await actions.execute_once(
                    f"{token} {code}", lambda v: redeem_link(v, session.token_hash, code)
                )
        except StorageError as error:
            self._desk.engine.on_error(error)
            return self._render_code_form(request, lang, browser, Phrase("officer.unsaved"), code, 503)
        if reply.presentation.officer_page is OfficerPageAction.CLOSE:
            return self._responses.render_closed(lang)
        if reply.presentation.officer_page is not OfficerPageAction.ENTER:
            return self._render_code_form(request, lang, browser, reply, status=403)
        response = RedirectResponse(f"/officer/{actions.token_hash.hex()[:16]}", 303)
        session.set_cookie(response, OFFICER_SESSION_COOKIE, response.headers["location"], request)
        return response

    def _render_code_form(
        self,
        request: Request,
        lang: Lang,
        browser: OfficerSession | None,
        note: Phrase | Reply | None = None,
        code: str = "",
        status: int = 200,
    ) -> Response:
        browser = browser or OfficerSession.create(self._desk.store.keyring)
        page = self._responses.render(
            "officer_link.html",
            lang,
            status,
            path=request.url.path,
            csrf=browser.issue_form_token(),
            note=self._responses.translate_reply(note, lang) if note else "",
            typed=code,
        )
        browser.set_cookie(page, OFFICER_LINK_COOKIE, OFFICER_LINK_PATH, request)
        return page
