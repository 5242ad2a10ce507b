"""Lookup by code: recognizes mistyped codes, and locks out a person who guesses."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias, TypeVar

from handlers.complaints.messages import Attempts, GetAttempts, SaveAttempts
from handlers.dialog.context import Context
from handlers.dialog.effects import Act, Query, run_query
from handlers.dialog.receipt import (
    RECEIPT_LENGTH,
    Receipt,
    is_receipt_shaped,
    normalize_receipt,
    parse_receipt,
)
from handlers.dialog.replies import OF_CASE, Reply
from handlers.thai import format_time

MAX_WRONG_ATTEMPTS = 5
ATTEMPT_WINDOW = timedelta(minutes=15)
MAX_LOCKOUT = timedelta(hours=1)
MAX_DOUBLINGS = 8
"""From here on `MAX_LOCKOUT` applies in any case; an unbounded power would exceed what a timedelta can hold."""


def record_failure(tries: Attempts, now: datetime) -> Attempts:
    """Return the attempts after one more failure: each fifth within the window locks out, ever longer, up to 1 hour."""
    fresh = tries.since is None or now - tries.since >= ATTEMPT_WINDOW
    since, wrong = (now, 1) if fresh else (tries.since, tries.wrong + 1)
    if wrong < MAX_WRONG_ATTEMPTS:
        return Attempts(since, wrong, None, tries.level)
    pause = min(MAX_LOCKOUT, ATTEMPT_WINDOW * 2 ** min(tries.level, MAX_DOUBLINGS))
    return Attempts(None, 0, now + pause, tries.level + 1)


def format_retry_time(instant: datetime) -> str:
    """Format the time until which a lockout lasts, rounded up to the minute so that it is never too early."""
    return format_time(instant + timedelta(seconds=59))


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FailedLookup:
    """A lookup that failed: the reply to the person, and the acts that record the attempt."""

    reply: Reply
    acts: tuple[Act, ...] = ()


CodeLookup: TypeAlias = Generator[Query[Any], Any, T | FailedLookup]


def look_up_code(ctx: Context, text: str, find: Callable[[Receipt], Query[T | None]]) -> CodeLookup[T]:
    """Look up a code with a query. Return what it finds, or the failure with its reply and acts."""
    symbols = normalize_receipt(text)
    if not is_receipt_shaped(symbols):
        return FailedLookup(
            Reply("track.length", OF_CASE, {"count": len(symbols), "length": RECEIPT_LENGTH, "unsent": text})
        )
    receipt = parse_receipt(text)
    if receipt is None:
        return FailedLookup(Reply("track.mistyped", OF_CASE, {"unsent": text}))
    tries = yield from run_query(GetAttempts(ctx.event.person_id))
    if tries.until is not None and ctx.now < tries.until:
        return FailedLookup(Reply("track.wait", OF_CASE, {"until": format_retry_time(tries.until)}))
    found = yield from run_query(find(receipt))
    if found is None:
        wrong = record_failure(tries, ctx.now)
        return FailedLookup(
            _format_unknown_code(wrong, ctx.now, text), (SaveAttempts(ctx.event.person_id, wrong),)
        )
    return found


def _format_unknown_code(tries: Attempts, now: datetime, text: str) -> Reply:
    if tries.until is None or tries.until <= now:
        return Reply("track.unknown", OF_CASE, {"unsent": text})
    return Reply("track.unknown_wait", OF_CASE, {"until": format_retry_time(tries.until), "unsent": text})
