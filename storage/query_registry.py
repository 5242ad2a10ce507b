"""Queries -> rows: how each question of a turn is answered."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import select

from handlers.complaints.lifecycle import CaseOutcome, CaseStatus, NonAcceptanceReason
from handlers.complaints.messages import (
    INTERNAL_ENTRY_KINDS,
    ActorKind,
    Attempts,
    FindCase,
    FindMessageCase,
    GetAttempts,
    HistoryEntry,
    HistoryEntryKind,
    ReporterCase,
)
from handlers.dialog.events import Query
from handlers.questions.messages import (
    FindQuestionByNumber,
    FindThreadByCode,
    GetQuestionRate,
    GetThread,
    ListOpenQuestions,
    QuestionThread,
)
from storage import tables
from storage.cases.approvals import APPROVAL_READERS
from storage.cases.exclusions import EXCLUSION_READERS
from storage.cases.officer_queries import OFFICER_CASE_READERS
from storage.cases.unsend_map import find_message_origin
from storage.consultations.results import RESULT_READERS
from storage.consultations.store import CONSULTATION_READERS
from storage.crypto.aead import Cipher
from storage.db.read_context import ReadContext
from storage.errors import StorageError
from storage.feedback import FEEDBACK_READERS
from storage.questions.store import (
    find_question_by_number,
    find_thread_by_code,
    list_open_questions,
    load_question_rate,
    load_thread,
)
from storage.serialization import ATTEMPTS_CODEC, HISTORY_CODEC, IDENTITY_CODEC, REPORT_CODEC, StoredReport
from storage.staff.members import STAFF_READERS
from storage.staff.page_access import PAGE_ACCESS_READERS


async def find_reporter_case(query: FindCase, sight: ReadContext) -> ReporterCase | None:
    """The case of a receipt, as its reporter may see it."""
    column = tables.cases.c
    marks = sight.keyring.list_receipt_hashes(query.receipt)
    columns = (column.id, column.status, column.outcome, column.received_on, column.key)
    row = (await sight.connection.execute(select(*columns).where(column.receipt_mark.in_(marks)))).first()
    if row is None:
        return None
    entries = await load_reporter_history(row.id, sight.keyring.unwrap_case_cipher(row.id, row.key), sight)
    seen = tuple(entry for entry in entries if entry.kind not in INTERNAL_ENTRY_KINDS)
    outcome = CaseOutcome(row.outcome) if row.outcome else None
    return ReporterCase(row.id, CaseStatus(row.status), outcome, row.received_on, seen, entries[-1].seq)


async def load_reporter_history(case: str, seal: Cipher, sight: ReadContext) -> tuple[HistoryEntry, ...]:
    """The lines of a case's history. The reporter's own words are left out."""
    lines = tables.history
    rows = await sight.connection.execute(select(lines).where(lines.c.case_id == case).order_by(lines.c.seq))
    entries = []
    for row in rows.mappings():
        body = HISTORY_CODEC.validate_json(
            seal.decrypt(row["sealed"], "history", f"{case}/{row['seq']}", "body")
        )
        entries.append(
            HistoryEntry(
                row["seq"],
                row["on"],
                HistoryEntryKind(row["kind"]),
                CaseStatus(row["status"]) if row["status"] else None,
                CaseOutcome(row["outcome"]) if row["outcome"] else None,
                NonAcceptanceReason(row["reason"]) if row["reason"] else None,
                body.body,
                body.text if row["by"] != ActorKind.REPORTER else "",
                row["by"] == ActorKind.REPORTER,
            )
        )
    return tuple(entries)


async def get_attempts(query: GetAttempts, sight: ReadContext) -> Attempts:
    """A person's wrong guesses, found under the key of any day that is still there."""
    buckets = sight.daily_keys.hash_for_all_days(b"tries", query.person_id)
    column = tables.tries.c
    rows = await sight.connection.execute(
        select(column.bucket, column.sealed).where(column.bucket.in_(buckets))
    )
    found = {
        buckets[row.bucket]: sight.daily_keys.ciphers[buckets[row.bucket]].decrypt(
            row.sealed, "tries", row.bucket.hex(), "tries"
        )
        for row in rows
    }
    return ATTEMPTS_CODEC.validate_json(found[max(found)]) if found else Attempts()


async def find_message_case(query: FindMessageCase, sight: ReadContext) -> str | None:
    """The case into which a message went."""
    found = await find_message_origin(query.message_id, sight.connection, sight.keyring)
    return found.case if found else None


async def find_question_thread(query: FindThreadByCode, sight: ReadContext) -> QuestionThread | None:
    """The thread of a question's code."""
    return await find_thread_by_code(query, sight.connection, sight.keyring)


async def get_question_thread(query: GetThread, sight: ReadContext) -> QuestionThread | None:
    """The thread of an id."""
    return await load_thread(query.id, sight.connection, sight.keyring)


async def get_question_rate(query: GetQuestionRate, sight: ReadContext) -> Attempts:
    """How much a person sent to the officers."""
    return await load_question_rate(query, sight.connection, sight.daily_keys)


QUERY_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    FindCase: find_reporter_case,
    GetAttempts: get_attempts,
    FindMessageCase: find_message_case,
    **STAFF_READERS,
    **OFFICER_CASE_READERS,
    **EXCLUSION_READERS,
    FindThreadByCode: find_question_thread,
    GetThread: get_question_thread,
    GetQuestionRate: get_question_rate,
    ListOpenQuestions: lambda query, sight: list_open_questions(query, sight.connection, sight.keyring),
    FindQuestionByNumber: lambda query, sight: find_question_by_number(
        query, sight.connection, sight.keyring
    ),
    **APPROVAL_READERS,
    **FEEDBACK_READERS,
    **CONSULTATION_READERS,
    **RESULT_READERS,
    **PAGE_ACCESS_READERS,
}


async def load_report(case: str, sight: ReadContext) -> StoredReport:
    """What a reporter wrote, for who may read it. Raises StorageError for a case that is not there."""
    column = tables.cases.c
    row = (await sight.connection.execute(select(column.key, column.report).where(column.id == case))).first()
    if row is None:
        raise StorageError("there is no such case")
    return REPORT_CODEC.validate_json(
        sight.keyring.unwrap_case_cipher(case, row.key).decrypt(row.report, "cases", case, "report")
    )


async def load_identity(case: str, sight: ReadContext) -> Mapping[str, str]:
    """A reporter's name and contact; empty where none were given."""
    envelope = tables.envelopes
    row = (await sight.connection.execute(select(envelope).where(envelope.c.case_id == case))).first()
    if row is None:
        return {}
    seal = sight.keyring.unwrap_envelope_cipher(case, row.key)
    return IDENTITY_CODEC.validate_json(seal.decrypt(row.sealed, "envelopes", case, "identity"))
