"""Who must not read a case: it concerns them, or a supervisor appointed another to it. Checked before it is shown.

Whoever asks for a case learns that it is kept from them and never why: both reasons are one condition in one statement.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, bindparam, exists, func, null, or_, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.messages import ActorKind, Exclusion, ExclusionGround, ListExclusions, SetExclusion
from handlers.dialog.effects import Act, Query
from handlers.staff.complaints.messages import CountUnreadableCases
from handlers.staff.permissions import CASE_WORKERS
from storage import tables
from storage.db.batch import WriteBatch
from storage.db.read_batcher import ReadContext
from storage.errors import ConflictError
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
    .where(tables.cases.c.id == bindparam("case"), tables.cases.c.officer == bindparam("whose"))
    .values(officer=null())
)


def build_hidden_condition(staff: str) -> ColumnElement[bool]:
    """Build the SQL condition that a row of `cases` is kept from a staff member, for whichever reason."""
    return or_(_build_exclusion_condition(staff), build_appointed_to_other(staff))


def _build_exclusion_condition(staff: str) -> ColumnElement[bool]:
    column = EXCLUSION_TABLE.c
    return exists(
        select(column.case_id).where(
            column.case_id == tables.cases.c.id,
            column.staff_id == staff,
            column.why != ExclusionGround.LIFTED.value,
        )
    )


def build_appointed_to_other(staff: str | ColumnElement[str]) -> ColumnElement[bool]:
    """Build the SQL condition that another was appointed to a row of `cases`, and by another."""
    case = tables.cases.c
    return and_(
        case.appointed_by.is_not(None),
        case.appointed_by != staff,
        case.officer.is_distinct_from(staff),
    )


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
        batch.add_statement(_UNASSIGN_OFFICER, case=case, whose=one.staff)
    if audited:
        await audit_exclusions(case, found, batch)


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
        batch.add_statement(_UNASSIGN_OFFICER, case=act.case, whose=one.staff)
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
    member, case, row = tables.staff.c, tables.cases.c, EXCLUSION_TABLE.c
    # Named, since a query inside another's query would bring a table of its own.
    excluded = (
        select(row.case_id)
        .where(row.case_id == case.id, row.staff_id == member.id, row.why != ExclusionGround.LIFTED.value)
        .correlate(tables.cases, tables.staff)
    )
    reader = (
        select(member.id)
        .where(
            member.role.in_([role.value for role in CASE_WORKERS]),
            member.joined.is_not(None),
            member.removed.is_(None),
            ~exists(excluded),
            ~build_appointed_to_other(member.id),
        )
        .correlate(tables.cases)
    )
    concerned_in = exists(
        select(row.case_id).where(
            row.case_id == case.id,
            row.staff_id == query.staff,
            row.why.not_in([ExclusionGround.LIFTED.value, ExclusionGround.MARKED.value]),
        )
    )
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
