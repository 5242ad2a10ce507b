"""Cookies that were made anew, and what the one before still answers: the page that the new one was made for.

Who plants a cookie in a browser, or copies one, knows what was before a renewal and nothing after it. The page that a
form stood on has a random nonce that only its reader has, so the old cookie with that nonce is the reader: the form was
sent twice, or the answer to it never arrived.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.web.chat.session import BrowserSession
from handlers.dialog.session import SESSION_IDLE_TIMEOUT, Session

MAX_RENEWALS = 10_000
RENEWAL_TTL = SESSION_IDLE_TIMEOUT + timedelta(minutes=1)
"""As long as the page of a form is shown again (`LastSubmission.is_fresh`)."""


@dataclass(frozen=True, slots=True)
class CookieRenewal:
    """A form after which the cookie was made anew.

    before, after: the cookies, each with the form that was sent last; nonce: of the page that the form stood on; form:
    its id; path: of the page that shows the answers; gives_code: whether these have a new tracking code in them.
    """

    before: BrowserSession = field(repr=False)
    after: BrowserSession = field(repr=False)
    nonce: str = field(repr=False)
    form: str = field(repr=False)
    path: str
    gives_code: bool
    at: datetime


@dataclass
class CookieRenewals:
    """The renewals of the last half hour, in memory only."""

    _renewals: "OrderedDict[tuple[str, str], CookieRenewal]" = field(default_factory=OrderedDict, repr=False)
    """By the old cookie and the nonce."""
    _by_new: dict[str, CookieRenewal] = field(default_factory=dict, repr=False)
    _by_last_form: dict[tuple[str, str], CookieRenewal] = field(default_factory=dict, repr=False)

    def record(self, renewal: CookieRenewal) -> None:
        """Remember a renewal, and forget those that are old or too many."""
        self._renewals[renewal.before.token, renewal.nonce] = renewal
        self._by_new[renewal.after.token] = renewal
        if renewal.gives_code and renewal.before.last_submission.form_id:
            self._by_last_form[renewal.before.token, renewal.before.last_submission.form_id] = renewal
        while self._renewals:
            oldest = next(iter(self._renewals.values()))
            if len(self._renewals) <= MAX_RENEWALS and renewal.at - oldest.at < RENEWAL_TTL:
                break
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        _, gone = self._renewals.popitem(last=False)
        self._by_new.pop(gone.after.token, None)
        self._by_last_form.pop((gone.before.token, gone.before.last_submission.form_id), None)

    def find_by_page(self, browser: BrowserSession, nonce: str) -> CookieRenewal | None:
        """Return the renewal by a form of the same page, which comes with the old cookie again."""
        return self._renewals.get((browser.token, nonce))

    def find_by_new_cookie(self, browser: BrowserSession) -> CookieRenewal | None:
        """Return the renewal that made this cookie."""
        return self._by_new.get(browser.token)

    def was_made_for(self, browser: BrowserSession, nonce: str) -> bool:
        """Whether this cookie was made for a form of that page."""
        renewal = self._by_new.get(browser.token)
        return renewal is not None and renewal.nonce == nonce

    def note_arrival(self, browser: BrowserSession) -> None:
        """The new cookie arrived, so that the old one need no longer lead to the new code."""
        renewal = self._by_new.get(browser.token)
        if renewal is not None:
            self._by_last_form.pop((renewal.before.token, renewal.before.last_submission.form_id), None)

    def find_new_code(self, browser: BrowserSession) -> CookieRenewal | None:
        """Return the renewal whose answer has a new code, for a browser that never got that answer.

        It still has the old cookie, with the form that it sent before: that form's page was not the planter's either.
        """
        return self._by_last_form.get((browser.token, browser.last_submission.form_id))


NOTHING_OPEN = (None, "")


def get_opened_code(session: Session | None) -> tuple[object, ...]:
    """Return what tells which case or question a session has open."""
    return NOTHING_OPEN if session is None else (session.receipt, session.answers.get("thread", ""))
