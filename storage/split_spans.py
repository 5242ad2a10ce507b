"""Store the spans whose splits are told once, and how forwarded cases count by fiscal year."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import tables
from storage.db.group_commit import GroupCommitWriter

RESTORE_MARK = "restored"
"""Name of the mark in `chores` of the last restore; the day is in its `due`."""


@dataclass(frozen=True, slots=True)
class StoredSpan:
    """A span of fiscal years, with the settings of its first day.

    categories: codes that were in force throughout; others: whether other codes were in force until it settled; told:
    the splits as JSON, empty where it has not settled, or where an earlier version told none; measured: whether it is
    counted from its first case on how well the desk works (0055).
    """

    first: date
    last: date
    hide_below: int
    deadline_days: int
    categories: tuple[str, ...]
    others: bool
    settled: bool = False
    told: str = ""
    measured: bool = False


@dataclass
class SplitSpanStore:
    """Stores spans and counting years. What is settled, and how a year counts, never changes."""

    committer: GroupCommitWriter
    _reader: AsyncEngine

    async def list_all(self) -> list[StoredSpan]:
        """Return every span that has begun, in order."""
        async with self._reader.connect() as connection:
            rows = await connection.execute(select(tables.split_spans).order_by(tables.split_spans.c.first))
            return [_row_to_span(row) for row in rows]

    async def begin(self, span: StoredSpan) -> None:
        """Note a span with its settings. No effect where it was noted before."""
        row = {name: getattr(span, name) for name in span.__slots__}
        async with self.committer.transaction() as connection:
            await connection.execute(
                upsert(tables.split_spans).on_conflict_do_nothing(),
                {**row, "categories": json.dumps(span.categories)},
            )

    async def load_restore_day(self) -> date | None:
        """Return the day on which the database was last restored from a backup; None where it never was."""
        mark = tables.chores.c
        async with self._reader.connect() as connection:
            day = await connection.scalar(select(func.max(mark.due)).where(mark.name == RESTORE_MARK))
        return date.fromisoformat(day) if day else None

    async def narrow_categories(self, first: date, categories: tuple[str, ...]) -> None:
        """Note that other categories came into force in a span: only these were so throughout."""
        table = tables.split_spans
        one = (table.c.first == first) & ~table.c.settled
        async with self.committer.transaction() as connection:
            await connection.execute(
                update(table).where(one).values(categories=json.dumps(categories), others=True)
            )

    async def settle(self, first: date, told: str) -> None:
        """Store the splits of a span, for ever. No effect where it has settled before."""
        table = tables.split_spans
        one = (table.c.first == first) & ~table.c.settled
        async with self.committer.transaction() as connection:
            await connection.execute(update(table).where(one).values(settled=True, told=told))

    async def load_counting_years(self) -> Mapping[int, bool]:
        """Return by fiscal year of receipt whether forwarded cases are done."""
        table = tables.counting_years
        async with self._reader.connect() as connection:
            rows = (await connection.execute(select(table).order_by(table.c.fiscal_year))).all()
        return {row.fiscal_year: row.forwarded_is_done for row in rows}

    async def note_counting_year(self, fiscal_year: int, *, forwarded_is_done: bool) -> None:
        """Note how cases of a fiscal year count. No effect where it was noted before."""
        row = {"fiscal_year": fiscal_year, "forwarded_is_done": forwarded_is_done}
        async with self.committer.transaction() as connection:
            await connection.execute(upsert(tables.counting_years).on_conflict_do_nothing(), row)


def _row_to_span(row: Row[Any]) -> StoredSpan:
    return StoredSpan(
        row.first,
        row.last,
        row.hide_below,
        row.deadline_days,
        tuple(json.loads(row.categories)),
        row.others,
        row.settled,
        row.told,
        row.measured,
    )
