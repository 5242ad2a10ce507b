"""A reporter says that it is not settled: once, within 30 days of the end, and another officer looks again."""

from dataclasses import replace
from datetime import timedelta

from handlers.complaints.lifecycle import (
    ENDED_STATUSES,
    CaseOutcome,
    Transition,
    TransitionRequest,
    get_next_status,
)
from handlers.complaints.messages import (
    ActorKind,
    ApplyTransition,
    HistoryEntry,
    HistoryEntryKind,
    ReporterCase,
)
from handlers.dialog.context import Context
from handlers.thai import to_bangkok_date

REOPEN_WINDOW = timedelta(days=30)
"""How long after the end of a case its reporter may ask for another look."""


def can_request_reopening(case: ReporterCase, m: Context) -> bool:
    """Whether the reporter may ask for another look; not of a case that they withdrew."""
    if case.status not in ENDED_STATUSES or case.outcome is CaseOutcome.WITHDRAWN:
        return False
    moved = [entry for entry in case.entries if entry.kind is HistoryEntryKind.MOVED]
    if any(entry.by_reporter and entry.status not in ENDED_STATUSES for entry in moved) or not moved:
        return False
    return to_bangkok_date(m.now) - moved[-1].on <= REOPEN_WINDOW


def build_reopening(case: ReporterCase, m: Context) -> tuple[ReporterCase, ApplyTransition]:
    """The case as it will stand, and the step; the reporter is to hear within the days of a first answer."""
    step, on = TransitionRequest(Transition.REOPEN), to_bangkok_date(m.now)
    status = get_next_status(case.status, step)
    by = on + timedelta(days=m.office.deadlines.first_answer_days)
    move = ApplyTransition(case.id, case.seq + 1, on, step, status, ActorKind.REPORTER, answer_by=by)
    entry = HistoryEntry(move.seq, on, HistoryEntryKind.MOVED, status, by_reporter=True)
    return replace(case, status=status, outcome=None, entries=(*case.entries, entry)), move
