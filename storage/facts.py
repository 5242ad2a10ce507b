"""Read the facts of a desk for statistics: as a list, or streamed case by case."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from ita_stats.cases.fact import Fact, FactField
from storage import tables

_CASE_ID_RANGES = tuple(zip(("", *"123456789abcdef"), (*"123456789abcdef", "g"), strict=True))
"""All cases in sixteen ranges of their random hex ids: lower bound (inclusive) and upper bound (exclusive)."""

# Rows come in the order of the primary key (about, seq), so the three texts agree in order. Each range is returned as a
# single row, so that SQLite's thread rarely needs the GIL and the previous range is processed meanwhile. The separators
# are literals, since a call of char() for each row would cost half as much again.
_LINE_SEPARATOR, _CASE_SEPARATOR = "\n", "\x1e"
_SEPARATOR_SQL = f"iif(seq > 1, '{_LINE_SEPARATOR}', '{_CASE_SEPARATOR}')"
_STREAMED_SQL = (
    f"SELECT group_concat(effective, {_SEPARATOR_SQL}), group_concat(field, {_SEPARATOR_SQL}),"  # noqa: S608
    f" group_concat(value, {_SEPARATOR_SQL})"
    " FROM facts WHERE about >= ? AND about < ?"
)
# Slower, but also right for cases whose facts do not begin with `received`.
_GROUPED = (
    f"SELECT group_concat(days, '{_CASE_SEPARATOR}'), group_concat(fields, '{_CASE_SEPARATOR}'),"  # noqa: S608
    f" group_concat(said, '{_CASE_SEPARATOR}') FROM ("
    f"SELECT group_concat(effective, '{_LINE_SEPARATOR}') days, group_concat(field, '{_LINE_SEPARATOR}') fields,"
    f" group_concat(value, '{_LINE_SEPARATOR}') said FROM facts"
    " WHERE about >= ? AND about < ?{} GROUP BY about)"
)
_RECORDED_BY_SQL = " AND recorded <= ?"
"""Further condition of the grouped query, where only what was recorded until a day is wanted."""


async def load_facts(connection: AsyncConnection, until: date | None = None) -> list[Fact]:
    """Return all facts recorded up to a day (inclusive), ordered by case and seq."""
    fact = tables.facts
    query = select(fact).order_by(fact.c.about, fact.c.seq)
    if until is not None:
        query = query.where(fact.c.recorded <= until)
    rows = (await connection.execute(query)).all()
    return [Fact(r.about, r.seq, r.effective, r.recorded, FactField(r.field), r.value) for r in rows]


RECEIPTS_PER_STEP = 200
"""Receipts that are read before other tasks run."""


async def stream_receipts(connection: AsyncConnection) -> AsyncIterator[list[tuple[str, date, date, str]]]:
    """Yield what was recorded of the receipt of cases: case, day of receipt, day of recording, "1" or "0".

    Ordered by case and seq: of one case the last written counts. In lists of up to `RECEIPTS_PER_STEP`.
    """
    fact = tables.facts.c
    query = select(fact.about, fact.effective, fact.recorded, fact.value).order_by(fact.about, fact.seq)
    async with connection.stream(query.where(fact.field == FactField.RECEIVED.value)) as found:
        async for several in found.partitions(RECEIPTS_PER_STEP):
            yield [(row.about, row.effective, row.recorded, row.value) for row in several]


async def find_case_of_fact(connection: AsyncConnection, field: FactField, value: str) -> str:
    """Return the id (`about`) of a case that has a fact with this value; empty where there is none."""
    fact = tables.facts.c
    query = select(fact.about).where(fact.field == field.value, fact.value == value).limit(1)
    return (await connection.execute(query)).scalar() or ""


async def stream_grouped_facts(
    connection: AsyncConnection, until: date | None = None
) -> AsyncIterator[Iterable[tuple[str, str, str]]]:
    """Yield the facts of every case, one range of cases at a time, all read in one transaction.

    until: only those that were recorded by that day (inclusive).

    Each case is three newline-separated texts, in the order of `seq`: effective days (ISO), fields, values.
    """
    await connection.begin()
    raw = await connection.get_raw_connection()
    driver: Any = raw.driver_connection
    # Of a case that was recorded in disorder, a day may leave out the first facts: then only grouping tells it apart.
    more = "" if until is None else _RECORDED_BY_SQL
    sql = _STREAMED_SQL if until is None else _GROUPED.format(more)
    parts = [(*part, until.isoformat()) if until else part for part in _CASE_ID_RANGES]
    ahead = [asyncio.ensure_future(driver.execute_fetchall(sql, part)) for part in parts]
    try:
        for part, reading in zip(parts, ahead, strict=True):
            (days, fields, values), *_ = await reading
            if days is not None and until is None and not _has_receipts_first(fields):
                (days, fields, values), *_ = await driver.execute_fetchall(_GROUPED.format(more), part)
            if days is not None:
                yield zip(
                    days.split(_CASE_SEPARATOR),
                    fields.split(_CASE_SEPARATOR),
                    values.split(_CASE_SEPARATOR),
                    strict=True,
                )
    finally:
        for reading in ahead:
            reading.cancel()


def _has_receipts_first(fields: str) -> bool:
    """Whether the first fact of each case is `received`, as the desk writes it."""
    begun = f"{FactField.RECEIVED}{_LINE_SEPARATOR}"
    return fields.startswith(begun) and fields.count(_CASE_SEPARATOR) == fields.count(
        f"{_CASE_SEPARATOR}{begun}"
    )
