"""Which cases are reports of one matter: a random id that they share. Officers work them as one case."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.messages import ActorKind
from storage import tables
from storage.db.batch import WriteBatch
from storage.tables.rules import matters

MATTER_TABLE = matters
_CASE = tables.cases.c


def select_other_reports(case: ColumnElement[Any] | str, *correlated: Any) -> Select[Any]:  # noqa: ANN401 - as `correlate`
    """Select the ids of the other reports of a case's matter. correlated: the tables that `case` comes from."""
    mine, other = MATTER_TABLE.alias("own_report"), MATTER_TABLE.alias("other_report")
    return (
        select(other.c.case_id)
        .select_from(mine.join(other, other.c.matter == mine.c.matter))
        .where(mine.c.case_id == case, other.c.case_id != mine.c.case_id)
        .correlate(*correlated)
    )


def build_same_matter(case: ColumnElement[Any] | str) -> ColumnElement[bool]:
    """Build the SQL condition that a row of `cases` is a case, or another report of its matter."""
    return or_(_CASE.id == case, _CASE.id.in_(select_other_reports(case)))


def build_first_report() -> ColumnElement[bool]:
    """Build the SQL condition that no other open report of a case's matter is due before it."""
    earlier = tables.cases.alias("earlier_report")
    order = (earlier.c.answer_by, earlier.c.fiscal_year, earlier.c.number)
    return ~exists(
        select(earlier.c.id)
        .where(
            earlier.c.id.in_(select_other_reports(_CASE.id, tables.cases)),
            earlier.c.open.is_(True),
            earlier.c.announce_at.is_(None),
            tuple_(*order) < tuple_(_CASE.answer_by, _CASE.fiscal_year, _CASE.number),
        )
        .correlate(tables.cases)
    )


def build_report_count() -> ColumnElement[int]:
    """Build the SQL of the number of reports of a case's matter besides it."""
    others = select_other_reports(_CASE.id, tables.cases).subquery()
    return select(func.count()).select_from(others).correlate(tables.cases).scalar_subquery()


async def list_reports(case: str, connection: AsyncConnection) -> list[str]:
    """Return the ids of all reports of a case's matter: the case first, alone where it belongs to none."""
    others = await connection.execute(select_other_reports(case).order_by("case_id"))
    return [case, *others.scalars()]


async def leave_matter(case: str, by: ActorKind | str, batch: WriteBatch) -> bool:
    """Take a case out of its matter, at once; False where it is in none. One left alone is in none either."""
    column = MATTER_TABLE.c
    matter = await batch.connection.scalar(select(column.matter).where(column.case_id == case))
    if matter is None:
        return False
    rest = select(func.count()).select_from(MATTER_TABLE)
    rest = rest.where(and_(column.matter == matter, column.case_id != case))
    is_last = (await batch.connection.execute(rest)).scalar_one() <= 1
    gone = column.matter == matter if is_last else column.case_id == case
    await batch.connection.execute(delete(MATTER_TABLE).where(gone))
    await batch.audit(by, "separated", case)
    return True
