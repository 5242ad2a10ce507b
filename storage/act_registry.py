"""Acts -> rows: how each act of a turn is written."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import select

from handlers.complaints.lifecycle import CaseStatus, Transition
from handlers.complaints.messages import (
    INSIDE,
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
from storage.cases.history import line, opened
from storage.consultations import close as closing
from storage.consultations import results as weighed
from storage.consultations import store as ballots
from storage.db import batch as rows
from storage.db.batch import WriteBatch
from storage.outgoing import undo_window as held
from storage.questions import faq as knowledge
from storage.questions import store as questions
from storage.serialization import IDENTITY, REPORT, TRIES, HistoryContent, StoredReport
from storage.staff import members as staff
from storage.staff import notifications as notices
from storage.staff import page_access as keyholes
from storage.staff.members import actor

NOBODYS = {"officer": None, "avoid": None}

ENVELOPE = 3060
"""Bytes of an envelope's content: room for the longest name and contact that the form takes, in whole blocks."""


async def file_case(act: FileCase, batch: WriteBatch) -> None:
    """Enter a complaint: its row, first line of history, envelope, files, facts and audit line."""
    case, about = secrets.token_hex(16), secrets.token_hex(16)
    wrapped, seal = batch.seals.new_case(case)
    report = StoredReport(
        about, act.category, act.channel, act.answers, tuple(f.id for f in act.files), act.source
    )
    year = fiscal_year(act.on)
    number = await batch.number(year)
    batch.insert(
        "cases",
        id=case,
        fiscal_year=year,
        number=number,
        receipt_mark=batch.seals.receipt_mark(act.receipt),
        status=CaseStatus.RECEIVED.value,
        outcome=None,
        seq=1,
        received_on=act.on,
        touched_on=act.on,
        answer_by=act.answer_by,
        alternate=act.alternate,
        notice=act.notice,
        key=wrapped,
        report=seal.seal(REPORT.dump_json(report), "cases", case, "report"),
        **NOBODYS,
    )
    line(batch, seal, case, 1, act.on, HistoryEntryKind.FILED, ActorKind.REPORTER, HistoryContent())
    _envelope(case, act.identity, batch)
    for file in act.files:
        batch.add(rows.OWN_FILE, file=file.id, case=case)
    sent.remember(case, act.sent, batch)
    said = {
        "received": "1",
        "category": act.category,
        "source": act.source or act.channel.value,
        "status": CaseStatus.RECEIVED.value,
    }
    batch.state(about, 0, act.on, act.on, **said)
    await batch.note(ActorKind.REPORTER, "filed", case)
    await concerns.keep(case, act.excluded, batch)
    await notices.tell_of_new(year, number, act.answer_by, batch, {one.staff for one in act.excluded})


async def add_entry(act: AddHistoryEntry, batch: WriteBatch) -> None:
    """Append a message or files to a case."""
    seal, _ = await opened(act.case, batch)
    body = HistoryContent(act.text, act.body, tuple(f.id for f in act.files), act.staff)
    line(batch, seal, act.case, act.seq, act.on, act.kind, act.by, body)
    for file in act.files:
        batch.add(rows.OWN_FILE, file=file.id, case=act.case)
    batch.add(rows.TOUCH_CASE, case=act.case, to_seq=act.seq, on_day=act.on)
    sent.remember(act.case, act.sent, batch)
    if act.by is ActorKind.REPORTER:
        await notices.tell_of_words(act.case, batch, {one.staff for one in act.excluded})
    if act.kind not in INSIDE:
        await news.tell(act.case, act.by, batch)
    await batch.note(actor(act.staff) if act.staff else act.by, act.kind.value, act.case)
    await concerns.keep(act.case, act.excluded, batch)


async def move_case(act: ApplyTransition, batch: WriteBatch) -> None:
    """Take a step of the lifecycle: history, the case's state, facts and an audit line."""
    seal, report = await opened(act.case, batch)
    outcome = act.step.outcome.value if act.step.outcome else None
    reason = act.step.reason.value if act.step.reason else None
    state = {"status": act.status.value, "outcome": outcome, "reason": reason}
    body = HistoryContent(act.text, act.step.body, staff=act.staff)
    line(batch, seal, act.case, act.seq, act.on, HistoryEntryKind.MOVED, act.by, body, **state)
    batch.add(
        rows.MOVE_CASE,
        case=act.case,
        to_seq=act.seq,
        to_status=act.status.value,
        to_outcome=outcome,
        on_day=act.on,
    )
    if act.answer_by is not None:
        await reopening.hand_on(act, act.answer_by, seal, batch)
    facts = {"status": act.status.value}
    if outcome or act.step.move is Transition.REOPEN:
        facts["outcome"] = outcome or ""
    if reason or act.step.move is Transition.REOPEN:
        facts["reason"] = reason or ""
    batch.state(report.about, await batch.last_fact(report.about), act.on, act.on, **facts)
    await news.tell(act.case, act.by, batch)
    await batch.note(actor(act.staff) if act.staff else act.by, act.step.move.value, act.case)


async def set_tries(act: SaveAttempts, batch: WriteBatch) -> None:
    """Keep a person's wrong guesses under the key of the day."""
    day = batch.days.day(batch.now)
    bucket = batch.days.mark(day, b"tries", act.who)
    sealed = batch.days.seals[day].seal(TRIES.dump_json(act.tries), "tries", bucket.hex(), "tries")
    batch.put("tries", bucket=bucket, day=day, sealed=sealed)


async def drop_files(act: DeleteFiles, batch: WriteBatch) -> None:
    """Erase files of a draft; those that a case owns stay."""
    column = tables.files.c
    drafts = select(column.id).where(column.id.in_(act.ids), column.case_id.is_(None))
    for file in (await batch.connection.execute(drafts)).scalars():
        batch.add(rows.FORGET_FILE, file=file)
        batch.erased.append(file)


WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    FileCase: file_case,
    AddHistoryEntry: add_entry,
    ApplyTransition: move_case,
    SaveAttempts: set_tries,
    DeleteFiles: drop_files,
    UnsendMessage: sent.unsay,
    SubscribeToCase: news.keep_news,
    Unsubscribe: news.stop_news,
    **staff.WRITERS,
    **handling.WRITERS,
    **concerns.WRITERS,
    SubmitQuestion: questions.ask_office,
    AppendThreadLine: questions.add_line,
    RateAnswer: questions.rate,
    CloseQuestion: questions.close_question,
    ScheduleAnswer: held.hold_answer,
    CancelAnswer: held.take_back_answer,
    SaveQuestionRate: questions.set_asked,
    PublishQuestion: questions.post,
    UnpublishQuestion: questions.unpost,
    SaveFaqEntry: knowledge.put_known,
    SubmitFeedback: opinions.send_opinion,
    RecordContactAccess: opinions.open_contact,
    **ballots.WRITERS,
    CloseConsultation: closing.close_ballot,
    **weighed.WRITERS,
    **approvals.WRITERS,
    **letting.WRITERS,
    **keyholes.WRITERS,
}


def _envelope(case: str, identity: Mapping[str, str], batch: WriteBatch) -> None:
    """Everybody has an envelope of one size: else the empty ones would tell who gave no name."""
    envelope, own = batch.seals.new_envelope(case)
    name = IDENTITY.dump_json(dict(identity)).ljust(ENVELOPE)
    batch.insert(
        "envelopes", case_id=case, key=envelope, sealed=own.seal(name, "envelopes", case, "identity")
    )
