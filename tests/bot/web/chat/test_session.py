"""A session cannot be guessed, and a form token is valid for one session and one page."""

from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response

from bot.web.chat.session import BrowserSession, FormToken, LastSubmission, digest_text
from bot.web.multipart import FormData
from handlers.dialog.session import SESSION_IDLE_TIMEOUT, Session
from storage.crypto.key_files import DeskPaths, load_or_create_keys
from storage.crypto.keyring import Keyring

NOW = datetime(2026, 11, 23, 3, 30, 20, tzinfo=UTC)
PLAIN = ["HttpOnly", "Path", "SameSite"]
TOKEN = "0123456789abcdef" * 2


@pytest.fixture(scope="module")
def seals(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    """The keyring of a desk."""
    return Keyring(load_or_create_keys(DeskPaths.under(tmp_path_factory.mktemp("seat"), "complaints")))


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    """The keyring of another desk."""
    return Keyring(load_or_create_keys(DeskPaths.under(tmp_path_factory.mktemp("foreign"), "complaints")))


def make_request(cookie: str) -> Request:
    """A request with a cookie."""
    return Request({"type": "http", "headers": [(b"cookie", cookie.encode("latin-1"))]})


def issue_cookies(seat: BrowserSession, *, secure: bool = False) -> list[str]:
    """The Set-Cookie headers of a session."""
    answer = Response()
    seat.set_cookie(answer, "c", ("/report", "/track"), secure=secure)
    return answer.headers.getlist("set-cookie")


def reload_session(seat: BrowserSession) -> BrowserSession | None:
    """The session after its cookie was set and came back."""
    value = SimpleCookie(issue_cookies(seat)[0])["c"].value
    return BrowserSession.from_request(make_request(f"c={value}"), "c")


def issue_form_token(seat: BrowserSession, seals: Keyring, had: str = "") -> str:
    """A token for question 7, in English, of a page that starts a report."""
    return FormToken.issue(Session(prompt_number=7, at=NOW), "report", "en", had, NOW).serialize(seat, seals)


def test_a_new_session_belongs_to_nobody() -> None:
    tokens = {BrowserSession.create().token for _ in range(1000)}
    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {32}


def test_a_cookie_comes_back_as_it_was() -> None:
    seat = BrowserSession.create()
    assert reload_session(seat) == seat
    sent = seat.with_submission("nonce-digest", 3, NOW)
    assert reload_session(sent) == sent
    assert sent.last_submission.is_fresh(NOW)


def test_a_cookie_made_anew_still_finds_the_answers_to_its_form(seals: Keyring) -> None:
    old = BrowserSession.create().with_submission("nonce-digest", 2, NOW)
    new = old.renew(seals)
    assert reload_session(new) == new
    assert new.token != old.token
    assert new.derive_person_id(seals) != old.derive_person_id(seals)
    assert new.list_last_event_ids(seals, 9) == old.list_last_event_ids(seals, 9)
    assert new.list_last_event_ids(seals, 9) == [old.build_event_id(seals, "nonce-digest", n) for n in (0, 1)]
    assert new.list_last_event_ids(seals, 1) == new.list_last_event_ids(seals, 9)[:1]
    assert new.with_submission("next", 1, NOW).list_last_event_ids(seals, 9) == [
        new.build_event_id(seals, "next", 0)
    ]


@pytest.mark.parametrize("secure", [True, False])
def test_what_is_left_in_a_browser_can_be_read_by_nobody_else(secure: bool) -> None:
    cookies = issue_cookies(BrowserSession.create(), secure=secure)
    assert [cookie.partition("Path=")[2].partition(";")[0] for cookie in cookies] == ["/report", "/track"]
    for cookie in cookies:
        words = {word.strip().lower() for word in cookie.split(";")[1:]}
        assert {"httponly", "samesite=lax"} <= words
        assert ("secure" in words) is secure
        assert not {"max-age", "expires", "domain"} & {word.partition("=")[0] for word in words}


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "c=",
        "c=.",
        "c=...",
        "d=" + TOKEN,
        "c=" + TOKEN[:-1],
        "c=" + TOKEN + "a",
        "c=" + TOKEN[:-1] + "/",
        "c=" + TOKEN[:-1] + "é",
        "c=" + TOKEN.replace("0", "%"),
        'c="' + TOKEN[:-4] + '\\012"',
    ],
)
def test_a_malformed_token_is_no_session(cookie: str) -> None:
    assert BrowserSession.from_request(make_request(cookie), "c") is None


