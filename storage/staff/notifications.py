"""Notifications to staff: they carry a number and a due date, never content."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Row, select

from handlers.dialog.replies import MUST_ARRIVE, Phrase, Reply
from handlers.staff.members import StaffMember
from handlers.staff.permissions import CASE_WORKERS, Role
from handlers.thai.dates import format_date
from storage import tables
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.outgoing.rows import enqueue_message
from storage.serialization import OutboxMessage
from storage.staff.roster import STAFF_ADDRESS_CODEC, StaffAddress
from storage.unreadable_rows import decode_rows


async def notify_of_new_case(year: int, number: int, answer_by: date, batch: WriteBatch) -> None:
    """Notify case workers of a new case, and subscribed groups.

    Those it is kept from too: who hears nothing while colleagues do would know that it concerns them.
    """
    await notify_of_new_item("staff.notice.new", year, number, answer_by, batch)


async def notify_of_new_item(key: str, year: int, number: int, answer_by: date, batch: WriteBatch) -> None:
    """Notify case workers of a new case or question, by number and due date, and subscribed groups."""
    if batch.roster is None or not batch.roster.member_count:
        return
    told = [
        address for staff, address in await list_active_staff(batch) if staff.role in CASE_WORKERS and address
    ]
    groups = await batch.connection.execute(select(tables.groups))
    # One that cannot be read keeps no complaint back. Without a number: the mark of a group names the chat.
    told += decode_rows("groups", groups, lambda row: _decode_group(row, batch.keyring), lambda _: "")[0]
    for address in told:
        due = format_date(answer_by, address.lang)
        enqueue_staff_notification(address, Phrase(key, {"number": f"{number}/{year}", "due": due}), batch)


def _decode_group(row: Row[Any], keyring: Keyring) -> StaffAddress:
    opened = keyring.staff.decrypt(row.address, "groups", row.mark.hex(), "address")
    return STAFF_ADDRESS_CODEC.validate_json(opened)


async def notify_of_reporter_message(case: str, batch: WriteBatch, hidden_from: Collection[str] = ()) -> None:
    """Notify the assigned officer that the reporter sent something, unless the case is hidden from them."""
    if batch.roster is None or not batch.roster.member_count:
        return
    column = tables.cases.c
    query = select(column.officer, column.number, column.fiscal_year).where(column.id == case)
    row = (await batch.connection.execute(query)).one()
    if row.officer and row.officer not in hidden_from:
        number = f"{row.number}/{row.fiscal_year}"
        await notify_staff_member(row.officer, Phrase("staff.notice.wrote", {"number": number}), batch)


async def notify_case_workers(
    notice: Phrase, batch: WriteBatch, roles: Collection[Role] = CASE_WORKERS
) -> int:
    """Notify all staff with one of `roles`; return the number of recipients."""
    told = [address for one, address in await list_active_staff(batch) if one.role in roles and address]
    for address in told:
        enqueue_staff_notification(address, notice, batch)
    return len(told)


async def notify_staff_member(staff: str, notice: Phrase, batch: WriteBatch, due: date | None = None) -> None:
    """Notify one staff member. `due`: a date that is formatted in their language."""
    for one, address in await list_active_staff(batch):
        if one.id == staff and address is not None:
            day = {} if due is None else {"due": format_date(due, address.lang)}
            enqueue_staff_notification(address, replace(notice, args={**notice.args, **day}), batch)


async def is_active_staff(staff: str, batch: WriteBatch) -> bool:
    """Whether a person is on the staff now."""
    column = tables.staff.c
    query = select(column.id).where(column.id == staff, column.who.is_not(None))
    return (await batch.connection.execute(query)).first() is not None


async def list_active_staff(batch: WriteBatch) -> Iterable[tuple[StaffMember, StaffAddress | None]]:
    """Return the current staff, with the address of each who can be notified."""
    return await batch.roster.refresh(batch.connection) if batch.roster is not None else ()


def enqueue_staff_notification(address: StaffAddress, notice: Phrase, batch: WriteBatch) -> None:
    """Put a notification to a staff member into the outbox."""
    reply = Reply(notice.key, MUST_ARRIVE, notice.args)
    enqueue_message(OutboxMessage(address.channel, address.back, address.lang, (reply,)), batch)
