"""Writers of cases: file, append, and change state."""

import secrets
from collections.abc import Mapping

from handlers.complaints.lifecycle import CaseStatus, Transition, get_channel_source
from handlers.complaints.messages import (
    INTERNAL_ENTRY_KINDS,
    ActorKind,
    AddHistoryEntry,
    ApplyTransition,
    FileCase,
    HistoryEntryKind,
)
from ita_stats.calendar import get_fiscal_year
from ita_stats.cases.fact import FactField
from storage.cases.exclusions import save_exclusions
from storage.cases.history import append_history_line, encrypt_report, load_case_cipher_and_report
from storage.cases.reopen import reassign_case
from storage.cases.subscriptions import notify_subscriber
from storage.cases.unsend import record_message_origins
from storage.db.batch import (
    ATTACH_FILE_TO_CASE,
    TOUCH_CASE,
    UPDATE_CASE_STATUS,
    WriteBatch,
    encode_case_status,
)
from storage.serialization import IDENTITY_CODEC, HistoryContent, StoredReport
from storage.staff.members import format_actor
from storage.staff.notifications import notify_of_new_case, notify_of_reporter_message

FIRST_LINE = 1
"""The `seq` of a case that was just filed, and of the first line of its history."""

UNASSIGNED_CASE = {"officer": None, "avoid": None}

ENVELOPE_BYTES = 3060
"""Size of an envelope's plaintext, in bytes: the longest name and contact of the form, in whole padding blocks."""


async def file_case(act: FileCase, batch: WriteBatch) -> None:
    """Insert a complaint: its row, first history line, envelope, files, facts, exclusions and audit line."""
    case, about = secrets.token_hex(16), secrets.token_hex(16)
    wrapped, cipher = batch.keyring.create_case_cipher(case)
    report = StoredReport(
        about, act.category, act.channel, act.answers, tuple(f.id for f in act.files), act.source or ""
    )
    year = get_fiscal_year(act.on)
    number = await batch.allocate_number(year)
    batch.insert(
        "cases",
        id=case,
        fiscal_year=year,
        number=number,
        receipt_mark=batch.keyring.hash_receipt(act.receipt),
        **encode_case_status(CaseStatus.RECEIVED),
        outcome=None,
        seq=FIRST_LINE,
        received_on=act.on,
        touched_on=act.on,
        answer_by=act.answer_by,
        alternate=act.concerns_head,
        notice=act.notice_version,
        key=wrapped,
        report=encrypt_report(report, case, cipher),
        **UNASSIGNED_CASE,
    )
    append_history_line(
        batch, cipher, case, FIRST_LINE, act.on, HistoryEntryKind.FILED, ActorKind.REPORTER, HistoryContent()
    )
    _insert_envelope(case, act.identity, batch)
    for file in act.files:
        batch.add_statement(
            ATTACH_FILE_TO_CASE, file=file.id, owned_by=batch.keyring.hash_file_owner(case, FIRST_LINE)
        )
    record_message_origins(case, act.message_origins, batch)
    initial_facts = {
        FactField.RECEIVED: "1",
        FactField.CATEGORY: act.category,
        FactField.SOURCE: (act.source or get_channel_source(act.channel)).value,
        FactField.STATUS: CaseStatus.RECEIVED.value,
    }
    batch.add_facts(about, 0, act.on, act.on, initial_facts)
    await batch.audit(ActorKind.REPORTER, "filed", case)
    await save_exclusions(case, act.exclusions, batch)
    await notify_of_new_case(year, number, act.answer_by, batch, {one.staff for one in act.exclusions})


async def add_history_entry(act: AddHistoryEntry, batch: WriteBatch) -> None:
    """Append a message or files to a case, and notify the other side."""
    cipher, _ = await load_case_cipher_and_report(act.case, batch)
    body = HistoryContent(act.text, act.body, tuple(f.id for f in act.files), act.staff)
    append_history_line(batch, cipher, act.case, act.seq, act.on, act.kind, act.by, body)
    for file in act.files:
        owner = batch.keyring.hash_file_owner(act.case, act.seq)
        batch.add_statement(ATTACH_FILE_TO_CASE, file=file.id, owned_by=owner)
    batch.add_statement(TOUCH_CASE, case=act.case, to_seq=act.seq, on_day=act.on)
    record_message_origins(act.case, act.message_origins, batch)
    if act.by is ActorKind.REPORTER:
        await notify_of_reporter_message(act.case, batch, {one.staff for one in act.exclusions})
    if act.kind not in INTERNAL_ENTRY_KINDS:
        await notify_subscriber(act.case, act.by, batch)
    await batch.audit(format_actor(act.staff) if act.staff else act.by, act.kind.value, act.case)
    await save_exclusions(act.case, act.exclusions, batch)


async def apply_transition(act: ApplyTransition, batch: WriteBatch) -> None:
    """Apply a transition of the lifecycle: history line, case state, facts and audit line."""
    cipher, report = await load_case_cipher_and_report(act.case, batch)
    outcome = act.step.outcome.value if act.step.outcome else None
    reason = act.step.reason.value if act.step.reason else None
    state = {"status": act.status.value, "outcome": outcome, "reason": reason}
    body = HistoryContent(act.text, act.step.body, staff=act.staff)
    append_history_line(
        batch, cipher, act.case, act.seq, act.on, HistoryEntryKind.MOVED, act.by, body, **state
    )
    batch.add_statement(
        UPDATE_CASE_STATUS,
        case=act.case,
        to_seq=act.seq,
        **{f"to_{column}": value for column, value in encode_case_status(act.status).items()},
        to_outcome=outcome,
        on_day=act.on,
    )
    if act.answer_by is not None:
        await reassign_case(act, act.answer_by, cipher, batch)
    facts = {FactField.STATUS: act.status.value}
    if outcome or act.step.move is Transition.REOPEN:
        facts[FactField.OUTCOME] = outcome or ""
    if reason or act.step.move is Transition.REOPEN:
        facts[FactField.REASON] = reason or ""
    batch.add_facts(report.about, await batch.load_last_fact_seq(report.about), act.on, act.on, facts)
    await notify_subscriber(act.case, act.by, batch)
    await batch.audit(format_actor(act.staff) if act.staff else act.by, act.step.move.value, act.case)


def _insert_envelope(case: str, identity: Mapping[str, str], batch: WriteBatch) -> None:
    """Every case has an envelope of the same size: empty ones would reveal who gave no name."""
    envelope, own = batch.keyring.create_envelope_cipher(case)
    name = IDENTITY_CODEC.dump_json(dict(identity)).ljust(ENVELOPE_BYTES)
    batch.insert(
        "envelopes", case_id=case, key=envelope, sealed=own.encrypt(name, "envelopes", case, "identity")
    )
