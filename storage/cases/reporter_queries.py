"""Queries of reporters, and the report and identity of a case."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import RowMapping, select

from handlers.complaints.lifecycle import CaseOutcome, CaseStatus
from handlers.complaints.messages import (
    INTERNAL_ENTRY_KINDS,
    ActorKind,
    FindCase,
    HistoryEntry,
    ReporterCase,
)
from storage import tables
from storage.cases.history import decode_history_line, decrypt_case_opening, decrypt_report
from storage.crypto.aead import Cipher
from storage.db.read_batcher import ReadContext
from storage.errors import StorageError
from storage.serialization import IDENTITY_CODEC, StoredReport
from storage.unreadable_rows import decode_rows, reading_row


async def find_reporter_case(query: FindCase, context: ReadContext) -> ReporterCase | None:
    """Find the case of a receipt, with what its reporter may see."""
    column = tables.cases.c
    marks = context.keyring.list_receipt_hashes(query.receipt)
    columns = [column.id, column.status, column.outcome, column.received_on]
    columns += [column.answer_by, column.key, column.opened]
    found = await context.connection.execute(select(*columns).where(column.receipt_mark.in_(marks)))
    row = found.mappings().first()
    if row is None:
        return None
    with reading_row(
        "cases", ""
    ):  # no number: the log would tell at which second the reporter of a case came
        return await _load_case(row, context)


async def _load_case(row: RowMapping, context: ReadContext) -> ReporterCase:
    cipher, lines = context.keyring.unwrap_case_cipher(row["id"], row["key"]), tables.history
    history = await context.connection.execute(
        select(lines).where(lines.c.case_id == row["id"]).order_by(lines.c.seq)
    )
    rows = history.mappings().all()
    entries, _ = decode_rows("history", rows, lambda line: _decode_entry(line, cipher), lambda _: "")
    seen = tuple(entry for entry in entries if entry.kind not in INTERNAL_ENTRY_KINDS)
    outcome = CaseOutcome(row["outcome"]) if row["outcome"] else None
    return ReporterCase(
        row["id"],
        CaseStatus(row["status"]),
        outcome,
        row["received_on"],
        row["answer_by"],
        seen,
        rows[-1]["seq"],
        decrypt_case_opening(row["opened"], row["id"], cipher),
    )


def _decode_entry(row: RowMapping, cipher: Cipher) -> HistoryEntry:
    """Decode a line of history, without the reporter's own texts."""
    entry, _ = decode_history_line(row, cipher)
    return replace(entry, text="", by_reporter=True) if row["by"] == ActorKind.REPORTER else entry


async def load_report(case: str, context: ReadContext) -> StoredReport:
    """Return what a reporter wrote. Raises `StorageError` where there is no such case."""
    column = tables.cases.c
    row = (
        await context.connection.execute(select(column.key, column.report).where(column.id == case))
    ).first()
    if row is None:
        raise StorageError("there is no such case")
    return decrypt_report(row.report, case, context.keyring.unwrap_case_cipher(case, row.key))


async def load_identity(case: str, context: ReadContext) -> Mapping[str, str]:
    """Return a reporter's name and contact; empty where none were given. Raises `UnreadableRowError`."""
    envelope, column = tables.envelopes.c, tables.cases.c
    query = (
        select(envelope.key, envelope.sealed, column.number, column.fiscal_year)
        .join(tables.cases, column.id == envelope.case_id)
        .where(envelope.case_id == case)
    )
    row = (await context.connection.execute(query)).first()
    if row is None:
        return {}
    with reading_row("envelopes", f"{row.number}/{row.fiscal_year}"):
        cipher = context.keyring.unwrap_envelope_cipher(case, row.key)
        return IDENTITY_CODEC.validate_json(cipher.decrypt(row.sealed, "envelopes", case, "identity"))
