"""Requests of passkeys: to sign in, to give the second factor again, to make one, and to take one away."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import TypeAlias, assert_never

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.bootstrap import RunningDesk
from bot.engine import Engine
from bot.web.limits.rate_limit import RateLimiter
from bot.web.multipart import FormData
from bot.web.officer.responses import reject_files
from bot.web.officer.session import OfficerSession
from bot.web.workspace.actions import WorkspaceActions
from bot.web.workspace.addresses import (
    PASSKEY_COOKIE,
    WORKSPACE_COOKIE,
    add_passkey_note,
    get_asked_address,
    get_desk_path,
    get_view_path,
)
from bot.web.workspace.open_session import OpenWorkspace, has_page_action
from bot.web.workspace.pages import WorkspacePages
from bot.web.workspace.passkeys.ceremony import (
    MAX_SIGNED_LENGTH,
    PasskeyOwner,
    PasskeyParty,
    build_creation,
    build_request,
    check_creation,
    check_signature,
    read_credential_id,
)
from handlers.dialog.replies import OfficerPageAction, Phrase
from handlers.office import Office
from handlers.staff.workspace.commands import may_show_content
from handlers.staff.workspace.passkey_messages import Passkey
from handlers.staff.workspace.passkeys import (
    PASSKEY_SAVED,
    CheckedPasskey,
    add_passkey,
    find_passkey,
    list_passkeys,
    remove_passkey,
    renew_factor_by_passkey,
    sign_in_by_passkey,
)
from handlers.staff.workspace.views import WorkspaceView
from handlers.thai.dates import format_date
from storage.db.epoch_minutes import to_epoch_minutes
from storage.errors import StorageError
from storage.staff.passkeys import CHALLENGE_TTL, hash_credential

OpenSession: TypeAlias = Callable[[Request], Awaitable[OpenWorkspace | None]]
ShowSignIn: TypeAlias = Callable[..., Response]
_TOKEN_AND_MINUTE = re.compile(r"([0-9a-f.]{65})@(\d{1,9})")


class PasskeyPurpose(StrEnum):
    """What a passkey is asked for; the last part of the address that its form is sent to."""

    SIGN_IN = "sign-in"
    FACTOR = "factor"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class PasskeyForm:
    """A form that a script fills in. options: for the browser, as JSON; ticket: what its challenge is derived from."""

    action: str
    options: str
    ticket: str
    to: str = ""


class PasskeyPages:
    """The passkeys of a desk. party: where they are good; None where browsers allow none."""

    def __init__(
        self, desk: RunningDesk, office: Office, pages: WorkspacePages, party: PasskeyParty | None
    ) -> None:
        self._desk, self._office, self._pages, self._party = desk, office, pages, party
        self._path = get_desk_path(desk.name)
        self._rate_limiter = RateLimiter()
        self._target = re.compile(
            rf"{self._path}(/[a-z]+(/\d{{1,6}}/\d{{1,9}})?|/open/[\w-]{{1,80}})?(\?[\w=&%+.-]{{1,300}})?",
            re.ASCII,
        )

    @property
    def _engine(self) -> Engine:
        return self._desk.engine

    def offer_sign_in(self, browser: OfficerSession, to: str) -> PasskeyForm | None:
        """Return the form that signs in, and leads to an address; None where there are no passkeys."""
        if self._party is None:
            return None
        ticket = self._issue_ticket(browser)
        options = build_request(self._party, self._derive_challenge(PasskeyPurpose.SIGN_IN, ticket))
        return PasskeyForm(self._get_address(PasskeyPurpose.SIGN_IN), options, ticket, to)

    def offer_factor(self, opened: OpenWorkspace) -> PasskeyForm | None:
        """Return the form that gives the second factor again."""
        if self._party is None:
            return None
        ticket = self._issue_ticket(opened.cookie)
        options = build_request(self._party, self._derive_challenge(PasskeyPurpose.FACTOR, ticket))
        to = get_asked_address(opened.http)
        return PasskeyForm(self._get_address(PasskeyPurpose.FACTOR), options, ticket, to)

    async def offer_creation(self, opened: OpenWorkspace) -> PasskeyForm | None:
        """Return the form that makes a passkey, where the second factor is recent."""
        if self._party is None or not may_show_content(opened.request):
            return None
        staff, office = opened.found.staff, self._office.name.in_lang(opened.lang)
        known = await self.list_passkeys(opened)
        handle = self._desk.store.keyring.hash_id("passkey owner", staff.id)
        desk = self._pages.responses.translate_reply(Phrase(f"workspace.desk_{self._desk.name}"), opened.lang)
        owner = PasskeyOwner(handle, f"{staff.name} · {desk}", office, known)
        ticket = self._issue_ticket(opened.cookie)
        challenge = self._derive_challenge(PasskeyPurpose.ADD, ticket)
        options = build_creation(self._party, challenge, owner)
        return PasskeyForm(self._get_address(PasskeyPurpose.ADD), options, ticket)

    async def list_passkeys(self, opened: OpenWorkspace) -> tuple[Passkey, ...]:
        """Return the passkeys of the person whose session it is."""
        return await opened.actions.decide(lambda _: list_passkeys(opened.found.staff.id))

    async def describe_passkeys(self, opened: OpenWorkspace) -> list[tuple[str, str, str]]:
        """Return what the list shows of each: a name for its form, what its owner called it, and its day."""
        known = await self.list_passkeys(opened)
        return [(one.mark.hex()[:32], one.name, format_date(one.made_on, opened.lang)) for one in known]

    @property
    def are_offered(self) -> bool:
        """Whether browsers allow passkeys at this address."""
        return self._party is not None

    @property
    def remove_address(self) -> str:
        """The address of the form that takes a passkey away."""
        return self._get_address(PasskeyPurpose.REMOVE)

    def make_route(
        self, open_session: OpenSession, show_sign_in: ShowSignIn
    ) -> tuple[str, Callable[[Request], Awaitable[Response]], list[str]]:
        """Return the route of the forms. show_sign_in: renders the page of who is not signed in."""
        handle = partial(self._handle_form, open_session, show_sign_in)
        return f"{self._path}/passkey/{{purpose:str}}", handle, ["POST"]

    def _get_address(self, purpose: PasskeyPurpose) -> str:
        return f"{self._path}/passkey/{purpose}"

    def _issue_ticket(self, cookie: OfficerSession) -> str:
        return f"{cookie.issue_form_token()}@{to_epoch_minutes(self._engine.now())}"

    def _derive_challenge(self, purpose: PasskeyPurpose, ticket: str) -> bytes:
        return self._desk.store.keyring.hash_id("passkey challenge", purpose, ticket)

    def _is_good_ticket(self, cookie: OfficerSession, ticket: str) -> bool:
        """Whether a ticket was issued to this browser a while ago; its hash is kept when it is used."""
        found = _TOKEN_AND_MINUTE.fullmatch(ticket)
        if found is None or not cookie.has_issued(found[1]):
            return False
        age = to_epoch_minutes(self._engine.now()) - int(found[2])
        return 0 <= age < CHALLENGE_TTL.total_seconds() // 60

    async def _handle_form(
        self, open_session: OpenSession, show_sign_in: ShowSignIn, request: Request
    ) -> Response:
        opened = await open_session(request)
        filled = await self._pages.responses.read_form(
            request, opened.cookie if opened else None, reject_files
        )
        purpose = next((one for one in PasskeyPurpose if one == request.path_params["purpose"]), None)
        if purpose is None or self._rate_limiter.retry_after(request.client.host if request.client else None):
            return show_sign_in(request, 404 if purpose is None else 429)
        try:
            if purpose is PasskeyPurpose.SIGN_IN:
                return await self._sign_in(request, filled) or show_sign_in(request, 403, refused=True)
            if opened is None:
                return show_sign_in(request, 401)
            return await self._change(purpose, opened, filled)
        except StorageError as error:
            self._engine.on_error(error)
            return show_sign_in(request, 503)

    async def _sign_in(self, request: Request, filled: FormData) -> Response | None:
        """Sign in; None where what was signed is not right, whatever the reason."""
        keyring, ticket = self._desk.store.keyring, filled.get_text("ticket")
        browser = OfficerSession.from_request(request, PASSKEY_COOKIE, keyring)
        if browser is None or not self._is_good_ticket(browser, ticket):
            return None
        session = browser.derive_session("passkey", ticket)
        actions = WorkspaceActions(self._engine, self._office, session.token_hash, session.token_hash)
        checked = await self._check(actions, PasskeyPurpose.SIGN_IN, filled)
        if checked is None:
            return None
        answer, _ = await actions.execute_once(
            f"{ticket} passkey", lambda v: sign_in_by_passkey(v, session.token_hash, checked)
        )
        if answer.replies[0].presentation.officer_page is not OfficerPageAction.ENTER:
            return None
        to = filled.get_text("to")
        response = RedirectResponse(to if self._target.fullmatch(to) else self._path, 303)
        session.set_cookie(response, WORKSPACE_COOKIE, self._path, request)
        return response

    async def _check(
        self, actions: WorkspaceActions, purpose: PasskeyPurpose, filled: FormData
    ) -> CheckedPasskey | None:
        signed = filled.get_text("passkey")[:MAX_SIGNED_LENGTH]
        mark = hash_credential(self._desk.store.keyring, read_credential_id(signed))
        passkey = await actions.decide(lambda _: find_passkey(mark))
        if passkey is None or self._party is None:
            return None
        challenge = self._derive_challenge(purpose, filled.get_text("ticket"))
        return check_signature(self._party, challenge, signed, passkey)

    async def _change(self, purpose: PasskeyPurpose, opened: OpenWorkspace, filled: FormData) -> Response:
        """Do what a session asks for, and lead to the page where it is seen."""
        sessions = get_view_path(self._desk.name, WorkspaceView.SESSIONS)
        to, ticket = filled.get_text("to"), filled.get_text("ticket")
        match purpose:
            case PasskeyPurpose.FACTOR:
                at = to if self._target.fullmatch(to) else self._path
                is_done = await self._renew_factor(opened, filled)
                return RedirectResponse(at if is_done else add_passkey_note(at, "refused"), 303)
            case PasskeyPurpose.ADD:
                may_add = may_show_content(opened.request) and self._is_good_ticket(opened.cookie, ticket)
                is_done = may_add and await self._add(opened, filled)
                return RedirectResponse(sessions if is_done else add_passkey_note(sessions, "unsaved"), 303)
            case PasskeyPurpose.REMOVE:
                name, token = filled.get_text("remove"), filled.get_text("csrf")
                if opened.cookie.has_issued(token):
                    await opened.actions.execute_once(f"{token} {name}", lambda v: remove_passkey(v, name))
                return RedirectResponse(sessions, 303)
            case PasskeyPurpose.SIGN_IN:
                return RedirectResponse(self._path, 303)
            case _:
                assert_never(purpose)

    async def _renew_factor(self, opened: OpenWorkspace, filled: FormData) -> bool:
        """Give the second factor again; whether it was right."""
        ticket = filled.get_text("ticket")
        if not self._is_good_ticket(opened.cookie, ticket):
            return False
        checked = await self._check(opened.actions, PasskeyPurpose.FACTOR, filled)
        if checked is None:
            return False
        answer, _ = await opened.actions.execute_once(
            f"{ticket} passkey", lambda v: renew_factor_by_passkey(v, checked)
        )
        return has_page_action(answer, OfficerPageAction.ENTER)

    async def _add(self, opened: OpenWorkspace, filled: FormData) -> bool:
        """Store a passkey that was made, if it is right; whether it is stored."""
        if self._party is None:
            return False
        challenge = self._derive_challenge(PasskeyPurpose.ADD, filled.get_text("ticket"))
        signed, name = filled.get_text("passkey"), filled.get_text("name")
        made = check_creation(self._party, challenge, signed, name, self._desk.store.keyring)
        if made is None:
            return False
        called = name or self._pages.responses.translate_reply(
            Phrase("workspace.passkey.unnamed"), opened.lang
        )
        whole = replace(made, name=called)
        answer, _ = await opened.actions.execute_once(
            f"{filled.get_text('ticket')} add", lambda v: add_passkey(v, whole)
        )
        return answer.replies[0].key == PASSKEY_SAVED.key
