"""The staff of a desk: who they are, sealed; by which mark each is known; and how they prove that it is they."""

import secrets
from base64 import b32encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, null, select, update

from handlers.dialog import receipt
from handlers.dialog.events import Act, Query
from handlers.staff.members import (
    AuditRefusal,
    FindInvitation,
    FindStaffMember,
    IsCodeUsed,
    IsRecoveryCode,
    JoinStaff,
    LeaveStaff,
    NewRecoveryCodes,
    NewTotpSecret,
    SetStaffLanguage,
    StaffMember,
    UseCode,
)
from storage import tables
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.db.read_context import ReadContext
from storage.errors import ConflictError
from storage.staff.roster import ADDRESS, StaffAddress, addressed, opened

INVITED = timedelta(hours=24)
"""How long a code of invitation can be used."""

CODE = 10
"""Symbols of a code of invitation or recovery: 50 random bits."""

RECOVERIES = 8
SECRET = 20
"""Bytes of a second factor's secret, as RFC 4226 advises."""

PROVED = timedelta(days=2)
"""How long it is kept that a code was taken: longer than any clock is wrong."""

STRANGER = "stranger"


_TABLE = tables.staff
_ONE = select(_TABLE).where(_TABLE.c.who == bindparam("of_who"))
_JOIN = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("staff"))
    .values(
        who=bindparam("as_who"),
        joined=bindparam("on_day"),
        factor=bindparam("sealed_factor"),
        address=bindparam("sealed_address"),
    )
)
_LEAVE = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("staff"))
    .values(who=null(), removed=bindparam("on_day"), factor=null(), address=null())
)
_SPEAK = update(_TABLE).where(_TABLE.c.id == bindparam("staff")).values(address=bindparam("sealed_address"))
_DROP_INVITATIONS = delete(tables.invitations).where(tables.invitations.c.staff_id == bindparam("staff"))
_DROP_RECOVERIES = delete(tables.recoveries).where(tables.recoveries.c.staff_id == bindparam("staff"))
_DROP_RECOVERY = delete(tables.recoveries).where(tables.recoveries.c.mark == bindparam("used"))


async def find_staff(query: FindStaffMember, sight: ReadContext) -> StaffMember | None:
    """The active person of the staff who writes."""
    row = (await sight.connection.execute(_ONE, {"of_who": query.who})).mappings().first()
    return opened(row, sight.seals) if row else None


async def find_invitation(query: FindInvitation, sight: ReadContext) -> StaffMember | None:
    """Whom a code is for."""
    column = tables.invitations.c
    found = (
        select(_TABLE)
        .join(tables.invitations, column.staff_id == _TABLE.c.id)
        .where(
            column.mark == invitation_mark(sight.seals, query.code),
            column.until > minute(sight.now),
            _TABLE.c.removed.is_(None),
        )
    )
    row = (await sight.connection.execute(found)).mappings().first()
    return opened(row, sight.seals) if row else None


async def is_spent(query: IsCodeUsed, sight: ReadContext) -> bool:
    """Whether a code of a second factor was taken before."""
    column = tables.spent.c
    found = select(column.mark).where(column.mark == step_mark(sight.seals, query.staff, query.step))
    return (await sight.connection.execute(found)).first() is not None


async def is_recovery(query: IsRecoveryCode, sight: ReadContext) -> bool:
    """Whether a text is one of a person's recovery codes."""
    column = tables.recoveries.c
    mark = recovery_mark(sight.seals, query.staff, query.code)
    return (
        await sight.connection.execute(select(column.mark).where(column.mark == mark))
    ).first() is not None


async def new_secret(query: NewTotpSecret, sight: ReadContext) -> str:  # noqa: ARG001
    """A new secret of a second factor."""
    return b32encode(secrets.token_bytes(SECRET)).decode()


async def new_recovery(query: NewRecoveryCodes, sight: ReadContext) -> tuple[str, ...]:  # noqa: ARG001
    """New recovery codes."""
    return tuple(new_code() for _ in range(RECOVERIES))


READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    FindStaffMember: find_staff,
    FindInvitation: find_invitation,
    IsCodeUsed: is_spent,
    IsRecoveryCode: is_recovery,
    NewTotpSecret: new_secret,
    NewRecoveryCodes: new_recovery,
}


