"""The staff of a desk: encrypted profiles, the hash of each person, and their second factor."""

import secrets
from base64 import b32encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, null, select, update

from handlers.dialog.effects import Act, Query
from handlers.dialog.receipt import RECEIPT_ALPHABET, normalize_receipt
from handlers.staff.members import (
    AuditRefusal,
    FindInvitation,
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
from storage.db.epoch_minutes import to_epoch_minutes
from storage.db.read_batcher import ReadContext
from storage.errors import ConflictError
from storage.staff.roster import StaffAddress, decode_staff, decode_staff_address, encrypt_staff_address

INVITATION_TTL = timedelta(hours=24)
"""How long an invitation code is valid."""

CODE_SYMBOLS = 10
"""Symbols of an invitation or recovery code: 50 random bits."""

RECOVERY_CODE_COUNT = 8
TOTP_SECRET_BYTES = 20
"""Bytes of a TOTP secret, as RFC 4226 recommends."""

SPENT_CODE_TTL = timedelta(days=2)
"""How long a used code is remembered: longer than any clock is off."""

STAFF_ACTOR_PREFIX = "staff:"
STRANGER_ACTOR = "stranger"
ADMIN_ACTOR = "admin"  # who administers the server


_TABLE = tables.staff
_UPDATE_JOINED = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("staff"))
    .values(
        who=bindparam("as_who"),
        joined=bindparam("on_day"),
        factor=bindparam("sealed_factor"),
        address=bindparam("sealed_address"),
    )
)
_UPDATE_LEFT = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("staff"))
    .values(who=null(), removed=bindparam("on_day"), factor=null(), address=null())
)
_UPDATE_RESET = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("staff"))
    .values(who=null(), joined=null(), factor=null(), address=null())
)
_UPDATE_ADDRESS = (
    update(_TABLE).where(_TABLE.c.id == bindparam("staff")).values(address=bindparam("sealed_address"))
)
_DELETE_INVITATIONS = delete(tables.invitations).where(tables.invitations.c.staff_id == bindparam("staff"))
_DELETE_OTHER_INVITATIONS = delete(tables.invitations).where(
    tables.invitations.c.staff_id == bindparam("staff"), tables.invitations.c.mark != bindparam("but_mark")
)
_DELETE_ENROLMENTS = delete(tables.enrolments).where(tables.enrolments.c.staff_id == bindparam("staff"))
_DELETE_SESSIONS = delete(tables.staff_sessions).where(tables.staff_sessions.c.staff_id == bindparam("staff"))
_DELETE_PASSKEYS = delete(tables.passkeys).where(tables.passkeys.c.staff_id == bindparam("staff"))
_DELETE_RECOVERY_CODES = delete(tables.recoveries).where(tables.recoveries.c.staff_id == bindparam("staff"))
_DELETE_RECOVERY_CODE = delete(tables.recoveries).where(tables.recoveries.c.mark == bindparam("used"))


async def find_invitation(query: FindInvitation, context: ReadContext) -> StaffMember | None:
    """Return the staff member an unexpired invitation code is for."""
    column = tables.invitations.c
    found = (
        select(_TABLE)
        .join(tables.invitations, column.staff_id == _TABLE.c.id)
        .where(
            column.mark == hash_invitation(context.keyring, query.code),
            column.until > to_epoch_minutes(context.now),
            _TABLE.c.removed.is_(None),
        )
    )
    row = (await context.connection.execute(found)).mappings().first()
    return decode_staff(row, context.keyring) if row else None


async def is_code_used(query: IsCodeUsed, context: ReadContext) -> bool:
    """Whether a code of the second factor was used before."""
    column = tables.spent.c
    found = select(column.mark).where(
        column.mark == hash_factor_step(context.keyring, query.staff, query.step)
    )
    return (await context.connection.execute(found)).first() is not None


async def is_recovery_code(query: IsRecoveryCode, context: ReadContext) -> bool:
    """Whether a text is one of a person's recovery codes."""
    column = tables.recoveries.c
    mark = hash_recovery_code(context.keyring, query.staff, query.code)
    return (
        await context.connection.execute(select(column.mark).where(column.mark == mark))
    ).first() is not None


async def generate_totp_secret(query: NewTotpSecret, context: ReadContext) -> str:  # noqa: ARG001
    """Return a new TOTP secret, in base32."""
    return b32encode(secrets.token_bytes(TOTP_SECRET_BYTES)).decode()


async def generate_recovery_codes(query: NewRecoveryCodes, context: ReadContext) -> tuple[str, ...]:  # noqa: ARG001
    """Return a new set of recovery codes."""
    return tuple(generate_staff_code() for _ in range(RECOVERY_CODE_COUNT))


STAFF_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    FindInvitation: find_invitation,
    IsCodeUsed: is_code_used,
    IsRecoveryCode: is_recovery_code,
    NewTotpSecret: generate_totp_secret,
    NewRecoveryCodes: generate_recovery_codes,
}


