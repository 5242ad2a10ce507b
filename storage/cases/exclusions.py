"""Who must not read a case: it concerns them, or a supervisor appointed another to it. Checked before it is shown.

Whoever asks for a case learns that it is kept from them and never why: both reasons are one condition in one statement.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    RowMapping,
    and_,
    bindparam,
    exists,
    func,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.messages import ActorKind, Exclusion, ExclusionGround, ListExclusions, SetExclusion
from handlers.dialog.effects import Act, Query
from handlers.dialog.replies import Phrase
from handlers.staff.complaints.messages import CountUnreadableCases
from handlers.staff.permissions import CASE_WORKERS, Role
from storage import tables
from storage.db.batch import WriteBatch
from storage.db.read_batcher import ReadContext
from storage.errors import ConflictError
from storage.matters.reports import build_same_matter, select_other_reports
from storage.staff.notifications import list_active_staff, notify_staff_member
from storage.staff.pushes import PushKind, make_case_push, make_taken_away_push
from storage.tables.rules import concerned
from storage.unreadable_rows import reading_row

EXCLUSION_TABLE = concerned
_INSERT_IF_NEW = insert(EXCLUSION_TABLE).on_conflict_do_nothing()
_UPSERT_EXCLUSION = insert(EXCLUSION_TABLE)
_UPSERT_EXCLUSION = _UPSERT_EXCLUSION.on_conflict_do_update(
    index_elements=list(EXCLUSION_TABLE.primary_key),
    set_={name: _UPSERT_EXCLUSION.excluded[name] for name in ("why", "by", "sealed")},
)
_UNASSIGN_OFFICER = (
    update(tables.cases)
    .where(build_same_matter(bindparam("case")), tables.cases.c.officer == bindparam("whose"))
    .values(officer=null())
)


def build_hidden_condition(staff: str) -> ColumnElement[bool]:
    """Build the SQL condition that a row of `cases` is kept from a staff member, for whichever reason."""
    return or_(_build_exclusion_condition(staff), build_appointed_to_other(staff))


def _build_exclusion_condition(staff: str) -> ColumnElement[bool]:
    return build_concern_condition(staff)


def build_concern_condition(
    staff: str | ColumnElement[str], *correlated: FromClause, besides: Collection[ExclusionGround] = ()
) -> ColumnElement[bool]:
    """Build the SQL condition that a row of `cases`, or another report of its matter, is hidden from somebody.

    correlated: the table that `staff` comes from; besides: grounds that do not count. Two lookups by key, not one with
    an OR, which would read the whole table for each case.
    """
    row, left_out = EXCLUSION_TABLE.alias("concerns"), [ExclusionGround.LIFTED, *besides]
    theirs = and_(row.c.staff_id == staff, row.c.why.not_in([one.value for one in left_out]))
    of_case = select(row.c.case_id).where(row.c.case_id == tables.cases.c.id, theirs)
    others = select_other_reports(tables.cases.c.id, tables.cases)
    of_matter = select(row.c.case_id).where(row.c.case_id.in_(others), theirs)
    return or_(*(exists(found.correlate(tables.cases, *correlated)) for found in (of_case, of_matter)))


def build_appointed_to_other(staff: str | ColumnElement[str]) -> ColumnElement[bool]:
    """Build the SQL condition that another was appointed to a row of `cases`, and by another."""
    case = tables.cases.c
    return and_(
        case.appointed_by != staff,
        case.officer.is_distinct_from(staff),
        build_appointment_condition(),
    )


def build_appointment_condition() -> ColumnElement[bool]:
    """Build the SQL condition that an appointment to a row of `cases` is in force.

    It is while the officer or the supervisor who appointed them can open the case. Else nobody could, for good: they
    left the staff, the case concerns them, or the reporter asked for another look after they closed it.
    """
    case = tables.cases.c
    return and_(
        case.appointed_by.is_not(None),
        or_(build_readable_condition(case.officer), build_readable_condition(case.appointed_by)),
    )


def build_readable_condition(staff: ColumnElement[Any]) -> ColumnElement[bool]:
    """Build the SQL condition that somebody handles cases, now or once they join again, and a row of `cases` too."""
    case, holder = tables.cases.c, tables.staff.alias("holder")
    return exists(
        select(holder.c.id)
        .where(
            holder.c.id == staff,
            holder.c.removed.is_(None),
            holder.c.role.in_([role.value for role in CASE_WORKERS]),
            case.avoid.is_distinct_from(holder.c.id),
            ~build_concern_condition(holder.c.id, holder),
        )
        .correlate(tables.cases)
    )


async def end_void_appointment(case: str, connection: AsyncConnection) -> None:
    """Remove an appointment that is not in force, so that it is not again when the case gets another officer."""
    void = and_(build_same_matter(case), ~build_appointment_condition())
    await connection.execute(update(tables.cases).where(void).values(appointed_by=null()))


async def is_case_hidden(case: str, staff: str, connection: AsyncConnection) -> bool:
    """Whether a case is kept from a staff member."""
    return await _is_such_case(case, build_hidden_condition(staff), connection)


async def is_excluded_from_case(case: str, staff: str, connection: AsyncConnection) -> bool:
    """Whether a case concerns a staff member: nobody may assign it to them."""
    return await _is_such_case(case, _build_exclusion_condition(staff), connection)


async def _is_such_case(case: str, condition: ColumnElement[bool], connection: AsyncConnection) -> bool:
    query = select(tables.cases.c.id).where(tables.cases.c.id == case, condition)
    return (await connection.execute(query)).first() is not None


async def save_exclusions(
    case: str, found: Sequence[Exclusion], batch: WriteBatch, *, audited: bool = True
) -> None:
    """Store what the program found, without overwriting earlier decisions. Unassigns excluded officers.

    audited: each has an audit line now; else it has one when officers are told of the case.
    """
    for one in found:
        batch.add_statement(
            _INSERT_IF_NEW,
            case_id=case,
            staff_id=one.staff,
            why=one.ground.value,
            by="",
            sealed=_encrypt_reason(case, one, batch),
        )
    await _unassign_officer(case, {one.staff for one in found}, batch)
    if audited:
        await audit_exclusions(case, found, batch)


async def _unassign_officer(case: str, excluded: set[str], batch: WriteBatch) -> None:
    """Take a case from an excluded officer, who is told so in the words of any other reason."""
    row = await find_assignment(case, batch) if excluded else None
    if row is not None and row.officer in excluded:
        batch.add_statement(_UNASSIGN_OFFICER, case=case, whose=row.officer)
        push = make_taken_away_push(f"{row.number}/{row.fiscal_year}")
        await notify_staff_member(row.officer, push, batch)


async def find_assignment(case: str, batch: WriteBatch) -> Row[int, int, str | None, date] | None:
    """Return number, fiscal year, officer and due day of a case; None where it was erased."""
    column = tables.cases.c
    query = select(column.number, column.fiscal_year, column.officer, column.answer_by)
    return (await batch.connection.execute(query.where(column.id == case))).first()


async def notify_supervisors(case: str, key: str, batch: WriteBatch) -> None:
    """Notify the supervisors who may read a case. key: of the wording, which gets its number."""
    row = await find_assignment(case, batch)
    if row is None:
        return
    number = f"{row.number}/{row.fiscal_year}"
    push = make_case_push(PushKind.REPORTER_WROTE, Phrase(key, {"number": number}), number)
    for person, _ in await list_active_staff(batch):
        if person.role is Role.SUPERVISOR and not await is_case_hidden(case, person.id, batch.connection):
            await notify_staff_member(person.id, push, batch)


async def audit_exclusions(case: str, found: Iterable[Exclusion], batch: WriteBatch) -> None:
    """Add an audit line for each exclusion that the program found."""
    for one in found:
        await batch.audit(ActorKind.CLOCK, f"hidden:{one.staff}", case)


async def set_exclusion(act: SetExclusion, batch: WriteBatch) -> None:
    """Exclude a reader, or lift an exclusion: a supervisor's decision, with a reason.

    Raises `ConflictError` where the case is hidden from who decides.
    """
    one = act.exclusion
    if await is_case_hidden(act.case, one.decided_by, batch.connection):
        raise ConflictError("who decides is concerned")
    batch.add_statement(
        _UPSERT_EXCLUSION,
        case_id=act.case,
        staff_id=one.staff,
        why=one.ground.value,
        by=one.decided_by,
        sealed=_encrypt_reason(act.case, one, batch),
    )
    if one.ground is not ExclusionGround.LIFTED:
        await _unassign_officer(act.case, {one.staff}, batch)
    await batch.audit(f"staff:{one.decided_by}", f"{one.ground}:{one.staff}", act.case)


async def list_exclusions(query: ListExclusions, context: ReadContext) -> tuple[Exclusion, ...]:
    """Return all decisions on who may read a case, lifted ones too."""
    rows = await context.connection.execute(
        select(EXCLUSION_TABLE)
        .where(EXCLUSION_TABLE.c.case_id == query.case)
        .order_by(EXCLUSION_TABLE.c.staff_id)
    )

    def decode(row: RowMapping) -> Exclusion:
        place = f"{query.case}/{row['staff_id']}"
        reason = context.keyring.staff.decrypt(row["sealed"], "concerned", place, "reason").decode()
        return Exclusion(row["staff_id"], ExclusionGround(row["why"]), row["by"], reason)

    found = []
    for row in rows.mappings():
        # Never skipped: a person from whom the case is hidden would count as one who may handle it.
        with reading_row("concerned", row["staff_id"]):
            found.append(decode(row))
    return tuple(found)


async def count_unreadable_cases(query: CountUnreadableCases, context: ReadContext) -> int:
    """Count the open cases that nobody of the staff who has joined can read; see `CountUnreadableCases`."""
    member = tables.staff.c
    reader = (
        select(member.id)
        .where(
            member.role.in_([role.value for role in CASE_WORKERS]),
            member.joined.is_not(None),
            member.removed.is_(None),
            ~build_concern_condition(member.id, tables.staff),
            ~build_appointed_to_other(member.id),
        )
        .correlate(tables.cases)
    )
    concerned_in = build_concern_condition(query.staff, besides=(ExclusionGround.MARKED,))
    found = select(func.count()).select_from(tables.cases)
    found = found.where(tables.IS_OPEN_CASE, tables.IS_ANNOUNCED_CASE, ~exists(reader), ~concerned_in)
    return int((await context.connection.execute(found)).scalar_one())


def _encrypt_reason(case: str, one: Exclusion, batch: WriteBatch) -> bytes:
    return batch.keyring.staff.encrypt(one.reason.encode(), "concerned", f"{case}/{one.staff}", "reason")


EXCLUSION_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    ListExclusions: list_exclusions,
    CountUnreadableCases: count_unreadable_cases,
}
EXCLUSION_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    SetExclusion: set_exclusion
}
