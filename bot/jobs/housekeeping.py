"""Jobs that run by the clock: those by which somebody hears of something, and each minute retention and the rest.

Each does what is due exactly once, whether it ran in time, ran twice, or did not run for a week. Called by `serve` and
by the command `ita-bot tick`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.guard import run_guarded
from bot.jobs.schedule import REMINDERS_FROM_HOUR, DeskSchedule, JobTiming, RowTiming, Timing
from handlers.complaints.conflict_of_interest import EXCLUSION_RULES, find_conflicts
from handlers.complaints.deadlines import select_reminders
from handlers.dialog.events import Channel
from handlers.office import Office
from ita_stats.calendar import BANGKOK, to_bangkok_date
from storage.consultations.retention import (
    clear_feedback_senders,
    close_due_consultations,
    delete_expired_feedback,
    remind_of_promises,
)
from storage.crypto.key_files import DeskPaths
from storage.db.snapshot import delete_old_snapshots
from storage.errors import UnreadableRowError
from storage.files.atomic_write import PRIVATE_MODES, remove_old_leftovers, replace_file
from storage.files.directories import create_private_directory
from storage.questions.retention import (
    clear_question_buckets,
    delete_ended_questions,
    remind_of_due_questions,
    remind_of_old_answers,
)
from storage.schedule.due_times import RowDuty
from storage.store import Store
from storage.unreadable_rows import log_unreadable_row

PROMPT_INTERVAL_SECONDS = 20
"""Between two runs of the prompt jobs: what is due is told within a minute, even where one run fails."""

OUTBOX_TTL = timedelta(hours=72)
"""How long a message waits in the outbox, counted from its last due time: long enough for a program that was stopped
over a weekend, and the limit for persons who never come back (terminal).

