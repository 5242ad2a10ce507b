"""Writers of cases: file, append, and change state."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from sqlalchemy import bindparam, select, update

from handlers.complaints.lifecycle import CaseSource, CaseStatus, Transition, get_channel_source
from handlers.complaints.messages import (
    INTERNAL_ENTRY_KINDS,
    ActorKind,
    AddHistoryEntry,
    ApplyTransition,
    FileCase,
    HistoryEntryKind,
    RecordCaseOpening,
)
from ita_stats.calendar import BANGKOK, get_fiscal_year, to_bangkok_date
from ita_stats.cases.fact import FactField
from storage import tables
from storage.cases.exclusions import audit_exclusions, notify_supervisors, save_exclusions
from storage.cases.history import (
    append_history_line,
    encrypt_case_opening,
    encrypt_report,
    has_code_of_slip,
    load_case_for_write,
)
from storage.cases.reopen import reassign_case
from storage.cases.subscriptions import notify_subscriber
from storage.cases.unsend import record_message_origins
from storage.crypto.keyring import Keyring
from storage.db.batch import (
    ATTACH_FILE_TO_CASE,
    TOUCH_CASE,
    UPDATE_CASE_STATUS,
    WriteBatch,
    encode_case_status,
)
from storage.db.epoch_minutes import to_epoch_minutes
from storage.errors import ConflictError
from storage.matters.reports import leave_matter
from storage.serialization import IDENTITY_CODEC, HistoryContent, StoredReport
from storage.staff.absences import notify_of_reporter_message
from storage.staff.members import format_actor
from storage.staff.notifications import notify_of_new_case

FIRST_LINE = 1
"""The `seq` of a case that was just filed, and of the first line of its history."""

SET_CASE_OPENING = (
    update(tables.cases).where(tables.cases.c.id == bindparam("case")).values(opened=bindparam("to_opened"))
)
UNASSIGNED_CASE = {"officer": None, "avoid": None, "appointed_by": None}

LATE_ENTRY_MARK = "entered-late"
"""The name of the marks of cases that were entered after the day on which they were received: one each, and random."""

ENVELOPE_BYTES = 3060
"""Size of an envelope's plaintext, in bytes: the longest name and contact of the form, in whole padding blocks."""

_MINUTE_BYTES = 8


def draw_moment(within: int, now: datetime) -> int:
    """Draw the minute at which officers are told of a case that comes now, evenly from the next `within` minutes.

    Where that is after midnight it is drawn again, from the `within` minutes after midnight: officers see the day on
    which the case came, and of one told at half past one it would follow that it came in the last minute before.
    """
    moment = now + timedelta(minutes=secrets.randbelow(within + 1))
    if to_bangkok_date(moment) > to_bangkok_date(now):
        midnight = datetime.combine(to_bangkok_date(now) + timedelta(days=1), time(), BANGKOK)
        moment = midnight + timedelta(minutes=secrets.randbelow(within + 1))
    return to_epoch_minutes(moment)


def encrypt_moment(moment: int, case: str, keyring: Keyring) -> bytes:
    """Encrypt the minute at which officers are told of a case."""
    return keyring.waiting.encrypt(moment.to_bytes(_MINUTE_BYTES, "big"), "cases", case, "announce_at")


def draw_unused_number() -> int:
    """Return a number below 0 for a case that has no register number yet: random, since the order tells the time."""
    return -1 - secrets.randbelow(2**62)


def add_filing_facts(report: StoredReport, on: date, recorded: date, batch: WriteBatch) -> int:
    """Add the facts of a case that was received on a day, and recorded on the same or a later one; return how many."""
    values = {
        FactField.RECEIVED: "1",
        FactField.CATEGORY: report.category,
        FactField.SOURCE: (
            CaseSource(report.source) if report.source else get_channel_source(report.channel)
        ).value,
        FactField.STATUS: CaseStatus.RECEIVED.value,
    }
    batch.add_facts(report.about, 0, on, recorded, values)
    return len(values)


def build_transition_facts(
    status: str, outcome: str | None, reason: str | None, *, reopened: bool
) -> Mapping[FactField, str]:
    """Return what is counted of a transition: where it reopens a case, that it has no outcome and reason any more."""
    facts = {FactField.STATUS: status}
    if outcome or reopened:
        facts[FactField.OUTCOME] = outcome or ""
    if reason or reopened:
        facts[FactField.REASON] = reason or ""
    return facts


