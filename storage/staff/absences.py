"""Who of the staff is away, and who stands in: what an officer's cases bring goes to them, while they may read it."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Row, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.dialog.effects import Act, Query
from handlers.dialog.replies import Phrase
from handlers.staff.absences.messages import Absence, EndAbsence, ListAbsences, SetAbsence
from handlers.staff.complaints.messages import AssignCase
from handlers.staff.permissions import CASE_WORKERS, Role
from handlers.thai.date_readings import DatePrecision
from handlers.thai.dates import format_days
from ita_stats.calendar import to_bangkok_date
from storage import tables
from storage.cases.exclusions import find_assignment, is_case_hidden
from storage.db.batch import WriteBatch
from storage.db.read_batcher import ReadContext
from storage.errors import ConflictError
from storage.staff.members import format_actor
from storage.staff.notifications import (
    enqueue_staff_notification,
    list_active_staff,
    notify_staff_member,
)
from storage.staff.pushes import PushKind, StaffPush, make_case_push, make_taken_away_push

_ABSENCE, _STAFF = tables.absences.c, tables.staff.c


async def list_absences(query: ListAbsences, context: ReadContext) -> tuple[Absence, ...]:
    """Return the absences that are not over, by their first day."""
    known = (
        select(tables.absences)
        .where(_ABSENCE.last >= query.today)
        .order_by(_ABSENCE.first, _ABSENCE.staff_id)
    )
    return tuple([_to_absence(row) for row in (await context.connection.execute(known)).all()])


async def load_stand_ins(today: date, connection: AsyncConnection) -> Mapping[str, str]:
    """Return who stands in today, by whom: only those who are on the staff and handle cases."""
    rows = await connection.execute(
        select(_ABSENCE.staff_id, _ABSENCE.stand_in)
        .join(tables.staff, _STAFF.id == _ABSENCE.stand_in)
        .where(
            _ABSENCE.first <= today,
            _ABSENCE.last >= today,
            _STAFF.who.is_not(None),
            _STAFF.role.in_([role.value for role in CASE_WORKERS]),
        )
    )
    return {row.staff_id: row.stand_in for row in rows}


async def list_stood_for(staff: str, today: date, connection: AsyncConnection) -> list[str]:
    """Return for whom somebody stands in today."""
    return [away for away, stand_in in (await load_stand_ins(today, connection)).items() if stand_in == staff]


async def find_stand_in(case: str, officer: str, today: date, connection: AsyncConnection) -> str:
    """Return who stands in today for the officer of a case; empty where nobody does, or it is kept from them."""
    stand_in = (await load_stand_ins(today, connection)).get(officer, "")
    if not stand_in or await is_case_hidden(case, stand_in, connection):
        return ""
    closed = select(tables.cases.c.id).where(tables.cases.c.id == case, tables.cases.c.avoid == stand_in)
    return "" if (await connection.execute(closed)).first() is not None else stand_in


async def notify_holder(
    case: str,
    officer: str,
    push: StaffPush,
    batch: WriteBatch,
    due: date | None = None,
    hidden_from: Collection[str] = (),
) -> None:
    """Tell the officer of a case something, or who stands in for them.

    hidden_from: whom the case is about to be hidden from, in the same transaction.
    """
    stand_in = await find_stand_in(case, officer, to_bangkok_date(batch.now), batch.connection)
    if stand_in in hidden_from:
        stand_in = ""
    pushed = replace(push, is_for_other=True) if stand_in else push
    await notify_staff_member(stand_in or officer, pushed, batch, due)


async def notify_of_assignment(act: AssignCase, batch: WriteBatch) -> None:
    """Tell who is given a case, and who has it until now, unless they do it themselves."""
    row = await find_assignment(act.case, batch)
    if row is None:
        return
    number = f"{row.number}/{row.fiscal_year}"
    if act.to != act.by:
        notice = Phrase("staff.notice.assigned", {"number": number})
        push = make_case_push(PushKind.ASSIGNED, notice, number)
        await notify_holder(act.case, act.to, push, batch, due=row.answer_by)
    if row.officer and row.officer not in {act.to, act.by}:
        await notify_staff_member(row.officer, make_taken_away_push(number), batch)


async def notify_of_reporter_message(case: str, batch: WriteBatch, hidden_from: Collection[str] = ()) -> None:
    """Notify the assigned officer, or who stands in, that the reporter wrote, unless the case is hidden from them."""
    if batch.roster is None or not batch.roster.member_count:
        return
    row = await find_assignment(case, batch)
    if row is not None and row.officer and row.officer not in hidden_from:
        number = f"{row.number}/{row.fiscal_year}"
        notice = Phrase("staff.notice.wrote", {"number": number})
        push = make_case_push(PushKind.REPORTER_WROTE, notice, number)
        await notify_holder(case, row.officer, push, batch, hidden_from=hidden_from)


async def set_absence(act: SetAbsence, batch: WriteBatch) -> None:
    """Store an absence in place of what was said of any of its days. See `SetAbsence` for the conflicts."""
    one = act.absence
    busy = select(_ABSENCE.staff_id).where(
        _ABSENCE.staff_id == one.stand_in, _ABSENCE.first <= one.last, _ABSENCE.last >= one.first
    )
    able = select(_STAFF.id).where(
        _STAFF.id == one.stand_in,
        _STAFF.who.is_not(None),
        _STAFF.role.in_([role.value for role in CASE_WORKERS]),
    )
    if (await batch.connection.execute(busy)).first() or not (await batch.connection.execute(able)).first():
        raise ConflictError("the stand-in is gone, or away")
    overlapping = (
        (_ABSENCE.staff_id == one.staff) & (_ABSENCE.first <= one.last) & (_ABSENCE.last >= one.first)
    )
    await batch.connection.execute(delete(tables.absences).where(overlapping | (_ABSENCE.last < act.today)))
    row = {"staff_id": one.staff, "first": one.first, "last": one.last, "stand_in": one.stand_in}
    await batch.connection.execute(tables.absences.insert(), row)
    await _tell("away", one, act.by, batch)
    await batch.audit(format_actor(act.by), f"away:{one.stand_in}", one.staff)


async def end_absence(act: EndAbsence, batch: WriteBatch) -> None:
    """End the absences of somebody. Raises `ConflictError` where there is none."""
    theirs = (_ABSENCE.staff_id == act.staff) & (_ABSENCE.last >= act.today)
    rows = (await batch.connection.execute(select(tables.absences).where(theirs))).all()
    if not rows:
        raise ConflictError("nobody is away any more")
    await batch.connection.execute(delete(tables.absences).where(theirs))
    for row in rows:
        await _tell("back", _to_absence(row), act.by, batch)
    await batch.audit(format_actor(act.by), "back", act.staff)


def _to_absence(row: Row[Any, Any, Any, Any]) -> Absence:
    return Absence(row.staff_id, row.first, row.last, row.stand_in)


async def _tell(what: str, one: Absence, by: str, batch: WriteBatch) -> None:
    """Tell the stand-in, who is away, and the supervisors, but not who said it."""
    people = list(await list_active_staff(batch))
    names = {person.id: person.name for person, _ in people}
    for person, address in people:
        is_concerned = person.id in {one.staff, one.stand_in} or person.role is Role.SUPERVISOR
        if not is_concerned or address is None or person.id == by:
            continue
        key = "mine" if person.id == one.stand_in else "others"
        args = {
            "person": names.get(one.staff, ""),
            "name": names.get(one.stand_in, ""),
            "days": format_days(one.first, one.last, DatePrecision.DAY, address.lang),
        }
        push = StaffPush(PushKind.ASSIGNED, Phrase(f"staff.notice.{what}_{key}", {**args}))
        enqueue_staff_notification(address, push, batch)


ABSENCE_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    ListAbsences: list_absences
}
ABSENCE_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    SetAbsence: set_absence,
    EndAbsence: end_absence,
}
