"""Attempts that are counted for each person: wrong codes, and what is sent to the office. Too many lock them out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.dialog.effects import Act, Query
from handlers.thai.dates import format_time

MAX_WRONG_ATTEMPTS = 5
ATTEMPT_WINDOW = timedelta(minutes=15)
MAX_LOCKOUT = timedelta(hours=1)
MAX_DOUBLINGS = 8
"""From here on `MAX_LOCKOUT` applies in any case; an unbounded power would exceed what a timedelta can hold."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """What is counted of one person: `wrong` since `since`; locked out until `until`; `level` counts the lockouts.

    Counted apart from each other are wrong codes of cases and questions (`GetAttempts`), wrong codes of the second
    factor and of invitations (`GetAttempts` under a key of their own), and all that is sent as a question or as
    feedback, which is not wrong at all (`GetQuestionRate`). Whoever counts also stores what `record_failure` returns.
    """

    since: datetime | None = None
    wrong: int = 0
    until: datetime | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class GetAttempts(Query[Attempts]):
    """Get the wrong attempts of a person, of today and yesterday."""

    person_id: bytes


@dataclass(frozen=True, slots=True)
class SaveAttempts(Act):
    """Store the wrong attempts of a person, under the key of the day."""

    person_id: bytes
    attempts: Attempts


def record_failure(tries: Attempts, now: datetime) -> Attempts:
    """Return the attempts after one more: each fifth within the window locks out, ever longer, up to 1 hour."""
    fresh = tries.since is None or now - tries.since >= ATTEMPT_WINDOW
    since, wrong = (now, 1) if fresh else (tries.since, tries.wrong + 1)
    if wrong < MAX_WRONG_ATTEMPTS:
        return Attempts(since, wrong, None, tries.level)
    pause = min(MAX_LOCKOUT, ATTEMPT_WINDOW * 2 ** min(tries.level, MAX_DOUBLINGS))
    return Attempts(None, 0, now + pause, tries.level + 1)


def format_retry_time(instant: datetime) -> str:
    """Format the time until which a lockout lasts, rounded up to the minute so that it is never too early."""
    return format_time(instant + timedelta(seconds=59))


def find_lockout_end(tries: Attempts, now: datetime) -> str:
    """Return until when a person is locked out, as they are told it; empty where they are not."""
    return format_retry_time(tries.until) if tries.until is not None and now < tries.until else ""
