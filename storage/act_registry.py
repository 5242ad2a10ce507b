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
from storage import feedback as opinions
from storage import release_approval as letting
from storage import tables
from storage.cases import approvals
from storage.cases import exclusions as concerns
from storage.cases import officer_writes as handling
from storage.cases import reopen as reopening
from storage.cases import subscriptions as news
from storage.cases import unsend_map as sent
from storage.cases.history import append_history_line, load_case_cipher_and_report
from storage.consultations import close as closing
from storage.consultations import results as weighed
from storage.consultations import store as ballots
from storage.db import batch as rows
from storage.db.batch import WriteBatch
from storage.outgoing import undo_window as held
from storage.questions import faq as knowledge
from storage.questions import store as questions
from storage.serialization import ATTEMPTS_CODEC, IDENTITY_CODEC, REPORT_CODEC, HistoryContent, StoredReport
from storage.staff import members as staff
from storage.staff import notifications as notices
from storage.staff import page_access as keyholes
from storage.staff.members import format_actor

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
        batch.add_statement(rows.ATTACH_FILE_TO_CASE, file=file.id, case=case)
    sent.save_message_origins(case, act.message_origins, batch)
    said = {
        "received": "1",
        "category": act.category,
        "source": act.source or act.channel.value,
        "status": CaseStatus.RECEIVED.value,
    }
    batch.add_facts(about, 0, act.on, act.on, **said)
    await batch.audit(ActorKind.REPORTER, "filed", case)
    await concerns.save_exclusions(case, act.exclusions, batch)
    await notices.notify_of_new_case(
        year, number, act.answer_by, batch, {one.staff for one in act.exclusions}
    )


async def add_history_entry(act: AddHistoryEntry, batch: WriteBatch) -> None:
    """Append a message or files to a case."""
    seal, _ = await load_case_cipher_and_report(act.case, batch)
    body = HistoryContent(act.text, act.body, tuple(f.id for f in act.files), act.staff)
    append_history_line(batch, seal, act.case, act.seq, act.on, act.kind, act.by, body)
    for file in act.files:
        batch.add_statement(rows.ATTACH_FILE_TO_CASE, file=file.id, case=act.case)
    batch.add_statement(rows.TOUCH_CASE, case=act.case, to_seq=act.seq, on_day=act.on)
    sent.save_message_origins(act.case, act.message_origins, batch)
    if act.by is ActorKind.REPORTER:
        await notices.notify_of_reporter_message(act.case, batch, {one.staff for one in act.exclusions})
    if act.kind not in INTERNAL_ENTRY_KINDS:
        await news.notify_subscriber(act.case, act.by, batch)
    await batch.audit(format_actor(act.staff) if act.staff else act.by, act.kind.value, act.case)
    await concerns.save_exclusions(act.case, act.exclusions, batch)


async def apply_transition(act: ApplyTransition, batch: WriteBatch) -> None:
    """Take a step of the lifecycle: history, the case's state, facts and an audit line."""
    seal, report = await load_case_cipher_and_report(act.case, batch)
    outcome = act.step.outcome.value if act.step.outcome else None
    reason = act.step.reason.value if act.step.reason else None
    state = {"status": act.status.value, "outcome": outcome, "reason": reason}
    body = HistoryContent(act.text, act.step.body, staff=act.staff)
    append_history_line(batch, seal, act.case, act.seq, act.on, HistoryEntryKind.MOVED, act.by, body, **state)
    batch.add_statement(
        rows.UPDATE_CASE_STATUS,
        case=act.case,
        to_seq=act.seq,
        to_status=act.status.value,
        to_outcome=outcome,
        on_day=act.on,
    )
    if act.answer_by is not None:
        await reopening.reassign_case(act, act.answer_by, seal, batch)
    facts = {"status": act.status.value}
    if outcome or act.step.move is Transition.REOPEN:
        facts["outcome"] = outcome or ""
    if reason or act.step.move is Transition.REOPEN:
        facts["reason"] = reason or ""
    batch.add_facts(report.about, await batch.load_last_fact_seq(report.about), act.on, act.on, **facts)
    await news.notify_subscriber(act.case, act.by, batch)
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
        batch.add_statement(rows.DELETE_DRAFT_FILE, file=file)
        batch.erased_files.append(file)


ACT_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    FileCase: file_case,
    AddHistoryEntry: add_history_entry,
    ApplyTransition: apply_transition,
    SaveAttempts: save_attempts,
    DeleteFiles: delete_draft_files,
    UnsendMessage: sent.unsend_message,
    SubscribeToCase: news.subscribe_to_case,
    Unsubscribe: news.unsubscribe_person,
    **staff.STAFF_WRITERS,
    **handling.OFFICER_CASE_WRITERS,
    **concerns.EXCLUSION_WRITERS,
    SubmitQuestion: questions.submit_question,
    AppendThreadLine: questions.append_thread_line,
    RateAnswer: questions.rate_answer,
    CloseQuestion: questions.close_question,
    ScheduleAnswer: held.schedule_answer,
    CancelAnswer: held.cancel_answer,
    SaveQuestionRate: questions.save_question_rate,
    PublishQuestion: questions.publish_question,
    UnpublishQuestion: questions.unpublish_question,
    SaveFaqEntry: knowledge.save_faq_entry,
    SubmitFeedback: opinions.submit_feedback,
    RecordContactAccess: opinions.record_contact_access,
    **ballots.CONSULTATION_WRITERS,
    CloseConsultation: closing.close_consultation,
    **weighed.RESULT_WRITERS,
    **approvals.APPROVAL_WRITERS,
    **letting.RELEASE_WRITERS,
    **keyholes.PAGE_ACCESS_WRITERS,
}


def _insert_envelope(case: str, identity: Mapping[str, str], batch: WriteBatch) -> None:
    """Everybody has an envelope of one size: else the empty ones would tell who gave no name."""
    envelope, own = batch.keyring.create_envelope_cipher(case)
    name = IDENTITY_CODEC.dump_json(dict(identity)).ljust(ENVELOPE_BYTES)
    batch.insert(
        "envelopes", case_id=case, key=envelope, sealed=own.encrypt(name, "envelopes", case, "identity")
    )
