"""Lookup by code: recognizes mistyped codes, and locks out a person who guesses."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from handlers.dialog.attempts import GetAttempts, SaveAttempts, find_lockout_end, record_failure
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

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FailedLookup:
    """A lookup that failed: the reply to the person, and the acts that record the attempt.

    unknown: the code, where it is well-formed and nobody has it.
    """

    reply: Reply
    acts: tuple[Act, ...] = ()
    unknown: Receipt | None = field(default=None, repr=False)

    @property
    def is_unknown(self) -> bool:
        """Whether the code is well-formed and nobody has it."""
        return self.unknown is not None


CodeLookup: TypeAlias = Generator[Query[Any], Any, T | FailedLookup]


def describe_mistyped_code(typed: str) -> Reply:
    """Say that a code has a wrong check symbol. It is given back, and not stored: it is almost a right one."""
    return Reply("track.mistyped", OF_CASE, {"unsent": typed}, memory_args=("unsent",))


def look_up_code(ctx: Context, text: str, find: Callable[[Receipt], Query[T | None]]) -> CodeLookup[T]:
    """Look up a code with a query. Return what it finds, or the failure with its reply and acts."""
    symbols = normalize_receipt(text)
    if not is_receipt_shaped(symbols):
        return FailedLookup(
            Reply(
                "track.length",
                OF_CASE,
                {"count": len(symbols), "length": RECEIPT_LENGTH, "unsent": text},
                memory_args=("unsent",),
            )
        )
    receipt = parse_receipt(text)
    if receipt is None:
        return FailedLookup(describe_mistyped_code(text))
    tries = yield from run_query(GetAttempts(ctx.event.person_id))
    if until := find_lockout_end(tries, ctx.now):
        return FailedLookup(Reply("track.wait", OF_CASE, {"until": until}))
    found = yield from run_query(find(receipt))
    if found is None:
        wrong = record_failure(tries, ctx.now)
        # The code is not repeated: it may be the key to something at the other desk.
        until = find_lockout_end(wrong, ctx.now)
        reply = (
            Reply("track.unknown_wait", OF_CASE, {"until": until})
            if until
            else Reply("track.unknown", OF_CASE)
        )
        return FailedLookup(reply, (SaveAttempts(ctx.event.person_id, wrong),), receipt)
    return found
