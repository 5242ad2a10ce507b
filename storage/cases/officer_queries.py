"""The register for officers: lists without content, and what a reporter told, opened for one case."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, select

from handlers.complaints.lifecycle import CaseOutcome, CaseStatus, NonAcceptanceReason
from handlers.complaints.messages import HistoryEntry, HistoryEntryKind
from handlers.dialog.events import File, Query
from handlers.staff.complaints.messages import (
    CaseAuditLine,
    CaseHistoryLine,
    CaseListPage,
    CaseReport,
    FindCaseByNumber,
    GetCaseAuditLog,
    GetCaseHistory,
    GetCaseReport,
    ListCases,
    ListLinkedCases,
    OfficerCase,
)
from storage import tables
from storage.cases import exclusions as concerns
from storage.crypto.aead import Cipher
from storage.db.read_context import ReadContext
from storage.errors import StorageError
from storage.serialization import BODY, FILE, REPORT, SENDING, HistoryContent, StoredReport

MOST_LOGGED = 200

CASE = tables.cases.c
LISTED = (
    CASE.id,
    CASE.number,
    CASE.fiscal_year,
    CASE.status,
    CASE.outcome,
    CASE.seq,
    CASE.received_on,
    CASE.touched_on,
    CASE.answer_by,
    CASE.officer,
    CASE.avoid,
)


def listed(row: RowMapping) -> OfficerCase:
    """A case as it stands in a list."""
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
    )


async def find_number(query: FindCaseByNumber, sight: ReadContext) -> OfficerCase | None:
    """The case of a register number, with its kind and source, and who has words on the way to the reporter."""
    years = (query.year,) if query.exact else (query.year, query.year - 1)
    wanted = (
        select(*LISTED, CASE.key, CASE.report)
        .where(CASE.fiscal_year.in_(years), CASE.number == query.number)
        .order_by(CASE.fiscal_year.desc())
        .limit(1)
    )
    row = (await sight.connection.execute(wanted)).mappings().first()
    if row is None:
        return None
    report = opened_report(row["id"], sight.seals.of_case(row["id"], row["key"]), row["report"])
    waits = select(tables.held.c.id, tables.held.c.due, tables.held.c.sealed).where(
        tables.held.c.case_id == row["id"]
    )
    held = (await sight.connection.execute(waits)).first()
    by = (
        SENDING.validate_json(sight.seals.staff.open(held.sealed, "held", held.id, "sending")).staff
        if held
        else ""
    )
    kept = select(tables.holds.c.case_id).where(tables.holds.c.case_id == row["id"])
    return replace(
        listed(row),
        held=by,
        due=held.due if held else 0,
        category=report.category,
        source=report.source or report.channel.value,
        kept=(await sight.connection.execute(kept)).first() is not None,
        hidden=await concerns.is_hidden(row["id"], query.staff, sight.connection),
    )


async def list_cases(query: ListCases, sight: ReadContext) -> CaseListPage:
    """Open cases, oldest due first.

    One statement for nobody's cases and one for the person's own, each of which follows the index of open cases.
    """
    seen = ~concerns.hides(query.staff)
    due = and_(tables.OPEN, CASE.answer_by >= query.since, CASE.answer_by <= query.until, seen)
    if query.everybody:
        found = [await _cases(due, query, sight)]
    else:
        whose = ([CASE.officer.is_(None)] if query.new else []) + [CASE.officer == query.staff]
        found = [await _cases(and_(due, who), query, sight) for who in whose]
    cases = sorted((case for some in found for case in some), key=lambda c: (c.answer_by, c.year, c.number))
    shown = [case for case in cases if query.staff != case.avoid][query.at :]
    return CaseListPage(tuple(shown[: query.most]), len(shown) > query.most)


async def _cases(which: ColumnElement[bool], query: ListCases, sight: ReadContext) -> list[OfficerCase]:
    # As many as can be wanted of one kind where the other has none; the few that are avoided are room to spare.
    few = select(*LISTED).where(which).order_by(CASE.answer_by).limit(query.at + query.most + 21)
    return [listed(row) for row in (await sight.connection.execute(few)).mappings()]


async def read_told(query: GetCaseReport, sight: ReadContext) -> CaseReport:
    """What the reporter of a case told."""
    seal, report = await _opened(query.case, sight)
    mine = select(tables.files.c.id, tables.files.c.sealed).where(tables.files.c.case_id == query.case)
    files = []
    for row in await sight.connection.execute(mine.order_by(tables.files.c.id)):
        meta = FILE.validate_json(sight.seals.file.open(row.sealed, "files", row.id, "meta"))
        files.append(File(row.id, meta.name, meta.kind, meta.size, coming=not meta.key and not meta.problem))
    del seal
    return CaseReport(report.answers, tuple(files))


async def read_history(query: GetCaseHistory, sight: ReadContext) -> tuple[CaseHistoryLine, ...]:
    """The whole history of a case, with the words of both sides."""
    seal, _ = await _opened(query.case, sight)
    table = tables.history
    rows = await sight.connection.execute(
        select(table).where(table.c.case_id == query.case).order_by(table.c.seq)
    )
    return tuple([_line(row, seal) for row in rows.mappings()])


def _line(row: RowMapping, seal: Cipher) -> CaseHistoryLine:
    place = f"{row['case_id']}/{row['seq']}"
    body: HistoryContent = BODY.validate_json(seal.open(row["sealed"], "history", place, "body"))
    entry = HistoryEntry(
        row["seq"],
        row["on"],
        HistoryEntryKind(row["kind"]),
        CaseStatus(row["status"]) if row["status"] else None,
        CaseOutcome(row["outcome"]) if row["outcome"] else None,
        NonAcceptanceReason(row["reason"]) if row["reason"] else None,
        body.body,
        body.text,
    )
    return CaseHistoryLine(entry, row["by"], body.staff, body.text, len(body.files))


async def read_log(query: GetCaseAuditLog, sight: ReadContext) -> tuple[CaseAuditLine, ...]:
    """Who did what with a case, the newest last."""
    line = tables.audit.c
    newest = select(line.hour, line.actor, line.what).where(line.ref == query.case).order_by(line.seq.desc())
    rows = (await sight.connection.execute(newest.limit(MOST_LOGGED))).all()
    return tuple([CaseAuditLine(row.hour, row.actor, row.what) for row in reversed(rows)])


async def list_links(query: ListLinkedCases, sight: ReadContext) -> tuple[OfficerCase, ...]:
    """The cases of the same matter, by number."""
    link = tables.links.c
    others = select(link.other_id).where(link.case_id == query.case)
    wanted = (
        select(*LISTED)
        .where(CASE.id.in_(others), ~concerns.hides(query.staff))
        .order_by(CASE.fiscal_year, CASE.number)
    )
    return tuple([listed(row) for row in (await sight.connection.execute(wanted)).mappings()])


READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    FindCaseByNumber: find_number,
    ListCases: list_cases,
    GetCaseReport: read_told,
    GetCaseHistory: read_history,
    GetCaseAuditLog: read_log,
    ListLinkedCases: list_links,
}


async def _opened(case: str, sight: ReadContext) -> tuple[Cipher, StoredReport]:
    query = select(CASE.key, CASE.report).where(CASE.id == case)
    row = (await sight.connection.execute(query)).first()
    if row is None:
        raise StorageError("there is no such case")
    seal = sight.seals.of_case(case, row.key)
    return seal, opened_report(case, seal, row.report)


def opened_report(case: str, seal: Cipher, sealed: bytes) -> StoredReport:
    """What was told in a case, opened with its seal."""
    return REPORT.validate_json(seal.open(sealed, "cases", case, "report"))
