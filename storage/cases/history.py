"""What of a case is encrypted with its own key: the report, and the lines of its history.

A line stays as it was written, but for one case: what a reporter unsends is taken out of it
(`storage.cases.unsend`).
"""

from sqlalchemy import RowMapping, select

from handlers.complaints.lifecycle import CaseOutcome, CaseStatus, NonAcceptanceReason
from handlers.complaints.messages import ActorKind, CaseOpening, HistoryEntry, HistoryEntryKind
from storage import tables
from storage.crypto.aead import Cipher
from storage.db.batch import WriteBatch
from storage.errors import ConflictError
from storage.serialization import (
    CASE_OPENING_CODEC,
    HISTORY_CODEC,
    REPORT_CODEC,
    HistoryContent,
    StoredReport,
)
from storage.unreadable_rows import reading_row


async def load_case_for_write(case: str, batch: WriteBatch) -> tuple[Cipher, StoredReport, bool]:
    """Return the cipher and the report of a case, and whether officers were told of it.

    Raises `ConflictError` where it was deleted meanwhile, `UnreadableRowError` where it cannot be read.
    """
    columns = tables.cases.c
    query = select(columns.key, columns.report, columns.announce_at).where(columns.id == case)
    row = (await batch.connection.execute(query)).first()
    if row is None:
        raise ConflictError("the case was erased meanwhile")
    with reading_row("cases", ""):  # no number: it may be the reporter who writes
        cipher = batch.keyring.unwrap_case_cipher(case, row.key)
        return cipher, decrypt_report(row.report, case, cipher), row.announce_at is None


async def has_code_of_slip(case: str, batch: WriteBatch) -> bool:
    """Whether a tracking code of a case was made with a slip."""
    line = tables.history.c
    query = select(line.seq).where(line.case_id == case, line.kind == HistoryEntryKind.CODE_MADE.value)
    return (await batch.connection.execute(query.limit(1))).first() is not None


def encrypt_report(report: StoredReport, case: str, cipher: Cipher) -> bytes:
    """Encrypt the report of a case."""
    return cipher.encrypt(REPORT_CODEC.dump_json(report), "cases", case, "report")


def decrypt_report(sealed: bytes, case: str, cipher: Cipher) -> StoredReport:
    """Decrypt the report of a case. Raises `TamperedError`, ValueError."""
    return REPORT_CODEC.validate_json(cipher.decrypt(sealed, "cases", case, "report"))


def encrypt_case_opening(opening: CaseOpening | None, case: str, cipher: Cipher) -> bytes:
    """Encrypt when a case was opened with its receipt last; None as well, so that its size tells nothing."""
    return cipher.encrypt(CASE_OPENING_CODEC.dump_json(opening), "cases", case, "opened")


def decrypt_case_opening(sealed: bytes | None, case: str, cipher: Cipher) -> CaseOpening | None:
    """Decrypt when a case was opened last; None where that was not kept yet. Raises `TamperedError`, ValueError."""
    return (
        None
        if sealed is None
        else CASE_OPENING_CODEC.validate_json(cipher.decrypt(sealed, "cases", case, "opened"))
    )


def encrypt_history_content(content: HistoryContent, case: str, seq: int, cipher: Cipher) -> bytes:
    """Encrypt the texts of a history line."""
    return cipher.encrypt(HISTORY_CODEC.dump_json(content), "history", f"{case}/{seq}", "body")


def decrypt_history_content(sealed: bytes, case: str, seq: int, cipher: Cipher) -> HistoryContent:
    """Decrypt the texts of a history line. Raises `TamperedError`, ValueError."""
    return HISTORY_CODEC.validate_json(cipher.decrypt(sealed, "history", f"{case}/{seq}", "body"))


def decode_history_line(row: RowMapping, cipher: Cipher) -> tuple[HistoryEntry, HistoryContent]:
    """Decrypt a history line. The entry has the text of whoever wrote it, the reporter too."""
    content = decrypt_history_content(row["sealed"], row["case_id"], row["seq"], cipher)
    entry = HistoryEntry(
        row["seq"],
        row["on"],
        HistoryEntryKind(row["kind"]),
        CaseStatus(row["status"]) if row["status"] else None,
        CaseOutcome(row["outcome"]) if row["outcome"] else None,
        NonAcceptanceReason(row["reason"]) if row["reason"] else None,
        content.body,
        content.text,
    )
    return entry, content


def append_history_line(
    batch: WriteBatch,
    cipher: Cipher,
    case: str,
    seq: int,
    on: object,
    kind: HistoryEntryKind,
    by: ActorKind,
    body: HistoryContent,
    **state: str | None,
) -> None:
    """Insert a history line. `state`: status, outcome and reason, where the line changes them."""
    sealed = encrypt_history_content(body, case, seq, cipher)
    batch.insert(
        "history",
        case_id=case,
        seq=seq,
        on=on,
        kind=kind.value,
        by=by.value,
        status=state.get("status"),
        outcome=state.get("outcome"),
        reason=state.get("reason"),
        sealed=sealed,
    )
