"""The facts of a desk, read for counting: one by one, or case by case as written."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from ita_stats.fact import Fact, Field
from storage import tables

_BOUNDS = tuple(zip(("", *"123456789abcdef"), (*"123456789abcdef", "g"), strict=True))
"""Sixteen parts of all cases, whose names are random hex digits: from, and up to but without."""

# SQLite takes the rows of a group in the order of the primary key, (about, seq), because it groups along it; the
# outer texts then all hold the cases in the same order. One row a part, so that SQLite's thread hardly ever wants
# the interpreter, and what was read is folded meanwhile. Literals, since a call of char() for each row costs half
# as much again.
_LINE, _CASE = "\n", "\x1e"
_WRITTEN = (
    f"SELECT group_concat(days, '{_CASE}'), group_concat(fields, '{_CASE}'), group_concat(said, '{_CASE}') FROM ("  # noqa: S608
    f"SELECT group_concat(effective, '{_LINE}') days, group_concat(field, '{_LINE}') fields,"
    f" group_concat(value, '{_LINE}') said FROM facts WHERE about >= ? AND about < ? GROUP BY about)"
)


async def read(connection: AsyncConnection, until: date | None = None) -> list[Fact]:
    """All facts recorded up to a day, in the order in which they hold."""
    fact = tables.facts
    query = select(fact).order_by(fact.c.about, fact.c.seq)
    if until is not None:
        query = query.where(fact.c.recorded <= until)
    rows = (await connection.execute(query)).all()
    return [Fact(r.about, r.seq, r.effective, r.recorded, Field(r.field), r.value) for r in rows]


async def written(connection: AsyncConnection) -> AsyncIterator[Iterable[tuple[str, str, str]]]:
    """The facts of every case, all of one instant, a part of the cases at a time.

    Of a case three texts with a line for each fact, in the order of `seq`: effective days (ISO), fields, values.
    """
    await connection.begin()
    raw = await connection.get_raw_connection()
    driver: Any = raw.driver_connection
    ahead = [asyncio.ensure_future(driver.execute_fetchall(_WRITTEN, part)) for part in _BOUNDS]
    try:
        for reading in ahead:
            (days, fields, values), *_ = await reading
            if days is not None:
                yield zip(days.split(_CASE), fields.split(_CASE), values.split(_CASE), strict=True)
    finally:
        for reading in ahead:
            reading.cancel()
