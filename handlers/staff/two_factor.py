"""The second factor: six digits of an authenticator app (RFC 6238), each taken once, or a recovery code."""

import hmac
from collections.abc import Generator
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from pyotp import HOTP
from pyotp.utils import build_uri

from handlers.complaints.messages import GetAttempts, SaveAttempts
from handlers.dialog.code_lookup import format_retry_time, record_failure
from handlers.dialog.context import Context
from handlers.dialog.effects import Act, Query, run_query
from handlers.dialog.replies import OF_CASE, Reply
from handlers.staff.members import IsCodeUsed, IsRecoveryCode, StaffMember, UseCode
from handlers.thai import normalize_for_matching

TOTP_PERIOD = 30
"""Seconds that a code is shown."""

SECOND_FACTOR_TTL = timedelta(minutes=30)
"""How long a second factor holds before content is shown."""

TOTP_WINDOW = (0, -1, 1)
"""Steps that are taken: this one, and its neighbours for clocks that are a little wrong (RFC 6238, section 5.2)."""

TOTP_DIGITS = 6


def is_recently_verified(ctx: Context) -> bool:
    """Whether it was given lately, as an officer's talk remembers."""
    at = ctx.session.officer.verified_at
    return at is not None and ctx.now - at < SECOND_FACTOR_TTL


def record_verification(ctx: Context) -> Context:
    """The same moment, where the second factor has just been given."""
    officer = replace(ctx.session.officer, verified_at=ctx.now.replace(microsecond=0))
    return ctx.replace_session(officer=officer)


def find_matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The step of the time to which a code belongs; None for a wrong one."""
    at = int(now.timestamp()) // TOTP_PERIOD
    for step in (at + near for near in TOTP_WINDOW):
        if hmac.compare_digest(HOTP(secret, digits=TOTP_DIGITS).at(step), code):
            return step
    return None


def normalize_totp_code(text: str) -> str:
    """The digits of a code as it was typed; empty for what is none."""
    plain = normalize_for_matching(text).replace(" ", "") if len(text) <= 20 else ""
    return plain if len(plain) == TOTP_DIGITS and plain.isascii() and plain.isdigit() else ""


def build_otpauth_uri(secret: str, name: str, office: str) -> str:
    """What an authenticator app reads from a QR code."""
    uri: str = build_uri(secret, name=name, issuer=office)
    return uri


def derive_attempts_key(who: bytes) -> bytes:
    """Under what the wrong codes of a person are counted, apart from their receipts."""
    return sha256(b"second factor" + who).digest()


def verify_second_factor(
    ctx: Context, staff: StaffMember, text: str
) -> Generator[Query[Any], Any, tuple[Reply | None, tuple[Act, ...]]]:
    """Why a code is not taken, or None; and what is written for it. Five wrong ones close the way for a while."""
    tries = yield from run_query(GetAttempts(derive_attempts_key(ctx.event.person_id)))
    if tries.until is not None and ctx.now < tries.until:
        return Reply("staff.factor.wait", OF_CASE, {"until": format_retry_time(tries.until)}), ()
    code = normalize_totp_code(text)
    step = find_matching_step(staff.secret, code, ctx.now) if code else None
    if step is not None:
        if (yield from run_query(IsCodeUsed(staff.id, step))):
            return Reply("staff.factor.used", OF_CASE), ()
        return None, (UseCode(staff.id, step),)
    if not code and (yield from run_query(IsRecoveryCode(staff.id, text[:40]))):
        return None, (UseCode(staff.id, recovery_code=text[:40]),)
    wrong = record_failure(tries, ctx.now)
    return Reply("staff.factor.wrong", OF_CASE), (
        SaveAttempts(derive_attempts_key(ctx.event.person_id), wrong),
    )
