"""Lines of a case's history: encrypted with the case's own key, and never rewritten."""

from sqlalchemy import select

from handlers.complaints.messages import ActorKind, HistoryEntryKind
from storage import tables
from storage.crypto.aead import Cipher
from storage.db.batch import WriteBatch
from storage.errors import ConflictError
from storage.serialization import HISTORY_CODEC, REPORT_CODEC, HistoryContent, StoredReport
from storage.unreadable_rows import reading_row


async def load_case_cipher_and_report(case: str, batch: WriteBatch) -> tuple[Cipher, StoredReport]:
    """Return the cipher and the report of a case.

    Raises `ConflictError` where it was deleted meanwhile, `UnreadableRowError` where it cannot be read.
    """
    columns = tables.cases.c
    query = select(columns.key, columns.report).where(columns.id == case)
    row = (await batch.connection.execute(query)).first()
    if row is None:
        raise ConflictError("the case was erased meanwhile")
    with reading_row("cases", ""):  # no number: it may be the reporter who writes
        cipher = batch.keyring.unwrap_case_cipher(case, row.key)
        return cipher, REPORT_CODEC.validate_json(cipher.decrypt(row.report, "cases", case, "report"))


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
    sealed = cipher.encrypt(HISTORY_CODEC.dump_json(body), "history", f"{case}/{seq}", "body")
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
