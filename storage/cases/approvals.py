"""Approvals by a second person: requested with an encrypted reason, granted within a day, and used once."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update

from handlers.complaints.approvals import (
    Approval,
    ApprovalKind,
    GrantApproval,
    ListApprovals,
    ReadIdentity,
    RequestApproval,
    UseApproval,
)
from handlers.dialog.effects import Act, Query
from handlers.dialog.replies import Choice, Phrase
from handlers.staff.permissions import CASE_WORKERS, CommandName
from storage.cases.exclusions import is_case_hidden
from storage.cases.reporter_queries import load_identity
from storage.db.batch import WriteBatch
from storage.db.epoch_minutes import to_epoch_minutes
from storage.db.read_batcher import ReadContext
from storage.errors import ConflictError
from storage.staff.members import format_actor
from storage.staff.notifications import list_active_staff, notify_staff_member
from storage.staff.pushes import PushKind, StaffPush
from storage.tables.rules import approvals
from storage.unreadable_rows import decode_rows

APPROVAL_TTL = timedelta(hours=24)
"""How long a request can be granted and used."""

APPROVAL_TABLE = approvals
_UPDATE_APPROVED = (
    update(APPROVAL_TABLE)
    .where(APPROVAL_TABLE.c.id == bindparam("of_id"))
    .values(approved_by=bindparam("second"))
)
_DELETE_APPROVAL = delete(APPROVAL_TABLE).where(APPROVAL_TABLE.c.id == bindparam("of_id"))


async def request_approval(act: RequestApproval, batch: WriteBatch) -> None:
    """Insert a request, and notify those who may grant it, except staff the case is hidden from."""
    row = secrets.token_hex(16)
    batch.insert(
        "approvals",
        id=row,
        case_id=act.case,
        what=act.kind.value,
        asked_by=act.staff,
        approved_by=None,
        until=to_epoch_minutes(batch.now + APPROVAL_TTL),
        sealed=batch.keyring.staff.encrypt(act.reason.encode(), "approvals", row, "reason"),
    )
    for person, _ in await list_active_staff(batch):
        hidden = await is_case_hidden(act.case, person.id, batch.connection)
        if person.role in CASE_WORKERS and person.id != act.staff and not hidden:
            say = Phrase(f"staff.approval.notice_{act.kind}", {"number": act.number})
            shows = Choice(f"/{CommandName.APPROVE} {act.number}", CommandName.APPROVE.label_key)
            await notify_staff_member(person.id, StaffPush(PushKind.APPROVAL, say, (shows,)), batch)
    await batch.audit(format_actor(act.staff), f"asked-{act.kind}", act.case)


async def grant_approval(act: GrantApproval, batch: WriteBatch) -> None:
    """Grant another person's request. Raises `ConflictError` for one's own, or if expired or granted."""
    column = APPROVAL_TABLE.c
    query = select(column.asked_by).where(
        column.id == act.id, column.approved_by.is_(None), column.until > to_epoch_minutes(batch.now)
    )
    asked_by = (await batch.connection.execute(query)).scalar()
    if asked_by is None or asked_by == act.staff:
        raise ConflictError("this cannot be approved by this person, or not any more")
    batch.add_statement(_UPDATE_APPROVED, of_id=act.id, second=act.staff)
    await batch.audit(format_actor(act.staff), "approved", act.case)


async def use_approval(act: UseApproval, batch: WriteBatch) -> None:
    """Delete an approval that is used."""
    batch.add_statement(_DELETE_APPROVAL, of_id=act.id)
    await batch.audit(format_actor(act.staff), "used-approval", act.case)


async def list_approvals(query: ListApprovals, context: ReadContext) -> tuple[Approval, ...]:
    """Return the requests of a case that have not expired."""
    column = APPROVAL_TABLE.c
    rows = await context.connection.execute(
        select(APPROVAL_TABLE)
        .where(column.case_id == query.case, column.until > to_epoch_minutes(context.now))
        .order_by(column.id)
    )

    def decode(row: Row[Any]) -> Approval:
        reason = context.keyring.staff.decrypt(row.sealed, "approvals", row.id, "reason").decode()
        kind = ApprovalKind(row.what)
        return Approval(row.id, row.case_id, kind, row.asked_by, row.approved_by or "", reason)

    # One that cannot be read does not count: it is asked for again.
    approvals, _ = decode_rows("approvals", rows, decode, lambda row: row.id)
    return tuple(approvals)


async def read_identity(query: ReadIdentity, context: ReadContext) -> tuple[tuple[str, str], ...]:
    """Return the reporter's name and contact as pairs; empty where none were given. Raises `UnreadableRowError`."""
    return tuple((await load_identity(query.case, context)).items())


APPROVAL_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    ListApprovals: list_approvals,
    ReadIdentity: read_identity,
}
APPROVAL_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    RequestApproval: request_approval,
    GrantApproval: grant_approval,
    UseApproval: use_approval,
}
