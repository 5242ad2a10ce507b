"""Links, cookies and tickets of the officers' page: random, and kept here only as marks."""

import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from handlers.staff.page_access import AccessLink, NewAccessLink
from storage.crypto.aead import same
from storage.crypto.keyring import Keyring
from storage.staff.page_access import keyhole_mark

OPENING = "/officer/open"
SECRET = 24
"""Random bytes of a link."""

BEFORE, SEAT = "p", "o"
"""The cookie of a browser that was shown a link, and the one of a seat."""

_TOKEN = re.compile(r"[0-9a-f]{32,64}")
_TICKET = re.compile(r"[0-9a-f]{32}\.[0-9a-f]{32}")
_PROOF = 32


def drawer(address: str) -> Callable[[NewAccessLink, datetime], Awaitable[AccessLink]]:
    """What draws keys to the page under an address, as `https://ita.example.go.th`."""

    async def draw(_: NewAccessLink, __: datetime) -> AccessLink:
        secret = secrets.token_urlsafe(SECRET)
        return AccessLink(secret, f"{address.rstrip('/')}{OPENING}/{secret}")

    return draw


@dataclass(frozen=True, slots=True)
class OfficerSession:
    """Who holds a cookie. name: the part of the address that is not secret."""

    token: str = field(repr=False)
    seals: Keyring = field(repr=False)

    @staticmethod
    def of(request: Request, cookie: str, seals: Keyring) -> "OfficerSession | None":
        """The holder of a cookie that we gave."""
        token = request.cookies.get(cookie, "")
        return OfficerSession(token, seals) if _TOKEN.fullmatch(token) else None

    @staticmethod
    def fresh(seals: Keyring) -> "OfficerSession":
        """A browser that was not here before."""
        return OfficerSession(secrets.token_hex(16), seals)

    @property
    def mark(self) -> bytes:
        """What is stored of it."""
        return keyhole_mark(self.seals, self.token)

    def seated(self, secret: str, ticket: str) -> "OfficerSession":
        """The seat to which a link leads from this browser and this form.

        Made of all three under our key: the same form, sent twice, is one seat, and whoever planted the cookie
        of the browser does not know the one of the seat.
        """
        return OfficerSession(self.seals.who("officer seat", self.token, secret, ticket).hex(), self.seals)

    def ticket(self) -> str:
        """A new hidden field of a form, which only this holder can bring back."""
        nonce = secrets.token_hex(16)
        return f"{nonce}.{self._proof(nonce)}"

    def gave(self, ticket: str) -> bool:
        """Whether a ticket is one of this holder's."""
        nonce, _, proof = ticket.partition(".")
        return bool(_TICKET.fullmatch(ticket)) and same(proof.encode(), self._proof(nonce).encode())

    def _proof(self, nonce: str) -> str:
        return self.seals.who("officer ticket", self.token, nonce).hex()[:_PROOF]

    def keep(self, response: Response, cookie: str, path: str, request: Request) -> None:
        """Leave the cookie: for these pages alone, and until the browser is closed; the seat ends before that."""
        response.set_cookie(
            cookie, self.token, path=path, httponly=True, samesite="strict", secure=is_secure(request)
        )


def forget(response: Response, cookie: str, path: str, request: Request) -> None:
    """Take a cookie back."""
    response.delete_cookie(cookie, path, httponly=True, samesite="strict", secure=is_secure(request))


def is_secure(request: Request) -> bool:
    """Whether the browser speaks https, so that a cookie can be kept to it."""
    return request.url.scheme == "https"


def is_ours(request: Request) -> bool:
    """Whether a form was sent from a page of ours, as far as the browser tells."""
    return request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
