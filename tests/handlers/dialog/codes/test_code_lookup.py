"""Looking up a code: what is typed wrongly asks nothing of the register, and who guesses is locked out."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from handlers.complaints.messages import FindCase
from handlers.dialog.attempts import (
    ATTEMPT_WINDOW,
    MAX_LOCKOUT,
    Attempts,
    GetAttempts,
    SaveAttempts,
    format_retry_time,
    record_failure,
)
from handlers.dialog.codes.code_lookup import FailedLookup, look_up_code
from handlers.dialog.effects import Query
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import OF_CASE, Reply
from tests.in_memory_desk import MORNING
from tests.run_decision import PERSON, make_context, make_event, run_queries

RECEIPT = make_receipt(77)
MINUTE = timedelta(minutes=1)


def look_up(typed: str, answers: dict[type[Query[Any]], Any]) -> tuple[object, tuple[Query[Any], ...]]:
    """Look a code up: what was found, and the queries."""
    return run_queries(look_up_code(make_context(make_event(typed)), typed, FindCase), answers)


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("", 0),
        ("ABC", 3),
        (RECEIPT.symbols[:-1], 16),
        (RECEIPT.symbols + "0", 18),
        ("ก" * 17, 17),
        ("0" * 5000, 200),
    ],
)
def test_a_text_of_another_length_is_no_code(typed: str, count: int) -> None:
    reply = Reply(
        "track.length", OF_CASE, {"count": count, "length": 17, "unsent": typed}, memory_args=("unsent",)
    )
    assert look_up(typed, {}) == (FailedLookup(reply), ())


def test_a_wrong_check_symbol_is_a_slip_and_no_guess() -> None:
    typed = RECEIPT.symbols[:-1] + ("2" if RECEIPT.symbols[-1] != "2" else "3")
    reply = Reply("track.mistyped", OF_CASE, {"unsent": typed}, memory_args=("unsent",))
    assert look_up(typed, {}) == (FailedLookup(reply), ())
    assert typed not in reply.without_memory_args().args.values()


@pytest.mark.parametrize(
    "typed",
    [
        RECEIPT.formatted,
        RECEIPT.formatted.lower(),
        RECEIPT.symbols,
        f"  {RECEIPT.formatted}\n",
        RECEIPT.formatted.replace("-", " - "),
        RECEIPT.formatted.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")),
        RECEIPT.formatted.replace("0", "O"),
    ],
)
def test_a_code_is_found_however_it_is_written(typed: str) -> None:
    found = look_up(typed, {GetAttempts: Attempts(), FindCase: "the case"})
    assert found == ("the case", (GetAttempts(PERSON), FindCase(RECEIPT)))


def test_a_code_that_nobody_has_counts_as_a_guess() -> None:
    found = look_up(RECEIPT.formatted, {GetAttempts: Attempts(), FindCase: None})
    assert found == (
        FailedLookup(
            Reply("track.unknown", OF_CASE),
            (SaveAttempts(PERSON, Attempts(MORNING, 1)),),
            RECEIPT,
        ),
        (GetAttempts(PERSON), FindCase(RECEIPT)),
    )


def test_the_fifth_guess_locks_out_and_says_until_when() -> None:
    before = Attempts(MORNING - MINUTE, 4)
    found, _ = look_up(RECEIPT.formatted, {GetAttempts: before, FindCase: None})
    assert found == FailedLookup(
        Reply("track.unknown_wait", OF_CASE, {"until": "09:15"}),
        (SaveAttempts(PERSON, Attempts(None, 0, MORNING + 15 * MINUTE, 1)),),
        RECEIPT,
    )


def test_who_is_locked_out_learns_nothing_even_of_the_right_code() -> None:
    before = Attempts(None, 0, MORNING + timedelta(seconds=1), 1)
    found = look_up(RECEIPT.formatted, {GetAttempts: before})
    assert found == (FailedLookup(Reply("track.wait", OF_CASE, {"until": "09:01"})), (GetAttempts(PERSON),))


def test_a_lockout_that_is_over_counts_no_more() -> None:
    before = Attempts(None, 0, MORNING, 1)
    assert look_up(RECEIPT.formatted, {GetAttempts: before, FindCase: "the case"})[0] == "the case"
    found, _ = look_up(RECEIPT.formatted, {GetAttempts: before, FindCase: None})
    assert isinstance(found, FailedLookup)
    assert found.reply.key == "track.unknown"
    assert found.acts == (SaveAttempts(PERSON, Attempts(MORNING, 1, None, 1)),)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Attempts(), Attempts(MORNING, 1)),
        (Attempts(MORNING - MINUTE, 1), Attempts(MORNING - MINUTE, 2)),
        (Attempts(MORNING - ATTEMPT_WINDOW, 4), Attempts(MORNING, 1)),
        (Attempts(MORNING - ATTEMPT_WINDOW + MINUTE, 4), Attempts(None, 0, MORNING + 15 * MINUTE, 1)),
        (Attempts(MORNING, 4, None, 1), Attempts(None, 0, MORNING + 30 * MINUTE, 2)),
        (Attempts(MORNING, 4, None, 2), Attempts(None, 0, MORNING + MAX_LOCKOUT, 3)),
        (Attempts(MORNING, 4, None, 40), Attempts(None, 0, MORNING + MAX_LOCKOUT, 41)),
    ],
)
def test_each_fifth_failure_within_the_window_locks_out_for_longer(before: Attempts, after: Attempts) -> None:
    assert record_failure(before, MORNING) == after


@pytest.mark.parametrize(
    ("instant", "said"),
    [
        (MORNING, "09:00"),
        (MORNING + timedelta(seconds=1), "09:01"),
        (MORNING + timedelta(seconds=59), "09:01"),
        (MORNING + timedelta(hours=14, minutes=59, seconds=30), "00:00"),
    ],
)
def test_the_time_that_is_said_is_never_too_early(instant: datetime, said: str) -> None:
    assert format_retry_time(instant) == said
