"""Activities of participation: published, corrected, taken off the page and put back."""

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.dialog.effects import Act, Query
from handlers.participation.messages import (
    MAX_ACTIVITY_PICTURES,
    Activity,
    ActivityKind,
    ActivityPicture,
    ActivityTakers,
    ActivityText,
    AddActivityPicture,
    GetActivityPicture,
    ListActivities,
    PublishActivity,
    RemoveActivityPicture,
    SetActivityShown,
)
from handlers.thai.dates import get_fiscal_year
from storage import tables
from storage.db.batch import WriteBatch
from storage.db.read_batcher import ReadContext
from storage.errors import ConflictError
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
            await _move_pictures(batch, act.replaces, (year, number))
    await batch.audit(format_actor(act.staff), "activity", f"{number}/{year}")


async def _move_pictures(batch: WriteBatch, before: tuple[int, int], after: tuple[int, int]) -> None:
    """Give the pictures of an activity to the one that replaces it. Their places stay."""
    await batch.connection.execute(
        update(tables.activity_pictures)
        .where(_is_picture(*before))
        .values(fiscal_year=after[0], number=after[1])
    )
    made = select(tables.activities.c.pictures_made).where(_is_activity(*before)).scalar_subquery()
    await batch.connection.execute(
        update(tables.activities).where(_is_activity(*after)).values(pictures_made=made)
    )


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
    pictures = await _load_pictures(connection)
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
            tuple(pictures[row.fiscal_year, row.number]),
        )
        for row in rows
    )


async def _load_pictures(connection: AsyncConnection) -> defaultdict[tuple[int, int], list[ActivityPicture]]:
    """Return what is known of the pictures of each activity, by its year and number, without their content."""
    table = tables.activity_pictures.c
    wanted = select(table.fiscal_year, table.number, table.place, table.words, table.width, table.height)
    found: defaultdict[tuple[int, int], list[ActivityPicture]] = defaultdict(list)
    for row in (await connection.execute(wanted.order_by(table.place))).all():
        picture = ActivityPicture(row.place, row.words, row.width, row.height)
        found[row.fiscal_year, row.number].append(picture)
    return found


async def get_activity_picture(query: GetActivityPicture, context: ReadContext) -> bytes | None:
    """Return the content of a picture whose activity is on the page."""
    table, activity = tables.activity_pictures, tables.activities
    of_activity = (activity.c.fiscal_year == table.c.fiscal_year) & (activity.c.number == table.c.number)
    wanted = (
        select(table.c.content)
        .join(activity, of_activity)
        .where(_is_picture(query.fiscal_year, query.number), table.c.place == query.place, activity.c.shown)
    )
    content: bytes | None = (await context.connection.execute(wanted)).scalar()
    return content


def _is_picture(year: int, number: int) -> ColumnElement[bool]:
    table = tables.activity_pictures
    return (table.c.fiscal_year == year) & (table.c.number == number)


def _is_activity(year: int, number: int) -> ColumnElement[bool]:
    table = tables.activities
    return (table.c.fiscal_year == year) & (table.c.number == number)


async def add_activity_picture(act: AddActivityPicture, batch: WriteBatch) -> None:
    """Publish a picture of an activity. Raises ConflictError where another officer was faster with the last one."""
    table, activity = tables.activity_pictures, tables.activities
    is_its, is_activity = _is_picture(act.fiscal_year, act.number), _is_activity(act.fiscal_year, act.number)
    count = (await batch.connection.execute(select(func.count()).where(is_its))).scalar() or 0
    made = (await batch.connection.execute(select(activity.c.pictures_made).where(is_activity))).scalar()
    if count >= MAX_ACTIVITY_PICTURES or made is None:
        raise ConflictError("there are as many pictures as there may be")
    await batch.connection.execute(update(activity).where(is_activity).values(pictures_made=made + 1))
    await batch.connection.execute(
        table.insert().values(
            fiscal_year=act.fiscal_year,
            number=act.number,
            place=made + 1,
            words=act.words,
            width=act.width,
            height=act.height,
            content=act.content,
        )
    )
    await batch.audit(format_actor(act.staff), "activity-picture", f"{act.number}/{act.fiscal_year}")


async def remove_activity_picture(act: RemoveActivityPicture, batch: WriteBatch) -> None:
    """Delete a picture; one that is gone already is no error."""
    table = tables.activity_pictures
    where = _is_picture(act.fiscal_year, act.number) & (table.c.place == act.place)
    if (await batch.connection.execute(delete(table).where(where))).rowcount:
        await batch.audit(format_actor(act.staff), "activity-picture-off", f"{act.number}/{act.fiscal_year}")


ACTIVITY_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    ListActivities: list_activities,
    GetActivityPicture: get_activity_picture,
}
ACTIVITY_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    PublishActivity: publish_activity,
    SetActivityShown: set_activity_shown,
    AddActivityPicture: add_activity_picture,
    RemoveActivityPicture: remove_activity_picture,
}
