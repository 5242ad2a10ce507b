"""Reassign a reopened case: it goes to another officer than the one who closed it."""

from datetime import date

from sqlalchemy import bindparam, null, select, update

from handlers.complaints.lifecycle import ENDED_STATUSES
from handlers.complaints.messages import ApplyTransition
from handlers.dialog.replies import Phrase
from handlers.staff.permissions import CASE_WORKERS
from storage import tables
from storage.cases.exclusions import end_void_appointment
from storage.cases.history import decrypt_history_content
from storage.crypto.aead import Cipher
from storage.db.batch import WriteBatch
from storage.staff.notifications import notify_staff_member
from storage.staff.pushes import PushKind, make_case_push

_CASE = tables.cases.c
_UPDATE_REASSIGNED = (
    update(tables.cases)
    .where(_CASE.id == bindparam("case"))
    .values(officer=null(), avoid=bindparam("to_avoid"), answer_by=bindparam("to_day"))
)


async def reassign_case(
    act: ApplyTransition, answer_by: date, cipher: Cipher, batch: WriteBatch, *, notified: bool
) -> None:
    """Unassign the case, exclude who closed it from taking it, and notify the others.

    Where there is no other officer, the closer may take it again. notified: officers know of the case.
    """
    closer = await _find_closer(act.case, cipher, batch)
    others = [one for one in await _list_case_workers(batch) if one != closer]
    reassigned = {"case": act.case, "to_avoid": closer if others else None, "to_day": answer_by}
    await batch.connection.execute(_UPDATE_REASSIGNED, reassigned)
    await end_void_appointment(act.case, batch.connection)
    if not notified:
        return
    query = select(_CASE.number, _CASE.fiscal_year).where(_CASE.id == act.case)
    row = (await batch.connection.execute(query)).one()
    number = f"{row.number}/{row.fiscal_year}"
    push = make_case_push(PushKind.NEW, Phrase("staff.notice.again", {"number": number}), number)
    for staff in others:
        await notify_staff_member(staff, push, batch, due=answer_by)


async def _find_closer(case: str, cipher: Cipher, batch: WriteBatch) -> str | None:
    """Return the staff id of who closed the case last; None if unknown."""
    line = tables.history.c
    ended = select(line.seq, line.sealed).where(
        line.case_id == case, line.status.in_([status.value for status in ENDED_STATUSES])
    )
    row = (await batch.connection.execute(ended.order_by(line.seq.desc()).limit(1))).first()
    if row is None:
        return None
    return decrypt_history_content(row.sealed, case, row.seq, cipher).staff or None


async def _list_case_workers(batch: WriteBatch) -> list[str]:
    column = tables.staff.c
    able = select(column.id).where(column.who.is_not(None), column.role.in_([r.value for r in CASE_WORKERS]))
    return list((await batch.connection.execute(able)).scalars())
