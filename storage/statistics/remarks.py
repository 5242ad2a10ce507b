"""Remarks that the office prints in its statistics: one for a month or a fiscal year, by the period's code."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.dialog.effects import Act, Query
from handlers.staff.remark_messages import FindRemark, SetRemark
from storage import tables
from storage.db.batch import WriteBatch
from storage.db.read_batcher import ReadContext
from storage.staff.members import format_actor


async def set_remark(act: SetRemark, batch: WriteBatch) -> None:
    """Keep a remark instead of an earlier one, or remove it. The audit trail names the period, not the text."""
    if act.text:
        batch.upsert("remarks", period=act.period, text=act.text)
    else:
        table = tables.remarks
        await batch.connection.execute(delete(table).where(table.c.period == act.period))
    await batch.audit(format_actor(act.staff), "remark", act.period)


async def find_remark(query: FindRemark, context: ReadContext) -> str:
    """Return the remark on a period; empty where there is none."""
    return (await load_remarks(context.connection)).get(query.period, "")


async def load_remarks(connection: AsyncConnection) -> Mapping[str, str]:
    """Return all remarks by the codes of their periods."""
    table = tables.remarks
    rows = (await connection.execute(select(table).order_by(table.c.period))).all()
    return {row.period: row.text for row in rows}


REMARK_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    FindRemark: find_remark
}
REMARK_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {SetRemark: set_remark}
