"""Make cases one matter, and take one out of it again. Nothing is counted otherwise, and no reporter sees it."""

import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Row, bindparam, select, update

from handlers.complaints.messages import ActorKind, HistoryEntryKind
from handlers.dialog.effects import Act
from handlers.dialog.replies import Phrase
from handlers.staff.complaints.matters.messages import MergeCases, SeparateCase
from storage import tables
from storage.cases.exclusions import is_case_hidden, is_excluded_from_case
from storage.cases.history import append_history_line, load_case_for_write
from storage.db.batch import WriteBatch
from storage.errors import ConflictError
from storage.matters.reports import MATTER_TABLE, leave_matter, list_reports
from storage.serialization import HistoryContent
from storage.staff.absences import notify_holder
from storage.staff.members import format_actor
from storage.staff.notifications import notify_staff_member
from storage.staff.pushes import PushKind, make_case_push, make_taken_away_push

CaseRow: TypeAlias = Row[Any, Any, Any, Any, Any, Any, Any, Any, Any]
_CASE, _MATTER = tables.cases.c, MATTER_TABLE.c
_COLUMNS = (_CASE.id, _CASE.seq, _CASE.number, _CASE.fiscal_year, _CASE.officer, _CASE.appointed_by,
            _CASE.avoid, _CASE.open, _CASE.answer_by)  # fmt: skip
_UPDATE_HOLDER = (
    update(tables.cases)
    .where(_CASE.id == bindparam("case"))
    .values(officer=bindparam("to_officer"), appointed_by=bindparam("whose"))
)
_UPDATE_SEQ = update(tables.cases).where(_CASE.id == bindparam("case")).values(seq=bindparam("to_seq"))


async def merge_cases(act: MergeCases, batch: WriteBatch) -> None:
    """Make two cases one matter, with one officer for all of it. See `MergeCases` for the conflicts."""
    for case in (act.case, act.other):
        if await is_case_hidden(case, act.staff, batch.connection):
            raise ConflictError("the case is kept from who decides")
    ids = [*await list_reports(act.case, batch.connection), *await list_reports(act.other, batch.connection)]
    rows = await _load_reports(dict.fromkeys(ids), batch)
    appointed = {(one.officer, one.appointed_by) for one in rows if one.appointed_by is not None}
    ended = [one for one in rows if one.id in {act.case, act.other} and (not one.open or one.avoid)]
    if len(ids) > len(set(ids)) or ended or len(appointed) > 1:
        raise ConflictError("the cases cannot be made one any more")
    await _share_matter([one.id for one in rows], batch)
    officer, appointer = await _choose_holder(act, rows, batch)
    for one in rows:
        if (one.officer, one.appointed_by) != (officer, appointer):
            await _give_report(one, officer, appointer, act, batch)
    for case in (act.case, act.other):
        await batch.audit(format_actor(act.staff), "merged", case)


async def _load_reports(ids: Iterable[str], batch: WriteBatch) -> Sequence[CaseRow]:
    """Return the cases in the order of the ids. Raises `ConflictError` where one was deleted meanwhile."""
    wanted = list(ids)
    found = await batch.connection.execute(select(*_COLUMNS).where(_CASE.id.in_(wanted)))
    by_id = {row.id: row for row in found.all()}
    if len(by_id) < len(wanted):
        raise ConflictError("a case was erased meanwhile")
    return [by_id[one] for one in wanted]


async def _share_matter(cases: Sequence[str], batch: WriteBatch) -> None:
    """Give cases one matter, at once: who may read the whole is decided by it."""
    matter = secrets.token_hex(16)
    known = set(
        (await batch.connection.execute(select(_MATTER.case_id).where(_MATTER.case_id.in_(cases)))).scalars()
    )
    await batch.connection.execute(
        update(MATTER_TABLE).where(_MATTER.case_id.in_(known)).values(matter=matter)
    )
    rows = [{"case_id": one, "matter": matter} for one in cases if one not in known]
    if rows:
        await batch.connection.execute(MATTER_TABLE.insert(), rows)


async def _choose_holder(
    act: MergeCases, rows: Sequence[CaseRow], batch: WriteBatch
) -> tuple[str | None, str | None]:
    """Return the officer of the whole matter and who appointed them: the first whom nothing of it concerns."""
    appointed = [one for one in rows if one.appointed_by is not None]
    for one in appointed or rows:
        if one.officer and not await is_excluded_from_case(act.case, one.officer, batch.connection):
            return one.officer, one.appointed_by
    return None, appointed[0].appointed_by if appointed else None


async def _give_report(
    one: CaseRow, officer: str | None, appointer: str | None, act: MergeCases, batch: WriteBatch
) -> None:
    """Give a report to the officer of its matter, and tell who has it no more, and who has it now."""
    number = f"{one.number}/{one.fiscal_year}"
    batch.add_statement(_UPDATE_HOLDER, case=one.id, to_officer=officer, whose=appointer)
    if one.officer == officer:
        return
    if officer is not None:
        cipher, _, _ = await load_case_for_write(one.id, batch)
        body = HistoryContent(officer, staff=act.staff)
        append_history_line(
            batch, cipher, one.id, one.seq + 1, act.on, HistoryEntryKind.ASSIGNED, ActorKind.OFFICE, body
        )
        batch.add_statement(_UPDATE_SEQ, case=one.id, to_seq=one.seq + 1)
    if one.officer and one.officer != act.staff:
        await notify_staff_member(one.officer, make_taken_away_push(number), batch)
    if officer is not None and officer != act.staff:
        push = make_case_push(PushKind.ASSIGNED, Phrase("staff.notice.assigned", {"number": number}), number)
        await notify_holder(one.id, officer, push, batch, due=one.answer_by)


async def separate_case(act: SeparateCase, batch: WriteBatch) -> None:
    """Take a case out of its matter. Raises `ConflictError` where it is in none, or is kept from who says so."""
    if await is_case_hidden(act.case, act.staff, batch.connection):
        raise ConflictError("the case is kept from who decides")
    if not await leave_matter(act.case, format_actor(act.staff), batch):
        raise ConflictError("the case is in no matter any more")


MATTER_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    MergeCases: merge_cases,
    SeparateCase: separate_case,
}
