"""A browser's seat at the web door: a random cookie, and tickets that tell which page a form was filled in on."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from bot.web.multipart import FormData
from handlers.dialog.events import IDLE, Channel, Lang, Session
from storage.crypto.aead import same
from storage.crypto.keyring import Keyring

Opens: TypeAlias = str
"""The command that a page begins with, without its slash; empty where the talk has begun."""
RANDOM = 16
"""Random bytes of a cookie and of a form."""

_TOKEN = re.compile(r"[0-9a-f]{32}")
_LAST = re.compile(r"([0-9A-Za-z-]{0,64})\.([0-9]{1,3})\.([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class LastSubmission:
    """The events of the form that was sent last, so that the page after it can be loaded again.

    form: nonce and digest of it; count: how many events it had; minute: when, in minutes since 1970 (UTC).
    """

    form: str = ""
    count: int = 0
    minute: int = 0

    def fresh(self, now: datetime) -> bool:
        """Whether the talk that it belongs to cannot have lapsed."""
        return bool(self.form) and now - datetime.fromtimestamp(self.minute * 60, UTC) < IDLE + timedelta(
            minutes=1
        )


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """Who sits at a browser, as far as anybody knows: `token` is random, and only its HMAC leaves this door."""

    token: str
    last: LastSubmission = LastSubmission()

    @staticmethod
    def of(request: Request, name: str) -> "BrowserSession | None":
        """The seat of a browser that was here before."""
        token, _, rest = request.cookies.get(name, "").partition(".")
        if not _TOKEN.fullmatch(token):
            return None
        last = _LAST.fullmatch(rest)
        return BrowserSession(
            token, LastSubmission(last[1], int(last[2]), int(last[3])) if last else LastSubmission()
        )

    @staticmethod
    def fresh() -> "BrowserSession":
        """A seat that nobody has."""
        return BrowserSession(secrets.token_hex(RANDOM))

    def who(self, seals: Keyring) -> bytes:
        """The person, as the talk knows them."""
        return seals.who(Channel.WEB, self.token)

    def sent(self, form: str, count: int, now: datetime) -> "BrowserSession":
        """The seat after a form was sent from it."""
        return replace(self, last=LastSubmission(form, count, int(now.timestamp()) // 60))

    def event(self, seals: Keyring, form: str, place: int) -> str:
        """The id of an event: the same form, sent again, makes the same ones."""
        return f"web.{self.who(seals).hex()}.{form}.{place}"

    def mark(self, response: Response, name: str, paths: tuple[str, ...], *, secure: bool) -> None:
        """Leave the cookie, for the pages of this desk alone and only until the browser is closed."""
        last = self.last
        value = f"{self.token}.{last.form}.{last.count}.{last.minute}"
        for path in paths:
            response.set_cookie(name, value, path=path, secure=secure, httponly=True, samesite="lax")


@dataclass(frozen=True, slots=True)
class FormToken:
    """What a form's hidden field proves: that this seat was shown the question `prompt`.

    opens: the command that must come first, where the page was shown before anything was said; lang: its language;
    had: digest of the answer that stood on the page already; minute: when the talk was touched last before it was
    shown, in minutes since 1970 (UTC).
    """

    nonce: str
    prompt: int
    opens: Opens
    lang: Lang
    had: str
    minute: int

    @staticmethod
    def to(session: Session | None, opens: Opens, lang: Lang, had: str, now: datetime) -> "FormToken":
        """A new ticket to the question that a talk stands at, and to the answer that it had."""
        prompt, minute = (
            session.prompt if session else 0,
            int((session.at if session else now).timestamp()) // 60,
        )
        return FormToken(secrets.token_hex(RANDOM), prompt, opens, lang, digest(had) if had else "", minute)

    def lapsed(self, now: datetime) -> bool:
        """Whether the page is so old that its talk may have lapsed."""
        return now - datetime.fromtimestamp(self.minute * 60, UTC) >= IDLE

    def written(self, seat: BrowserSession, seals: Keyring) -> str:
        """The ticket as a field of a form, sealed to a seat."""
        told = f"{self.nonce}.{self.prompt}.{self.opens}.{self.lang}.{self.had}.{self.minute}"
        return f"{told}.{_proof(told, seat, seals)}"

    @staticmethod
    def read(field: str, seat: BrowserSession | None, seals: Keyring) -> "FormToken | None":
        """A ticket as it came back; None for one that this seat was not given."""
        told, _, proof = field.rpartition(".")
        if seat is None or not same(proof.encode(), _proof(told, seat, seals).encode()):
            return None
        nonce, prompt, opens, lang, had, minute = told.split(".")
        return FormToken(nonce, int(prompt), opens, "en" if lang == "en" else "th", had, int(minute))

    def form(self, filled: FormData, files: Iterable[str]) -> str:
        """The name of a form as it was filled in: another filling is another form, the same one is the same.

        files: digests of the files that came with it.
        """
        content = "\0".join((filled.words("text"), filled.words("choice"), *files))
        return f"{self.nonce}-{digest(content)}"


def digest(words: str) -> str:
    """A short name of some words; it stays between server and browser, sealed with the ticket."""
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:RANDOM]


def _proof(told: str, seat: BrowserSession, seals: Keyring) -> str:
    return seals.who("ticket", f"{seat.token}.{told}").hex()[: 2 * RANDOM]
