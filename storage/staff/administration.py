"""Staff administration in the chat: invitations, dismissals, resets by one or two persons, and cases handed over."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, delete, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.messages import ActorKind, HistoryEntryKind
from handlers.dialog.effects import Act, Query
from handlers.dialog.replies import Phrase
from handlers.staff.enrolment.messages import (
    HANDED_OVER_AT_ONCE,
    RESET_REQUEST_TTL,
    CountCasesToHandOver,
    DismissStaff,
    FindOtherChief,
    FindResetRequest,
    HandOverCases,
    HasCases,
    Invitation,
    InviteStaff,
    ListCaseHolders,
    NewInvitation,
    RequestReset,
    ResetStaff,
    TellDigits,
)
from handlers.staff.members import StaffMember
from handlers.staff.permissions import Role
from storage import tables
from storage.cases.exclusions import build_readable_condition, is_case_hidden
from storage.cases.history import append_history_line, load_case_for_write
from storage.db.batch import WriteBatch
from storage.db.epoch_minutes import to_epoch_minutes
from storage.db.read_batcher import ReadContext
from storage.errors import ConflictError, UnreadableRowError
from storage.serialization import HistoryContent
from storage.staff.absences import notify_holder
from storage.staff.enrolments import generate_invitation, insert_invitation
from storage.staff.members import format_actor, reset_access, revoke_access
from storage.staff.notifications import list_active_staff, notify_case_workers, notify_staff_member
from storage.staff.pushes import PushKind, StaffPush, make_case_push
from storage.staff.roster import STAFF_PROFILE_CODEC, decode_staff
from storage.unreadable_rows import log_unreadable_row

_CASE, _REQUEST = tables.cases.c, tables.staff_requests.c
_DELETE_REQUEST = delete(tables.staff_requests).where(_REQUEST.staff_id == bindparam("of_staff"))
_UPDATE_HANDED_OVER = (
    update(tables.cases)
    .where(_CASE.id == bindparam("case"))
    .values(seq=bindparam("to_seq"), officer=bindparam("to_officer"))
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


async def find_other_chief(query: FindOtherChief, context: ReadContext) -> StaffMember | None:
    """Return another admin or supervisor with a chat: the one who is wanted, else an admin, the same at each call."""
    column = tables.staff.c
    chiefs = select(tables.staff).where(
        column.role.in_([Role.ADMIN.value, Role.SUPERVISOR.value]),
        column.joined.is_not(None),
        column.removed.is_(None),
        column.address.is_not(None),
        column.id != query.but,
    )
    order = (column.id != query.wanted, column.role != Role.ADMIN.value, column.id)
    row = (await context.connection.execute(chiefs.order_by(*order).limit(1))).mappings().first()
    return None if row is None else decode_staff(row, context.keyring)


async def list_case_holders(query: ListCaseHolders, context: ReadContext) -> tuple[tuple[str, int], ...]:  # noqa: ARG001
    """Count the open cases of each officer."""
    counted = select(_CASE.officer, func.count()).where(tables.IS_OPEN_CASE, _CASE.officer.is_not(None))
    rows = await context.connection.execute(counted.group_by(_CASE.officer).order_by(_CASE.officer))
    return tuple((staff, int(count)) for staff, count in rows)


async def tell_digits(act: TellDigits, batch: WriteBatch) -> None:
    """Tell somebody the address of the page with an invitation's digits."""
    args = {"name": act.name, "address": act.address}
    push = StaffPush(PushKind.DIGITS, Phrase("staff.notice.digits", args))
    await notify_staff_member(act.to, push, batch)


async def invite_staff(act: InviteStaff, batch: WriteBatch) -> None:
    """Add a person to the staff with an invitation; supervisors and admins are told."""
    staff = secrets.token_hex(8)
    profile = STAFF_PROFILE_CODEC.dump_json(act.profile)
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


async def count_cases_to_hand_over(query: CountCasesToHandOver, context: ReadContext) -> int:
    """Count the open cases that a hand-over would give to another person, or to who appointed this one."""
    given = select(func.count()).select_from(tables.cases)
    given = given.where(_is_open_of(query.staff), _may_be_given(query.to))
    return int((await context.connection.execute(given)).scalar_one())


