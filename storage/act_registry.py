"""Acts -> rows: how each act of a turn is written."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import select

from handlers.complaints.lifecycle import CaseStatus, Transition
from handlers.complaints.messages import (
    INTERNAL_ENTRY_KINDS,
    ActorKind,
    AddHistoryEntry,
    ApplyTransition,
    FileCase,
    HistoryEntryKind,
    SaveAttempts,
    SubscribeToCase,
    UnsendMessage,
    Unsubscribe,
)
from handlers.consultations.messages import CloseConsultation
from handlers.dialog.events import Act, DeleteFiles
from handlers.feedback.messages import RecordContactAccess, SubmitFeedback
from handlers.questions.faq_messages import PublishQuestion, SaveFaqEntry, UnpublishQuestion
from handlers.questions.messages import (
    AppendThreadLine,
    CancelAnswer,
    CloseQuestion,
    RateAnswer,
    SaveQuestionRate,
    ScheduleAnswer,
    SubmitQuestion,
)
from ita_stats.calendar import fiscal_year
from storage import tables
from storage.cases.approvals import APPROVAL_WRITERS
from storage.cases.exclusions import EXCLUSION_WRITERS, save_exclusions
from storage.cases.history import append_history_line, load_case_cipher_and_report
from storage.cases.officer_writes import OFFICER_CASE_WRITERS
from storage.cases.reopen import reassign_case
from storage.cases.subscriptions import notify_subscriber, subscribe_to_case, unsubscribe_person
from storage.cases.unsend_map import save_message_origins, unsend_message
from storage.consultations.close import close_consultation
from storage.consultations.results import RESULT_WRITERS
from storage.consultations.store import CONSULTATION_WRITERS
from storage.db.batch import (
    ATTACH_FILE_TO_CASE,
    DELETE_DRAFT_FILE,
    TOUCH_CASE,
    UPDATE_CASE_STATUS,
    WriteBatch,
)
from storage.feedback import record_contact_access, submit_feedback
from storage.outgoing.undo_window import cancel_answer, schedule_answer
from storage.questions.faq import save_faq_entry
from storage.questions.store import (
    append_thread_line,
    close_question,
    publish_question,
    rate_answer,
    save_question_rate,
    submit_question,
    unpublish_question,
)
from storage.release_approval import RELEASE_WRITERS
from storage.serialization import ATTEMPTS_CODEC, IDENTITY_CODEC, REPORT_CODEC, HistoryContent, StoredReport
from storage.staff.members import STAFF_WRITERS, format_actor
from storage.staff.notifications import notify_of_new_case, notify_of_reporter_message
from storage.staff.page_access import PAGE_ACCESS_WRITERS

UNASSIGNED_CASE = {"officer": None, "avoid": None}

ENVELOPE_BYTES = 3060
"""Bytes of an envelope's content: room for the longest name and contact that the form takes, in whole blocks."""


async def file_case(act: FileCase, batch: WriteBatch) -> None:
    """Enter a complaint: its row, first line of history, envelope, files, facts and audit line."""
    case, about = secrets.token_hex(16), secrets.token_hex(16)
    wrapped, seal = batch.keyring.create_case_cipher(case)
    report = StoredReport(
        about, act.category, act.channel, act.answers, tuple(f.id for f in act.files), act.source
    )
    year = fiscal_year(act.on)
    number = await batch.allocate_number(year)
    batch.insert(
        "cases",
        id=case,
        fiscal_year=year,
        number=number,
        receipt_mark=batch.keyring.hash_receipt(act.receipt),
        status=CaseStatus.RECEIVED.value,
        outcome=None,
        seq=1,
        received_on=act.on,
        touched_on=act.on,
        answer_by=act.answer_by,
        alternate=act.concerns_head,
        notice=act.notice_version,
        key=wrapped,
        report=seal.encrypt(REPORT_CODEC.dump_json(report), "cases", case, "report"),
        **UNASSIGNED_CASE,
    )
    append_history_line(
        batch, seal, case, 1, act.on, HistoryEntryKind.FILED, ActorKind.REPORTER, HistoryContent()
    )
    _insert_envelope(case, act.identity, batch)
    for file in act.files:
        batch.add_statement(ATTACH_FILE_TO_CASE, file=file.id, case=case)
    save_message_origins(case, act.message_origins, batch)
    said = {
        "received": "1",
        "category": act.category,
        "source": act.source or act.channel.value,
        "status": CaseStatus.RECEIVED.value,
    }
    batch.add_facts(about, 0, act.on, act.on, **said)
    await batch.audit(ActorKind.REPORTER, "filed", case)
    await save_exclusions(case, act.exclusions, batch)
    await notify_of_new_case(year, number, act.answer_by, batch, {one.staff for one in act.exclusions})


