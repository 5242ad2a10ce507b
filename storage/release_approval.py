"""Approve releases that are held until a supervisor lets them be published."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import update

from handlers.dialog.effects import Act
from handlers.staff.complaints.messages import ApproveRelease
from storage import tables
from storage.db.batch import WriteBatch
from storage.staff.members import format_actor


async def approve_release_by_staff(act: ApproveRelease, batch: WriteBatch) -> None:
    """Release what is held, on behalf of a staff member. Approving twice has no second effect."""
    await approve_release(act.name, format_actor(act.staff), batch)


async def approve_release(name: str, by: str, batch: WriteBatch) -> bool:
    """Let a release (by name, such as 3/2570) be published. False where it is not held any more."""
    number, _, year = name.partition("/")
    table = tables.releases
    one = (table.c.fiscal_year == int(year)) & (table.c.number == int(number)) & table.c.held
    done = await batch.connection.execute(update(table).where(one).values(held=False))
    if done.rowcount:
        await batch.audit(by, "release-ok", name)
    return bool(done.rowcount)


RELEASE_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    ApproveRelease: approve_release_by_staff
}
