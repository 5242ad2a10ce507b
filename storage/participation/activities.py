"""Activities of participation: published, corrected, taken off the page and put back."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.dialog.effects import Act, Query
from handlers.participation.messages import (
    Activity,
    ActivityKind,
    ActivityTakers,
    ActivityText,
    ListActivities,
    PublishActivity,
    SetActivityShown,
)
from handlers.thai.dates import get_fiscal_year
from storage import tables
from storage.db.batch import WriteBatch
from storage.db.read_batcher import ReadContext
from storage.staff.members import format_actor


async def publish_activity(act: PublishActivity, batch: WriteBatch) -> None:
    """Publish an activity under the next number of its year, or in place of another. The trail names its number."""
    table, text = tables.activities, act.text
    year = get_fiscal_year(text.day)
    values = {
        "kind": text.kind.value,
        "day": text.day,
        "title": text.title,
        "takers": json.dumps([[one.kind, one.count] for one in text.takers], ensure_ascii=False),
        "outcome": text.outcome,
        "written_on": act.written_on,
        "shown": True,
    }
    if act.replaces is not None and act.replaces[0] == year:
        number = act.replaces[1]
        where = (table.c.fiscal_year == year) & (table.c.number == number)
        await batch.connection.execute(update(table).where(where).values(**values))
    else:
        newest = select(func.max(table.c.number)).where(table.c.fiscal_year == year)
        number = ((await batch.connection.execute(newest)).scalar() or 0) + 1
        await batch.connection.execute(table.insert().values(fiscal_year=year, number=number, **values))
        if act.replaces is not None:  # its day was corrected into another fiscal year
            await _set_shown(batch, *act.replaces, is_shown=False)
    await batch.audit(format_actor(act.staff), "activity", f"{number}/{year}")


async def set_activity_shown(act: SetActivityShown, batch: WriteBatch) -> None:
    """Take an activity off the page, or put it back."""
    await _set_shown(batch, act.fiscal_year, act.number, is_shown=act.is_shown)
    await batch.audit(
        format_actor(act.staff),
        "activity-on" if act.is_shown else "activity-off",
        f"{act.number}/{act.fiscal_year}",
    )


async def _set_shown(batch: WriteBatch, year: int, number: int, *, is_shown: bool) -> None:
    table = tables.activities
    where = (table.c.fiscal_year == year) & (table.c.number == number)
    await batch.connection.execute(update(table).where(where).values(shown=is_shown))


async def list_activities(_: ListActivities, context: ReadContext) -> tuple[Activity, ...]:
    """List all activities, newest day first."""
    return await load_activities(context.connection)


async def load_activities(connection: AsyncConnection) -> tuple[Activity, ...]:
    """Return all activities, newest day first."""
    table = tables.activities
    order = (table.c.day.desc(), table.c.number.desc())
    rows = (await connection.execute(select(table).order_by(*order))).all()
    return tuple(
        Activity(
            row.fiscal_year,
            row.number,
            ActivityText(
                ActivityKind(row.kind),
                row.day,
                row.title,
                tuple(ActivityTakers(kind, count) for kind, count in json.loads(row.takers)),
                row.outcome,
            ),
            row.written_on,
            row.shown,
        )
        for row in rows
    )


ACTIVITY_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    ListActivities: list_activities
}
ACTIVITY_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    PublishActivity: publish_activity,
    SetActivityShown: set_activity_shown,
}
