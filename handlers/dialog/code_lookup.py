"""Looking something up by its code: a mistyped one is told apart, and guessing is slowed."""

from collections.abc import Callable, Generator
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from handlers.complaints.messages import Attempts, GetAttempts, SaveAttempts
from handlers.dialog.attempts import format_retry_time, record_failure
from handlers.dialog.context import Context
from handlers.dialog.events import Act, Query, Reply, raw_text, run_query
from handlers.dialog.receipt import (
    RECEIPT_LENGTH,
    Receipt,
    is_receipt_shaped,
    normalize_receipt,
    parse_receipt,
)

T = TypeVar("T")
CodeLookup: TypeAlias = Generator[Query[Any], Any, tuple[T | None, Reply, tuple[Act, ...]]]
"""What a look-up gives: what was found, else what to say and what to write."""


def look_up_code(m: Context, text: str, find: Callable[[Receipt], Query[T | None]]) -> CodeLookup[T]:
    """What a code stands for, found by a query; else what to say, and the tries to be kept."""
    symbols = normalize_receipt(text)
    if not is_receipt_shaped(symbols):
        return (
            None,
            Reply("track.length", {"count": len(symbols), "length": RECEIPT_LENGTH, "unsent": text}),
            (),
        )
    receipt = parse_receipt(text)
    if receipt is None:
        return None, Reply("track.mistyped", {"unsent": text}), ()
    tries = yield from run_query(GetAttempts(m.event.person_id))
    if tries.until is not None and m.now < tries.until:
        return None, Reply("track.wait", {"until": format_retry_time(tries.until)}), ()
    found = yield from run_query(find(receipt))
    if found is None:
        wrong = record_failure(tries, m.now)
        return None, _format_unknown_code(wrong, m.now, text), (SaveAttempts(m.event.person_id, wrong),)
    return found, raw_text(""), ()


def _format_unknown_code(tries: Attempts, now: datetime, text: str) -> Reply:
    if tries.until is None or tries.until <= now:
        return Reply("track.unknown", {"unsent": text})
    return Reply("track.unknown_wait", {"until": format_retry_time(tries.until), "unsent": text})