@pytest.mark.parametrize(
    "rest",
    [
        "",
        ".",
        ".f",
        ".f.1",
        ".f.x.y",
        ".f.1.",
        ".f.-1.5",
        ".f.1.1e9",
        ".f.1." + "9" * 20,
        ".f.1." + "9" * 40,
        ".f." + "9" * 25 + ".1",
        ".f.1.2.3",
        ".f.²." + "1",
        "." + "f" * 3000 + ".1.29000000",
    ],
)
def test_garbage_after_a_token_is_ignored(rest: str) -> None:
    seat = BrowserSession.from_request(make_request("c=" + TOKEN + rest), "c")
    assert seat is not None
    assert seat.token == TOKEN
    assert seat.last_submission.is_fresh(NOW) in (True, False)


@given(st.text(st.characters(max_codepoint=255), max_size=60))
def test_any_cookie_is_read_and_can_be_left_again(value: str) -> None:
    for cookie in (value, f"c={value}", f"c={TOKEN}.{value}", f'c="{TOKEN}.{value}.1.29000000"'):
        seat = BrowserSession.from_request(make_request(cookie), "c") or BrowserSession.create()
        seat.last_submission.is_fresh(NOW)
        for header in issue_cookies(seat):
            assert "\n" not in header
            assert "\r" not in header


@pytest.mark.parametrize(
    "put", ["\\012", "\\015\\012Set-Cookie: a=b", "\\000", "\\073 Path=/", '\\"', "\\377"]
)
def test_a_forged_form_id_breaks_no_header(put: str) -> None:
    seat = BrowserSession.from_request(make_request(f'c="{TOKEN}.{put}.1.29000000"'), "c")
    assert seat is not None
    for header in issue_cookies(seat):
        assert "\n" not in header
        assert [word.strip().partition("=")[0] for word in header.split(";")[1:]] == PLAIN


def test_the_last_submission_is_fresh_as_long_as_its_session_can_live() -> None:
    last = BrowserSession.create().with_submission("f", 1, NOW).last_submission
    assert last.is_fresh(NOW + SESSION_IDLE_TIMEOUT)
    assert not last.is_fresh(NOW + SESSION_IDLE_TIMEOUT + timedelta(minutes=2))
    assert not LastSubmission().is_fresh(NOW)


def test_a_token_leaves_only_as_an_hmac(seals: Keyring, foreign: Keyring) -> None:
    seat = BrowserSession(TOKEN)
    assert seat.derive_person_id(seals) == BrowserSession(TOKEN).derive_person_id(seals)
    assert TOKEN not in seat.derive_person_id(seals).hex()
    assert TOKEN not in seat.build_event_id(seals, "f", 0)
    assert (
        len(
            {
                seat.derive_person_id(seals),
                seat.derive_person_id(foreign),
                BrowserSession.create().derive_person_id(seals),
            }
        )
        == 3
    )


def test_an_event_id_depends_on_person_form_and_place(seals: Keyring) -> None:
    one, other = BrowserSession(TOKEN), BrowserSession.create()
    assert one.build_event_id(seals, "f", 0) == one.build_event_id(seals, "f", 0)
    events = {s.build_event_id(seals, f, n) for s in (one, other) for f in ("f", "g") for n in (0, 1)}
    assert len(events) == 8


def test_a_form_token_round_trips(seals: Keyring) -> None:
    seat = BrowserSession.create()
    read = FormToken.parse(issue_form_token(seat, seals, "ก"), seat, seals)
    assert read is not None
    assert (read.prompt_number, read.start_command, read.lang, read.previous_answer_digest) == (
        7,
        "report",
        "en",
        digest_text("ก"),
    )
    assert (
        FormToken.parse(FormToken.issue(None, "", "th", "", NOW).serialize(seat, seals), seat, seals)
        is not None
    )


