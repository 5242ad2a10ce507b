"""Writers of officers' acts. Each adds a line to the audit trail: who, what and which case, without content."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Date, bindparam, case, delete, select, update

from handlers.complaints.messages import ActorKind, HistoryEntryKind
from handlers.dialog.effects import Act
from handlers.staff.complaints.messages import (
    AssignCase,
    CancelSend,
    LinkCases,
    RecordCaseAccess,
    ScheduleSend,
    SetAppointment,
    SetCaseKind,
    SetLegalHold,
    SubscribeGroup,
)
from ita_stats.cases.fact import FactField
from storage import tables
from storage.cases.exclusions import (
    end_void_appointment,
    is_case_hidden,
    is_excluded_from_case,
)
from storage.cases.history import append_history_line, encrypt_report, load_case_for_write
from storage.db.batch import WriteBatch
from storage.errors import ConflictError
from storage.matters.reports import build_same_matter, select_other_reports
from storage.outgoing.undo_window import cancel_send, schedule_send
from storage.serialization import HistoryContent
from storage.staff.absences import notify_of_assignment
from storage.staff.members import format_actor
from storage.staff.roster import STAFF_ADDRESS_CODEC, StaffAddress

_CASE = tables.cases.c
_UPDATE_OFFICER = (
    update(tables.cases)
    .where(_CASE.id == bindparam("case"))
    .values(seq=bindparam("to_seq"), officer=bindparam("to_officer"), touched_on=bindparam("on_day"))
)
_UPDATE_APPOINTED = (
    update(tables.cases).where(build_same_matter(bindparam("case"))).values(appointed_by=bindparam("whose"))
)
_UPDATE_SEQ = update(tables.cases).where(_CASE.id == bindparam("case")).values(seq=bindparam("to_seq"))
_UPDATE_REPORT = (
    update(tables.cases)
    .where(_CASE.id == bindparam("case"))
    .values(
        report=bindparam("kept"),
        # The days until an ended case is erased count from its end, whatever kind it is given later.
        touched_on=case((_CASE.open, bindparam("on_day", type_=Date)), else_=_CASE.touched_on),
    )
)
_DELETE_LEGAL_HOLD = delete(tables.holds).where(tables.holds.c.case_id == bindparam("case"))
_DELETE_GROUP = delete(tables.groups).where(tables.groups.c.mark == bindparam("of_group"))


async def record_case_access(act: RecordCaseAccess, batch: WriteBatch) -> None:
    """Audit that a case was read. `act.seq` is set on the first time: the reporter sees that it was opened."""
    if act.seq:
        cipher, _, _ = await load_case_for_write(act.case, batch)
        append_history_line(
            batch,
            cipher,
            act.case,
            act.seq,
            act.on,
            HistoryEntryKind.OPENED,
            ActorKind.OFFICE,
            HistoryContent(staff=act.staff),
        )
        batch.add_statement(_UPDATE_SEQ, case=act.case, to_seq=act.seq)
    await batch.audit(format_actor(act.staff), f"read-{act.what}", act.case)


async def assign_case(act: AssignCase, batch: WriteBatch) -> None:
    """Assign a case, and the open ones of its matter with it; reporters do not see it.

    Raises `ConflictError` where one of them concerns the officer.
    """
    if await is_excluded_from_case(act.case, act.to, batch.connection):
        raise ConflictError("the case concerns who would get it")
    await end_void_appointment(act.case, batch.connection)
    await notify_of_assignment(act, batch)
    await _assign_report(act, batch)
    others = select(_CASE.id, _CASE.seq).where(
        _CASE.id.in_(select_other_reports(act.case)),
        tables.IS_OPEN_CASE,
        _CASE.officer.is_distinct_from(act.to),
    )
    for row in (await batch.connection.execute(others)).all():
        await _assign_report(replace(act, case=row.id, seq=row.seq + 1), batch)


async def _assign_report(act: AssignCase, batch: WriteBatch) -> None:
    cipher, _, _ = await load_case_for_write(act.case, batch)
    body = HistoryContent(act.to, staff=act.by)
    append_history_line(
        batch, cipher, act.case, act.seq, act.on, HistoryEntryKind.ASSIGNED, ActorKind.OFFICE, body
    )
    batch.add_statement(_UPDATE_OFFICER, case=act.case, to_seq=act.seq, to_officer=act.to, on_day=act.on)
    await batch.audit(format_actor(act.by), "assigned", act.case)


async def set_appointment(act: SetAppointment, batch: WriteBatch) -> None:
    """Let only the officer and who says so open a case, or end that. Raises `ConflictError`; see `SetAppointment`."""
    if await is_case_hidden(act.case, act.by, batch.connection):
        raise ConflictError("the case is kept from who decides")
    batch.add_statement(_UPDATE_APPOINTED, case=act.case, whose=None if act.is_lifted else act.by)
    await batch.audit(
        format_actor(act.by), "unappointed" if act.is_lifted else f"appointed:{act.officer}", act.case
    )


async def set_legal_hold(act: SetLegalHold, batch: WriteBatch) -> None:
    """Exempt a case from deletion, or end that (empty reason)."""
    if not act.reason:
        batch.add_statement(_DELETE_LEGAL_HOLD, case=act.case)
    else:
        sealed = batch.keyring.staff.encrypt(act.reason.encode(), "holds", act.case, "reason")
        batch.upsert("holds", case_id=act.case, on=act.on, sealed=sealed)
    await batch.audit(format_actor(act.staff), "kept" if act.reason else "released", act.case)


async def link_cases(act: LinkCases, batch: WriteBatch) -> None:
    """Link two cases of the same matter. Linking twice has no second effect."""
    known = tables.links.c
    query = select(known.case_id).where(known.case_id == act.case, known.other_id == act.other)
    if (await batch.connection.execute(query)).first() is None:
        batch.insert("links", case_id=act.case, other_id=act.other)
        batch.insert("links", case_id=act.other, other_id=act.case)
    await batch.audit(format_actor(act.staff), "linked", act.case)


async def set_case_kind(act: SetCaseKind, batch: WriteBatch) -> None:
    """Store the kind of a case where it is another, with a line of its history and a fact from its receipt on."""
    cipher, report, _ = await load_case_for_write(act.case, batch)
    if report.category != act.category:
        sealed = encrypt_report(replace(report, category=act.category), act.case, cipher)
        # At once: an act after it in the batch reads the report as it is now.
        await batch.connection.execute(_UPDATE_REPORT, {"case": act.case, "kept": sealed, "on_day": act.on})
        last = await batch.load_last_fact_seq(report.about)
        batch.add_facts(report.about, last, act.received_on, act.on, {FactField.CATEGORY: act.category})
        line = HistoryContent(act.category, staff=act.staff)
        append_history_line(
            batch, cipher, act.case, act.seq, act.on, HistoryEntryKind.KIND_SET, ActorKind.OFFICE, line
        )
        batch.add_statement(_UPDATE_SEQ, case=act.case, to_seq=act.seq)
    await batch.audit(format_actor(act.staff), "kind-set", act.case)


async def subscribe_group(act: SubscribeGroup, batch: WriteBatch) -> None:
    """Notify a group of new cases, or stop (no address)."""
    if act.address is None:
        batch.add_statement(_DELETE_GROUP, of_group=act.group_hash)
    else:
        serialized = STAFF_ADDRESS_CODEC.dump_json(StaffAddress(act.channel, act.address))
        sealed = batch.keyring.staff.encrypt(serialized, "groups", act.group_hash.hex(), "address")
        batch.upsert("groups", mark=act.group_hash, address=sealed)
    await batch.audit(format_actor(act.staff), "group-told" if act.address else "group-untold", "")


OFFICER_CASE_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    RecordCaseAccess: record_case_access,
    AssignCase: assign_case,
    SetAppointment: set_appointment,
    SetLegalHold: set_legal_hold,
    LinkCases: link_cases,
    SetCaseKind: set_case_kind,
    SubscribeGroup: subscribe_group,
    ScheduleSend: schedule_send,
    CancelSend: cancel_send,
}
