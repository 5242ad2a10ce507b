"""Invitations with six digits, and the enrolments that begin with them: hashes and sealed rows."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import ConfigDict, TypeAdapter
from sqlalchemy import RowMapping, bindparam, select, update

from handlers.dialog.effects import Act, Query
from handlers.dialog.events import Lang
from handlers.staff.enrolment.messages import (
    ENROLMENT_TTL,
    INVITATION_DIGITS,
    AreInvitationDigits,
    CreateEnrolment,
    Enrolment,
    EnrolmentLink,
    FindEnrolment,
    Invitation,
    NewEnrolmentLink,
    OpenEnrolment,
)
from storage import tables
from storage.crypto.aead import constant_time_equal
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.db.epoch_minutes import to_epoch_minutes
from storage.db.read_batcher import ReadContext
from storage.errors import ConflictError
from storage.staff.members import INVITATION_TTL, STRANGER_ACTOR, generate_staff_code, hash_invitation
from storage.staff.roster import decode_staff
from storage.unreadable_rows import reading_row

_TABLE = tables.enrolments
_UPDATE_OPENED = (
    update(_TABLE).where(_TABLE.c.mark == bindparam("of_mark")).values(opened=bindparam("is_opened"))
)


@dataclass(frozen=True, slots=True)
class EnrolmentContent:
    """The encrypted part of an enrolment."""

    __pydantic_config__: ClassVar[ConfigDict] = {"ser_json_bytes": "base64", "val_json_bytes": "base64"}

    person_id: bytes = field(repr=False)
    totp_secret: str = field(repr=False)
    recovery_codes: tuple[str, ...] = field(repr=False)
    lang: Lang = "th"


ENROLMENT_CODEC = TypeAdapter(EnrolmentContent)


def generate_invitation() -> Invitation:
    """Return a new invitation: 50 random bits, and six random digits."""
    digits = "".join(secrets.choice("0123456789") for _ in range(INVITATION_DIGITS))
    return Invitation(generate_staff_code(), digits)


def insert_invitation(staff: str, invitation: Invitation, batch: WriteBatch) -> bytes:
    """Store the hashes of an invitation, valid for `INVITATION_TTL`; return its mark."""
    mark = hash_invitation(batch.keyring, invitation.code)
    digits = _hash_digits(batch.keyring, mark, invitation.digits)
    until = to_epoch_minutes(batch.now + INVITATION_TTL)
    batch.insert("invitations", mark=mark, staff_id=staff, until=until, digits=digits)
    return mark


async def answer_new_enrolment_link(query: NewEnrolmentLink, context: ReadContext) -> EnrolmentLink | None:  # noqa: ARG001
    """Return no link: the server of the pages knows their address and creates links itself."""
    return None


async def find_enrolment(query: FindEnrolment, context: ReadContext) -> Enrolment | None:
    """Return the enrolment of a link that can still be finished."""
    found = await _find_rows(_hash_secret(context.keyring, query.secret), context)
    if found is None:
        return None
    row, person = found
    with reading_row("enrolments", ""):
        mark = row["mark"]
        content = ENROLMENT_CODEC.validate_json(
            context.keyring.staff.decrypt(row["sealed"], "enrolments", mark.hex(), "told")
        )
    return Enrolment(
        decode_staff(person, context.keyring),
        content.person_id,
        content.totp_secret,
        content.recovery_codes,
        content.lang,
        row["opened"],
    )


async def are_invitation_digits(query: AreInvitationDigits, context: ReadContext) -> bool:
    """Whether digits are those of the invitation of an enrolment."""
    found = await _find_rows(_hash_secret(context.keyring, query.secret), context)
    if found is None or found[0]["digits"] is None:
        return False
    typed = _hash_digits(context.keyring, found[0]["invitation"], query.digits)
    return constant_time_equal(typed, found[0]["digits"])


async def _find_rows(mark: bytes, context: ReadContext) -> tuple[RowMapping, RowMapping] | None:
    """Return the rows of an enrolment, with the digits of its invitation, and of its person."""
    invitation, now = tables.invitations.c, to_epoch_minutes(context.now)
    begun = (
        select(_TABLE, invitation.digits)
        .join(tables.invitations, invitation.mark == _TABLE.c.invitation)
        .where(_TABLE.c.mark == mark, _TABLE.c.until > now, invitation.until > now)
    )
    row = (await context.connection.execute(begun)).mappings().first()
    if row is None:
        return None
    whose = select(tables.staff).where(tables.staff.c.id == row["staff_id"], tables.staff.c.removed.is_(None))
    person = (await context.connection.execute(whose)).mappings().first()
    return None if person is None else (row, person)


async def create_enrolment(act: CreateEnrolment, batch: WriteBatch) -> None:
    """Store an enrolment that begins."""
    mark = _hash_secret(batch.keyring, act.secret)
    content = EnrolmentContent(act.person_id, act.totp_secret, act.recovery_codes, act.lang)
    sealed = batch.keyring.staff.encrypt(ENROLMENT_CODEC.dump_json(content), "enrolments", mark.hex(), "told")
    batch.insert(
        "enrolments",
        mark=mark,
        staff_id=act.staff,
        invitation=hash_invitation(batch.keyring, act.code),
        until=to_epoch_minutes(batch.now + ENROLMENT_TTL),
        opened=False,
        sealed=sealed,
    )
    await batch.audit(STRANGER_ACTOR, "enrol-begun", act.staff)


async def open_enrolment(act: OpenEnrolment, batch: WriteBatch) -> None:
    """Record that the digits of an enrolment were given. Raises `ConflictError` where it has ended meanwhile."""
    mark = _hash_secret(batch.keyring, act.secret)
    kept = select(_TABLE.c.mark).where(_TABLE.c.mark == mark, _TABLE.c.until > to_epoch_minutes(batch.now))
    if (await batch.connection.execute(kept)).first() is None:
        raise ConflictError("the enrolment has ended meanwhile")
    batch.add_statement(_UPDATE_OPENED, of_mark=mark, is_opened=True)
    await batch.audit(STRANGER_ACTOR, "enrol-opened", act.staff)


def _hash_secret(keyring: Keyring, secret: str) -> bytes:
    return keyring.hash_id("enrolment", secret)


def _hash_digits(keyring: Keyring, invitation: bytes, digits: str) -> bytes:
    return keyring.hash_id("invitation digits", invitation.hex(), digits)


ENROLMENT_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    NewEnrolmentLink: answer_new_enrolment_link,
    FindEnrolment: find_enrolment,
    AreInvitationDigits: are_invitation_digits,
}
ENROLMENT_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    CreateEnrolment: create_enrolment,
    OpenEnrolment: open_enrolment,
}
