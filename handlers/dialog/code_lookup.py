"""Looking something up by its code: a mistyped one is told apart, and guessing is slowed."""

from collections.abc import Callable, Generator
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from handlers.complaints.messages import Attempts, GetAttempts, SaveAttempts
from handlers.dialog import attempts as guesses
from handlers.dialog.context import Context
from handlers.dialog.events import Act, Query, Reply, literal, read
from handlers.dialog.receipt import LENGTH, Receipt, folded, is_whole, reads

T = TypeVar("T")
Looking: TypeAlias = Generator[Query[Any], Any, tuple[T | None, Reply, tuple[Act, ...]]]
"""What a look-up gives: what was found, else what to say and what to write."""


def by_code(m: Context, text: str, find: Callable[[Receipt], Query[T | None]]) -> Looking[T]:
    """What a code stands for, found by a query; else what to say, and the tries to be kept."""
    symbols = folded(text)
    if not is_whole(symbols):
        return None, Reply("track.length", {"count": len(symbols), "length": LENGTH, "unsent": text}), ()
    receipt = reads(text)
    if receipt is None:
        return None, Reply("track.mistyped", {"unsent": text}), ()
    tries = yield from read(GetAttempts(m.event.who))
    if tries.until is not None and m.now < tries.until:
        return None, Reply("track.wait", {"until": guesses.until(tries.until)}), ()
    found = yield from read(find(receipt))
    if found is None:
        wrong = guesses.missed(tries, m.now)
        return None, _unknown(wrong, m.now, text), (SaveAttempts(m.event.who, wrong),)
    return found, literal(""), ()


def _unknown(tries: Attempts, now: datetime, text: str) -> Reply:
    if tries.until is None or tries.until <= now:
        return Reply("track.unknown", {"unsent": text})
    return Reply("track.unknown_wait", {"until": guesses.until(tries.until), "unsent": text})
