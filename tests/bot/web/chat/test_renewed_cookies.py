"""Which cookie took the place of which, and for whom the old one still leads there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.web.chat.renewed_cookies import (
    MAX_RENEWALS,
    NOTHING_OPEN,
    RENEWAL_TTL,
    CookieRenewal,
    CookieRenewals,
    get_opened_code,
)
from bot.web.chat.session import BrowserSession
from handlers.dialog.receipt import make_receipt
from handlers.dialog.session import DialogTopic, Session

NOW = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)


def make_renewal(nonce: str = "page", *, gives_code: bool = True, at: datetime = NOW) -> CookieRenewal:
    before = BrowserSession.create().with_submission("earlier-form", 1, at)
    after = BrowserSession.create().with_submission("form", 1, at)
    return CookieRenewal(before, after, nonce, "form", "/report", gives_code, at)


def test_the_old_cookie_leads_on_from_the_page_of_the_form_only() -> None:
    known, renewal = CookieRenewals(), make_renewal()
    known.record(renewal)
    assert known.find_by_page(renewal.before, "page") == renewal
    assert known.find_by_page(renewal.before, "page of the planter") is None
    assert known.find_by_page(BrowserSession.create(), "page") is None
    assert known.find_by_new_cookie(renewal.after) == renewal
    assert known.find_by_new_cookie(renewal.before) is None


@pytest.mark.parametrize(
    ("last_form", "gives_code", "leads"),
    [
        ("earlier-form", True, True),
        ("", True, False),
        ("another", True, False),
        ("earlier-form", False, False),
    ],
)
def test_a_page_is_asked_for_with_the_old_cookie(last_form: str, *, gives_code: bool, leads: bool) -> None:
    known, renewal = CookieRenewals(), make_renewal(gives_code=gives_code)
    known.record(renewal)
    asking = renewal.before.with_submission(last_form, 1, NOW)
    assert known.find_new_code(asking) == (renewal if leads else None)


def test_a_cookie_that_never_sent_a_form_leads_nowhere() -> None:
    renewal = make_renewal()
    renewal = replace(renewal, before=BrowserSession(renewal.before.token))
    known = CookieRenewals()
    known.record(renewal)
    assert known.find_new_code(renewal.before) is None


def test_once_the_new_cookie_came_the_old_one_leads_nowhere() -> None:
    known, renewal = CookieRenewals(), make_renewal()
    known.record(renewal)
    known.note_arrival(BrowserSession.create())
    assert known.find_new_code(renewal.before) == renewal
    known.note_arrival(renewal.after)
    assert known.find_new_code(renewal.before) is None
    assert known.find_by_page(renewal.before, "page") == renewal


def test_a_cookie_was_made_for_one_page() -> None:
    known, renewal = CookieRenewals(), make_renewal()
    known.record(renewal)
    assert known.was_made_for(renewal.after, "page")
    assert not known.was_made_for(renewal.after, "another")
    assert not known.was_made_for(renewal.before, "page")


def test_renewals_are_forgotten_after_half_an_hour() -> None:
    known, old = CookieRenewals(), make_renewal()
    known.record(old)
    known.record(make_renewal(at=NOW + RENEWAL_TTL - timedelta(seconds=1)))
    assert known.find_by_page(old.before, "page") == old
    known.record(make_renewal(at=NOW + RENEWAL_TTL))
    assert known.find_by_page(old.before, "page") is None
    assert known.find_by_new_cookie(old.after) is None
    assert known.find_new_code(old.before) is None


def test_no_more_than_so_many_are_kept() -> None:
    known, first, second = CookieRenewals(), make_renewal("first"), make_renewal("second")
    known.record(first)
    known.record(second)
    for number in range(MAX_RENEWALS - 1):
        known.record(make_renewal(str(number)))
    assert known.find_by_page(first.before, "first") is None
    assert known.find_by_page(second.before, "second") == second


def test_neither_cookie_nor_page_is_in_a_repr() -> None:
    renewal = make_renewal("a-nonce")
    known = CookieRenewals()
    known.record(renewal)
    for secret in (renewal.before.token, renewal.after.token, "a-nonce"):
        assert secret not in repr(renewal) + repr(known)


def test_what_a_session_has_open() -> None:
    receipt = make_receipt(1)
    assert get_opened_code(None) == get_opened_code(Session(answers={"story": "ก"})) == NOTHING_OPEN
    assert get_opened_code(Session(receipt=receipt)) != NOTHING_OPEN
    thread = Session(topic=DialogTopic.THREAD, answers={"thread": "t"})
    assert get_opened_code(thread) not in (NOTHING_OPEN, get_opened_code(Session(receipt=receipt)))
