"""Passkeys of the staff: public keys, under the hash of their credential's id."""

from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, bindparam, delete, select, update

from handlers.dialog.effects import Act, Query
from handlers.dialog.events import Lang
from handlers.staff.members import StaffMember
from handlers.staff.workspace.passkey_messages import (
    AddPasskey,
    FindPasskey,
    ListPasskeys,
    Passkey,
    RemovePasskey,
    UsePasskey,
)
from storage import tables
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.db.epoch_minutes import to_epoch_minutes
from storage.db.read_batcher import ReadContext
from storage.errors import ConflictError
from storage.staff.members import format_actor
from storage.staff.roster import decode_staff
from storage.unreadable_rows import reading_row

CHALLENGE_TTL = timedelta(minutes=15)
"""How long what a passkey signs is good; its hash is kept as long, so that it is good once."""

_TABLE = tables.passkeys
_UPDATE_COUNT = update(_TABLE).where(_TABLE.c.mark == bindparam("of_mark")).values(sealed=bindparam("anew"))
_DELETE_PASSKEY = delete(_TABLE).where(
    _TABLE.c.mark == bindparam("of_mark"), _TABLE.c.staff_id == bindparam("of_staff")
)


@dataclass(frozen=True, slots=True)
class PasskeyContent:
    """The encrypted part of a passkey. key, credential: in base64."""

    name: str
    key: str
    count: int
    credential: str
    made_on: date
    lang: Lang = "th"


PASSKEY_CODEC = TypeAdapter(PasskeyContent)


def hash_credential(keyring: Keyring, credential: str) -> bytes:
    """Return the stored hash of a credential's id, which is in base64url."""
    return keyring.hash_id("passkey", credential)


async def find_passkey(query: FindPasskey, context: ReadContext) -> Passkey | None:
    """Return the passkey of a mark; None if there is none, or its owner is not active."""
    wanted = select(_TABLE).where(_TABLE.c.mark == query.mark)
    row = (await context.connection.execute(wanted)).mappings().first()
    if row is None:
        return None
    staff = await _load_active_staff(row["staff_id"], context)
    return None if staff is None else _decode_passkey(row, staff, context.keyring)


async def list_passkeys(query: ListPasskeys, context: ReadContext) -> tuple[Passkey, ...]:
    """Return the passkeys of a person, in the order in which they were made."""
    staff = await _load_active_staff(query.staff, context)
    if staff is None:
        return ()
    rows = (
        await context.connection.execute(select(_TABLE).where(_TABLE.c.staff_id == query.staff))
    ).mappings()
    found = [_decode_passkey(row, staff, context.keyring) for row in rows]
    return tuple(sorted(found, key=lambda one: (one.made_on, one.mark)))


async def _load_active_staff(staff: str, context: ReadContext) -> StaffMember | None:
    whose = select(tables.staff).where(tables.staff.c.id == staff)
    row = (await context.connection.execute(whose)).mappings().first()
    member = decode_staff(row, context.keyring) if row is not None else None
    return member if member is not None and member.active else None


def _decode_content(row: RowMapping, keyring: Keyring) -> PasskeyContent:
    with reading_row("passkeys", ""):
        return PASSKEY_CODEC.validate_json(
            keyring.staff.decrypt(row["sealed"], "passkeys", row["mark"].hex(), "told")
        )


def _decode_passkey(row: RowMapping, staff: StaffMember, keyring: Keyring) -> Passkey:
    told = _decode_content(row, keyring)
    key, credential = b64decode(told.key), b64decode(told.credential)
    return Passkey(row["mark"], staff, told.name, key, told.count, credential, told.made_on, told.lang)


def _seal(mark: bytes, content: PasskeyContent, keyring: Keyring) -> bytes:
    return keyring.staff.encrypt(PASSKEY_CODEC.dump_json(content), "passkeys", mark.hex(), "told")


def _use_up_challenge(challenge: bytes, batch: WriteBatch) -> None:
    batch.insert("spent", mark=challenge, until=to_epoch_minutes(batch.now + CHALLENGE_TTL) + 1)


async def add_passkey(act: AddPasskey, batch: WriteBatch) -> None:
    """Store a passkey. Raises `ConflictError` where what it signed was used before, or it is known."""
    _use_up_challenge(act.challenge, batch)
    key, credential = b64encode(act.key).decode(), b64encode(act.credential).decode()
    content = PasskeyContent(act.name, key, act.count, credential, act.made_on, act.lang)
    sealed = _seal(act.mark, content, batch.keyring)
    batch.insert("passkeys", mark=act.mark, staff_id=act.staff, sealed=sealed)
    await batch.audit(format_actor(act.staff), "passkey-added", act.staff)


async def use_passkey(act: UsePasskey, batch: WriteBatch) -> None:
    """Store the count of a passkey. Raises `ConflictError` where it is another, or what it signed was used before."""
    _use_up_challenge(act.challenge, batch)
    wanted = select(_TABLE).where(_TABLE.c.mark == act.mark, _TABLE.c.staff_id == act.staff)
    row = (await batch.connection.execute(wanted)).mappings().first()
    content = None if row is None else _decode_content(row, batch.keyring)
    if content is None or content.count != act.before:
        raise ConflictError("this passkey was used or taken away meanwhile")
    if content.count != act.count:
        anew = _seal(act.mark, replace(content, count=act.count), batch.keyring)
        batch.add_statement(_UPDATE_COUNT, of_mark=act.mark, anew=anew)
    await batch.audit(format_actor(act.staff), "passkey-used", act.staff)


async def remove_passkey(act: RemovePasskey, batch: WriteBatch) -> None:
    """Delete a passkey of a person."""
    batch.add_statement(_DELETE_PASSKEY, of_mark=act.mark, of_staff=act.staff)
    await batch.audit(format_actor(act.staff), "passkey-removed", act.staff)


PASSKEY_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    FindPasskey: find_passkey,
    ListPasskeys: list_passkeys,
}
PASSKEY_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    AddPasskey: add_passkey,
    UsePasskey: use_passkey,
    RemovePasskey: remove_passkey,
}
