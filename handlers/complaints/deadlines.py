"""Deadlines of cases and their reminders: which are due on a day, and who receives them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.complaints.lifecycle import ENDED_STATUSES, CaseStatus
from handlers.complaints.reminders import CaseDeadlineState, ReminderRecipient, ReminderStage, SendReminder
from handlers.dialog.replies import Phrase
from handlers.office import Deadlines
from handlers.staff.permissions import CASE_WORKERS, Role
from handlers.thai.dates import format_date
from handlers.workdays import add_days, subtract_days

ESCALATION_ROLES = frozenset({Role.SUPERVISOR, Role.ADMIN})
"""Recipients of the last level. A reminder holds a case number and a date only, so admins may get it too."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day by which something should have happened to a case. name: which deadline, and its day."""

    name: str
    on: date


@dataclass(frozen=True, slots=True)
class ReminderPoint:
    """One planned reminder of a deadline, to be sent from the day `on`.

    level: 0 for the case's officer, 1 adds the supervisors, 2 adds the admins.
    """

    name: str
    on: date
    stage: ReminderStage
    due: date
    level: int


def compute_answer_by(received_on: date, rules: Deadlines) -> date:
    """Return the day by which the reporter must have a first answer."""
    return add_days(received_on, rules.first_answer_days, rules.extra_days_off)


def compute_status_due_day(status: CaseStatus, since: date, rules: Deadlines) -> date | None:
    """Return the day by which a case should leave its status, which it has had since a day; None for no limit."""
    days = rules.get_day_limit(status)
    return None if days is None else add_days(since, days, rules.extra_days_off)


def list_deadlines(one: CaseDeadlineState, rules: Deadlines) -> Iterator[Deadline]:
    """Yield the running deadlines of a case: of the first answer, and of its present status."""
    if one.status in ENDED_STATUSES:
        return
    if not one.answered:
        yield Deadline(f"answer/{one.answer_by}", one.answer_by)
    on = compute_status_due_day(one.status, one.status_since, rules)
    if on is not None:
        yield Deadline(f"{one.status.value}/{on}", on)


def plan_reminders(one: CaseDeadlineState, rules: Deadlines) -> Iterator[tuple[str, list[ReminderPoint]]]:
    """Yield, for each deadline, its name and its reminders in the order of time."""
    for due in list_deadlines(one, rules):
        along = [
            ReminderPoint(
                f"{due.name}-{days}",
                max(one.received_on, subtract_days(due.on, days, rules.extra_days_off)),
                ReminderStage.BEFORE,
                due.on,
                0,
            )
            for days in rules.remind_before
        ]
        along.append(ReminderPoint(f"{due.name}=", due.on, ReminderStage.ON, due.on, 0))
        along += [_make_overdue_point(due, days, rules) for days in rules.remind_after]
        yield due.name, sorted(along, key=lambda p: (p.on, p.level))
    if one.status not in ENDED_STATUSES:
        quiet = one.touched_on
        yield (
            "untouched",
            [
                ReminderPoint(
                    f"untouched/{quiet}+{days}",
                    quiet + timedelta(days=days),
                    ReminderStage.UNTOUCHED,
                    quiet,
                    level,
                )
                for level, days in enumerate(rules.untouched_days)
            ],
        )


def _make_overdue_point(due: Deadline, days: int, rules: Deadlines) -> ReminderPoint:
    on = add_days(due.on, days, rules.extra_days_off)
    return ReminderPoint(
        f"{due.name}+{days}", on, ReminderStage.AFTER, due.on, int(days >= rules.supervisor_after)
    )


def select_reminders(
    one: CaseDeadlineState, rules: Deadlines, staff: Sequence[ReminderRecipient], today: date
) -> Iterator[SendReminder]:
    """Yield the reminders of a case to be sent today. None is sent twice.

    After days without a run, only the latest reminder of each deadline is sent; it supersedes the earlier ones.
    """
    for _, along in plan_reminders(one, rules):
        reached = [point for point in along if point.on <= today]
        if not reached or reached[-1].name in one.sent_reminders:
            continue
        last = reached[-1]
        level = max(point.level for point in reached if point.name not in one.sent_reminders)
        superseded = tuple(p.name for p in reached[:-1] if p.name not in one.sent_reminders)
        recipients = tuple(person.id for person in _choose_recipients(one, staff, level))
        yield SendReminder(
            one.case,
            f"{one.number}/{one.fiscal_year}",
            last.name,
            today,
            last.due,
            _format_reminder(one, last, today),
            recipients,
            superseded,
        )


def _choose_recipients(
    one: CaseDeadlineState, staff: Sequence[ReminderRecipient], level: int
) -> list[ReminderRecipient]:
    """Return the recipients of a level, without excluded staff; where none is left, those of the next level."""
    free = [person for person in staff if person.id not in one.excluded_staff]
    officer = [p for p in free if p.id == one.officer] or [p for p in free if p.role in CASE_WORKERS]
    heads = [p for p in free if p.role is Role.SUPERVISOR]
    levels = (officer, [*officer, *heads], [*officer, *(p for p in free if p.role in ESCALATION_ROLES)])
    for wanted in levels[level:]:
        if wanted:
            return list(dict.fromkeys(wanted))
    return []


def _format_reminder(one: CaseDeadlineState, point: ReminderPoint, today: date) -> Phrase:
    number = f"{one.number}/{one.fiscal_year}"
    if point.stage is ReminderStage.UNTOUCHED:
        return Phrase("staff.remind.untouched", {"number": number, "days": (today - point.due).days})
    # By today's date, not by the planned day: the scheduled job may not have run for some days.
    stage = (
        ReminderStage.AFTER
        if today > point.due
        else ReminderStage.ON
        if today == point.due
        else ReminderStage.BEFORE
    )
    days = abs((today - point.due).days)
    return Phrase(
        f"staff.remind.{stage.value}",
        {"number": number, "due": format_date(point.due, "th"), "days": days},
    )


def build_reminder_notices(
    standings: Sequence[CaseDeadlineState], rules: Deadlines, staff: Sequence[ReminderRecipient], today: date
) -> Iterator[tuple[str, Phrase]]:
    """Yield today's reminders of all cases, as pairs of a staff id and the notice."""
    for one in standings:
        for remind in select_reminders(one, rules, staff, today):
            for person in remind.recipients:
                yield person, remind.notice