async def join_staff(act: JoinStaff, batch: WriteBatch) -> None:
    """Join a person to the staff. Raises `ConflictError` where the code was used meanwhile."""
    column, mark = tables.invitations.c, hash_invitation(batch.keyring, act.code)
    query = select(column.staff_id).where(column.mark == mark)
    if (await batch.connection.execute(query)).scalar() != act.staff:
        raise ConflictError("this code was used meanwhile")
    address = None
    if act.reply_to is not None:
        reachable_at = StaffAddress(act.channel, act.reply_to, act.lang)
        address = encrypt_staff_address(reachable_at, act.staff, batch.keyring)
    batch.insert("spent", mark=mark, until=to_epoch_minutes(batch.now + SPENT_CODE_TTL))
    batch.add_statement(
        _UPDATE_JOINED,
        staff=act.staff,
        as_who=act.person_id,
        on_day=act.on,
        sealed_factor=batch.keyring.staff.encrypt(act.secret.encode(), "staff", act.staff, "factor"),
        sealed_address=address,
    )
    batch.add_statement(_DELETE_ENROLMENTS, staff=act.staff)
    batch.add_statement(_DELETE_INVITATIONS, staff=act.staff)
    for code in act.recovery_codes:
        batch.insert(
            "recoveries", mark=hash_recovery_code(batch.keyring, act.staff, code), staff_id=act.staff
        )
    await batch.audit(format_actor(act.staff), "joined", act.staff)


async def use_code(act: UseCode, batch: WriteBatch) -> None:
    """Mark a code of the second factor as used; using it twice is a conflict."""
    if act.recovery_code:
        mark = hash_recovery_code(batch.keyring, act.staff, act.recovery_code)
        batch.add_statement(_DELETE_RECOVERY_CODE, used=mark)
    else:
        mark = hash_factor_step(batch.keyring, act.staff, act.step)
    batch.insert("spent", mark=mark, until=to_epoch_minutes(batch.now + SPENT_CODE_TTL))
    await batch.audit(format_actor(act.staff), "proved", act.staff)


async def set_staff_language(act: SetStaffLanguage, batch: WriteBatch) -> None:
    """Change the language of a person's notifications."""
    query = select(_TABLE.c.id, _TABLE.c.address).where(_TABLE.c.id == act.staff)
    row = (await batch.connection.execute(query)).mappings().first()
    address = decode_staff_address(row, batch.keyring) if row is not None else None
    if address is not None and address.lang != act.lang:
        sealed = encrypt_staff_address(replace(address, lang=act.lang), act.staff, batch.keyring)
        batch.add_statement(_UPDATE_ADDRESS, staff=act.staff, sealed_address=sealed)


async def leave_staff(act: LeaveStaff, batch: WriteBatch) -> None:
    """End a person's rights, at their own wish."""
    revoke_access(act.staff, act.on, batch)
    await batch.audit(format_actor(act.staff), "left", act.staff)


def revoke_access(staff: str, on: date, batch: WriteBatch) -> None:
    """Remove everything by which a person could get access."""
    for statement in (
        _DELETE_ENROLMENTS,
        _DELETE_INVITATIONS,
        _DELETE_RECOVERY_CODES,
        _DELETE_SESSIONS,
        _DELETE_PASSKEYS,
    ):
        batch.add_statement(statement, staff=staff)
    batch.add_statement(_UPDATE_LEFT, staff=staff, on_day=on)


def reset_access(staff: str, invitation: bytes, batch: WriteBatch) -> None:
    """Remove everything by which a person could get access but a new invitation, with which they join again.

    invitation: its mark; the insert of it is executed before these deletions.
    """
    for statement in (
        _DELETE_ENROLMENTS,
        _DELETE_RECOVERY_CODES,
        _DELETE_SESSIONS,
        _DELETE_PASSKEYS,
        _UPDATE_RESET,
    ):
        batch.add_statement(statement, staff=staff)
    batch.add_statement(_DELETE_OTHER_INVITATIONS, staff=staff, but_mark=invitation)


async def audit_refusal(act: AuditRefusal, batch: WriteBatch) -> None:
    """Audit that somebody tried a command that they may not use."""
    await batch.audit(format_actor(act.staff) if act.staff else STRANGER_ACTOR, "refused", act.command)


STAFF_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    JoinStaff: join_staff,
    UseCode: use_code,
    LeaveStaff: leave_staff,
    SetStaffLanguage: set_staff_language,
    AuditRefusal: audit_refusal,
}


def format_actor(staff: str) -> str:
    """Return the name of a staff member in the audit trail: an id that only the roster resolves."""
    return f"{STAFF_ACTOR_PREFIX}{staff}"


def is_staff_actor(actor: str) -> bool:
    """Whether an actor of the audit trail is a staff member."""
    return actor.startswith(STAFF_ACTOR_PREFIX)


def generate_staff_code() -> str:
    """Return a random code of ten symbols in two groups."""
    code = "".join(secrets.choice(RECEIPT_ALPHABET) for _ in range(CODE_SYMBOLS))
    return f"{code[:5]}-{code[5:]}"


def hash_invitation(keyring: Keyring, code: str) -> bytes:
    """Return the stored hash of an invitation code."""
    return keyring.hash_id("invitation", normalize_receipt(code))


def hash_recovery_code(keyring: Keyring, staff: str, code: str) -> bytes:
    """Return the stored hash of a recovery code."""
    return keyring.hash_id("recovery", staff, normalize_receipt(code))


def hash_factor_step(keyring: Keyring, staff: str, step: int) -> bytes:
    """Return the stored hash of a used code of the second factor."""
    return keyring.hash_id("factor", staff, str(step))