async def join(act: JoinStaff, batch: WriteBatch) -> None:
    """Let a person in: the code is spent, and whoever comes second with it has lost."""
    column, mark = tables.invitations.c, invitation_mark(batch.seals, act.code)
    query = select(column.staff_id).where(column.mark == mark)
    if (await batch.connection.execute(query)).scalar() != act.staff:
        raise ConflictError("this code was used meanwhile")
    seal, address = batch.seals.staff, None
    if act.back is not None:
        told = ADDRESS.dump_json(StaffAddress(act.channel, act.back, act.lang))
        address = seal.seal(told, "staff", act.staff, "address")
    batch.insert("spent", mark=mark, until=minute(batch.now + PROVED))
    batch.add(
        _JOIN,
        staff=act.staff,
        as_who=act.who,
        on_day=act.on,
        sealed_factor=seal.seal(act.secret.encode(), "staff", act.staff, "factor"),
        sealed_address=address,
    )
    batch.add(_DROP_INVITATIONS, staff=act.staff)
    for code in act.recovery:
        batch.insert("recoveries", mark=recovery_mark(batch.seals, act.staff, code), staff_id=act.staff)
    await batch.note(actor(act.staff), "joined", act.staff)


async def spend(act: UseCode, batch: WriteBatch) -> None:
    """Take a code of the second factor, once."""
    if act.recovery:
        mark = recovery_mark(batch.seals, act.staff, act.recovery)
        batch.add(_DROP_RECOVERY, used=mark)
    else:
        mark = step_mark(batch.seals, act.staff, act.step)
    batch.insert("spent", mark=mark, until=minute(batch.now + PROVED))
    await batch.note(actor(act.staff), "proved", act.staff)


async def speak(act: SetStaffLanguage, batch: WriteBatch) -> None:
    """Tell a person of things in another language from now on."""
    query = select(_TABLE.c.id, _TABLE.c.address).where(_TABLE.c.id == act.staff)
    row = (await batch.connection.execute(query)).mappings().first()
    address = addressed(row, batch.seals) if row is not None else None
    if address is not None and address.lang != act.lang:
        told = ADDRESS.dump_json(replace(address, lang=act.lang))
        sealed = batch.seals.staff.seal(told, "staff", act.staff, "address")
        batch.add(_SPEAK, staff=act.staff, sealed_address=sealed)


async def leave(act: LeaveStaff, batch: WriteBatch) -> None:
    """End a person's rights."""
    gone(act.staff, act.on, batch)
    await batch.note(actor(act.staff), "left", act.staff)


def gone(staff: str, on: date, batch: WriteBatch) -> None:
    """Take from a person all by which they could come in."""
    for statement in (_DROP_INVITATIONS, _DROP_RECOVERIES):
        batch.add(statement, staff=staff)
    batch.add(_LEAVE, staff=staff, on_day=on)


async def note_attempt(act: AuditRefusal, batch: WriteBatch) -> None:
    """Somebody tried what they may not."""
    await batch.note(actor(act.staff) if act.staff else STRANGER, "refused", act.order)


WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    JoinStaff: join,
    UseCode: spend,
    LeaveStaff: leave,
    SetStaffLanguage: speak,
    AuditRefusal: note_attempt,
}


def actor(staff: str) -> str:
    """How the audit trail names a person of the staff: by an id that only the roster resolves."""
    return f"staff:{staff}"


def new_code() -> str:
    """A code that nobody guesses: ten symbols, shown in two groups."""
    code = "".join(secrets.choice(receipt.ALPHABET) for _ in range(CODE))
    return f"{code[:5]}-{code[5:]}"


def invitation_mark(seals: Keyring, code: str) -> bytes:
    """What is stored of an invitation."""
    return seals.who("invitation", receipt.folded(code))


def recovery_mark(seals: Keyring, staff: str, code: str) -> bytes:
    """What is stored of a recovery code."""
    return seals.who("recovery", staff, receipt.folded(code))


def step_mark(seals: Keyring, staff: str, step: int) -> bytes:
    """What is stored of a code of the second factor that was taken."""
    return seals.who("factor", staff, str(step))


def minute(at: datetime) -> int:
    """An instant in minutes since 1970."""
    return int(at.timestamp()) // 60
