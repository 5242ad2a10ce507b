"""Second factor: six digits of an authenticator app (TOTP, RFC 6238), each accepted once, or a recovery code."""

import hmac
import re
from collections.abc import Generator
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from pyotp import HOTP
from pyotp.utils import build_uri

from handlers.dialog.attempts import GetAttempts, SaveAttempts, find_lockout_end, record_failure
from handlers.dialog.context import Context
from handlers.dialog.effects import Act, Query, run_query
from handlers.dialog.replies import OF_CASE, Reply
from handlers.staff.members import IsCodeUsed, IsRecoveryCode, StaffMember, UseCode
from handlers.thai.matching import normalize_for_matching

TOTP_PERIOD = 30
"""Seconds of a time step."""

SECOND_FACTOR_TTL = timedelta(minutes=30)
"""How long content may be opened after the second factor was given."""

TOTP_WINDOW = (0, -1, 1)
"""Accepted steps: the current one, and its neighbours for clocks that are a little wrong (RFC 6238, section 5.2)."""

TOTP_DIGITS = 6
_RECOVERY_CODE = re.compile(r"[0-9A-Za-z]{5}-[0-9A-Za-z]{5}")
"""As it is shown. Without its hyphen it could be a telephone number."""


def is_recently_verified(ctx: Context) -> bool:
    """Whether the second factor was given within `SECOND_FACTOR_TTL`, according to the session."""
    at = ctx.session.officer.verified_at
    return at is not None and ctx.now - at < SECOND_FACTOR_TTL


def record_verification(ctx: Context) -> Context:
    """Return a context whose session records that the second factor was given now."""
    officer = replace(ctx.session.officer, verified_at=ctx.now.replace(microsecond=0))
    return ctx.replace_session(officer=officer)


def find_matching_step(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step of a code; None for a wrong one. Compares in constant time."""
    at = int(now.timestamp()) // TOTP_PERIOD
    for step in (at + near for near in TOTP_WINDOW):
        if hmac.compare_digest(HOTP(secret, digits=TOTP_DIGITS).at(step), code):
            return step
    return None


def normalize_totp_code(text: str) -> str:
    """Return the digits of a typed code; empty where it is none."""
    plain = normalize_for_matching(text).replace(" ", "") if len(text) <= 20 else ""
    return plain if len(plain) == TOTP_DIGITS and plain.isascii() and plain.isdigit() else ""


def is_code_shaped(text: str) -> bool:
    """Whether a text looks like a code of the second factor, and not like an answer to something else."""
    return bool(normalize_totp_code(text) or _RECOVERY_CODE.fullmatch(text.strip()))


def build_otpauth_uri(secret: str, name: str, office: str) -> str:
    """Return the otpauth URI, which an authenticator app reads from a QR code."""
    uri: str = build_uri(secret, name=name, issuer=office)
    return uri


def derive_attempts_key(who: bytes) -> bytes:
    """Return the key under which a person's wrong codes are counted, apart from their wrong receipts."""
    return sha256(b"second factor" + who).digest()


def verify_second_factor(
    ctx: Context, staff: StaffMember, text: str
) -> Generator[Query[Any], Any, tuple[Reply | None, tuple[Act, ...]]]:
    """Check a TOTP or recovery code. Return the reason to refuse it, or None, and the acts to write.

    Five wrong codes lock the person out for a while (`record_failure`).
    """
    attempts = yield from run_query(GetAttempts(derive_attempts_key(ctx.event.person_id)))
    if until := find_lockout_end(attempts, ctx.now):
        return Reply("staff.factor.wait", OF_CASE, {"until": until}), ()
    code = normalize_totp_code(text)
    step = find_matching_step(staff.secret, code, ctx.now) if code else None
    if step is not None:
        if (yield from run_query(IsCodeUsed(staff.id, step))):
            return Reply("staff.factor.used", OF_CASE), ()
        return None, (UseCode(staff.id, step),)
    if not code and (yield from run_query(IsRecoveryCode(staff.id, text[:40]))):
        return None, (UseCode(staff.id, recovery_code=text[:40]),)
    wrong = record_failure(attempts, ctx.now)
    return Reply("staff.factor.wrong", OF_CASE), (
        SaveAttempts(derive_attempts_key(ctx.event.person_id), wrong),
    )
