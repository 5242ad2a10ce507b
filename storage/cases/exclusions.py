"""Who must not read a case: written with it, audited each, and asked before anything of it is shown."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, null, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.exclusions import Exclusion, ExclusionGround, ListExclusions, SetExclusion
from handlers.complaints.messages import ActorKind
from handlers.dialog.events import Act, Query
from storage import tables
from storage.db.batch import WriteBatch
from storage.db.read_context import ReadContext
from storage.errors import ConflictError
from storage.tables import rules as ruling

TABLE = ruling.concerned
_NEW = insert(TABLE).on_conflict_do_nothing()
_SET = insert(TABLE)
_SET = _SET.on_conflict_do_update(
    index_elements=list(TABLE.primary_key),
    set_={name: _SET.excluded[name] for name in ("why", "by", "sealed")},
)
_LET_GO = (
    update(tables.cases)
    .where(tables.cases.c.id == bindparam("case"), tables.cases.c.officer == bindparam("whose"))
    .values(officer=null())
)


def hides(staff: str, case: ColumnElement[str] = tables.cases.c.id) -> ColumnElement[bool]:
    """Whether a case is hidden from a person, as a condition of a query over cases."""
    column = TABLE.c
    return exists(
        select(column.case_id).where(
            column.case_id == case, column.staff_id == staff, column.why != ExclusionGround.LIFTED.value
        )
    )


async def is_hidden(case: str, staff: str, connection: AsyncConnection) -> bool:
    """Whether a case is hidden from a person."""
    query = select(tables.cases.c.id).where(tables.cases.c.id == case, hides(staff))
    return (await connection.execute(query)).first() is not None


async def keep(case: str, found: Iterable[Exclusion], batch: WriteBatch) -> None:
    """Keep what the program found, beside what was decided before; each is audited."""
    for one in found:
        batch.add(
            _NEW, case_id=case, staff_id=one.staff, why=one.why.value, by="", sealed=_sealed(case, one, batch)
        )
        batch.add(_LET_GO, case=case, whose=one.staff)
        await batch.note(ActorKind.CLOCK, f"hidden:{one.staff}", case)


async def set_exclusion(act: SetExclusion, batch: WriteBatch) -> None:
    """Bar a reader, or lift a false match, by a supervisor with a reason."""
    one = act.exclusion
    if await is_hidden(act.case, one.by, batch.connection):
        raise ConflictError("who decides is concerned")
    batch.add(
        _SET,
        case_id=act.case,
        staff_id=one.staff,
        why=one.why.value,
        by=one.by,
        sealed=_sealed(act.case, one, batch),
    )
    if one.why is not ExclusionGround.LIFTED:
        batch.add(_LET_GO, case=act.case, whose=one.staff)
    await batch.note(f"staff:{one.by}", f"{one.why}:{one.staff}", act.case)


async def list_exclusions(query: ListExclusions, sight: ReadContext) -> tuple[Exclusion, ...]:
    """All that was decided of who may read a case."""
    rows = await sight.connection.execute(
        select(TABLE).where(TABLE.c.case_id == query.case).order_by(TABLE.c.staff_id)
    )
    return tuple(
        [
            Exclusion(
                row["staff_id"],
                ExclusionGround(row["why"]),
                row["by"],
                sight.seals.staff.open(
                    row["sealed"], "concerned", f"{query.case}/{row['staff_id']}", "reason"
                ).decode(),
            )
            for row in rows.mappings()
        ]
    )


def _sealed(case: str, one: Exclusion, batch: WriteBatch) -> bytes:
    return batch.seals.staff.seal(one.reason.encode(), "concerned", f"{case}/{one.staff}", "reason")


READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    ListExclusions: list_exclusions
}
WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {SetExclusion: set_exclusion}
