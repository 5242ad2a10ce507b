"""Reminders to officers: the state of open cases, and each reminder sent once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.lifecycle import CaseStatus
from handlers.complaints.messages import HistoryEntryKind
from handlers.complaints.reminders import CaseDeadlineState, ReminderRecipient, SendReminder
from handlers.dialog.replies import Phrase
from handlers.thai.dates import format_date
from storage import tables
from storage.cases.exclusions import build_appointment_condition
from storage.db.batch import WriteBatch
from storage.db.group_commit import GroupCommitWriter
from storage.matters.reports import MATTER_TABLE
from storage.staff.absences import load_stand_ins
from storage.staff.notifications import enqueue_staff_notification
from storage.staff.pushes import PushKind, make_case_push
from storage.staff.roster import StaffAddress
from storage.tables.rules import concerned, reminders
from storage.unreadable_rows import decode_rows

_INSERT_IF_NEW = insert(reminders).on_conflict_do_nothing()


@dataclass
class CaseReminders:
    """Loads open cases with the reminders already sent, and enqueues new ones."""

    committer: GroupCommitWriter

    async def load_deadlines_and_recipients(
        self, today: date = date.min
    ) -> tuple[list[CaseDeadlineState], list[ReminderRecipient]]:
        """Return the open cases, and the staff who can be notified. Who stands in today is the officer of a case."""
        async with self.committer.transaction() as connection:
            roster = await self.committer.roster.refresh(connection)
            staff = [ReminderRecipient(one.id, one.role) for one, address in roster if address is not None]
            states = await _load_deadline_states(connection, {one.id for one in staff})
            stand_ins = await load_stand_ins(today, connection)
            return [_with_stand_in(one, stand_ins) for one in states], staff

    async def send_reminders(self, reminds: Sequence[SendReminder], now: datetime) -> int:
        """Record reminders and enqueue their notifications in one transaction; return how many were new."""
        given = 0
        async with self.committer.transaction() as connection:
            roster = await self.committer.roster.refresh(connection)
            addresses = {one.id: address for one, address in roster if address is not None}
            batch = WriteBatch(connection, self.committer.keyring, self.committer.daily_keys, now)
            for remind in reminds:
                if not await _mark_reminded(connection, remind):
                    continue
                given += 1
                for person in remind.recipients:
                    if person in addresses:
                        push = make_case_push(
                            PushKind.DUE, _localize_due_date(remind, addresses[person]), remind.number
                        )
                        enqueue_staff_notification(addresses[person], push, batch)
            await batch.flush()
        return given


def _localize_due_date(remind: SendReminder, address: StaffAddress) -> Phrase:
    if "due" not in remind.notice.args:
        return remind.notice
    return replace(remind.notice, args={**remind.notice.args, "due": format_date(remind.due, address.lang)})


async def _mark_reminded(connection: AsyncConnection, remind: SendReminder) -> bool:
    """Record a reminder, and those it supersedes; False where it was sent before."""
    rows = [
        {"case_id": remind.case, "name": name, "on": remind.on} for name in (remind.name, *remind.superseded)
    ]
    first, *_ = [(await connection.execute(_INSERT_IF_NEW, row)).rowcount for row in rows]
    return bool(first)


async def _load_deadline_states(connection: AsyncConnection, staff: set[str]) -> list[CaseDeadlineState]:
    case, line = tables.cases.c, tables.history.c
    moved = func.max(line.on).filter(
        line.kind.in_([HistoryEntryKind.FILED.value, HistoryEntryKind.MOVED.value])
    )
    answered = func.count().filter(line.kind == HistoryEntryKind.OFFICE.value)
    columns = (
        case.id, case.fiscal_year, case.number, case.status, case.received_on, case.touched_on,
        case.answer_by, case.officer, case.appointed_by, build_appointment_condition().label("is_appointed"),
    )  # fmt: skip
    rows = await connection.execute(
        select(*columns, moved.label("since"), answered.label("answered"))
        .join(tables.history, line.case_id == case.id)
        .where(tables.IS_OPEN_CASE, tables.IS_ANNOUNCED_CASE)
        .group_by(case.id)
    )
    opened = rows.all()
    sent = await _collect_by_case(connection, reminders.c.name)
    excluded = await _collect_by_case(connection, concerned.c.staff_id, concerned.c.why != "lifted")
    matters = await _collect_reports(connection)

    def excluded_of(case: str) -> set[str]:
        return excluded.get(case, set())

    states, _ = decode_rows(
        "cases",
        opened,
        lambda row: CaseDeadlineState(
            row.id, row.fiscal_year, row.number, CaseStatus(row.status), row.received_on, row.since,
            row.touched_on, row.answer_by, bool(row.answered), row.officer or "",
            frozenset(_list_others(row, staff).union(*map(excluded_of, matters.get(row.id, [row.id])))),
            frozenset(sent.get(row.id, ())),
        ),
        lambda row: f"{row.number}/{row.fiscal_year}",
    )  # fmt: skip
    return states


def _with_stand_in(state: CaseDeadlineState, stand_ins: Mapping[str, str]) -> CaseDeadlineState:
    stand_in = stand_ins.get(state.officer, "")
    return replace(state, officer=stand_in) if stand_in and stand_in not in state.excluded_staff else state


def _list_others(row: Row[Any], staff: set[str]) -> set[str]:
    """Return those from whom a case is kept because another was appointed to it."""
    return staff - {row.officer, row.appointed_by} if row.is_appointed else set()


async def _collect_reports(connection: AsyncConnection) -> dict[str, list[str]]:
    """Return all reports of the matter of each case that belongs to one."""
    rows = (await connection.execute(select(MATTER_TABLE.c.case_id, MATTER_TABLE.c.matter))).all()
    reports: dict[str, list[str]] = {}
    for row in rows:
        reports.setdefault(row.matter, []).append(row.case_id)
    return {row.case_id: reports[row.matter] for row in rows}


async def _collect_by_case(
    connection: AsyncConnection, column: object, *where: object
) -> dict[str, set[str]]:
    """Return the values of a column of a table, by open case."""
    table = column.table  # type: ignore[attr-defined]
    query = select(table.c.case_id, column).join(  # type: ignore[call-overload]
        tables.cases, and_(tables.cases.c.id == table.c.case_id, tables.IS_OPEN_CASE)
    )
    found: dict[str, set[str]] = {}
    for case, value in await connection.execute(query.where(*where)):
        found.setdefault(case, set()).add(value)
    return found
