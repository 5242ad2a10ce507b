"""Decide that an import is reversed: one transaction; then its cases go (`storage.registers.undo_pieces`).

Statistics count facts, and facts are never deleted: a case that goes gets a fact that it was not received after all.
The row of the import stays, without the digest of its file, so that the same file can be imported again.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.messages import ExclusionGround
from handlers.dialog.effects import Act, Query
from handlers.staff.registers.messages import (
    GetImport,
    ImportState,
    ImportSummary,
    ListImports,
    TellRegisterWords,
    UndoImport,
    UndoObstacle,
)
from storage import tables
from storage.db.batch import WriteBatch
from storage.db.read_batcher import ReadContext
from storage.errors import ConflictError
from storage.registers.words import remember_words
from storage.staff.members import format_actor
from storage.tables.rules import approvals, concerned, import_rows, imported_cases, imports, matters, slips

_IMPORT, _OF_IMPORT, _CASE = imports.c, imported_cases.c, tables.cases.c
_BUILT_ON = (tables.held, tables.holds, tables.envelopes, tables.links, matters, slips, approvals)
"""Tables whose rows are somebody's work on a case."""


def build_worked_on() -> ColumnElement[bool]:
    """Build the SQL condition that somebody worked on a case of an import."""
    barred = exists().where(
        concerned.c.case_id == _CASE.id, concerned.c.by != "", concerned.c.why != ExclusionGround.LIFTED.value
    )
    return or_(
        _CASE.seq != _OF_IMPORT.seq,
        _CASE.officer.is_not(None),
        _CASE.appointed_by.is_not(None),
        barred.correlate(tables.cases),
        *(exists().where(table.c.case_id == _CASE.id).correlate(tables.cases) for table in _BUILT_ON),
        exists().where(tables.links.c.other_id == _CASE.id).correlate(tables.cases),
    )


def select_import_cases(id_: int, *columns: ColumnElement[Any]) -> Select[Any]:
    """Select columns of the cases of an import that are still there."""
    joined = tables.cases.join(imported_cases, _CASE.id == _OF_IMPORT.case_id)
    return select(*columns).select_from(joined).where(_OF_IMPORT.import_id == id_)


async def find_import(id_: int, connection: AsyncConnection) -> ImportSummary:
    """Find an import, with the first thing that stands in the way of reversing it."""
    row = (await connection.execute(select(imports).where(_IMPORT.id == id_))).first()
    if row is None:
        of_before = select(func.count()).select_from(imports).where(_IMPORT.id.is_(None))
        old = (await connection.execute(of_before)).scalar() or 0
        return ImportSummary(id_, None, 0, None, UndoObstacle.OLD if old else UndoObstacle.UNKNOWN, old)
    obstacle, count = await _find_obstacle(row, connection)
    return _build_summary(row, obstacle, count)


def _build_summary(row: Row[Any], obstacle: UndoObstacle | None, count: int = 0) -> ImportSummary:
    state = ImportState(row.state or ImportState.DONE)
    return ImportSummary(row.id or 0, row.on, row.rows, state, obstacle, count, row.kept or 0, row.undone_on)


async def _find_obstacle(row: Row[Any], connection: AsyncConnection) -> tuple[UndoObstacle | None, int]:
    if row.state == ImportState.UNDONE:
        return UndoObstacle.UNDONE, 0
    if row.state == ImportState.UNDOING:
        return UndoObstacle.UNDOING, 0
    waiting = select(import_rows.c.place).where(import_rows.c.digest == row.digest).limit(1)
    if (await connection.execute(waiting)).first() is not None:
        return UndoObstacle.UNFINISHED, 0
    since = select(func.count()).where(tables.releases.c.seq > row.last_release)
    if released := (await connection.execute(since)).scalar():
        return UndoObstacle.RELEASED, released
    there = (await connection.execute(select_import_cases(row.id, func.count()))).scalar() or 0
    if there < row.rows:
        return UndoObstacle.ERASED, row.rows - there
    worked = (
        await connection.execute(select_import_cases(row.id, func.count()).where(build_worked_on()))
    ).scalar()
    return (UndoObstacle.WORKED_ON, worked) if worked else (None, 0)


async def decide_undo(id_: int, connection: AsyncConnection) -> ImportSummary:
    """Decide in this transaction that an import is reversed, unless something stands in the way, which is returned."""
    found = await find_import(id_, connection)
    if found.obstacle is None:
        await connection.execute(
            update(imports).where(_IMPORT.id == id_).values(state=ImportState.UNDOING.value)
        )
    return found


async def undo_import(act: UndoImport, batch: WriteBatch) -> None:
    """Decide that an import is reversed. Raises ConflictError where something stands in the way."""
    found = await decide_undo(act.id, batch.connection)
    if found.obstacle is not None:
        raise ConflictError(f"import {act.id} cannot be reversed: {found.obstacle}")
    await batch.audit(format_actor(act.staff), "import-undone", str(act.id))


async def _tell_words(act: TellRegisterWords, batch: WriteBatch) -> None:
    remember_words(act.words, None, batch)
    await batch.audit(format_actor(act.staff), "import-word", ", ".join(one.kind for one in act.words))


async def _list_imports(query: ListImports, context: ReadContext) -> tuple[ImportSummary, ...]:
    newest = select(imports).order_by(_IMPORT.on.desc(), _IMPORT.id.desc()).limit(query.limit)
    rows = (await context.connection.execute(newest)).all()
    return tuple([_build_summary(row, None) for row in rows])


async def _get_import(query: GetImport, context: ReadContext) -> ImportSummary:
    return await find_import(query.id, context.connection)


IMPORT_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    ListImports: _list_imports,
    GetImport: _get_import,
}
IMPORT_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    UndoImport: undo_import,
    TellRegisterWords: _tell_words,
}
