"""The lists of the workspace's inbox: at most five statements each, however many cases there are."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, assert_never

from sqlalchemy import (
    ColumnElement,
    FromClause,
    and_,
    exists,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.engine import RowMapping

from handlers.complaints.messages import HistoryEntryKind
from handlers.dialog.effects import Query
from handlers.staff.complaints.messages import CaseListPage, OfficerCase
from handlers.staff.workspace.messages import INBOX_PAGE, MOST_COUNTED, CountNewCases, InboxTab, ListInbox
from ita_stats.calendar import to_bangkok_date
from storage import tables
from storage.cases.exclusions import build_hidden_condition
from storage.cases.history import decrypt_report
from storage.cases.officer_queries import LISTED_CASE_COLUMNS, decode_cases, hide_case
from storage.db.read_batcher import ReadContext
from storage.errors import UnreadableRowError
from storage.matters.reports import build_first_report
from storage.staff.absences import list_stood_for
from storage.unreadable_rows import reading_row

_CASE = tables.cases.c
FEW_CASES = 1_000
"""So many are read by their ids, instead of looking for them among all that are open."""


async def list_inbox(query: ListInbox, context: ReadContext) -> CaseListPage:
    """Return a page of a list, soonest due first, closed ones by number from the newest.

    In the list of new cases, those that are kept from the person follow, by number, state and days.
    """
    kept = build_hidden_condition(query.staff)
    first, wanted = (query.page - 1) * INBOX_PAGE, INBOX_PAGE + 1
    shown = _build_shown(query.staff)
    stood_for = await list_stood_for(query.staff, to_bangkok_date(context.now), context.connection)
    listed = and_(shown, _build_tab(query, stood_for))
    listed = and_(*await _narrow_down(query.tab, [query.staff, *stood_for], context), listed)
    rows = await _select(listed, query, first, wanted, context)
    cases, unreadable = decode_cases(rows)
    cases = [replace(one, stand_in=query.staff) if one.officer in stood_for else one for one in cases]
    if query.with_kinds:
        cases = await _add_kinds(cases[:INBOX_PAGE], context) + cases[INBOX_PAGE:]
    if query.tab is InboxTab.NEW and len(rows) < wanted:
        before = first and await _count(listed, context)
        hidden = await _select(
            and_(tables.IS_OPEN_CASE, tables.IS_ANNOUNCED_CASE, kept),
            query,
            max(0, first - int(before)),
            wanted - len(rows),
            context,
        )
        others, damaged = decode_cases(hidden)
        cases, unreadable = [*cases, *map(hide_case, others)], [*unreadable, *damaged]
    return CaseListPage(tuple(cases[:INBOX_PAGE]), len(cases) > INBOX_PAGE, tuple(unreadable))


async def count_new_cases(query: CountNewCases, context: ReadContext) -> int:
    """Count the new cases that a person may see: those that are kept from them are not in it."""
    which = and_(
        _build_shown(query.staff), tables.IS_OPEN_CASE, _CASE.officer.is_(None), build_first_report()
    )
    found = select(_CASE.id).where(which).limit(MOST_COUNTED).subquery()
    return int((await context.connection.execute(select(func.count()).select_from(found))).scalar_one())


def _build_shown(staff: str) -> ColumnElement[bool]:
    """Build the SQL condition of the cases that are announced, and not kept from a person."""
    kept = build_hidden_condition(staff)
    return and_(tables.IS_ANNOUNCED_CASE, ~kept, or_(_CASE.avoid.is_(None), _CASE.avoid != staff))


def _build_tab(query: ListInbox, stood_for: Sequence[str]) -> ColumnElement[bool]:
    """Build the SQL condition of a list. stood_for: in whose place the person works today: their cases are theirs too.

    Of a matter open lists have one line, but for what was asked of a reporter, which stands with that report.
    """
    mine, nobodys = _CASE.officer.in_([query.staff, *stood_for]), _CASE.officer.is_(None)
    whose = [] if query.all_officers else [or_(mine, nobodys)]
    match query.tab:
        case InboxTab.NEW:
            return and_(tables.IS_OPEN_CASE, nobodys, build_first_report())
        case InboxTab.MINE:
            return and_(tables.IS_OPEN_CASE, mine, build_first_report())
        case InboxTab.DUE:
            return and_(tables.IS_OPEN_CASE, _CASE.answer_by <= query.due_until, build_first_report(), *whose)
        case InboxTab.WAITING:
            return and_(tables.IS_OPEN_CASE, _build_waits_for_reporter(tables.cases), *whose)
        case InboxTab.ASSIGNED:
            own = [query.staff, *stood_for]
            return and_(tables.IS_OPEN_CASE, _build_with_others(own, tables.cases), build_first_report())
        case InboxTab.CLOSED:
            return and_(tables.IS_CLOSED_CASE, *([] if query.all_officers else [mine]), build_first_report())
        case _:
            assert_never(query.tab)


def _build_waits_for_reporter(case: FromClause) -> ColumnElement[bool]:
    """Build the SQL condition that a reporter was asked, and has not written since. case: row of `cases`."""
    asked, answer = tables.history.alias("asked"), tables.history.alias("answer")
    answered = exists(
        select(answer.c.seq).where(
            answer.c.case_id == case.c.id,
            answer.c.seq > asked.c.seq,
            answer.c.kind == HistoryEntryKind.REPORTER.value,
        )
    ).correlate(case, asked)
    is_asked = asked.c.kind == HistoryEntryKind.ASKED.value
    return exists(select(asked.c.seq).where(asked.c.case_id == case.c.id, is_asked, ~answered)).correlate(
        case
    )


def _build_with_others(own: Sequence[str], case: FromClause) -> ColumnElement[bool]:
    """Build the SQL condition that somebody has a case who is none of these. case: row of `cases`."""
    return and_(case.c.officer.is_not(None), case.c.officer.not_in(own))


async def _narrow_down(tab: InboxTab, own: Sequence[str], context: ReadContext) -> list[ColumnElement[bool]]:
    """Return the condition that names the open cases of a list in which few are; nothing for other lists.

    It is found by what stands in indexes alone: no row is read of the cases that the list has not. Where many are in
    it, the first page is full after a few rows.
    """
    row = tables.cases.alias("one_of_open")
    match tab:
        case InboxTab.WAITING:
            condition = _build_waits_for_reporter(row)
        case InboxTab.ASSIGNED:
            condition = _build_with_others(own, row)
        case InboxTab.NEW | InboxTab.MINE | InboxTab.DUE | InboxTab.CLOSED:
            return []
        case _:
            assert_never(tab)
    wanted = select(row.c.id).where(row.c.open == true(), condition).limit(FEW_CASES)
    found = list((await context.connection.execute(wanted)).scalars())
    return [_CASE.id.in_(found)] if len(found) < FEW_CASES else []


async def _select(
    which: ColumnElement[bool], query: ListInbox, offset: int, limit: int, context: ReadContext
) -> list[RowMapping]:
    order = (
        (_CASE.fiscal_year.desc(), _CASE.number.desc())
        if query.tab is InboxTab.CLOSED
        else (_CASE.answer_by, _CASE.fiscal_year, _CASE.number)
    )
    wanted = select(*LISTED_CASE_COLUMNS).where(which).order_by(*order).offset(offset).limit(limit)
    return list((await context.connection.execute(wanted)).mappings())


async def _count(which: ColumnElement[bool], context: ReadContext) -> int:
    counted = select(func.count()).select_from(tables.cases).where(which)
    return int((await context.connection.execute(counted)).scalar_one())


async def _add_kinds(cases: list[OfficerCase], context: ReadContext) -> list[OfficerCase]:
    """Return the cases with their kinds; one whose report cannot be read stays without."""
    wanted = select(_CASE.id, _CASE.key, _CASE.report).where(_CASE.id.in_([case.id for case in cases]))
    rows = {row.id: row for row in await context.connection.execute(wanted)}
    done = []
    for case in cases:
        try:
            with reading_row("cases", case.register_number):
                row = rows[case.id]
                report = decrypt_report(
                    row.report, row.id, context.keyring.unwrap_case_cipher(row.id, row.key)
                )
            done.append(replace(case, category=report.category))
        except UnreadableRowError:
            done.append(case)
    return done


INBOX_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    ListInbox: list_inbox,
    CountNewCases: count_new_cases,
}
