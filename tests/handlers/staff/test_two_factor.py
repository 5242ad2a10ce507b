"""The second factor: codes of an authenticator app, each accepted once, recovery codes, and a limit to guessing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pyotp import HOTP

from handlers.dialog.attempts import Attempts, GetAttempts, SaveAttempts
from handlers.dialog.effects import Act, Query
from handlers.dialog.replies import OF_CASE, Reply
from handlers.staff.members import IsCodeUsed, IsRecoveryCode, StaffMember, StaffProfile, UseCode
from handlers.staff.permissions import Role
from handlers.staff.two_factor import (
    SECOND_FACTOR_TTL,
    TOTP_PERIOD,
    build_otpauth_uri,
    derive_attempts_key,
    find_matching_step,
    is_recently_verified,
    normalize_totp_code,
    record_verification,
    verify_second_factor,
)
from tests.in_memory_desk import MORNING
from tests.run_decision import PERSON, begin_session, make_context, make_event, run_queries

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # the secret of RFC 6238's test vectors, in base32
VECTORS = [(1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
"""RFC 6238, appendix B, for SHA-1: seconds since 1970, and the last six digits of the code."""

OFFICER = StaffMember("s1", Role.OFFICER, StaffProfile("สมหญิง"), PERSON, MORNING.date(), None, SECRET)
KEY = derive_attempts_key(PERSON)
STEP = int(MORNING.timestamp()) // TOTP_PERIOD


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
@pytest.mark.parametrize("late", [-30, 0, 30])
def test_the_codes_of_the_standard_and_of_a_clock_that_is_a_little_wrong(
    seconds: int, code: str, late: int
) -> None:
    assert find_matching_step(SECRET, code, at(seconds + late)) == seconds // 30


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
@pytest.mark.parametrize("late", [-60, 60, 3600])
def test_a_code_of_another_time_is_wrong(seconds: int, code: str, late: int) -> None:
    assert find_matching_step(SECRET, code, at(seconds + late)) is None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("287082", "287082"),
        (" 287 082 ", "287082"),
        ("๒๘๗๐๘๒", "287082"),
        ("287082.", "287082"),
        ("28708", ""),
        ("2870821", ""),
        ("28708a", ""),
        ("", ""),
        ("²²²²²²", "222222"),
        ("٢٨٧٠٨٢", ""),
        (" " * 21 + "287082", ""),
        ("ครับ", ""),
    ],
)
def test_six_digits_however_they_are_typed(typed: str, code: str) -> None:
    assert normalize_totp_code(typed) == code


CODE = HOTP(SECRET).at(STEP)
NO_ATTEMPTS = Attempts()


def verify(
    typed: str, attempts: Attempts = NO_ATTEMPTS, **known: bool
) -> tuple[Reply | None, tuple[Act, ...], list[Query[Any]]]:
    """Verify what was typed: the refusal, the acts, and the queries."""
    answers = {
        GetAttempts: attempts,
        IsCodeUsed: known.get("used", False),
        IsRecoveryCode: known.get("recovery", False),
    }
    verified, queries = run_queries(
        verify_second_factor(make_context(make_event(typed)), OFFICER, typed), answers
    )
    refusal, acts = verified
    return refusal, acts, [*queries]


def test_the_right_code_is_accepted_and_used_up() -> None:
    assert verify(CODE) == (None, (UseCode("s1", STEP),), [GetAttempts(KEY), IsCodeUsed("s1", STEP)])


def test_a_code_that_was_used_is_refused_without_counting_as_a_guess() -> None:
    assert verify(CODE, used=True)[:2] == (Reply("staff.factor.used", OF_CASE), ())


@pytest.mark.parametrize("typed", ["AAAAA-AAAAA", "aaaaa aaaaa", "x" * 500])
def test_a_recovery_code_is_accepted_and_used_up(typed: str) -> None:
    refusal, acts, queries = verify(typed, recovery=True)
    assert (refusal, acts) == (None, (UseCode("s1", recovery_code=typed[:40]),))
    assert queries[-1] == IsRecoveryCode("s1", typed[:40])


@pytest.mark.parametrize("typed", ["000000", "", "ครับ", "AAAAA-AAAAA", CODE[::-1]])
def test_a_wrong_code_counts_as_a_guess(typed: str) -> None:
    refusal, acts, _ = verify(typed)
    assert refusal == Reply("staff.factor.wrong", OF_CASE)
    assert acts == (SaveAttempts(KEY, Attempts(MORNING, 1)),)


def test_six_digits_are_never_looked_up_as_a_recovery_code() -> None:
    assert verify("000000")[2] == [GetAttempts(KEY)]


def test_the_fifth_wrong_code_locks_out_even_the_right_one() -> None:
    _, (act,), _ = verify("000000", Attempts(MORNING, 4))
    assert isinstance(act, SaveAttempts)
    assert act.attempts.until == MORNING + timedelta(minutes=15)
    refusal, acts, queries = verify(CODE, act.attempts)
    assert refusal == Reply("staff.factor.wait", OF_CASE, {"until": "09:15"})
    assert (acts, queries) == ((), [GetAttempts(KEY)])


def test_wrong_codes_are_counted_apart_from_wrong_receipts() -> None:
    assert KEY != PERSON
    assert len(KEY) == len(PERSON)


@pytest.mark.parametrize(
    ("ago", "recent"),
    [
        (None, False),
        (timedelta(0), True),
        (SECOND_FACTOR_TTL - timedelta(seconds=1), True),
        (SECOND_FACTOR_TTL, False),
    ],
)
def test_the_factor_holds_for_half_an_hour(ago: timedelta | None, recent: bool) -> None:
    ctx = make_context(make_event(), begin_session())
    officer = replace(ctx.session.officer, verified_at=None if ago is None else MORNING - ago)
    assert is_recently_verified(ctx.replace_session(officer=officer)) is recent
    assert is_recently_verified(record_verification(ctx))


def test_an_authenticator_app_reads_the_uri() -> None:
    uri = build_otpauth_uri(SECRET, "สมหญิง ใจกล้า", "สำนักงาน")
    assert uri.startswith("otpauth://totp/")
    assert f"secret={SECRET}" in uri
    assert "issuer=" in uri
    assert " " not in uri
