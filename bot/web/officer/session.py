"""Links, cookies and tickets of the officers' page: random, and kept here only as marks."""

import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from handlers.staff.page_access import AccessLink, NewAccessLink
from storage.crypto.aead import constant_time_equal
from storage.crypto.keyring import Keyring
from storage.staff.page_access import hash_access_secret

OFFICER_LINK_PATH = "/officer/open"
LINK_SECRET_BYTES = 24
"""Random bytes of a link."""

OFFICER_LINK_COOKIE, OFFICER_SESSION_COOKIE = "p", "o"
"""The cookie of a browser that was shown a link, and the one of a seat."""

_TOKEN_PATTERN = re.compile(r"[0-9a-f]{32,64}")
_FORM_TOKEN_PATTERN = re.compile(r"[0-9a-f]{32}\.[0-9a-f]{32}")
_MAC_LENGTH = 32


def make_access_link_factory(address: str) -> Callable[[NewAccessLink, datetime], Awaitable[AccessLink]]:
    """What draws keys to the page under an address, as `https://ita.example.go.th`."""

    async def create_access_link(_: NewAccessLink, __: datetime) -> AccessLink:
        secret = secrets.token_urlsafe(LINK_SECRET_BYTES)
        return AccessLink(secret, f"{address.rstrip('/')}{OFFICER_LINK_PATH}/{secret}")

    return create_access_link


@dataclass(frozen=True, slots=True)
class OfficerSession:
    """Who holds a cookie. name: the part of the address that is not secret."""

    token: str = field(repr=False)
    keyring: Keyring = field(repr=False)

    @staticmethod
    def from_request(request: Request, cookie: str, seals: Keyring) -> "OfficerSession | None":
        """The holder of a cookie that we gave."""
        token = request.cookies.get(cookie, "")
        return OfficerSession(token, seals) if _TOKEN_PATTERN.fullmatch(token) else None

    @staticmethod
    def create(seals: Keyring) -> "OfficerSession":
        """A browser that was not here before."""
        return OfficerSession(secrets.token_hex(16), seals)

    @property
    def token_hash(self) -> bytes:
        """What is stored of it."""
        return hash_access_secret(self.keyring, self.token)

    def derive_session(self, secret: str, ticket: str) -> "OfficerSession":
        """The seat to which a link leads from this browser and this form.

        Made of all three under our key: the same form, sent twice, is one seat, and whoever planted the cookie
        of the browser does not know the one of the seat.
        """
        return OfficerSession(
            self.keyring.hash_id("officer seat", self.token, secret, ticket).hex(), self.keyring
        )

    def issue_form_token(self) -> str:
        """A new hidden field of a form, which only this holder can bring back."""
        nonce = secrets.token_hex(16)
        return f"{nonce}.{self._compute_mac(nonce)}"

    def has_issued(self, ticket: str) -> bool:
        """Whether a ticket is one of this holder's."""
        nonce, _, proof = ticket.partition(".")
        return bool(_FORM_TOKEN_PATTERN.fullmatch(ticket)) and constant_time_equal(
            proof.encode(), self._compute_mac(nonce).encode()
        )

    def _compute_mac(self, nonce: str) -> str:
        return self.keyring.hash_id("officer ticket", self.token, nonce).hex()[:_MAC_LENGTH]

    def set_cookie(self, response: Response, cookie: str, path: str, request: Request) -> None:
        """Leave the cookie: for these pages alone, and until the browser is closed; the seat ends before that."""
        response.set_cookie(
            cookie, self.token, path=path, httponly=True, samesite="strict", secure=is_https_request(request)
        )


def delete_officer_cookie(response: Response, cookie: str, path: str, request: Request) -> None:
    """Take a cookie back."""
    response.delete_cookie(cookie, path, httponly=True, samesite="strict", secure=is_https_request(request))


def is_https_request(request: Request) -> bool:
    """Whether the browser speaks https, so that a cookie can be kept to it."""
    return request.url.scheme == "https"


def is_same_origin_request(request: Request) -> bool:
    """Whether a form was sent from a page of ours, as far as the browser tells."""
    return request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
