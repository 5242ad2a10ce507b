"""What is due: each thing is done once, whether the clock ran in time, ran twice, or was down for a week."""

import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.complaints.conflict_of_interest import find_conflicts
from handlers.complaints.deadlines import select_reminders
from handlers.office import Office
from handlers.thai import BANGKOK
from ita_stats.calendar import day_in_bangkok
from storage.consultations.retention import (
    clear_feedback_senders,
    close_due_consultations,
    delete_expired_feedback,
    remind_of_promises,
)
from storage.crypto.key_files import DeskPaths
from storage.files.directories import create_private_directory, fsync_directory
from storage.questions.retention import (
    clear_question_buckets,
    delete_ended_questions,
    remind_of_due_questions,
)
from storage.store import Store

OUTBOX_TTL = timedelta(hours=72)
"""How long a message waits for a person who never comes back for it, or for a program that stood still over a weekend.

While a platform is tried and cannot be reached, its messages stay due.
"""

QUEUED_TASK_TTL = timedelta(hours=48)
"""How long what a platform keeps for us, or what was laid aside as too old, waits for somebody to look at it."""


REMINDERS_PER_TRANSACTION = 200
"""Reminders of one transaction."""

REMINDERS_FROM_HOUR = 8
"""The hour in Bangkok from which officers are reminded."""


@dataclass(frozen=True, slots=True)
class JobResult:
    """One thing that the clock did."""

    desk: str
    job: str
    count: int


async def run_due_jobs(
    place: DeskPaths, store: Store, office: Office, now: datetime
) -> AsyncIterator[JobResult]:
    """Do all that is due at an instant (UTC), and tell what was done. One thing's trouble does not stop the others."""
    forget, broken = store.retention, list[Exception]()
    after_closing = timedelta(days=office.retention.after_closing_days)
    chores: tuple[tuple[str, Callable[[], Awaitable[int]]], ...] = (
        ("words-sent", lambda: store.scheduled_replies.send_due(now)),
        ("drafts-lapsed", lambda: forget.expire_sessions(now)),
        ("answers-forgotten", lambda: forget.expire_event_answers(now)),
        ("letters-forgotten", lambda: store.outbox.delete_overdue(now - OUTBOX_TTL)),
        ("errands-forgotten", lambda: store.task_queue.delete_overdue(now - QUEUED_TASK_TTL)),
        ("codes-forgotten", lambda: store.staff_admin.delete_expired_codes(now)),
        ("maps-forgotten", lambda: forget.expire_message_origins(now)),
        ("files-swept", lambda: store.evidence.collect_garbage(now)),
        ("cases-erased", lambda: forget.delete_ended_cases(now, after_closing)),
        ("consultations-closed", lambda: close_due_consultations(store.committer, now)),
        ("questions-erased", lambda: erase_old_questions(store, after_closing, now)),
        ("questions-reminded", lambda: remind_of_questions(store, office, now)),
        # The log may hold who wrote beside what was filed, so no minute passes without emptying it.
        ("", forget.checkpoint_wal),
        ("cases-hidden", lambda: rescan_conflicts(store, office, now)),
        ("officers-reminded", lambda: remind_of_deadlines(store, office, now)),
        ("audit-anchored", lambda: write_audit_anchor(place, store, now)),
    )
    for did, chore in chores:
        try:
            count = await chore()
        except Exception as trouble:
            broken.append(trouble)
            continue
        if did and count:
            yield JobResult(place.desk, did, count)
    if broken:
        raise broken[0]


async def rescan_conflicts(store: Store, office: Office, now: datetime) -> int:
    """Look again whom the open cases concern, when the staff is not the one that was looked for last."""
    staff, mark = await store.conflict_rescan.load_staff()
    if not staff or await store.retention.is_done("hidden", mark):
        return 0
    hidden = 0
    for case in await store.conflict_rescan.list_open_cases():
        told = await store.conflict_rescan.load_case_text(case)
        if told is not None:
            alternates = office.alternate.officers
            found = find_conflicts(told.answers, staff, marked=told.concerns_head, alternates=alternates)
            hidden += await store.conflict_rescan.add_exclusions(case, found, now)
    await store.retention.mark_done("hidden", mark)
    return hidden


async def remind_of_deadlines(store: Store, office: Office, now: datetime) -> int:
    """Tell officers of deadlines, once a day and at an hour at which they work."""
    today = day_in_bangkok(now)
    if now.astimezone(BANGKOK).hour < REMINDERS_FROM_HOUR or await store.retention.is_done(
        "reminded", str(today)
    ):
        return 0
    standings, staff = await store.reminders.load_deadlines_and_recipients()
    due = [one for s in standings for one in select_reminders(s, office.deadlines, staff, today)]
    # A few at a time, so that who writes meanwhile does not wait for all of them.
    several = [
        due[at : at + REMINDERS_PER_TRANSACTION] for at in range(0, len(due), REMINDERS_PER_TRANSACTION)
    ]
    given = sum([await store.reminders.send_reminders(some, now) for some in several])
    # Marked last: killed before this, the next tick looks again, and tells nothing twice.
    await store.retention.mark_done("reminded", str(today))
    return given


async def erase_old_questions(store: Store, after: timedelta, now: datetime) -> int:
    """Once a day: erase questions and opinions whose time is over, and forget who sent several on one day."""
    day = str(day_in_bangkok(now))
    if await store.retention.is_done("questions", day):
        return 0
    gone = await delete_ended_questions(store.committer, now, after)
    await clear_question_buckets(store.committer, now)
    gone += await delete_expired_feedback(store.committer, now, after)
    await clear_feedback_senders(store.committer, now)
    await store.retention.mark_done("questions", day)
    return gone


async def remind_of_questions(store: Store, office: Office, now: datetime) -> int:
    """Once a day, in office hours: tell officers which questions are due; gives how many officers heard it."""
    day, rule = str(day_in_bangkok(now)), office.deadlines
    if now.astimezone(BANGKOK).hour < REMINDERS_FROM_HOUR or await store.retention.is_done(
        "questions-reminded", day
    ):
        return 0
    told = await remind_of_due_questions(
        store.committer, now, max(rule.remind_before, default=0), rule.supervisor_after
    )
    told += await remind_of_promises(store.committer, now)
    await store.retention.mark_done("questions-reminded", day)
    return told


async def write_audit_anchor(place: DeskPaths, store: Store, now: datetime) -> int:
    """Write the head of the audit trail beside the database, once a day, to be carried elsewhere."""
    day = str(day_in_bangkok(now))
    if await store.retention.is_done("anchor", day):
        return 0
    anchor = await store.build_audit_anchor(now)
    folder = place.folder / "anchors"
    create_private_directory(folder)
    young = folder / f"{day}.{secrets.token_hex(4)}.new"  # several programs may tick at once
    with os.fdopen(os.open(young, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(anchor.model_dump_json() + "\n")
        file.flush()
        os.fsync(file.fileno())
    young.rename(folder / f"{day}.json")
    fsync_directory(folder)
    # Marked last: killed before this, the next tick writes it once more; killed before the other, it would be missing.
    return int(await store.retention.mark_done("anchor", day))
