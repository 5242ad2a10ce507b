"""The rows of a case that comes from an old register: without content, and without a reporter."""

import secrets
from dataclasses import dataclass
from datetime import date

from handlers.complaints.lifecycle import ENDED_STATUSES, CaseStatus
from handlers.complaints.messages import ActorKind, HistoryEntryKind, ImportedCase
from handlers.dialog.events import Channel
from ita_stats.cases.fact import FactField
from storage.cases.history import append_history_line, encrypt_report
from storage.crypto.aead import Cipher
from storage.db.batch import WriteBatch, encode_case_status
from storage.serialization import HistoryContent, StoredReport

IMPORT_CHANNEL = Channel.TERMINAL
"""The channel of imported cases. Their real source is recorded as a fact."""

IMPORT_NOTICE_VERSION = "import"
"""Stands in for the version of the privacy notice, since none was shown."""


@dataclass(frozen=True, slots=True)
class ImportedPiece:
    """The cases of one row of `import_rows`, each with the day until which it is to be answered.

    import_id: 0 in a row of an earlier version.
    """

    cases: tuple[tuple[ImportedCase, date], ...]
    recorded_on: date
    import_id: int = 0


async def insert_imported_case(
    case: ImportedCase, answer_by: date, piece: ImportedPiece, batch: WriteBatch
) -> None:
    """Insert a case of a register, with its history, facts and line of the audit trail."""
    today = piece.recorded_on
    own, about = secrets.token_hex(16), secrets.token_hex(16)
    wrapped, cipher = batch.keyring.create_case_cipher(own)
    outcome = case.outcome.value if case.outcome else None
    moved = case.status is not CaseStatus.RECEIVED
    batch.insert(
        "cases",
        id=own,
        fiscal_year=case.fiscal_year,
        number=case.number,
        receipt_mark=secrets.token_bytes(32),  # nobody holds its receipt
        **encode_case_status(case.status),
        outcome=outcome,
        seq=1 + moved,
        received_on=case.received_on,
        touched_on=today,
        answer_by=answer_by,
        alternate=False,
        notice=IMPORT_NOTICE_VERSION,
        key=wrapped,
        report=encrypt_report(StoredReport(about, case.category, IMPORT_CHANNEL, {}), own, cipher),
        opened=None,
        officer=None,
        avoid=None,
        appointed_by=None,
        announce_at=None,
    )
    if piece.import_id:
        batch.insert("imported_cases", case_id=own, import_id=piece.import_id, seq=1 + moved)
    _add_history(own, case, cipher, batch)
    _add_case_facts(about, case, today, batch)
    await batch.audit(ActorKind.OFFICE, "imported", own)


def _add_history(own: str, case: ImportedCase, cipher: Cipher, batch: WriteBatch) -> None:
    outcome = case.outcome.value if case.outcome else None
    ended = case.closed_on or case.received_on
    lines: list[tuple[date, HistoryEntryKind, str | None, str | None]] = [
        (case.received_on, HistoryEntryKind.FILED, None, None)
    ]
    lines += [(ended, HistoryEntryKind.MOVED, case.status.value, outcome)] * (
        case.status is not CaseStatus.RECEIVED
    )
    for seq, (on, kind, status, how) in enumerate(lines, start=1):
        append_history_line(
            batch,
            cipher,
            own,
            seq,
            on,
            kind,
            ActorKind.OFFICE,
            HistoryContent(),
            status=status,
            outcome=how,
        )


def _add_case_facts(about: str, case: ImportedCase, today: date, batch: WriteBatch) -> None:
    """Add the facts of a case: that it was received, and its later status."""
    initial_facts = {
        FactField.RECEIVED: "1",
        FactField.CATEGORY: case.category,
        **({FactField.SOURCE: case.source.value} if case.source is not None else {}),
        FactField.STATUS: CaseStatus.RECEIVED.value,
    }
    batch.add_facts(about, 0, case.received_on, today, initial_facts)
    if case.status is CaseStatus.RECEIVED:
        return
    became = {FactField.STATUS: case.status.value}
    if case.outcome:
        became[FactField.OUTCOME] = case.outcome.value
    on = case.closed_on if case.status in ENDED_STATUSES and case.closed_on else case.received_on
    batch.add_facts(about, len(initial_facts), on, today, became)
