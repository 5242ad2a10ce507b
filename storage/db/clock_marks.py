"""The rows in which a desk remembers its clock: marks of scheduled jobs, one of each name."""

from enum import StrEnum

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.db.batch import INSERT_BY_TABLE


class ClockMark(StrEnum):
    """Names of the rows in `chores`; the day or the minutes are in their `due`."""

    LAST_DAY = "clock-day"
    DIFFERENCE = "clock-difference"
    CONFIRMED_DIFFERENCE = "clock-difference-ok"
    CONFIRMED_DAY = "clock-day-ok"
    TOLD = "clock-told"


async def replace_mark(connection: AsyncConnection, mark: ClockMark, due: str | None) -> None:
    """Write a mark instead of an earlier one; None: only delete that."""
    await connection.execute(delete(tables.chores).where(tables.chores.c.name == mark.value))
    if due is not None:
        await connection.execute(INSERT_BY_TABLE["chores"], {"name": mark.value, "due": due})
