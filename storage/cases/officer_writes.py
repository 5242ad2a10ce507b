"""How officers' acts are written: each with its line in the audit trail, by whom and without content."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from handlers.complaints.messages import ActorKind, HistoryEntryKind
from handlers.dialog.events import Act
from handlers.staff.complaints.messages import (
    AssignCase,
    CancelSend,
    LinkCases,
    RecordCaseAccess,
    ScheduleSend,
    SetLegalHold,
    SubscribeGroup,
)
from storage import tables
from storage.cases import exclusions as concerns
from storage.cases.history import line, opened
from storage.db.batch import WriteBatch
from storage.errors import ConflictError
from storage.outgoing import undo_window as held
from storage.serialization import HistoryContent
from storage.staff.members import actor
from storage.staff.roster import ADDRESS, StaffAddress

_CASE = tables.cases.c
_GIVE = (
    update(tables.cases)
    .where(_CASE.id == bindparam("case"))
    .values(seq=bindparam("to_seq"), officer=bindparam("to_officer"), touched_on=bindparam("on_day"))
)
_SEEN = update(tables.cases).where(_CASE.id == bindparam("case")).values(seq=bindparam("to_seq"))
_RELEASE = delete(tables.holds).where(tables.holds.c.case_id == bindparam("case"))
_FORGET_GROUP = delete(tables.groups).where(tables.groups.c.mark == bindparam("of_group"))


async def open_case(act: RecordCaseAccess, batch: WriteBatch) -> None:
    """Somebody reads of a case; the first time, the reporter will see that it was opened."""
    if act.seq:
        seal, _ = await opened(act.case, batch)
        line(
            batch,
            seal,
            act.case,
            act.seq,
            act.on,
            HistoryEntryKind.OPENED,
            ActorKind.OFFICE,
            HistoryContent(staff=act.staff),
        )
        batch.add(_SEEN, case=act.case, to_seq=act.seq)
    await batch.note(actor(act.staff), f"read-{act.what}", act.case)


async def give_case(act: AssignCase, batch: WriteBatch) -> None:
    """A case gets an officer; nothing of it is seen by the reporter. A conflict where it concerns that officer."""
    if await concerns.is_hidden(act.case, act.to, batch.connection):
        raise ConflictError("the case concerns who would get it")
    seal, _ = await opened(act.case, batch)
    body = HistoryContent(act.to, staff=act.by)
    line(batch, seal, act.case, act.seq, act.on, HistoryEntryKind.ASSIGNED, ActorKind.OFFICE, body)
    batch.add(_GIVE, case=act.case, to_seq=act.seq, to_officer=act.to, on_day=act.on)
    await batch.note(actor(act.by), "assigned", act.case)


async def keep_case(act: SetLegalHold, batch: WriteBatch) -> None:
    """Keep a case from erasure, or no longer."""
    if not act.reason:
        batch.add(_RELEASE, case=act.case)
    else:
        sealed = batch.seals.staff.seal(act.reason.encode(), "holds", act.case, "reason")
        batch.put("holds", case_id=act.case, on=act.on, sealed=sealed)
    await batch.note(actor(act.staff), "kept" if act.reason else "released", act.case)


async def link_cases(act: LinkCases, batch: WriteBatch) -> None:
    """Two cases are of the same matter; said twice, it is so once."""
    known = tables.links.c
    query = select(known.case_id).where(known.case_id == act.case, known.other_id == act.other)
    if (await batch.connection.execute(query)).first() is None:
        batch.insert("links", case_id=act.case, other_id=act.other)
        batch.insert("links", case_id=act.other, other_id=act.case)
    await batch.note(actor(act.staff), "linked", act.case)


async def keep_group(act: SubscribeGroup, batch: WriteBatch) -> None:
    """Tell a group of new cases, or no more."""
    if act.address is None:
        batch.add(_FORGET_GROUP, of_group=act.mark)
    else:
        told = ADDRESS.dump_json(StaffAddress(act.channel, act.address))
        sealed = batch.seals.staff.seal(told, "groups", act.mark.hex(), "address")
        batch.put("groups", mark=act.mark, address=sealed)
    await batch.note(actor(act.staff), "group-told" if act.address else "group-untold", "")


WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    RecordCaseAccess: open_case,
    AssignCase: give_case,
    SetLegalHold: keep_case,
    LinkCases: link_cases,
    SubscribeGroup: keep_group,
    ScheduleSend: held.hold_back,
    CancelSend: held.take_back,
}
