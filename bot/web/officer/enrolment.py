"""The page of an enrolment: it asks for the six digits of an invitation, and shows the second factor to be set up.

A GET changes and shows nothing. The secret is shown in the answer to the form with the right digits alone.
"""

from collections.abc import Iterable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.bootstrap import RunningDesk
from bot.web.limits.rate_limit import RateLimiter
from bot.web.officer.actions import OfficerActions
from bot.web.officer.responses import OfficerResponses, reject_files
from bot.web.officer.session import ENROLMENT_COOKIE, ENROLMENT_PATH, OfficerSession
from bot.web.request import handle_form_page
from bot.web.templating import PageRenderer
from handlers.dialog.effects import run_query
from handlers.dialog.events import Lang
from handlers.dialog.replies import OfficerPageAction, Phrase, Reply
from handlers.staff.command import QueryGenerator
from handlers.staff.enrolment.messages import Enrolment, FindEnrolment
from handlers.staff.enrolment.page import check_invitation_digits, derive_digits_key
from handlers.staff.two_factor import build_otpauth_uri
from storage.errors import StorageError
from storage.staff.page_access import hash_access_secret

MAX_DIGITS_LENGTH = 20
"""Characters of the typed digits that are looked at."""


class EnrolmentPages:
    """The route of enrolments, of whichever desk served here they are."""

    def __init__(self, desks: Iterable[RunningDesk], pages: PageRenderer) -> None:
        self._desks, self._pages, self._responses = tuple(desks), pages, OfficerResponses(pages)
        self._rate_limiter = RateLimiter()

    def routes(self) -> list[BaseRoute]:
        """The route of the page."""

        async def handle_request(request: Request) -> Response:
            return await handle_form_page(request, self.handle_enrolment, self._pages, "th")

        async def lead_from_former_address(request: Request) -> Response:
            """Lead to the same form at its address of today: invitations outlive a change of the program."""
            return RedirectResponse(f"{ENROLMENT_PATH}/{quote(request.path_params['secret'])}", 303)

        return [
            Route(f"{ENROLMENT_PATH}/{{secret:str}}", handle_request, methods=["GET", "POST"]),
            Route("/officer/join/{secret:str}", lead_from_former_address),
        ]

    async def handle_enrolment(self, request: Request) -> Response:
        """Show the form, or check the digits that were typed into it."""
        secret = request.path_params["secret"]
        for desk in self._desks:
            actions = OfficerActions(
                desk.engine, self._pages.office, hash_access_secret(desk.store.keyring, secret)
            )
            enrolment = await actions.decide(lambda _: _find_enrolment(secret))
            if enrolment is not None:
                return await self._handle_form(request, desk, actions, enrolment)
        return self._render_closed("th")

    async def _handle_form(
        self, request: Request, desk: RunningDesk, actions: OfficerActions, enrolment: Enrolment
    ) -> Response:
        browser = OfficerSession.from_request(request, ENROLMENT_COOKIE, desk.store.keyring)
        if request.method != "POST":
            return self._render_form(request, desk, enrolment.lang, browser)
        filled = await self._responses.read_form(request, browser, reject_files)
        token, typed = filled.get_text("csrf"), filled.get_text("text")[:MAX_DIGITS_LENGTH]
        wait = self._rate_limiter.retry_after(request.client.host if request.client else None)
        if wait:
            crowded = Phrase("officer.crowd", {"seconds": wait})
            return self._render_form(request, desk, enrolment.lang, browser, crowded, 429)
        if browser is None or not browser.has_issued(token):
            return self._render_form(request, desk, enrolment.lang, browser, Phrase("officer.stale"), 403)
        secret = request.path_params["secret"]
        try:
            # Guesses that come at once, from whichever links, are counted one after the other.
            async with desk.engine.lock_person(derive_digits_key(enrolment.staff.id)):
                reply, lang = await actions.execute_once(
                    f"{token} {typed}", lambda v: check_invitation_digits(secret, v.now, typed)
                )
        except StorageError as error:
            desk.engine.on_error(error)
            return self._render_form(request, desk, enrolment.lang, browser, Phrase("officer.unsaved"), 503)
        match reply.presentation.officer_page:
            case OfficerPageAction.CLOSE:
                return self._render_closed(lang)
            case OfficerPageAction.ENTER:
                return self._render_factor(enrolment)
            case _:
                return self._render_form(request, desk, lang, browser, reply, 403)

    def _render_form(
        self,
        request: Request,
        desk: RunningDesk,
        lang: Lang,
        browser: OfficerSession | None,
        note: Phrase | Reply | None = None,
        status: int = 200,
    ) -> Response:
        browser = browser or OfficerSession.create(desk.store.keyring)
        page = self._responses.render(
            "officer_enrol.html",
            lang,
            status,
            path=request.url.path,
            csrf=browser.issue_form_token(),
            note=self._responses.translate_reply(note, lang) if note else "",
        )
        browser.set_cookie(page, ENROLMENT_COOKIE, ENROLMENT_PATH, request)
        return page

    def _render_factor(self, enrolment: Enrolment) -> Response:
        office = self._pages.office.name.in_lang(enrolment.lang)
        return self._responses.render(
            "officer_enrolled.html",
            enrolment.lang,
            person=enrolment.staff.name,
            secret=enrolment.totp_secret,
            otpauth=build_otpauth_uri(enrolment.totp_secret, enrolment.staff.name, office),
            codes=enrolment.recovery_codes,
        )

    def _render_closed(self, lang: Lang) -> Response:
        return self._responses.render_closed(lang, what="enrol_closed")


def _find_enrolment(secret: str) -> QueryGenerator[Enrolment | None]:
    return (yield from run_query(FindEnrolment(secret)))
