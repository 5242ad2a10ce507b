"""Staff administration in the chat: invitations, dismissals, resets by one or two persons, and cases handed over."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.messages import ActorKind, HistoryEntryKind
from handlers.dialog.effects import Act, Query
from handlers.dialog.replies import Phrase
from handlers.staff.enrolment.messages import (
    RESET_REQUEST_TTL,
    DismissStaff,
    FindResetRequest,
    HandOverCases,
    HasCases,
    Invitation,
    InviteStaff,
    NewInvitation,
    RequestReset,
    ResetStaff,
)
from handlers.staff.members import StaffProfile
from handlers.staff.permissions import Role
from storage import tables
from storage.cases.exclusions import is_excluded_from_case
from storage.cases.history import append_history_line, load_case_for_write
from storage.db.batch import WriteBatch
from storage.db.epoch_minutes import to_epoch_minutes
from storage.db.read_batcher import ReadContext
from storage.errors import ConflictError
from storage.serialization import HistoryContent
from storage.staff.enrolments import generate_invitation, insert_invitation
from storage.staff.members import format_actor, reset_access, revoke_access
from storage.staff.notifications import notify_case_workers, notify_staff_member
from storage.staff.pushes import PushKind, StaffPush
from storage.staff.roster import STAFF_PROFILE_CODEC

_CASE, _REQUEST = tables.cases.c, tables.staff_requests.c
_DELETE_REQUEST = delete(tables.staff_requests).where(_REQUEST.staff_id == bindparam("of_staff"))
_UPDATE_HANDED_OVER = (
    update(tables.cases)
    .where(_CASE.id == bindparam("case"))
    .values(seq=bindparam("to_seq"), officer=bindparam("to_officer"), appointed_by=bindparam("by_whom"))
)


async def answer_new_invitation(query: NewInvitation, context: ReadContext) -> Invitation:  # noqa: ARG001
    """Return a new invitation."""
    return generate_invitation()


async def find_reset_request(query: FindResetRequest, context: ReadContext) -> str:
    """Return who asked to reset a person's access; empty where nobody did, too long ago, or is gone since."""
    return await _load_request(query.staff, context.now, context.connection)


async def _load_request(staff: str, now: datetime, connection: AsyncConnection) -> str:
    asked = (
        select(_REQUEST.asked_by)
        .join(tables.staff, tables.staff.c.id == _REQUEST.asked_by)
        .where(
            _REQUEST.staff_id == staff,
            _REQUEST.until > to_epoch_minutes(now),
            tables.staff.c.joined.is_not(None),
            tables.staff.c.removed.is_(None),
        )
    )
    return (await connection.execute(asked)).scalar() or ""


async def answer_has_cases(query: HasCases, context: ReadContext) -> bool:
    """Whether a person has a case, or appointed who has it."""
    theirs = select(_CASE.id).where(or_(_CASE.officer == query.staff, _CASE.appointed_by == query.staff))
    return (await context.connection.execute(theirs.limit(1))).first() is not None


async def invite_staff(act: InviteStaff, batch: WriteBatch) -> None:
    """Add a person to the staff with an invitation; supervisors and admins are told."""
    staff = secrets.token_hex(8)
    profile = STAFF_PROFILE_CODEC.dump_json(StaffProfile(act.name))
    sealed = batch.keyring.staff.encrypt(profile, "staff", staff, "profile")
    nothing = dict.fromkeys(("who", "joined", "removed", "factor", "address"))
    batch.insert("staff", id=staff, role=act.role.value, sealed=sealed, **nothing)
    insert_invitation(staff, act.invitation, batch)
    await _tell_chiefs("invited", batch, role=Phrase(f"staff.role.{act.role}"))
    await batch.audit(format_actor(act.by), "staff-added", staff)


async def dismiss_staff(act: DismissStaff, batch: WriteBatch) -> None:
    """End a person's rights; supervisors and admins are told."""
    revoke_access(act.staff, act.on, batch)
    await _tell_chiefs("dismissed", batch)
    await batch.audit(format_actor(act.by), "staff-removed", act.staff)


async def reset_staff(act: ResetStaff, batch: WriteBatch) -> None:
    """End a person's access and let them join again; supervisors and admins are told.

    Raises `ConflictError` where the first of two persons is gone meanwhile, or their request is.
    """
    if act.asked_by and await _load_request(act.staff, batch.now, batch.connection) != act.asked_by:
        raise ConflictError("the request of the first person does not hold any more")
    reset_access(act.staff, insert_invitation(act.staff, act.invitation, batch), batch)
    batch.add_statement(_DELETE_REQUEST, of_staff=act.staff)
    await _tell_chiefs("reset", batch)
    await batch.audit(format_actor(act.by), "staff-reset", act.staff)


async def request_reset(act: RequestReset, batch: WriteBatch) -> None:
    """Keep the request of the first of two persons, in place of an earlier one; supervisors and admins are told."""
    until = to_epoch_minutes(batch.now + RESET_REQUEST_TTL)
    batch.upsert("staff_requests", staff_id=act.staff, asked_by=act.by, until=until)
    await _tell_chiefs("reset_asked", batch)
    await batch.audit(format_actor(act.by), "staff-reset-asked", act.staff)


async def _tell_chiefs(what: str, batch: WriteBatch, **args: Phrase) -> None:
    push = StaffPush(PushKind.STAFF, Phrase(f"staff.notice.staff_{what}", args))
    await notify_case_workers(push, batch, {Role.SUPERVISOR, Role.ADMIN})


async def hand_over_cases(act: HandOverCases, batch: WriteBatch) -> None:
    """Give open cases to another person, who is told how many; those they may not have are left without an officer."""
    theirs = select(_CASE.id, _CASE.seq, _CASE.officer, _CASE.avoid, _CASE.appointed_by).where(
        tables.IS_OPEN_CASE, or_(_CASE.officer == act.staff, _CASE.appointed_by == act.staff)
    )
    count = 0
    for row in (await batch.connection.execute(theirs.order_by(_CASE.id))).all():
        is_barred = row.avoid == act.to or await is_excluded_from_case(row.id, act.to, batch.connection)
        heir = None if is_barred else act.to
        officer = heir if row.officer == act.staff else row.officer
        # A case that only its officer and this person could open stays so, with the other in their place.
        appointed_by = heir or act.by if row.appointed_by == act.staff else row.appointed_by
        seq = row.seq
        if row.officer == act.staff and heir is not None:
            seq, count = seq + 1, count + 1
            cipher, _, _ = await load_case_for_write(row.id, batch)
            body = HistoryContent(act.to, staff=act.by)
            append_history_line(
                batch, cipher, row.id, seq, act.on, HistoryEntryKind.ASSIGNED, ActorKind.OFFICE, body
            )
        batch.add_statement(
            _UPDATE_HANDED_OVER, case=row.id, to_seq=seq, to_officer=officer, by_whom=appointed_by
        )
        await batch.audit(format_actor(act.by), "assigned", row.id)
    if count:
        push = StaffPush(PushKind.ASSIGNED, Phrase("staff.notice.handed_over", {"count": count}))
        await notify_staff_member(act.to, push, batch)
    await batch.audit(format_actor(act.by), "handed-over", act.staff)


ADMINISTRATION_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    NewInvitation: answer_new_invitation,
    FindResetRequest: find_reset_request,
    HasCases: answer_has_cases,
}
ADMINISTRATION_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    InviteStaff: invite_staff,
    DismissStaff: dismiss_staff,
    ResetStaff: reset_staff,
    RequestReset: request_reset,
    HandOverCases: hand_over_cases,
}
