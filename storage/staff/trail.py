"""Read the audit trail as pages for supervisors and auditors."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import and_, func, or_, select

from handlers.dialog.effects import Query
from handlers.staff.workspace.office.messages import (
    TRAIL_LINES_LOOKED_AT,
    TRAIL_LINES_PER_PAGE,
    ListTrail,
    TrailLine,
    TrailPage,
)
from storage import tables
from storage.cases.exclusions import build_hidden_condition
from storage.db.read_batcher import ReadContext
from storage.staff.members import ADMIN_ACTOR, STAFF_ACTOR_PREFIX, format_actor


async def list_trail(query: ListTrail, context: ReadContext) -> TrailPage:
    """Return lines of the staff, newest first. It looks at `TRAIL_LINES_LOOKED_AT` lines at most: two statements."""
    line, case, question = tables.audit.c, tables.cases.c, tables.questions.c
    newest = await context.connection.scalar(select(func.max(line.seq))) or 0
    before = min(query.before, newest + 1) if query.before else newest + 1
    first = max(1, before - TRAIL_LINES_LOOKED_AT)
    by_staff = (
        line.actor == format_actor(query.actor)
        if query.actor
        else or_(line.actor.startswith(STAFF_ACTOR_PREFIX), line.actor == ADMIN_ACTOR)
    )
    is_readable = or_(
        case.id.is_(None), and_(tables.IS_ANNOUNCED_CASE, ~build_hidden_condition(query.reader))
    )
    wanted = (
        select(
            line.seq, line.hour, line.actor, line.what,
            case.number, case.fiscal_year, question.number, question.fiscal_year,
        )
        .select_from(
            tables.audit.outerjoin(tables.cases, case.id == line.ref).outerjoin(
                tables.questions, question.id == line.ref
            )
        )
        .where(line.seq >= first, line.seq < before, by_staff, is_readable)
        .order_by(line.seq.desc())
        .limit(TRAIL_LINES_PER_PAGE + 1)
    )  # fmt: skip
    rows = [tuple(row) for row in await context.connection.execute(wanted)]
    shown = tuple(_to_line(row) for row in rows[:TRAIL_LINES_PER_PAGE])
    if len(rows) > TRAIL_LINES_PER_PAGE:
        return TrailPage(shown, shown[-1].seq)
    return TrailPage(shown, first if first > 1 else 0)


def _to_line(row: tuple[Any, ...]) -> TrailLine:
    seq, hour, actor, what, case, case_year, question, question_year = row
    number = f"{case}/{case_year}" if case else f"{question}/{question_year}" if question else ""
    return TrailLine(seq, hour, actor, what, number)


TRAIL_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    ListTrail: list_trail
}
