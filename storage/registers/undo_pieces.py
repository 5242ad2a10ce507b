"""Let the cases go of an import of which that is decided, some at a time, so that nobody waits for long."""

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.complaints.messages import ActorKind
from handlers.staff.registers.messages import ImportState
from ita_stats.calendar import to_bangkok_date
from ita_stats.cases.fact import FactField
from storage import tables
from storage.cases.history import decrypt_report
from storage.cases.retention import delete_cases
from storage.db.batch import WriteBatch
from storage.db.group_commit import GroupCommitWriter
from storage.errors import TamperedError
from storage.registers.import_undo import build_worked_on, select_import_cases
from storage.registers.words import forget_words
from storage.tables.rules import imported_cases, imports

CASES_PER_UNDO_PIECE = 15
"""Each takes about ten rows: itself, its lines of history, rows around it, a fact and a line of the audit trail."""

_IMPORT, _OF_IMPORT, _CASE = imports.c, imported_cases.c, tables.cases.c


async def finish_undoing(committer: GroupCommitWriter, reader: AsyncEngine, now: datetime) -> int:
    """Let the cases go of each import of which that is decided. Returns their number.

    The caller holds the lock of imports, so that nobody else is at it.
    """
    query = select(_IMPORT.id).where(_IMPORT.state == ImportState.UNDOING.value)
    async with reader.connect() as connection:
        undoing = [row.id for row in await connection.execute(query)]
    count = 0
    for id_ in undoing:
        while gone := await _undo_piece(id_, committer, now):
            count += gone
        await _end_undo(id_, committer, to_bangkok_date(now))
    return count


async def _undo_piece(id_: int, committer: GroupCommitWriter, now: datetime) -> int:
    """Let some cases of an import go; return how many it looked at. What was worked on meanwhile stays."""
    columns = (_CASE.id, _CASE.key, _CASE.report, _CASE.received_on, build_worked_on().label("is_worked_on"))
    async with committer.transaction() as connection:
        rows = (
            await connection.execute(select_import_cases(id_, *columns).limit(CASES_PER_UNDO_PIECE))
        ).all()
        if not rows:
            return 0
        batch = WriteBatch(connection, committer.keyring, committer.daily_keys, now)
        going = [row for row in rows if not row.is_worked_on]
        for row in going:
            await _cancel_case(row, batch)
        await delete_cases(connection, [row.id for row in going])
        staying = [row.id for row in rows if row.is_worked_on]
        if staying:
            await connection.execute(delete(imported_cases).where(_OF_IMPORT.case_id.in_(staying)))
            kept = func.coalesce(_IMPORT.kept, 0) + len(staying)
            await connection.execute(update(imports).where(_IMPORT.id == id_).values(kept=kept))
        await batch.flush()
    return len(rows)


async def _cancel_case(row: Row[Any], batch: WriteBatch) -> None:
    """Note that a case was not received after all. One whose key is damaged cannot be found among the facts."""
    try:
        cipher = batch.keyring.unwrap_case_cipher(row.id, row.key)
        about = decrypt_report(row.report, row.id, cipher).about
    except TamperedError:
        about = ""
    if about:
        last = await batch.load_last_fact_seq(about)
        today = to_bangkok_date(batch.now)
        batch.add_facts(about, last, row.received_on, today, {FactField.RECEIVED: "0"})
    await batch.audit(ActorKind.OFFICE, "import-undone", row.id)


async def _end_undo(id_: int, committer: GroupCommitWriter, today: date) -> None:
    """Set back the counters that nobody used since, forget its words, and let the file be imported again."""
    async with committer.transaction() as connection:
        row = (await connection.execute(select(imports).where(_IMPORT.id == id_))).one()
        await _set_counters_back(json.loads(row.counters), connection)
        await forget_words(id_, connection)
        done = update(imports).where(_IMPORT.id == id_)
        values = {"state": ImportState.UNDONE.value, "undone_on": today, "digest": secrets.token_bytes(32)}
        await connection.execute(done.values(values))


async def _set_counters_back(counters: Mapping[str, Sequence[int]], connection: AsyncConnection) -> None:
    """Set each counter back that still is where the import left it: to what it was, or to the last number still there.

    Another import may have filled a gap of numbers meanwhile; below its cases no counter may stand.
    """
    column, case = tables.counters.c, tables.cases.c
    for year, (before, after) in counters.items():
        own = and_(column.fiscal_year == int(year), column.last == after)
        numbers = select(func.max(case.number)).where(case.fiscal_year == int(year))
        last = max(before, await connection.scalar(numbers) or 0)
        # A counter of nothing is no row, as before the first case of a year.
        change = update(tables.counters).values(last=last) if last else delete(tables.counters)
        await connection.execute(change.where(own))
