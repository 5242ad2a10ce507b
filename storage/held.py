"""What goes to a reporter waits for a minute, in which it can be taken back."""

import secrets

from sqlalchemy import bindparam, delete, select

from handlers.staff.docket import HELD, HoldBack, TakeBack
from storage import tables
from storage.batch import Batch
from storage.errors import Conflict
from storage.snapshot import SENDING
from storage.staff import actor

_COLUMN = tables.held.c
DROP = delete(tables.held).where(_COLUMN.case_id == bindparam("case"))


async def hold_back(act: HoldBack, batch: Batch) -> None:
    """Let something wait."""
    column, case = tables.cases.c, act.sending.case
    seq = (await batch.connection.execute(select(column.seq).where(column.id == case))).scalar()
    if seq != act.seq:
        raise Conflict("the case went on in the meantime")
    row = secrets.token_hex(16)
    sealed = batch.seals.staff.seal(SENDING.dump_json(act.sending), "held", row, "sending")
    due = int(batch.now.timestamp()) + HELD
    batch.insert("held", case_id=case, id=row, due=due, sealed=sealed)
    await batch.note(actor(act.sending.staff), "held", case)


async def take_back(act: TakeBack, batch: Batch) -> None:
    """Take back what waits. What is due is taken for gone, though the clock may not have come by."""
    now = int(batch.now.timestamp())
    query = select(_COLUMN.id).where(_COLUMN.case_id == act.case, _COLUMN.due > now)
    if (await batch.connection.execute(query)).first() is None:
        raise Conflict("it has gone")
    batch.add(DROP, case=act.case)
    await batch.note(actor(act.staff), "taken-back", act.case)
