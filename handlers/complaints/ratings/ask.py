"""Ask a reporter how their case was handled: at most once an end, and nothing waits for the answer."""

from handlers.complaints.lifecycle import ENDED_STATUSES, CaseOutcome
from handlers.complaints.messages import HistoryEntryKind, ReporterCase
from handlers.complaints.ratings.messages import Satisfaction
from handlers.dialog.choices import Option
from handlers.dialog.context import Context

RATING_CHOICE = "rating"
"""The action that leads to the question, and the step at which it is asked."""
SATISFACTION_OPTIONS = tuple(Option(answer.value) for answer in Satisfaction)


def may_be_asked(case: ReporterCase) -> bool:
    """Whether a case has ended since it was opened with its code the last time.

    So nothing has to be kept about who was asked: whoever opens the case again, on that day or later, is not. Who
    looked in on the very day of the end before it came is not asked either.
    """
    if case.status not in ENDED_STATUSES or case.outcome is CaseOutcome.WITHDRAWN:
        return False
    moved = [entry.on for entry in case.entries if entry.kind is HistoryEntryKind.MOVED]
    last = case.last_opening
    return bool(moved) and (last is None or last.on < moved[-1])


def list_rating_actions(case: ReporterCase, ctx: Context) -> tuple[Option, ...]:
    """Return the action, where the case was opened for the first time since it ended and was not rated yet."""
    return (Option(RATING_CHOICE),) if ctx.session.may_rate and case.status in ENDED_STATUSES else ()