async def hand_over_cases(act: HandOverCases, batch: WriteBatch) -> None:
    """Give open cases to another person, who is told how many; at most `HANDED_OVER_AT_ONCE`, which is told.

    A case to which the officer was appointed goes to the supervisor who did that, since others are to be kept from it;
    what may not go to either stays, and supervisors are asked to assign it. One that cannot be read is left as it is.
    """
    columns = (_CASE.id, _CASE.seq, _CASE.number, _CASE.fiscal_year, _CASE.answer_by, _CASE.appointed_by)
    theirs = select(*columns).where(_is_open_of(act.staff)).order_by(_CASE.id).limit(HANDED_OVER_AT_ONCE)
    rows = (await batch.connection.execute(theirs.where(_may_be_given(act.to)))).all()
    given = [row for row in rows if await _hand_over_case(row, act, batch)]
    count = len([row for row in given if row.appointed_by is None])
    if count:
        push = StaffPush(PushKind.ASSIGNED, Phrase("staff.notice.handed_over", {"count": count}))
        await notify_staff_member(act.to, push, batch)
    if len(rows) < HANDED_OVER_AT_ONCE:
        await _ask_to_assign_rest(theirs.where(~_may_be_given(act.to)), batch)
    await batch.audit(format_actor(act.by), "handed-over", act.staff)


def _is_open_of(staff: str) -> ColumnElement[bool]:
    return tables.IS_OPEN_CASE & (_CASE.officer == staff)


def _may_be_given(to: str) -> ColumnElement[bool]:
    """Build the SQL condition that who gets a case, `to` or who appointed its officer, is another and may read it."""
    heir = func.coalesce(_CASE.appointed_by, literal(to))
    return (heir != _CASE.officer) & build_readable_condition(heir)


async def _hand_over_case(
    row: Row[Any, Any, Any, Any, Any, Any], act: HandOverCases, batch: WriteBatch
) -> bool:
    """Give a case to another officer; False where it cannot be read."""
    heir, seq, number = row.appointed_by or act.to, row.seq + 1, f"{row.number}/{row.fiscal_year}"
    try:
        cipher, _, _ = await load_case_for_write(row.id, batch)
    except UnreadableRowError as error:
        log_unreadable_row(error)
        return False
    body = HistoryContent(heir, staff=act.by)
    append_history_line(batch, cipher, row.id, seq, act.on, HistoryEntryKind.ASSIGNED, ActorKind.OFFICE, body)
    batch.add_statement(_UPDATE_HANDED_OVER, case=row.id, to_seq=seq, to_officer=heir)
    if row.appointed_by is not None:
        notice = Phrase("staff.notice.assigned", {"number": number})
        push = make_case_push(PushKind.ASSIGNED, notice, number)
        await notify_holder(row.id, heir, push, batch, due=row.answer_by)
    await batch.audit(format_actor(act.by), "assigned", row.id)
    return True


async def _ask_to_assign_rest(rest: Select[Any], batch: WriteBatch) -> None:
    """Ask the supervisors who may open a case that stayed with who hands over to assign it."""
    supervisors = [one for one, _ in await list_active_staff(batch) if one.role is Role.SUPERVISOR]
    for row in (await batch.connection.execute(rest)).all():
        number = f"{row.number}/{row.fiscal_year}"
        push = make_case_push(PushKind.ASSIGNED, Phrase("staff.notice.left_over", {"number": number}), number)
        for one in supervisors:
            if not await is_case_hidden(row.id, one.id, batch.connection):
                await notify_staff_member(one.id, push, batch)


ADMINISTRATION_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    NewInvitation: answer_new_invitation,
    CountCasesToHandOver: count_cases_to_hand_over,
    FindOtherChief: find_other_chief,
    FindResetRequest: find_reset_request,
    ListCaseHolders: list_case_holders,
    HasCases: answer_has_cases,
}
ADMINISTRATION_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    InviteStaff: invite_staff,
    DismissStaff: dismiss_staff,
    ResetStaff: reset_staff,
    RequestReset: request_reset,
    HandOverCases: hand_over_cases,
    TellDigits: tell_digits,
}