While a platform cannot be reached, retries keep its messages due.
"""

QUEUED_TASK_TTL = timedelta(hours=48)
"""How long a queued task waits: a file to be fetched from a platform."""

REMINDERS_PER_TRANSACTION = 200


@dataclass(frozen=True, slots=True)
class JobResult:
    """What one job did. count: rows, messages or the like; never 0."""

    desk: str
    job: str
    count: int


@dataclass(frozen=True, slots=True)
class DueJob:
    """A job that runs by the clock. name: as `JobResult` has it; empty: it is not worth a line.

    timing: when it can have something to do. waits: it erases, closes or tells what a wrong clock makes due, and so
    waits while the clock is doubted. What keeps the promises to people who are here (drafts, answers, codes) never
    waits. is_prompt: officers or citizens hear of something by it, so that a server runs it every
    `PROMPT_INTERVAL_SECONDS` and it waits for no other; the others run each minute, one after the other.
    """

    name: str
    run: Callable[[], Awaitable[int]]
    timing: JobTiming
    waits: bool = False
    is_prompt: bool = False


async def run_due_jobs(
    paths: DeskPaths,
    store: Store,
    office: Office,
    now: datetime,
    *,
    is_clock_believed: bool = True,
    messages_at: datetime | None = None,
    has_tried_delivery: bool = False,
    schedule: DeskSchedule | None = None,
    prompt: bool | None = None,
) -> AsyncIterator[JobResult]:
    """Run all jobs that are due at an instant (UTC). Yields what was done.

    schedule: what a server knows of earlier runs; None: each job looks for itself. prompt: only the prompt jobs, or
    only the others.

    is_clock_believed: see `bot.clock.gate`; messages_at: where it is not, the instant by which undelivered messages are
    old (`ClockVerdict.date_messages`), None where they wait too. has_tried_delivery: all that waits could be tried once
    more since the start; before, only messages in the terminal get too old.

    A failing job does not stop the others; the first exception is raised at the end.
    """
    errors = list[Exception]()
    dated = now if is_clock_believed else messages_at
    jobs = (
        *_list_message_jobs(store, dated, "" if has_tried_delivery else Channel.TERMINAL),
        *_list_promised_jobs(store, now),
        *_list_erasing_jobs(paths, store, office, now),
        *_list_remaining_jobs(paths, store, office, now),
    )
    schedule = schedule or DeskSchedule(paths.database)
    await run_guarded(schedule.begin(store, now), errors.append)
    for job in jobs:
        if prompt not in {None, job.is_prompt} or (job.waits and not is_clock_believed):
            continue
        if not schedule.is_due(job.timing, now):
            continue
        count = (await run_guarded(job.run(), errors.append)).value
        if count:
            schedule.note_work()
        if job.name and count:
            yield JobResult(paths.desk, job.name, count)
    schedule.end(now, is_complete=is_clock_believed and not errors)
    if errors:
        raise errors[0]


def _list_message_jobs(store: Store, dated: datetime | None, kind: str) -> tuple[DueJob, ...]:
    """List the jobs that delete undelivered messages; none where there is no instant to date them by.

    kind: the channel of those that are sent; empty for all.
    """
    if dated is None:
        return ()
    return (
        DueJob(
            "letters-forgotten",
            lambda: store.outbox.delete_overdue(dated - OUTBOX_TTL, kind),
            RowTiming(RowDuty.MESSAGES, OUTBOX_TTL),
        ),
        DueJob(
            "errands-forgotten",
            lambda: store.task_queue.delete_overdue(dated - QUEUED_TASK_TTL),
            RowTiming(RowDuty.TASKS, QUEUED_TASK_TTL),
        ),
    )


def _list_promised_jobs(store: Store, now: datetime) -> tuple[DueJob, ...]:
    """List the jobs that keep what people were told, by the minute."""
    retention = store.retention
    return (
        # First, so that what is done after it in the same minute is done for the new cases too.
        DueJob(
            "cases-announced",
            lambda: store.announcements.announce_due(now),
            RowTiming(RowDuty.ANNOUNCEMENTS),
            is_prompt=True,
        ),
        DueJob(
            "import-finished",
            lambda: store.register_importer.finish_interrupted(now),
            RowTiming(RowDuty.IMPORT),
        ),
        DueJob(
            "words-sent",
            lambda: store.scheduled_replies.send_due(now),
            RowTiming(RowDuty.REPLIES),
            is_prompt=True,
        ),
        DueJob("drafts-lapsed", lambda: retention.expire_sessions(now), RowTiming(RowDuty.DRAFTS)),
        DueJob("answers-forgotten", lambda: retention.expire_event_answers(now), RowTiming(RowDuty.ANSWERS)),
        DueJob(
            "codes-forgotten",
            lambda: store.staff_admin.delete_expired_codes(now),
            RowTiming(RowDuty.CODES),
        ),
        DueJob("maps-forgotten", lambda: _forget_in_memory(store, now), Timing.MINUTE),
        DueJob("maps-forgotten", retention.delete_legacy_tasks, Timing.DAY),
    )


def _list_erasing_jobs(paths: DeskPaths, store: Store, office: Office, now: datetime) -> tuple[DueJob, ...]:
    """List the jobs that delete files, cases and questions, and close consultations."""
    retention = store.retention
    after_closing = timedelta(days=office.retention.after_closing_days)
    return (
        DueJob(
            "files-swept",
            lambda: store.evidence.delete_expired_drafts(now),
            RowTiming(RowDuty.DRAFT_FILES),
            waits=True,
        ),
        DueJob("orphans-swept", store.evidence.delete_orphans, Timing.HOUR),
        DueJob(
            "leftovers-removed",
            lambda: asyncio.to_thread(remove_old_leftovers, list_private_folders(paths)),
            Timing.HOUR,
            waits=True,
        ),
        DueJob(
            "snapshots-deleted",
            lambda: asyncio.to_thread(delete_old_snapshots, paths.database, now),
            Timing.HOUR,
            waits=True,
        ),
        DueJob(
            "cases-erased",
            lambda: retention.delete_ended_cases(now, after_closing),
            Timing.DAY,
            waits=True,
        ),
        DueJob("slips-forgotten", lambda: retention.forget_slips(now), Timing.DAY, waits=True),
        DueJob(
            "consultations-closed",
            lambda: close_due_consultations(store.committer, now),
            RowTiming(RowDuty.CONSULTATIONS),
            waits=True,
        ),
        DueJob(
            "questions-erased",
            lambda: erase_old_questions(store, after_closing, now),
            Timing.DAY,
            waits=True,
        ),
    )


def _list_remaining_jobs(paths: DeskPaths, store: Store, office: Office, now: datetime) -> tuple[DueJob, ...]:
    """List the reminders, and what is done for the office once everything else is."""
    return (
        DueJob(
            "questions-reminded",
            lambda: remind_of_questions(store, office, now),
            Timing.DAYTIME,
            waits=True,
            is_prompt=True,
        ),
        DueJob("answers-reminded", lambda: remind_of_answers(store, office, now), Timing.DAYTIME, waits=True),
        # The write-ahead log may show who wrote next to what was filed, so it is truncated every minute.
        DueJob("", store.retention.checkpoint_wal, Timing.LOG),
        DueJob("cases-hidden", lambda: rescan_conflicts(store, office, now), Timing.DAY),
        DueJob(
            "officers-reminded",
            lambda: remind_of_deadlines(store, office, now),
            Timing.DAYTIME,
            waits=True,
            is_prompt=True,
        ),
        DueJob("audit-anchored", lambda: write_audit_anchor(paths, store, now), Timing.DAY),
        # Last: it copies up to 256 MB in a minute, and nothing else is to wait for that.
        DueJob("files-rewritten", lambda: store.file_rewriter.run(now), RowTiming(RowDuty.FILES_OF_THE_DAY)),
    )


async def _forget_in_memory(store: Store, now: datetime) -> int:
    return store.retention.forget_in_memory(now)


def list_private_folders(paths: DeskPaths) -> set[Path]:
    """Return the folders of a desk in which files and directories are replaced as a whole."""
    return {
        paths.folder / "anchors",
        paths.folder / "assessment",
        paths.folder / "releases",
        *(key.parent for key in paths.key_paths.values()),
    }


async def rescan_conflicts(store: Store, office: Office, now: datetime) -> int:
    """Match open cases with the staff again if the staff list, the alternates or the rules of matching have changed.

    Returns the number of changes to who may read: exclusions, and alternates to whom a case opened.
    """
    alternates = office.alternate.officers
    staff, staff_version = await store.conflict_rescan.load_staff(str(EXCLUSION_RULES), *alternates)
    done_today = f"{staff_version} {to_bangkok_date(now)}"
    if not staff or any(
        [await store.retention.is_done("hidden", due) for due in (staff_version, done_today)]
    ):
        return 0
    changed, unreadable = 0, False
    for case in await store.conflict_rescan.list_open_cases():
        try:
            report = await store.conflict_rescan.load_case_text(case)
        except UnreadableRowError as error:
            log_unreadable_row(error)
            unreadable = True
            continue
        if report is not None:
            found = find_conflicts(report.answers, staff, marked=report.concerns_head, alternates=alternates)
            changed += await store.conflict_rescan.add_exclusions(case, found, now)
            free = {person.id for person in staff} - {one.staff for one in found}
            if report.marked & free:
                changed += await store.conflict_rescan.admit_alternates(case, report.marked & free, now)
    # A case that cannot be read is tried again each day: once it can be, it must be hidden from whom it concerns.
    await store.retention.mark_newest_done("hidden", done_today if unreadable else staff_version)
    return changed


async def remind_of_deadlines(store: Store, office: Office, now: datetime) -> int:
    """Remind officers of deadlines, once a day in office hours. Returns the number of reminders."""
    today = to_bangkok_date(now)
    if now.astimezone(BANGKOK).hour < REMINDERS_FROM_HOUR or await store.retention.is_done(
        "reminded", str(today)
    ):
        return 0
    standings, staff = await store.reminders.load_deadlines_and_recipients(today)
    due = [reminder for s in standings for reminder in select_reminders(s, office.deadlines, staff, today)]
    # In several transactions, so that a person who writes meanwhile does not wait for all of them.
    batches = [
        due[at : at + REMINDERS_PER_TRANSACTION] for at in range(0, len(due), REMINDERS_PER_TRANSACTION)
    ]
    sent_count = sum([await store.reminders.send_reminders(batch, now) for batch in batches])
    # Marked last: after a crash before this, the next run repeats, and no reminder is sent twice.
    await store.retention.mark_done("reminded", str(today))
    return sent_count


async def erase_old_questions(store: Store, after: timedelta, now: datetime) -> int:
    """Once a day, delete expired questions and feedback, and the daily counters of their senders.

    Returns the number of questions and feedback deleted.
    """
    day = str(to_bangkok_date(now))
    if await store.retention.is_done("questions", day):
        return 0
    deleted_count = await delete_ended_questions(store.committer, now, after)
    await clear_question_buckets(store.committer, now)
    deleted_count += await delete_expired_feedback(store.committer, now, after)
    await clear_feedback_senders(store.committer, now)
    await store.retention.mark_done("questions", day)
    return deleted_count


async def remind_of_questions(store: Store, office: Office, now: datetime) -> int:
    """Once a day in office hours, remind officers of due questions and promised answers. Returns how many officers."""
    day, deadlines = str(to_bangkok_date(now)), office.deadlines
    if now.astimezone(BANGKOK).hour < REMINDERS_FROM_HOUR or await store.retention.is_done(
        "questions-reminded", day
    ):
        return 0
    notified_count = await remind_of_due_questions(
        store.committer, now, max(deadlines.remind_before, default=0), deadlines.supervisor_after
    )
    notified_count += await remind_of_promises(store.committer, now)
    await store.retention.mark_done("questions-reminded", day)
    return notified_count


async def remind_of_answers(store: Store, office: Office, now: datetime) -> int:
    """Once a month in office hours, ask officers to check answers that are old. Returns how many officers."""
    day, days = to_bangkok_date(now), office.answers.check_after_days
    month = f"{day:%Y-%m}"
    if now.astimezone(BANGKOK).hour < REMINDERS_FROM_HOUR or await store.retention.is_done(
        "answers-reminded", month
    ):
        return 0
    entries = (await store.faq.load_catalogue()).entries
    old = sum(one.needs_check(day, days) and not one.is_draft for one in entries)
    notified_count = await remind_of_old_answers(store.committer, now, old, days)
    await store.retention.mark_done("answers-reminded", month)
    return notified_count


async def write_audit_anchor(paths: DeskPaths, store: Store, now: datetime) -> int:
    """Once a day, write the head of the audit trail to a file beside the database, to be copied elsewhere."""
    day = str(to_bangkok_date(now))
    if await store.retention.is_done("anchor", day):
        return 0
    anchor = await store.build_audit_anchor(now)
    folder = paths.folder / "anchors"
    create_private_directory(folder)
    replace_file(folder / f"{day}.json", f"{anchor.model_dump_json()}\n".encode(), PRIVATE_MODES[1])
    # Marked last: a crash before this makes the next run write it again; marked first, a crash could leave it out.
    return int(await store.retention.mark_done("anchor", day))
