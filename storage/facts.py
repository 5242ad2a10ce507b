"""The facts of a desk, read for counting: one by one, or case by case as written."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from ita_stats.cases.fact import Fact, FactField
from storage import tables

_BOUNDS = tuple(zip(("", *"123456789abcdef"), (*"123456789abcdef", "g"), strict=True))
"""Sixteen parts of all cases, whose names are random hex digits: from, and up to but without."""

# The rows come in the order of the primary key, (about, seq), which all three texts therefore have. One row a part,
# so that SQLite's thread hardly ever wants the interpreter, and what was read is folded meanwhile. Literals, since a
# call of char() for each row costs half as much again.
_LINE, _CASE = "\n", "\x1e"
_BETWEEN = f"iif(seq > 1, '{_LINE}', '{_CASE}')"
_WRITTEN = (
    f"SELECT group_concat(effective, {_BETWEEN}), group_concat(field, {_BETWEEN}), group_concat(value, {_BETWEEN})"  # noqa: S608
    " FROM facts WHERE about >= ? AND about < ?"
)
# Slower, and right for cases whose facts do not begin with the first, too.
_GROUPED = (
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
    return [Fact(r.about, r.seq, r.effective, r.recorded, FactField(r.field), r.value) for r in rows]


async def written(connection: AsyncConnection) -> AsyncIterator[Iterable[tuple[str, str, str]]]:
    """The facts of every case, all of one instant, a part of the cases at a time.

    Of a case three texts with a line for each fact, in the order of `seq`: effective days (ISO), fields, values.
    """
    await connection.begin()
    raw = await connection.get_raw_connection()
    driver: Any = raw.driver_connection
    ahead = [asyncio.ensure_future(driver.execute_fetchall(_WRITTEN, part)) for part in _BOUNDS]
    try:
        for part, reading in zip(_BOUNDS, ahead, strict=True):
            (days, fields, values), *_ = await reading
            if days is not None and not _is_whole(fields):
                (days, fields, values), *_ = await driver.execute_fetchall(_GROUPED, part)
            if days is not None:
                yield zip(days.split(_CASE), fields.split(_CASE), values.split(_CASE), strict=True)
    finally:
        for reading in ahead:
            reading.cancel()


def _is_whole(fields: str) -> bool:
    """Whether each case begins with its receipt, as the desk writes them."""
    begun = f"{FactField.RECEIVED}{_LINE}"
    return fields.startswith(begun) and fields.count(_CASE) == fields.count(f"{_CASE}{begun}")
