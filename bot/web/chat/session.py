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
from handlers.dialog.events import Channel, Lang
from handlers.dialog.session import SESSION_IDLE_TIMEOUT, Session
from storage.crypto.aead import constant_time_equal
from storage.crypto.keyring import Keyring

StartCommand: TypeAlias = str
"""The command that a page begins with, without its slash; empty where the talk has begun."""
TOKEN_BYTES = 16
"""Random bytes of a cookie and of a form."""

_TOKEN_PATTERN = re.compile(r"[0-9a-f]{32}")
_LAST_SUBMISSION_PATTERN = re.compile(r"([0-9A-Za-z-]{0,64})\.([0-9]{1,3})\.([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class LastSubmission:
    """The events of the form that was sent last, so that the page after it can be loaded again.

    form: nonce and digest of it; count: how many events it had; minute: when, in minutes since 1970 (UTC).
    """

    form_id: str = ""
    event_count: int = 0
    minute: int = 0

    def is_fresh(self, now: datetime) -> bool:
        """Whether the talk that it belongs to cannot have lapsed."""
        return bool(self.form_id) and now - datetime.fromtimestamp(
            self.minute * 60, UTC
        ) < SESSION_IDLE_TIMEOUT + timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """Who sits at a browser, as far as anybody knows: `token` is random, and only its HMAC leaves this door."""

    token: str
    last_submission: LastSubmission = LastSubmission()

    @staticmethod
    def from_request(request: Request, name: str) -> "BrowserSession | None":
        """The seat of a browser that was here before."""
        token, _, rest = request.cookies.get(name, "").partition(".")
        if not _TOKEN_PATTERN.fullmatch(token):
            return None
        last = _LAST_SUBMISSION_PATTERN.fullmatch(rest)
        return BrowserSession(
            token, LastSubmission(last[1], int(last[2]), int(last[3])) if last else LastSubmission()
        )

    @staticmethod
    def create() -> "BrowserSession":
        """A seat that nobody has."""
        return BrowserSession(secrets.token_hex(TOKEN_BYTES))

    def derive_person_id(self, seals: Keyring) -> bytes:
        """The person, as the talk knows them."""
        return seals.hash_id(Channel.WEB, self.token)

    def with_submission(self, form: str, count: int, now: datetime) -> "BrowserSession":
        """The seat after a form was sent from it."""
        return replace(self, last_submission=LastSubmission(form, count, int(now.timestamp()) // 60))

    def build_event_id(self, seals: Keyring, form: str, place: int) -> str:
        """The id of an event: the same form, sent again, makes the same ones."""
        return f"web.{self.derive_person_id(seals).hex()}.{form}.{place}"

    def set_cookie(self, response: Response, name: str, paths: tuple[str, ...], *, secure: bool) -> None:
        """Leave the cookie, for the pages of this desk alone and only until the browser is closed."""
        last = self.last_submission
        value = f"{self.token}.{last.form_id}.{last.event_count}.{last.minute}"
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
    prompt_number: int
    start_command: StartCommand
    lang: Lang
    previous_answer_digest: str
    minute: int

    @staticmethod
    def issue(
        session: Session | None, opens: StartCommand, lang: Lang, had: str, now: datetime
    ) -> "FormToken":
        """A new ticket to the question that a talk stands at, and to the answer that it had."""
        prompt, minute = (
            session.prompt if session else 0,
            int((session.at if session else now).timestamp()) // 60,
        )
        return FormToken(
            secrets.token_hex(TOKEN_BYTES), prompt, opens, lang, digest_text(had) if had else "", minute
        )

    def is_expired(self, now: datetime) -> bool:
        """Whether the page is so old that its talk may have lapsed."""
        return now - datetime.fromtimestamp(self.minute * 60, UTC) >= SESSION_IDLE_TIMEOUT

    def serialize(self, seat: BrowserSession, seals: Keyring) -> str:
        """The ticket as a field of a form, sealed to a seat."""
        told = (
            f"{self.nonce}.{self.prompt_number}.{self.start_command}.{self.lang}"
            f".{self.previous_answer_digest}.{self.minute}"
        )
        return f"{told}.{_compute_token_mac(told, seat, seals)}"

    @staticmethod
    def parse(field: str, seat: BrowserSession | None, seals: Keyring) -> "FormToken | None":
        """A ticket as it came back; None for one that this seat was not given."""
        told, _, proof = field.rpartition(".")
        if seat is None or not constant_time_equal(
            proof.encode(), _compute_token_mac(told, seat, seals).encode()
        ):
            return None
        nonce, prompt, opens, lang, had, minute = told.split(".")
        return FormToken(nonce, int(prompt), opens, "en" if lang == "en" else "th", had, int(minute))

    def compute_form_id(self, filled: FormData, files: Iterable[str]) -> str:
        """The name of a form as it was filled in: another filling is another form, the same one is the same.

        files: digests of the files that came with it.
        """
        content = "\0".join((filled.get_text("text"), filled.get_text("choice"), *files))
        return f"{self.nonce}-{digest_text(content)}"


def digest_text(words: str) -> str:
    """A short name of some words; it stays between server and browser, sealed with the ticket."""
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:TOKEN_BYTES]


def _compute_token_mac(told: str, seat: BrowserSession, seals: Keyring) -> str:
    return seals.hash_id("ticket", f"{seat.token}.{told}").hex()[: 2 * TOKEN_BYTES]
