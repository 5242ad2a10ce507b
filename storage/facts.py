"""The facts of a desk, read for counting: one by one, or case by case as written."""

from collections.abc import AsyncIterator
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from ita_stats.fact import Fact, Field
from storage import tables

CHUNK = 4000
"""Cases that are read at a time."""

# SQLite takes the rows of a group in the order of the primary key, (about, seq), because it groups along it.
_WRITTEN = (
    "SELECT group_concat(effective, '\n'), group_concat(field, '\n'), group_concat(value, '\n')"
    " FROM facts GROUP BY about"
)


async def read(connection: AsyncConnection, until: date | None = None) -> list[Fact]:
    """All facts recorded up to a day, in the order in which they hold."""
    fact = tables.facts
    query = select(fact).order_by(fact.c.about, fact.c.seq)
    if until is not None:
        query = query.where(fact.c.recorded <= until)
    rows = (await connection.execute(query)).all()
    return [Fact(r.about, r.seq, r.effective, r.recorded, Field(r.field), r.value) for r in rows]


async def written(connection: AsyncConnection) -> AsyncIterator[list[tuple[str, str, str]]]:
    """The facts of every case, thousands of cases at a time, as three texts with a line for each fact.

    The effective days (ISO), the fields and the values; in the order of `seq`.
    """
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert driver is not None  # noqa: S101 - the connection is open
    async with driver.execute(_WRITTEN) as cursor:
        while rows := await cursor.fetchmany(CHUNK):
            # Not read ahead: two threads that both want the interpreter wait for each other at every row.
            yield rows