async def add_history_entry(act: AddHistoryEntry, batch: WriteBatch) -> None:
    """Append a message or files to a case."""
    seal, _ = await load_case_cipher_and_report(act.case, batch)
    body = HistoryContent(act.text, act.body, tuple(f.id for f in act.files), act.staff)
    append_history_line(batch, seal, act.case, act.seq, act.on, act.kind, act.by, body)
    for file in act.files:
        batch.add_statement(ATTACH_FILE_TO_CASE, file=file.id, case=act.case)
    batch.add_statement(TOUCH_CASE, case=act.case, to_seq=act.seq, on_day=act.on)
    save_message_origins(act.case, act.message_origins, batch)
    if act.by is ActorKind.REPORTER:
        await notify_of_reporter_message(act.case, batch, {one.staff for one in act.exclusions})
    if act.kind not in INTERNAL_ENTRY_KINDS:
        await notify_subscriber(act.case, act.by, batch)
    await batch.audit(format_actor(act.staff) if act.staff else act.by, act.kind.value, act.case)
    await save_exclusions(act.case, act.exclusions, batch)


async def apply_transition(act: ApplyTransition, batch: WriteBatch) -> None:
    """Take a step of the lifecycle: history, the case's state, facts and an audit line."""
    seal, report = await load_case_cipher_and_report(act.case, batch)
    outcome = act.step.outcome.value if act.step.outcome else None
    reason = act.step.reason.value if act.step.reason else None
    state = {"status": act.status.value, "outcome": outcome, "reason": reason}
    body = HistoryContent(act.text, act.step.body, staff=act.staff)
    append_history_line(batch, seal, act.case, act.seq, act.on, HistoryEntryKind.MOVED, act.by, body, **state)
    batch.add_statement(
        UPDATE_CASE_STATUS,
        case=act.case,
        to_seq=act.seq,
        to_status=act.status.value,
        to_outcome=outcome,
        on_day=act.on,
    )
    if act.answer_by is not None:
        await reassign_case(act, act.answer_by, seal, batch)
    facts = {"status": act.status.value}
    if outcome or act.step.move is Transition.REOPEN:
        facts["outcome"] = outcome or ""
    if reason or act.step.move is Transition.REOPEN:
        facts["reason"] = reason or ""
    batch.add_facts(report.about, await batch.load_last_fact_seq(report.about), act.on, act.on, **facts)
    await notify_subscriber(act.case, act.by, batch)
    await batch.audit(format_actor(act.staff) if act.staff else act.by, act.step.move.value, act.case)


async def save_attempts(act: SaveAttempts, batch: WriteBatch) -> None:
    """Keep a person's wrong guesses under the key of the day."""
    day = batch.daily_keys.get_day(batch.now)
    bucket = batch.daily_keys.hash_for_day(day, b"tries", act.person_id)
    sealed = batch.daily_keys.ciphers[day].encrypt(
        ATTEMPTS_CODEC.dump_json(act.attempts), "tries", bucket.hex(), "tries"
    )
    batch.upsert("tries", bucket=bucket, day=day, sealed=sealed)


async def delete_draft_files(act: DeleteFiles, batch: WriteBatch) -> None:
    """Erase files of a draft; those that a case owns stay."""
    column = tables.files.c
    drafts = select(column.id).where(column.id.in_(act.ids), column.case_id.is_(None))
    for file in (await batch.connection.execute(drafts)).scalars():
        batch.add_statement(DELETE_DRAFT_FILE, file=file)
        batch.erased_files.append(file)


ACT_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    FileCase: file_case,
    AddHistoryEntry: add_history_entry,
    ApplyTransition: apply_transition,
    SaveAttempts: save_attempts,
    DeleteFiles: delete_draft_files,
    UnsendMessage: unsend_message,
    SubscribeToCase: subscribe_to_case,
    Unsubscribe: unsubscribe_person,
    **STAFF_WRITERS,
    **OFFICER_CASE_WRITERS,
    **EXCLUSION_WRITERS,
    SubmitQuestion: submit_question,
    AppendThreadLine: append_thread_line,
    RateAnswer: rate_answer,
    CloseQuestion: close_question,
    ScheduleAnswer: schedule_answer,
    CancelAnswer: cancel_answer,
    SaveQuestionRate: save_question_rate,
    PublishQuestion: publish_question,
    UnpublishQuestion: unpublish_question,
    SaveFaqEntry: save_faq_entry,
    SubmitFeedback: submit_feedback,
    RecordContactAccess: record_contact_access,
    **CONSULTATION_WRITERS,
    CloseConsultation: close_consultation,
    **RESULT_WRITERS,
    **APPROVAL_WRITERS,
    **RELEASE_WRITERS,
    **PAGE_ACCESS_WRITERS,
}


def _insert_envelope(case: str, identity: Mapping[str, str], batch: WriteBatch) -> None:
    """Everybody has an envelope of one size: else the empty ones would tell who gave no name."""
    envelope, own = batch.keyring.create_envelope_cipher(case)
    name = IDENTITY_CODEC.dump_json(dict(identity)).ljust(ENVELOPE_BYTES)
    batch.insert(
        "envelopes", case_id=case, key=envelope, sealed=own.encrypt(name, "envelopes", case, "identity")
    )
