"""Cookies and form tokens of officers' browsers: random, and stored only as hashes."""

import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from bot.web.request import is_https_request
from handlers.staff.enrolment.messages import EnrolmentLink, NewEnrolmentLink
from storage.crypto.aead import constant_time_equal
from storage.crypto.keyring import Keyring
from storage.staff.page_access import hash_access_secret

ENROLMENT_PATH = "/staff/join"
LINK_SECRET_BYTES = 24
"""Random bytes of an access link."""

ENROLMENT_COOKIE = "p"
"""The cookie of a browser that was shown the form of an enrolment."""

_TOKEN_PATTERN = re.compile(r"[0-9a-f]{32,64}")
_FORM_TOKEN_PATTERN = re.compile(r"[0-9a-f]{32}\.[0-9a-f]{32}")
_MAC_LENGTH = 32


def make_enrolment_link_factory(
    address: str,
) -> Callable[[NewEnrolmentLink, datetime], Awaitable[EnrolmentLink]]:
    """A factory of links to the page of an enrolment under a public address."""

    async def create_enrolment_link(_: NewEnrolmentLink, __: datetime) -> EnrolmentLink:
        secret = secrets.token_urlsafe(LINK_SECRET_BYTES)
        return EnrolmentLink(secret, f"{address.rstrip('/')}{ENROLMENT_PATH}/{secret}")

    return create_enrolment_link


@dataclass(frozen=True, slots=True)
class OfficerSession:
    """The holder of a cookie: a random token, of which only a hash is stored."""

    token: str = field(repr=False)
    keyring: Keyring = field(repr=False)

    @staticmethod
    def from_request(request: Request, cookie: str, keyring: Keyring) -> "OfficerSession | None":
        """The session of the request's cookie; None if it has not the form of one."""
        token = request.cookies.get(cookie, "")
        return OfficerSession(token, keyring) if _TOKEN_PATTERN.fullmatch(token) else None

    @staticmethod
    def create(keyring: Keyring) -> "OfficerSession":
        """Create a session with a new random token."""
        return OfficerSession(secrets.token_hex(16), keyring)

    @property
    def token_hash(self) -> bytes:
        """The hash of the token, as stored."""
        return hash_access_secret(self.keyring, self.token)

    def derive_session(self, secret: str, token: str) -> "OfficerSession":
        """The session that a link opens from this browser and this form.

        Derived from all three under our key: the same form sent twice opens one session, and somebody who planted
        the browser's cookie does not know the session's.
        """
        return OfficerSession(
            self.keyring.hash_id("officer seat", self.token, secret, token).hex(), self.keyring
        )

    def issue_form_token(self) -> str:
        """Issue a form token that only this session can send back."""
        nonce = secrets.token_hex(16)
        return f"{nonce}.{self._compute_mac(nonce)}"

    def has_issued(self, form_token: str) -> bool:
        """Whether a form token was issued to this session."""
        nonce, _, mac = form_token.partition(".")
        return bool(_FORM_TOKEN_PATTERN.fullmatch(form_token)) and constant_time_equal(
            mac.encode(), self._compute_mac(nonce).encode()
        )

    def _compute_mac(self, nonce: str) -> str:
        return self.keyring.hash_id("officer ticket", self.token, nonce).hex()[:_MAC_LENGTH]

    def set_cookie(self, response: Response, cookie: str, path: str, request: Request) -> None:
        """Set the cookie for these pages only, until the browser is closed; the session ends before that."""
        response.set_cookie(
            cookie, self.token, path=path, httponly=True, samesite="strict", secure=is_https_request(request)
        )


def delete_officer_cookie(response: Response, cookie: str, path: str, request: Request) -> None:
    """Delete the cookie."""
    response.delete_cookie(cookie, path, httponly=True, samesite="strict", secure=is_https_request(request))
