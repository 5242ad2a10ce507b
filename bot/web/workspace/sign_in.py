"""The pages before somebody is signed in: the choice of a desk, how to sign in, and the form of a sign-in link."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.bootstrap import RunningDesk
from bot.web.limits.rate_limit import RateLimiter
from bot.web.multipart import FormData
from bot.web.officer.responses import reject_files
from bot.web.officer.session import OfficerSession
from bot.web.request import get_requested_lang
from bot.web.workspace.actions import WorkspaceActions
from bot.web.workspace.addresses import (
    PASSKEY_COOKIE,
    SIGN_IN_COOKIE,
    WORKSPACE_COOKIE,
    get_asked_address,
    get_desk_path,
)
from bot.web.workspace.open_session import OpenWorkspace, find_leads_to
from bot.web.workspace.pages import WorkspacePages
from bot.web.workspace.passkeys.pages import PasskeyPages
from handlers.dialog.events import Lang
from handlers.dialog.replies import OfficerPageAction, Phrase, Reply
from handlers.office import Office
from handlers.staff.page_access import CARRYING_PAGES
from handlers.staff.workspace.sign_in import (
    LINK_CLOSED,
    find_sign_in_link,
    open_link_in_session,
    redeem_sign_in_link,
)
from handlers.staff.workspace.views import find_page_address
from storage.errors import StorageError
from storage.staff.page_access import hash_access_secret

HTTP_OK = 200
FORMER_LINK = "former"
"""In the query of the sign-in page: a link of the page that the workspace replaced led here."""

MAX_SIGN_IN_CODE_LENGTH = 40
"""Characters of a code that are looked at."""


class SignInPages:
    """The pages of a desk's workspace for who is not signed in. They tell nobody who works here."""

    def __init__(
        self, desk: RunningDesk, office: Office, pages: WorkspacePages, passkeys: PasskeyPages
    ) -> None:
        self._passkeys = passkeys
        self._desk, self._office, self._pages, self._responses = desk, office, pages, pages.responses
        self._path = get_desk_path(desk.name)
        self._rate_limiter = RateLimiter()

    def render_sign_in(
        self,
        request: Request,
        status: int = 200,
        typed: str = "",
        *,
        refused: bool = False,
        why: Reply | None = None,
    ) -> Response:
        """How to sign in; after a form, also that nothing was sent, and what was typed.

        refused: so was a passkey; why: what is said instead of that nothing was sent.
        """
        closed = request.method == "POST" and not refused and why is None
        lang = get_requested_lang(request)
        browser = self._get_passkey_browser(request)
        to = get_asked_address(request) if request.method == "GET" and status == HTTP_OK else self._path
        page = self._responses.render(
            "workspace/sign_in.html",
            lang,
            status,
            desk=self._desk.name,
            closed=closed,
            typed=typed,
            refused=refused,
            why=self._responses.translate_reply(why, lang) if why is not None else "",
            is_former=FORMER_LINK in request.query_params,
            passkey=self._passkeys.offer_sign_in(browser, to),
        )
        browser.set_cookie(page, PASSKEY_COOKIE, self._path, request)
        return page

    def _get_passkey_browser(self, request: Request) -> OfficerSession:
        keyring = self._desk.store.keyring
        return OfficerSession.from_request(request, PASSKEY_COOKIE, keyring) or OfficerSession.create(keyring)

    async def handle_link(self, request: Request, opened: OpenWorkspace | None) -> Response:
        """Handle a link from a chat. A GET changes nothing: chat apps fetch links by themselves for previews.

        opened: a session of this browser whose second factor is recent: a link of its owner asks for no other code.
        """
        keyring = self._desk.store.keyring
        mark = hash_access_secret(keyring, request.path_params["secret"])
        browser = OfficerSession.from_request(request, SIGN_IN_COOKIE, keyring)
        actions = WorkspaceActions(self._desk.engine, self._office, mark, mark)
        access = await actions.decide(lambda _: find_sign_in_link(mark))
        if request.method == "POST":
            filled = await self._responses.read_form(request, browser, reject_files)
            if opened is not None and opened.cookie.has_issued(filled.get_text("csrf")):
                return await self._open_in_session(request, opened, mark, filled.get_text("csrf"))
            if access is None and (browser is None or not browser.has_issued(filled.get_text("csrf"))):
                return self.render_sign_in(request, 410)
            return await self._redeem_code(request, mark, browser, filled, access.lang if access else "th")
        if access is None:
            return self.render_sign_in(request, 410)
        if opened is not None and opened.found.staff.id == access.staff.id:
            if access.page in CARRYING_PAGES:
                return self._pages.render("workspace/open.html", opened)
            return self._lead_to(find_page_address(access.page, access.year, access.number))
        return self._render_form(request, access.lang, browser)

    async def _open_in_session(
        self, request: Request, opened: OpenWorkspace, mark: bytes, token: str
    ) -> Response:
        """Use up a link that brings something into the session that goes on."""
        try:
            answer, _ = await opened.actions.execute_once(
                f"{token} open", lambda v: open_link_in_session(v, mark)
            )
        except StorageError as error:
            self._desk.engine.on_error(error)
            return self._responses.render_closed(opened.lang, what="unsaved", status=503)
        if answer.replies[0].presentation.officer_page is not OfficerPageAction.ENTER:
            return self.render_sign_in(request, 410)
        return self._lead_to(find_leads_to(answer))

    def _lead_to(self, at: str) -> RedirectResponse:
        return RedirectResponse(f"{self._path}/{at}".rstrip("/"), 303)

    async def _redeem_code(
        self, request: Request, mark: bytes, browser: OfficerSession | None, filled: FormData, lang: Lang
    ) -> Response:
        """Redeem a code: the right one opens a session."""
        token, code = filled.get_text("csrf"), filled.get_text("text")[:MAX_SIGN_IN_CODE_LENGTH]
        wait = self._rate_limiter.retry_after(request.client.host if request.client else None)
        if wait:
            return self._render_form(request, lang, browser, Phrase("officer.crowd", {"seconds": wait}), 429)
        if browser is None or not browser.has_issued(token):
            return self._render_form(request, lang, browser, Phrase("officer.stale"), 403)
        session = browser.derive_session(request.path_params["secret"], token)
        actions = WorkspaceActions(self._desk.engine, self._office, mark, session.token_hash)
        try:
            answer, _ = await actions.execute_once(
                f"{token} {code}", lambda v: redeem_sign_in_link(v, session.token_hash, code)
            )
        except StorageError as error:
            self._desk.engine.on_error(error)
            return self._render_form(request, lang, browser, Phrase("officer.unsaved"), 503)
        reply = answer.replies[0]
        if reply.presentation.officer_page is OfficerPageAction.CLOSE:
            return self.render_sign_in(request, 410, why=reply if reply == LINK_CLOSED else None)
        if reply.presentation.officer_page is not OfficerPageAction.ENTER:
            return self._render_form(request, answer.lang, browser, reply, 403)
        response = self._lead_to(find_leads_to(answer))
        session.set_cookie(response, WORKSPACE_COOKIE, self._path, request)
        return response

    def _render_form(
        self,
        request: Request,
        lang: Lang,
        browser: OfficerSession | None,
        note: Phrase | Reply | None = None,
        status: int = 200,
    ) -> Response:
        browser = browser or OfficerSession.create(self._desk.store.keyring)
        passkey_browser = self._get_passkey_browser(request)
        page = self._responses.render(
            "workspace/link.html",
            lang,
            status,
            path=request.url.path,
            csrf=browser.issue_form_token(),
            note=self._responses.translate_reply(note, lang) if note else "",
            passkey=self._passkeys.offer_sign_in(passkey_browser, request.url.path),
        )
        browser.set_cookie(page, SIGN_IN_COOKIE, f"{self._path}/open", request)
        passkey_browser.set_cookie(page, PASSKEY_COOKIE, self._path, request)
        return page
