"""Queries of officers: case lists without content, and the report and history of one case."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, select

from handlers.complaints.lifecycle import CaseOutcome, CaseSource, CaseStatus, get_channel_source
from handlers.dialog.effects import Listing, Query
from handlers.dialog.events import File
from handlers.staff.complaints.matters.reports import MatterReport, ScheduledAct
from handlers.staff.complaints.messages import (
    CaseAuditLine,
    CaseHistoryLine,
    CaseListPage,
    CaseReport,
    FindCaseByNumber,
    GetCaseAuditLog,
    GetCaseHistory,
    GetCaseReport,
    GetNextRegisterNumber,
    ListCases,
    ListLinkedCases,
    OfficerCase,
)
from ita_stats.calendar import to_bangkok_date
from ita_stats.cases.fact import FactField
from storage import tables
from storage.cases.exclusions import build_hidden_condition, is_case_hidden
from storage.cases.history import decode_history_line, decrypt_report
from storage.crypto.aead import Cipher
from storage.db.read_batcher import ReadContext
from storage.errors import StorageError
from storage.files.file_meta import decrypt_file_meta
from storage.files.owners import list_owner_hashes
from storage.matters.reports import build_first_report, build_report_count, select_other_reports
from storage.outgoing.undo_window import decode_waiting
from storage.registers.imported_case import IMPORT_NOTICE_VERSION
from storage.serialization import StoredReport, WaitingReply
from storage.staff.absences import find_stand_in, list_stood_for
from storage.staff.members import is_staff_actor
from storage.unreadable_rows import decode_rows, reading_row

MAX_AUDIT_LINES = 200

CASE_COLUMNS = tables.cases.c
LISTED_CASE_COLUMNS = (
    CASE_COLUMNS.id,
    CASE_COLUMNS.number,
    CASE_COLUMNS.fiscal_year,
    CASE_COLUMNS.status,
    CASE_COLUMNS.outcome,
    CASE_COLUMNS.seq,
    CASE_COLUMNS.received_on,
    CASE_COLUMNS.touched_on,
    CASE_COLUMNS.answer_by,
    CASE_COLUMNS.officer,
    CASE_COLUMNS.avoid,
    CASE_COLUMNS.appointed_by,
    build_report_count().label("other_report_count"),
)


def get_register_number(row: RowMapping) -> str:
    """Return the register number of a row of `cases`, as it is written: 12/2570."""
    return f"{row['number']}/{row['fiscal_year']}"


def decode_cases(rows: Iterable[RowMapping]) -> tuple[list[OfficerCase], list[str]]:
    """Decode the cases of a list; return them, and the register numbers of those that cannot be read."""
    return decode_rows("cases", rows, row_to_case, get_register_number)


def row_to_case(row: RowMapping) -> OfficerCase:
    """Decode a case of a list."""
    return OfficerCase(
        row["id"],
        row["number"],
        row["fiscal_year"],
        CaseStatus(row["status"]),
        CaseOutcome(row["outcome"]) if row["outcome"] else None,
        row["seq"],
        row["received_on"],
        row["touched_on"],
        row["answer_by"],
        row["officer"] or "",
        row["avoid"] or "",
        appointed_by=row["appointed_by"] or "",
        other_report_count=row["other_report_count"],
    )


def hide_case(case: OfficerCase) -> OfficerCase:
    """Return what somebody from whom a case is kept sees of it: number, state and days, and of nobody who has it."""
    return replace(case, officer="", avoid_officer="", appointed_by="", other_report_count=0, hidden=True)


async def find_case_by_number(query: FindCaseByNumber, context: ReadContext) -> OfficerCase | None:
    """Find a case by register number, with category, source, and who has a scheduled reply.

    Of one that is kept from who asks nothing is decrypted.
    """
    years = (query.year,) if query.exact_year else (query.year, query.year - 1)
    wanted = (
        select(*LISTED_CASE_COLUMNS, CASE_COLUMNS.key, CASE_COLUMNS.report, CASE_COLUMNS.notice)
        .where(CASE_COLUMNS.fiscal_year.in_(years), CASE_COLUMNS.number == query.number)
        .where(tables.IS_ANNOUNCED_CASE)
        .order_by(CASE_COLUMNS.fiscal_year.desc())
        .limit(1)
    )
    row = (await context.connection.execute(wanted)).mappings().first()
    if row is None:
        return None
    with reading_row("cases", get_register_number(row)):
        if await is_case_hidden(row["id"], query.staff, context.connection):
            return hide_case(row_to_case(row))
        return await _load_case(row, context)


async def _load_case(row: RowMapping, context: ReadContext) -> OfficerCase:
    cipher = context.keyring.unwrap_case_cipher(row["id"], row["key"])
    report = decrypt_report(row["report"], row["id"], cipher)
    waits = select(tables.held.c.id, tables.held.c.due, tables.held.c.sealed).where(
        tables.held.c.case_id == row["id"]
    )
    held = (await context.connection.execute(waits)).first()
    waiting = decode_waiting(held, context.keyring) if held else ()
    kept = select(tables.holds.c.case_id).where(tables.holds.c.case_id == row["id"])
    is_imported = row["notice"] == IMPORT_NOTICE_VERSION
    return replace(
        row_to_case(row),
        scheduled=tuple(
            ScheduledAct(one.reply.staff, one.due, one.reply.step, one.reply.text) for one in waiting
        ),
        category=report.category,
        source=await _find_told_source(report.about, context)
        if is_imported
        else report.source or get_channel_source(report.channel),
        is_imported=is_imported,
        legal_hold=(await context.connection.execute(kept)).first() is not None,
        stand_in=await find_stand_in(
            row["id"], row["officer"], to_bangkok_date(context.now), context.connection
        )
        if row["officer"]
        else "",
        other_reports=await _load_other_reports(row["id"], context) if row["other_report_count"] else (),
    )


async def _find_told_source(about: str, context: ReadContext) -> CaseSource | None:
    """Return the channel that an old register told of a case; None where it told none."""
    fact = tables.facts.c
    told = select(fact.value).where(fact.about == about, fact.field == FactField.SOURCE.value)
    value = await context.connection.scalar(told.order_by(fact.seq.desc()).limit(1))
    return CaseSource(value) if value else None


async def _load_other_reports(case: str, context: ReadContext) -> tuple[MatterReport, ...]:
    column = CASE_COLUMNS
    columns = (column.id, column.number, column.fiscal_year, column.seq, column.status, column.answer_by)
    order = (column.answer_by, column.fiscal_year, column.number)
    others = select(*columns).where(column.id.in_(select_other_reports(case))).order_by(*order)
    rows = (await context.connection.execute(others)).all()
    waits = select(tables.held.c.case_id, tables.held.c.id, tables.held.c.due, tables.held.c.sealed)
    held = await context.connection.execute(waits.where(tables.held.c.case_id.in_([row.id for row in rows])))
    scheduled = {row.case_id: _list_decisions(decode_waiting(row, context.keyring), case) for row in held}
    return tuple(
        MatterReport(
            *(row.id, row.number, row.fiscal_year, row.seq, CaseStatus(row.status), row.answer_by),
            scheduled=scheduled.get(row.id, ()),
        )
        for row in rows
    )


def _list_decisions(waiting: Sequence[WaitingReply], case: str) -> tuple[ScheduledAct, ...]:
    """Return the decisions of another report, among what waits with it, that are made of a case too."""
    return tuple(
        ScheduledAct(one.reply.staff, one.due, one.reply.step, one.reply.text)
        for one in waiting
        if case in one.reply.also
    )


async def list_cases(query: ListCases, context: ReadContext) -> CaseListPage:
    """List open cases, soonest due first; those that are kept from the person come last.

    One statement for unassigned cases, one for the person's own and one for the kept ones, so that each can use an
    index of open cases.
    """
    kept = build_hidden_condition(query.staff)
    stood_for = await list_stood_for(query.staff, to_bangkok_date(context.now), context.connection)
    due = and_(
        tables.IS_OPEN_CASE,
        tables.IS_ANNOUNCED_CASE,
        CASE_COLUMNS.answer_by >= query.due_from,
        CASE_COLUMNS.answer_by <= query.due_until,
    )
    shown = and_(due, ~kept, build_first_report())  # of a matter one line
    if query.all_officers:
        kinds = [shown]
    else:
        theirs = [query.staff, *stood_for]
        whose = ([CASE_COLUMNS.officer.is_(None)] if query.new else []) + [CASE_COLUMNS.officer.in_(theirs)]
        kinds = [and_(shown, who) for who in whose]
    rows: list[RowMapping] = []
    for kind in kinds:
        found = (await context.connection.execute(_select_cases(kind, query))).mappings()
        rows += [row for row in found if row["avoid"] != query.staff]
    cases, unreadable = decode_cases(rows)
    cases = [replace(one, stand_in=query.staff) if one.officer in stood_for else one for one in cases]
    if query.kept:
        hidden = (await context.connection.execute(_select_cases(and_(due, kept), query))).mappings()
        others, damaged = decode_cases(hidden)
        cases += map(hide_case, others)
        unreadable += damaged
    page = sorted(cases, key=lambda c: (c.hidden, c.answer_by, c.year, c.number))[query.offset :]
    return CaseListPage(tuple(page[: query.limit]), len(page) > query.limit, tuple(unreadable))


def _select_cases(which: ColumnElement[bool], query: ListCases) -> Select[Any]:
    # Enough rows of one kind, should the other have none; 21 more, since avoided cases are filtered afterwards.
    return (
        select(*LISTED_CASE_COLUMNS)
        .where(which)
        .order_by(CASE_COLUMNS.answer_by, CASE_COLUMNS.fiscal_year, CASE_COLUMNS.number)
        .limit(query.offset + query.limit + 21)
    )


async def get_case_report(query: GetCaseReport, context: ReadContext) -> CaseReport:
    """Return what the reporter wrote, and the files of the case."""
    _, report, number = await _load_cipher_and_report(query.case, context)
    about = select(CASE_COLUMNS.seq, CASE_COLUMNS.notice).where(CASE_COLUMNS.id == query.case)
    seq, notice = (await context.connection.execute(about)).one()
    owners = list_owner_hashes(context.keyring, query.case, seq)
    mine = select(tables.files.c.id, tables.files.c.sealed).where(tables.files.c.owner.in_(owners))
    files = []
    for row in await context.connection.execute(mine.order_by(tables.files.c.id)):
        with reading_row("files", number):
            meta = decrypt_file_meta(context.keyring, row.id, row.sealed)
        files.append(File(row.id, meta.name, meta.kind, meta.size, coming=not meta.key and not meta.problem))
    was_shown = notice != IMPORT_NOTICE_VERSION
    return CaseReport(report.answers, tuple(files), notice if was_shown else "")


async def get_case_history(query: GetCaseHistory, context: ReadContext) -> Listing[CaseHistoryLine]:
    """Return the history of a case, with the texts of both sides; lines that cannot be read are left out."""
    cipher, _, number = await _load_cipher_and_report(query.case, context)
    table = tables.history
    rows = await context.connection.execute(
        select(table).where(table.c.case_id == query.case).order_by(table.c.seq)
    )
    lines, unreadable = decode_rows(
        "history",
        rows.mappings(),
        lambda row: _decode_history_line(row, cipher),
        lambda row: f"{number}#{row['seq']}",
    )
    return Listing(tuple(lines), tuple(unreadable))


def _decode_history_line(row: RowMapping, cipher: Cipher) -> CaseHistoryLine:
    entry, body = decode_history_line(row, cipher)
    return CaseHistoryLine(entry, row["by"], body.staff, body.text, len(body.files))


async def get_case_audit_log(query: GetCaseAuditLog, context: ReadContext) -> tuple[CaseAuditLine, ...]:
    """Return who did what with a case, oldest first: at most `MAX_AUDIT_LINES` of the newest lines."""
    line = tables.audit.c
    newest = select(line.hour, line.actor, line.what).where(line.ref == query.case).order_by(line.seq.desc())
    rows = (await context.connection.execute(newest.limit(MAX_AUDIT_LINES))).all()
    return tuple(
        [CaseAuditLine(row.hour, row.actor, row.what, is_staff_actor(row.actor)) for row in reversed(rows)]
    )


async def list_linked_cases(query: ListLinkedCases, context: ReadContext) -> tuple[OfficerCase, ...]:
    """Return linked cases, by number, without those hidden from the person."""
    link = tables.links.c
    others = select(link.other_id).where(link.case_id == query.case)
    wanted = (
        select(*LISTED_CASE_COLUMNS)
        .where(CASE_COLUMNS.id.in_(others), tables.IS_ANNOUNCED_CASE, ~build_hidden_condition(query.staff))
        .order_by(CASE_COLUMNS.fiscal_year, CASE_COLUMNS.number)
    )
    cases, _ = decode_cases((await context.connection.execute(wanted)).mappings())
    return tuple(cases)


async def get_next_register_number(query: GetNextRegisterNumber, context: ReadContext) -> int:
    """Return the number after the last one of a fiscal year."""
    column = tables.counters.c
    last = await context.connection.scalar(select(column.last).where(column.fiscal_year == query.year))
    return (last or 0) + 1


OFFICER_CASE_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    FindCaseByNumber: find_case_by_number,
    GetNextRegisterNumber: get_next_register_number,
    ListCases: list_cases,
    GetCaseReport: get_case_report,
    GetCaseHistory: get_case_history,
    GetCaseAuditLog: get_case_audit_log,
    ListLinkedCases: list_linked_cases,
}


async def _load_cipher_and_report(case: str, context: ReadContext) -> tuple[Cipher, StoredReport, str]:
    """Return the cipher, report and register number of a case."""
    columns = (CASE_COLUMNS.key, CASE_COLUMNS.report, CASE_COLUMNS.number, CASE_COLUMNS.fiscal_year)
    query = select(*columns).where(CASE_COLUMNS.id == case)
    row = (await context.connection.execute(query)).mappings().first()
    if row is None:
        raise StorageError("there is no such case")
    number = get_register_number(row)
    with reading_row("cases", number):
        cipher = context.keyring.unwrap_case_cipher(case, row["key"])
        return cipher, decrypt_report(row["report"], case, cipher), number