def test_a_form_token_expires_with_its_session(seals: Keyring) -> None:
    one = parse_issued_token(seals)
    assert not one.is_expired(NOW + SESSION_IDLE_TIMEOUT - timedelta(minutes=1))
    assert one.is_expired(NOW + SESSION_IDLE_TIMEOUT + timedelta(minutes=1))


def test_each_form_token_is_unique(seals: Keyring) -> None:
    seat = BrowserSession.create()
    assert len({issue_form_token(seat, seals) for _ in range(100)}) == 100


def test_a_form_token_is_valid_for_its_session_only(seals: Keyring, foreign: Keyring) -> None:
    seat = BrowserSession.create()
    field = issue_form_token(seat, seals)
    assert FormToken.parse(field, seat, seals) is not None
    assert FormToken.parse(field, BrowserSession.create(), seals) is None
    assert FormToken.parse(field, None, seals) is None
    assert FormToken.parse(field, seat, foreign) is None
    assert FormToken.parse(issue_form_token(seat, foreign), seat, seals) is None


@pytest.mark.parametrize("place", range(6))
@pytest.mark.parametrize("put", ["", "8", "track", "th", "0" * 16])
def test_a_tampered_form_token_is_rejected(seals: Keyring, place: int, put: str) -> None:
    seat = BrowserSession.create()
    parts = issue_form_token(seat, seals, "ก").split(".")
    changed = ".".join([*parts[:place], put, *parts[place + 1 :]])
    assert FormToken.parse(changed, seat, seals) is None


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_a_forged_form_token_is_rejected(seals: Keyring, made_up: str) -> None:
    seat = BrowserSession(TOKEN)
    assert FormToken.parse(made_up, seat, seals) is None
    assert FormToken.parse(issue_form_token(seat, seals) + made_up, seat, seals) is None or not made_up
    assert FormToken.parse(made_up + issue_form_token(seat, seals), seat, seals) is None or not made_up


def test_a_form_token_cannot_pass_for_a_person_id(seals: Keyring) -> None:
    told = issue_form_token(BrowserSession(TOKEN), seals).rpartition(".")[2]
    assert told not in BrowserSession(TOKEN).derive_person_id(seals).hex()


def make_form(text: str = "ก", choice: str = "") -> FormData:
    return FormData({"text": text, "choice": choice})


def parse_issued_token(seals: Keyring) -> FormToken:
    """A token as it came back."""
    seat = BrowserSession.create()
    one = FormToken.parse(issue_form_token(seat, seals), seat, seals)
    assert one is not None
    return one


def test_the_form_id_depends_on_the_content(seals: Keyring) -> None:
    tickets = [parse_issued_token(seals), parse_issued_token(seals)]
    fillings: list[tuple[FormData, list[str]]] = [
        (make_form(), []),
        (make_form("ข"), []),
        (make_form("", "7.next"), []),
        (make_form("ก", "7.next"), []),
    ]
    fillings += [
        (make_form("ก\n"), []),
        (make_form(), ["d1"]),
        (make_form(), ["d2"]),
        (make_form(), ["d1", "d1"]),
    ]
    assert [tickets[0].compute_form_id(*one) for one in fillings] == [
        tickets[0].compute_form_id(*one) for one in fillings
    ]
    assert len({t.compute_form_id(*one) for t in tickets for one in fillings}) == 2 * len(fillings)


def test_line_ends_do_not_change_the_form_id(seals: Keyring) -> None:
    one = parse_issued_token(seals)
    assert one.compute_form_id(make_form("ก\r\nข"), []) == one.compute_form_id(make_form("ก\nข"), [])


def test_a_form_id_fits_into_a_cookie(seals: Keyring) -> None:
    sent = BrowserSession.create().with_submission(
        parse_issued_token(seals).compute_form_id(make_form("ก.ข; \n"), ["d"]), 2, NOW
    )
    assert reload_session(sent) == sent
    assert "." not in sent.last_submission.form_id
