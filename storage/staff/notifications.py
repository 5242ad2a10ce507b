"""Notices to officers: that there is something, by its number and its day, and never what was told."""

import secrets
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from handlers import thai
from handlers.dialog.events import Reply
from handlers.staff.members import StaffMember
from handlers.staff.permissions import HANDLING, Role
from storage import tables
from storage.db.batch import WriteBatch
from storage.serialization import OutboxMessage, enclosed
from storage.staff.roster import ADDRESS, StaffAddress


async def tell_of_new(
    year: int, number: int, answer_by: date, batch: WriteBatch, hidden_from: Collection[str] = ()
) -> None:
    """There is a new case: who handles cases is told, save whom it concerns, and the groups that wished it."""
    await tell_all("staff.notice.new", year, number, answer_by, batch, hidden_from)


async def tell_all(
    key: str, year: int, number: int, answer_by: date, batch: WriteBatch, hidden_from: Collection[str] = ()
) -> None:
    """There is something new, by its number and its day: who handles it is told, and the groups that wished it."""
    if batch.roster is None or not batch.roster.known:
        return
    told = [
        address
        for staff, address in await staff_of(batch)
        if staff.role in HANDLING and address and staff.id not in hidden_from
    ]
    for row in await batch.connection.execute(select(tables.groups)):
        opened = batch.seals.staff.open(row.address, "groups", row.mark.hex(), "address")
        told.append(ADDRESS.validate_json(opened))
    for address in told:
        due = thai.shown(answer_by, address.lang)
        post(address, Reply(key, {"number": f"{number}/{year}", "due": due}), batch)


async def tell_of_words(case: str, batch: WriteBatch, hidden_from: Collection[str] = ()) -> None:
    """The reporter sent something: the officer in hand is told, without what it is, unless it concerns them."""
    if batch.roster is None or not batch.roster.known:
        return
    column = tables.cases.c
    query = select(column.officer, column.number, column.fiscal_year).where(column.id == case)
    row = (await batch.connection.execute(query)).one()
    if row.officer and row.officer not in hidden_from:
        number = f"{row.number}/{row.fiscal_year}"
        await tell(row.officer, Reply("staff.notice.wrote", {"number": number}), batch)


async def tell_handlers(say: Reply, batch: WriteBatch, roles: Collection[Role] = HANDLING) -> int:
    """Tell everybody who handles what comes in, or those of some roles; gives how many heard it."""
    told = [address for one, address in await staff_of(batch) if one.role in roles and address]
    for address in told:
        post(address, say, batch)
    return len(told)


async def tell(staff: str, say: Reply, batch: WriteBatch, due: date | None = None) -> None:
    """Tell one person of the staff something. due: a day that is said in their language."""
    for one, address in await staff_of(batch):
        if one.id == staff and address is not None:
            day = {} if due is None else {"due": thai.shown(due, address.lang)}
            post(address, replace(say, args={**say.args, **day}), batch)


async def is_active(staff: str, batch: WriteBatch) -> bool:
    """Whether a person is on the staff now."""
    column = tables.staff.c
    query = select(column.id).where(column.id == staff, column.who.is_not(None))
    return (await batch.connection.execute(query)).first() is not None


async def staff_of(batch: WriteBatch) -> Iterable[tuple[StaffMember, StaffAddress | None]]:
    """Who is on the staff now, and where each is told something."""
    return await batch.roster.fresh(batch.connection) if batch.roster is not None else ()


def post(address: StaffAddress, say: Reply, batch: WriteBatch) -> None:
    """Lay a notice ready for a person of the staff."""
    row = secrets.token_hex(16)
    letter = OutboxMessage(address.channel, address.back, address.lang, (replace(say, certain=True),))
    body = batch.seals.waiting.seal(enclosed(letter), "outbox", row, "letter")
    due = int(batch.now.timestamp())
    batch.insert("outbox", id=row, kind=address.channel.value, due=due, attempts=0, sealed=body)
