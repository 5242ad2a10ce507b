"""Wrong receipts and wrong codes: each fifth closes the way for a while, so that nobody finds one by guessing."""

from datetime import datetime, timedelta

from handlers.complaints.messages import Attempts
from handlers.thai import format_time

MAX_WRONG_ATTEMPTS = 5
ATTEMPT_WINDOW = timedelta(minutes=15)
MAX_LOCKOUT = timedelta(hours=1)


def record_failure(tries: Attempts, now: datetime) -> Attempts:
    """The tries after one more wrong one: each fifth within the window closes for longer, to an hour."""
    fresh = tries.since is None or now - tries.since >= ATTEMPT_WINDOW
    since, wrong = (now, 1) if fresh else (tries.since, tries.wrong + 1)
    if wrong < MAX_WRONG_ATTEMPTS:
        return Attempts(since, wrong, None, tries.level)
    pause = min(MAX_LOCKOUT, ATTEMPT_WINDOW * 2**tries.level)
    return Attempts(None, 0, now + pause, tries.level + 1)


def format_retry_time(instant: datetime) -> str:
    """The time of day that is said, which must not be before the time that is meant."""
    return format_time(instant + timedelta(seconds=59))
