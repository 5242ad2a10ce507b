"""Notifications to staff: they carry a number and a due date, never content."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import Row, select

from handlers.dialog.replies import Phrase
from handlers.staff.members import StaffMember
from handlers.staff.permissions import CASE_WORKERS, Role
from handlers.thai.dates import format_date
from storage import tables
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.outgoing.rows import enqueue_message
from storage.serialization import OutboxMessage
from storage.staff.pushes import PushKind, StaffPush, make_case_push, make_question_push
from storage.staff.roster import STAFF_ADDRESS_CODEC, StaffAddress
from storage.unreadable_rows import decode_rows


async def notify_of_new_case(year: int, number: int, answer_by: date, batch: WriteBatch) -> None:
    """Notify case workers of a new case, and subscribed groups.

    Those it is kept from too: who hears nothing while colleagues do would know that it concerns them.
    """
    name = f"{number}/{year}"
    push = make_case_push(PushKind.NEW, Phrase("staff.notice.new", {"number": name}), name)
    await _notify_of_new_item(push, answer_by, batch)


async def notify_of_new_question(year: int, number: int, answer_by: date, batch: WriteBatch) -> None:
    """Notify case workers of a new question, and subscribed groups."""
    name = f"{number}/{year}"
    await _notify_of_new_item(make_question_push(PushKind.NEW, "inquiry.notice.new", name), answer_by, batch)


async def _notify_of_new_item(push: StaffPush, answer_by: date, batch: WriteBatch) -> None:
    if batch.roster is None or not batch.roster.member_count:
        return
    told = [
        address for staff, address in await list_active_staff(batch) if staff.role in CASE_WORKERS and address
    ]
    groups = await batch.connection.execute(select(tables.groups))
    # One that cannot be read keeps no complaint back. Without a number: the mark of a group names the chat.
    listed = decode_rows("groups", groups, lambda row: _decode_group(row, batch.keyring), lambda _: "")[0]
    for address in told:
        enqueue_staff_notification(address, push.with_args(due=format_date(answer_by, address.lang)), batch)
    for address in listed:  # no button: a group is a place where nobody opens a case
        due = format_date(answer_by, address.lang)
        enqueue_staff_notification(address, StaffPush(push.kind, push.with_args(due=due).notice), batch)


def _decode_group(row: Row[Any], keyring: Keyring) -> StaffAddress:
    opened = keyring.staff.decrypt(row.address, "groups", row.mark.hex(), "address")
    return STAFF_ADDRESS_CODEC.validate_json(opened)


async def notify_case_workers(
    push: StaffPush, batch: WriteBatch, roles: Collection[Role] = CASE_WORKERS
) -> int:
    """Notify all staff with one of `roles`; return the number of recipients."""
    told = [address for one, address in await list_active_staff(batch) if one.role in roles and address]
    for address in told:
        enqueue_staff_notification(address, push, batch)
    return len(told)


async def notify_staff_member(
    staff: str, push: StaffPush, batch: WriteBatch, due: date | None = None
) -> None:
    """Notify one staff member. `due`: a date that is formatted in their language."""
    for one, address in await list_active_staff(batch):
        if one.id == staff and address is not None:
            day = {} if due is None else {"due": format_date(due, address.lang)}
            enqueue_staff_notification(address, push.with_args(**day), batch)


async def is_active_staff(staff: str, batch: WriteBatch) -> bool:
    """Whether a person is on the staff now."""
    column = tables.staff.c
    query = select(column.id).where(column.id == staff, column.who.is_not(None))
    return (await batch.connection.execute(query)).first() is not None


async def list_active_staff(batch: WriteBatch) -> Iterable[tuple[StaffMember, StaffAddress | None]]:
    """Return the current staff, with the address of each who can be notified."""
    return await batch.roster.refresh(batch.connection) if batch.roster is not None else ()


def enqueue_staff_notification(address: StaffAddress, push: StaffPush, batch: WriteBatch) -> None:
    """Put a push to a staff member into the outbox, to be sent at once."""
    enqueue_message(OutboxMessage(address.channel, address.back, address.lang, (push.to_reply(),)), batch)
