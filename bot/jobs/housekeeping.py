"""What is due: each thing is done once, whether the clock ran in time, ran twice, or was down for a week."""

import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers import thai
from handlers.complaints import conflict_of_interest as concerned
from handlers.complaints import deadlines
from handlers.office import Office
from ita_stats.calendar import day_in_bangkok
from storage.consultations import retention as polled
from storage.crypto.key_files import DeskPaths
from storage.files import directories as folders
from storage.questions import retention as ended
from storage.store import Store

UNDELIVERED = timedelta(hours=72)
"""How long a message waits for a person who never comes back for it, or for a program that stood still over a weekend.

While a platform is tried and cannot be reached, its messages stay due.
"""

UNFETCHED = timedelta(hours=48)
"""How long what a platform keeps for us, or what was laid aside as too old, waits for somebody to look at it."""


TOGETHER = 200
"""Reminders of one transaction."""

REMINDED_FROM = 8
"""The hour in Bangkok from which officers are reminded."""


@dataclass(frozen=True, slots=True)
class JobResult:
    """One thing that the clock did."""

    desk: str
    did: str
    count: int


async def tick(place: DeskPaths, store: Store, office: Office, now: datetime) -> AsyncIterator[JobResult]:
    """Do all that is due at an instant (UTC), and tell what was done. One thing's trouble does not stop the others."""
    forget, broken = store.retention, list[Exception]()
    after_closing = timedelta(days=office.retention.after_closing_days)
    chores: tuple[tuple[str, Callable[[], Awaitable[int]]], ...] = (
        ("words-sent", lambda: store.sendings.send(now)),
        ("drafts-lapsed", lambda: forget.lapse_sessions(now)),
        ("answers-forgotten", lambda: forget.forget_events(now)),
        ("letters-forgotten", lambda: store.outbox.forget(now - UNDELIVERED)),
        ("errands-forgotten", lambda: store.errands.forget(now - UNFETCHED)),
        ("codes-forgotten", lambda: store.personnel.forget(now)),
        ("maps-forgotten", lambda: forget.forget_maps(now)),
        ("files-swept", lambda: store.evidence.sweep(now)),
        ("cases-erased", lambda: forget.erase_cases(now, after_closing)),
        ("consultations-closed", lambda: polled.close_due(store.committer, now)),
        ("questions-erased", lambda: keep_questions(store, after_closing, now)),
        ("questions-reminded", lambda: remind_of_questions(store, office, now)),
        # The log may hold who wrote beside what was filed, so no minute passes without emptying it.
        ("", forget.checkpoint),
        ("cases-hidden", lambda: hide(store, office, now)),
        ("officers-reminded", lambda: remind(store, office, now)),
        ("audit-anchored", lambda: keep_anchor(place, store, now)),
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


async def hide(store: Store, office: Office, now: datetime) -> int:
    """Look again whom the open cases concern, when the staff is not the one that was looked for last."""
    staff, mark = await store.rereading.staff()
    if not staff or await store.retention.was_done("hidden", mark):
        return 0
    hidden = 0
    for case in await store.rereading.cases():
        told = await store.rereading.told(case)
        if told is not None:
            alternates = office.alternate.officers
            found = concerned.found(told.answers, staff, marked=told.marked, alternates=alternates)
            hidden += await store.rereading.keep(case, found, now)
    await store.retention.once("hidden", mark)
    return hidden


async def remind(store: Store, office: Office, now: datetime) -> int:
    """Tell officers of deadlines, once a day and at an hour at which they work."""
    today = day_in_bangkok(now)
    if now.astimezone(thai.BANGKOK).hour < REMINDED_FROM or await store.retention.was_done(
        "reminded", str(today)
    ):
        return 0
    standings, staff = await store.reminding.known()
    due = [one for s in standings for one in deadlines.reminders(s, office.deadlines, staff, today)]
    # A few at a time, so that who writes meanwhile does not wait for all of them.
    several = [due[at : at + TOGETHER] for at in range(0, len(due), TOGETHER)]
    given = sum([await store.reminding.remind(some, now) for some in several])
    # Marked last: killed before this, the next tick looks again, and tells nothing twice.
    await store.retention.once("reminded", str(today))
    return given


async def keep_questions(store: Store, after: timedelta, now: datetime) -> int:
    """Once a day: erase questions and opinions whose time is over, and forget who sent several on one day."""
    day = str(day_in_bangkok(now))
    if await store.retention.was_done("questions", day):
        return 0
    gone = await ended.erase_questions(store.committer, now, after)
    await ended.forget_buckets(store.committer, now)
    gone += await polled.erase_words(store.committer, now, after)
    await polled.forget_senders(store.committer, now)
    await store.retention.once("questions", day)
    return gone


async def remind_of_questions(store: Store, office: Office, now: datetime) -> int:
    """Once a day, in office hours: tell officers which questions are due; gives how many officers heard it."""
    day, rule = str(day_in_bangkok(now)), office.deadlines
    if now.astimezone(thai.BANGKOK).hour < REMINDED_FROM or await store.retention.was_done(
        "questions-reminded", day
    ):
        return 0
    told = await ended.remind(store.committer, now, max(rule.remind_before, default=0), rule.supervisor_after)
    told += await polled.remind_of_promises(store.committer, now)
    await store.retention.once("questions-reminded", day)
    return told


async def keep_anchor(place: DeskPaths, store: Store, now: datetime) -> int:
    """Write the head of the audit trail beside the database, once a day, to be carried elsewhere."""
    day = str(day_in_bangkok(now))
    if await store.retention.was_done("anchor", day):
        return 0
    anchor = await store.anchor(now)
    folder = place.folder / "anchors"
    folders.private(folder)
    young = folder / f"{day}.{secrets.token_hex(4)}.new"  # several programs may tick at once
    with os.fdopen(os.open(young, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(anchor.model_dump_json() + "\n")
        file.flush()
        os.fsync(file.fileno())
    young.rename(folder / f"{day}.json")
    folders.sync(folder)
    # Marked last: killed before this, the next tick writes it once more; killed before the other, it would be missing.
    return int(await store.retention.once("anchor", day))
