"""What two must agree to: asked with a sealed reason, approved by another within a day, and used once."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from handlers.complaints.approvals import (
    Approval,
    ApprovalKind,
    GrantApproval,
    ListApprovals,
    ReadIdentity,
    RequestApproval,
    UseApproval,
)
from handlers.dialog.events import Act, Query, Reply
from handlers.staff.permissions import HANDLING
from storage.cases import exclusions as concerns
from storage.db.batch import WriteBatch
from storage.db.read_context import ReadContext
from storage.errors import ConflictError
from storage.serialization import IDENTITY
from storage.staff import notifications as notices
from storage.staff.members import actor, minute
from storage.tables import envelopes
from storage.tables import rules as ruling

GOOD = timedelta(hours=24)
"""How long what was asked for may be approved and used."""

TABLE = ruling.approvals
_APPROVE = update(TABLE).where(TABLE.c.id == bindparam("of_id")).values(approved_by=bindparam("second"))
_SPEND = delete(TABLE).where(TABLE.c.id == bindparam("of_id"))


async def ask(act: RequestApproval, batch: WriteBatch) -> None:
    """Ask, and tell who may approve, save whom the case concerns."""
    row = secrets.token_hex(16)
    batch.insert(
        "approvals",
        id=row,
        case_id=act.case,
        what=act.what.value,
        asked_by=act.staff,
        approved_by=None,
        until=minute(batch.now + GOOD),
        sealed=batch.seals.staff.seal(act.reason.encode(), "approvals", row, "reason"),
    )
    for person, _ in await notices.staff_of(batch):
        hidden = await concerns.is_hidden(act.case, person.id, batch.connection)
        if person.role in HANDLING and person.id != act.staff and not hidden:
            say = Reply(f"staff.approval.notice_{act.what}", {"number": act.number})
            await notices.tell(person.id, say, batch)
    await batch.note(actor(act.staff), f"asked-{act.what}", act.case)


async def approve(act: GrantApproval, batch: WriteBatch) -> None:
    """Approve what somebody else asked for."""
    column = TABLE.c
    query = select(column.asked_by).where(
        column.id == act.id, column.approved_by.is_(None), column.until > minute(batch.now)
    )
    asked_by = (await batch.connection.execute(query)).scalar()
    if asked_by is None or asked_by == act.staff:
        raise ConflictError("this cannot be approved by this person, or not any more")
    batch.add(_APPROVE, of_id=act.id, second=act.staff)
    await batch.note(actor(act.staff), "approved", act.case)


async def spend(act: UseApproval, batch: WriteBatch) -> None:
    """What was approved is done."""
    batch.add(_SPEND, of_id=act.id)
    await batch.note(actor(act.staff), "used-approval", act.case)


async def list_approvals(query: ListApprovals, sight: ReadContext) -> tuple[Approval, ...]:
    """What was asked for in a case and is still good."""
    column = TABLE.c
    rows = await sight.connection.execute(
        select(TABLE)
        .where(column.case_id == query.case, column.until > minute(sight.now))
        .order_by(column.id)
    )
    return tuple(
        [
            Approval(
                row.id,
                row.case_id,
                ApprovalKind(row.what),
                row.asked_by,
                row.approved_by or "",
                sight.seals.staff.open(row.sealed, "approvals", row.id, "reason").decode(),
            )
            for row in rows
        ]
    )


async def read_identity(query: ReadIdentity, sight: ReadContext) -> tuple[tuple[str, str], ...]:
    """The reporter's name and contact."""
    row = (await sight.connection.execute(select(envelopes).where(envelopes.c.case_id == query.case))).first()
    if row is None:
        return ()
    seal = sight.seals.of_envelope(query.case, row.key)
    opened = IDENTITY.validate_json(seal.open(row.sealed, "envelopes", query.case, "identity"))
    return tuple(opened.items())


READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    ListApprovals: list_approvals,
    ReadIdentity: read_identity,
}
WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    RequestApproval: ask,
    GrantApproval: approve,
    UseApproval: spend,
}
