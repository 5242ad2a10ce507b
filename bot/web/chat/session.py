"""The session of a browser: a random cookie, and form tokens that prove which page a form was filled in on."""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from bot.web.multipart import FormData
from handlers.assessment.vocabulary import ItaTopic
from handlers.dialog.events import Channel, Lang, find_lang
from handlers.dialog.session import SESSION_IDLE_TIMEOUT, Session
from storage.crypto.aead import constant_time_equal
from storage.crypto.keyring import Keyring

StartCommand: TypeAlias = str
"""The command that a page starts with, without its slash; empty if the dialogue has begun."""
SERVED_TOPICS: Mapping[StartCommand, ItaTopic] = {
    "ask": ItaTopic.QA,
    "opinion": ItaTopic.OPINION,
}
"""What of an assessment a page serves, said in small print where it opens, not to who is writing already.

Who reports reads nothing that they need not: the channel's item stands where the doors are.
"""
TOKEN_BYTES = 16
"""Random bytes of a session cookie and of a form nonce."""

_TOKEN_PATTERN = re.compile(r"[0-9a-f]{32}")
_LAST_SUBMISSION_PATTERN = re.compile(
    r"([0-9A-Za-z-]{0,64})\.([0-9]{1,3})\.([0-9]{1,9})(?:\.([0-9a-f]{64}))?"
)


@dataclass(frozen=True, slots=True)
class LastSubmission:
    """The form that was sent last, so that the page that shows its answers can be reloaded.

    form_id: nonce and digest of the form; event_count: its number of events; minute: when it was sent, in minutes
    since 1970 (UTC); person: hex of the person id under which it was handled, where the cookie was made anew after it.
    """

    form_id: str = ""
    event_count: int = 0
    minute: int = 0
    person: str = ""

    def is_fresh(self, now: datetime) -> bool:
        """Whether the session that the form belongs to cannot have expired yet."""
        return bool(self.form_id) and now - datetime.fromtimestamp(
            self.minute * 60, UTC
        ) < SESSION_IDLE_TIMEOUT + timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """An anonymous browser session.

    `token` is random; outside this module it is only used as an HMAC.
    """

    token: str
    last_submission: LastSubmission = LastSubmission()

    @staticmethod
    def from_request(request: Request, name: str) -> "BrowserSession | None":
        """The session of the request's cookie; None without a valid one."""
        token, _, rest = request.cookies.get(name, "").partition(".")
        if not _TOKEN_PATTERN.fullmatch(token):
            return None
        last = _LAST_SUBMISSION_PATTERN.fullmatch(rest)
        return BrowserSession(
            token,
            LastSubmission(last[1], int(last[2]), int(last[3]), last[4] or "") if last else LastSubmission(),
        )

    @staticmethod
    def create() -> "BrowserSession":
        """Create a session with a new random token."""
        return BrowserSession(secrets.token_hex(TOKEN_BYTES))

    def derive_person_id(self, keyring: Keyring) -> bytes:
        """The id of this person for the dialogue: an HMAC of the token."""
        return keyring.hash_id(Channel.WEB, self.token)

    def with_submission(self, form: str, count: int, now: datetime) -> "BrowserSession":
        """The session with its last submission replaced."""
        return replace(self, last_submission=LastSubmission(form, count, int(now.timestamp()) // 60))

    def renew(self, keyring: Keyring) -> "BrowserSession":
        """The session with a new random token, which still shows the answers to its last submission."""
        last = replace(self.last_submission, person=self.derive_person_id(keyring).hex())
        return BrowserSession(secrets.token_hex(TOKEN_BYTES), last)

    def build_event_id(self, keyring: Keyring, form: str, place: int) -> str:
        """The id of an event. The same form sent again gives the same ids, so it has no second effect."""
        return f"web.{self.derive_person_id(keyring).hex()}.{form}.{place}"

    def list_last_event_ids(self, keyring: Keyring, limit: int) -> list[str]:
        """The ids of the events of the last submission, `limit` of them at most."""
        last = self.last_submission
        person = last.person or self.derive_person_id(keyring).hex()
        return [f"web.{person}.{last.form_id}.{place}" for place in range(min(last.event_count, limit))]

    def set_cookie(self, response: Response, name: str, paths: tuple[str, ...], *, secure: bool) -> None:
        """Set a cookie for the pages of this desk only, until the browser is closed."""
        last = self.last_submission
        value = f"{self.token}.{last.form_id}.{last.event_count}.{last.minute}"
        value += f".{last.person}" if last.person else ""
        for path in paths:
            response.set_cookie(name, value, path=path, secure=secure, httponly=True, samesite="lax")


@dataclass(frozen=True, slots=True)
class FormToken:
    """The hidden field of a form: proof that this session was shown the question `prompt_number`.

    start_command: the command that must come first, if the page was shown before the dialogue began; lang: its
    language; previous_answer_digest: digest of the answer that was already in the text box; minute: when the session
    was last touched before the page was shown, in minutes since 1970 (UTC).
    """

    nonce: str
    prompt_number: int
    start_command: StartCommand
    lang: Lang
    previous_answer_digest: str
    minute: int

    @staticmethod
    def issue(
        session: Session | None, opens: StartCommand, lang: Lang, previous_answer: str, now: datetime
    ) -> "FormToken":
        """Issue a new token for the session's current question and for the answer that it already had."""
        prompt, minute = (
            session.prompt_number if session else 0,
            int((session.at if session else now).timestamp()) // 60,
        )
        return FormToken(
            secrets.token_hex(TOKEN_BYTES),
            prompt,
            opens,
            lang,
            digest_text(previous_answer) if previous_answer else "",
            minute,
        )

    def is_expired(self, now: datetime) -> bool:
        """Whether the page is so old that its session may have expired."""
        return now - datetime.fromtimestamp(self.minute * 60, UTC) >= SESSION_IDLE_TIMEOUT

    def serialize(self, browser: BrowserSession, keyring: Keyring) -> str:
        """The token as a form field, authenticated with a MAC over the browser's session."""
        payload = (
            f"{self.nonce}.{self.prompt_number}.{self.start_command}.{self.lang}"
            f".{self.previous_answer_digest}.{self.minute}"
        )
        return f"{payload}.{_compute_token_mac(payload, browser, keyring)}"

    @staticmethod
    def parse(field: str, browser: BrowserSession | None, keyring: Keyring) -> "FormToken | None":
        """Parse a token as it came back; None if it was not issued to this session, or in no known language."""
        payload, _, mac = field.rpartition(".")
        if browser is None or not constant_time_equal(
            mac.encode(), _compute_token_mac(payload, browser, keyring).encode()
        ):
            return None
        nonce, prompt, opens, code, digest, minute = payload.split(".")
        lang = find_lang(code)
        return None if lang is None else FormToken(nonce, int(prompt), opens, lang, digest, int(minute))

    def compute_form_id(self, filled: FormData, files: Iterable[str]) -> str:
        """The id of a submission: different content is another form, the same content is the same form.

        files: digests of the files that came with it.
        """
        content = "\0".join((filled.get_text("text"), filled.get_text("choice"), *files))
        return f"{self.nonce}-{digest_text(content)}"


def digest_text(words: str) -> str:
    """A short digest of a text. It only travels in the authenticated form token."""
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:TOKEN_BYTES]


def _compute_token_mac(payload: str, browser: BrowserSession, keyring: Keyring) -> str:
    return keyring.hash_id("ticket", f"{browser.token}.{payload}").hex()[: 2 * TOKEN_BYTES]
