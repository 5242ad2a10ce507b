"""The second factor: six digits of an authenticator app (RFC 6238), each taken once, or a recovery code."""

import hmac
from collections.abc import Generator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from pyotp import HOTP
from pyotp.utils import build_uri

from handlers import thai
from handlers.complaints.messages import GetAttempts, SaveAttempts
from handlers.dialog import attempts as guesses
from handlers.dialog.context import Context
from handlers.dialog.events import Act, Query, Reply, read
from handlers.staff.members import IsCodeUsed, IsRecoveryCode, StaffMember, UseCode

PERIOD = 30
"""Seconds that a code is shown."""

PROVED = timedelta(minutes=30)
"""How long a second factor holds before content is shown."""

WINDOW = (0, -1, 1)
"""Steps that are taken: this one, and its neighbours for clocks that are a little wrong (RFC 6238, section 5.2)."""

DIGITS = 6


def holds(kept: Mapping[str, str], now: datetime) -> bool:
    """Whether it was given lately, as an officer's talk remembers."""
    at = kept.get("proved")
    return at is not None and now.timestamp() - int(at) < PROVED.total_seconds()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step of the time to which a code belongs; None for a wrong one."""
    at = int(now.timestamp()) // PERIOD
    for step in (at + near for near in WINDOW):
        if hmac.compare_digest(HOTP(secret, digits=DIGITS).at(step), code):
            return step
    return None


def digits(text: str) -> str:
    """The digits of a code as it was typed; empty for what is none."""
    plain = thai.folded(text).replace(" ", "") if len(text) <= 20 else ""
    return plain if len(plain) == DIGITS and plain.isascii() and plain.isdigit() else ""


def address(secret: str, name: str, office: str) -> str:
    """What an authenticator app reads from a QR code."""
    uri: str = build_uri(secret, name=name, issuer=office)
    return uri


def bucket(who: bytes) -> bytes:
    """Under what the wrong codes of a person are counted, apart from their receipts."""
    return sha256(b"second factor" + who).digest()


def proven(
    m: Context, staff: StaffMember, text: str
) -> Generator[Query[Any], Any, tuple[Reply | None, tuple[Act, ...]]]:
    """Why a code is not taken, or None; and what is written for it. Five wrong ones close the way for a while."""
    tries = yield from read(GetAttempts(bucket(m.event.who)))
    if tries.until is not None and m.now < tries.until:
        return Reply("staff.factor.wait", {"until": guesses.until(tries.until)}), ()
    code = digits(text)
    step = step_of(staff.secret, code, m.now) if code else None
    if step is not None:
        if (yield from read(IsCodeUsed(staff.id, step))):
            return Reply("staff.factor.used"), ()
        return None, (UseCode(staff.id, step),)
    if not code and (yield from read(IsRecoveryCode(staff.id, text[:40]))):
        return None, (UseCode(staff.id, recovery=text[:40]),)
    wrong = guesses.missed(tries, m.now)
    return Reply("staff.factor.wrong"), (SaveAttempts(bucket(m.event.who), wrong),)