async def file_case(act: FileCase, batch: WriteBatch) -> None:
    """Insert a complaint: its row, first history line, envelope, files, exclusions; and what tells officers of it.

    That is register number, facts, audit lines and notice, unless it is to be announced later.
    """
    case, about = secrets.token_hex(16), secrets.token_hex(16)
    wrapped, cipher = batch.keyring.create_case_cipher(case)
    report = StoredReport(
        about, act.category, act.channel, act.answers, tuple(f.id for f in act.files), act.source or ""
    )
    year = get_fiscal_year(act.on)
    waits, entered_on = act.announce_within > 0, act.entered_on or act.on
    number = draw_unused_number() if waits else await batch.allocate_number(year)
    if act.number and number != act.number:
        raise ConflictError("another case has this number")
    moment = draw_moment(act.announce_within, batch.now) if waits else 0
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
        touched_on=entered_on,
        answer_by=act.answer_by,
        alternate=act.concerns_head,
        notice=act.notice_version,
        key=wrapped,
        report=encrypt_report(report, case, cipher),
        opened=encrypt_case_opening(None, case, cipher),
        **UNASSIGNED_CASE,
        announce_at=encrypt_moment(moment, case, batch.keyring) if waits else None,
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
    await save_exclusions(case, act.exclusions, batch, audited=False)
    if waits:
        return
    add_filing_facts(report, act.on, entered_on, batch)
    if entered_on > act.on:
        batch.insert("chores", name=LATE_ENTRY_MARK, due=secrets.token_hex(8))
    await batch.audit(ActorKind.REPORTER, "filed", case)
    await audit_exclusions(case, act.exclusions, batch)
    await notify_of_new_case(year, number, act.answer_by, batch)


async def record_case_opening(act: RecordCaseOpening, batch: WriteBatch) -> None:
    """Keep when a case was opened with its receipt. One that was erased meanwhile is left alone."""
    key = await batch.connection.scalar(select(tables.cases.c.key).where(tables.cases.c.id == act.case))
    if key is not None:
        cipher = batch.keyring.unwrap_case_cipher(act.case, key)
        sealed = encrypt_case_opening(act.opening, act.case, cipher)
        batch.add_statement(SET_CASE_OPENING, case=act.case, to_opened=sealed)


async def add_history_entry(act: AddHistoryEntry, batch: WriteBatch) -> None:
    """Append a message or files to a case, and notify the other side."""
    cipher, report, announced = await load_case_for_write(act.case, batch)
    body = HistoryContent(act.text, act.body, tuple(f.id for f in act.files), act.staff)
    append_history_line(batch, cipher, act.case, act.seq, act.on, act.kind, act.by, body)
    for file in act.files:
        owner = batch.keyring.hash_file_owner(act.case, act.seq)
        batch.add_statement(ATTACH_FILE_TO_CASE, file=file.id, owned_by=owner)
    batch.add_statement(TOUCH_CASE, case=act.case, to_seq=act.seq, on_day=act.on)
    record_message_origins(act.case, act.message_origins, batch)
    if act.by is ActorKind.REPORTER and announced:
        await notify_of_reporter_message(act.case, batch, {one.staff for one in act.exclusions})
    if act.kind is HistoryEntryKind.CODE_VOIDED:
        await notify_supervisors(act.case, "staff.notice.code_voided", batch)
    if act.kind not in INTERNAL_ENTRY_KINDS:
        await notify_subscriber(act.case, act.by, batch)
    if announced and act.kind is HistoryEntryKind.OFFICE and not await _is_answered(act.case, batch):
        place = await batch.load_last_fact_seq(report.about)
        batch.add_facts(report.about, place, act.on, act.on, {FactField.ANSWERED: "1"})
    if announced:
        await batch.audit(format_actor(act.staff) if act.staff else act.by, act.kind.value, act.case)
    await save_exclusions(act.case, act.exclusions, batch, audited=announced)


async def _is_answered(case: str, batch: WriteBatch) -> bool:
    """Whether the office has written to the reporter before."""
    line = tables.history.c
    query = select(line.seq).where(line.case_id == case, line.kind == HistoryEntryKind.OFFICE.value)
    return (await batch.connection.execute(query.limit(1))).first() is not None


async def apply_transition(act: ApplyTransition, batch: WriteBatch) -> None:
    """Apply a transition of the lifecycle: history line, case state, facts and audit line."""
    cipher, report, announced = await load_case_for_write(act.case, batch)
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
        await reassign_case(act, act.answer_by, cipher, batch, notified=announced)
    if act.step.move is Transition.REOPEN or act.by is ActorKind.REPORTER:
        # It goes its own way from here: its reporter left it, or it is looked at again, by another.
        await leave_matter(act.case, ActorKind.CLOCK, batch)
    await notify_subscriber(act.case, act.by, batch)
    if not announced:
        return
    if act.step.move is Transition.WITHDRAW and await has_code_of_slip(act.case, batch):
        await notify_supervisors(act.case, "staff.notice.withdrawn_with_slip", batch)
    reopened = act.step.move is Transition.REOPEN
    facts = build_transition_facts(act.status.value, outcome, reason, reopened=reopened)
    batch.add_facts(report.about, await batch.load_last_fact_seq(report.about), act.on, act.on, facts)
    await batch.audit(format_actor(act.staff) if act.staff else act.by, act.step.move.value, act.case)


def _insert_envelope(case: str, identity: Mapping[str, str], batch: WriteBatch) -> None:
    """Every case has an envelope of the same size: empty ones would reveal who gave no name."""
    envelope, own = batch.keyring.create_envelope_cipher(case)
    name = IDENTITY_CODEC.dump_json(dict(identity)).ljust(ENVELOPE_BYTES)
    batch.insert(
        "envelopes", case_id=case, key=envelope, sealed=own.encrypt(name, "envelopes", case, "identity")
    )
