"""Passkeys of the staff: the queries and acts about them."""

from dataclasses import dataclass, field
from datetime import date

from handlers.dialog.effects import Act, Query
from handlers.dialog.events import Lang
from handlers.staff.members import StaffMember


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey. mark: hash of the credential's id; key: its public key, as COSE; count: signatures it told of.

    name: as its owner called it; credential: the id, which the browser is told so that it is not made twice.
    """

    mark: bytes = field(repr=False)
    staff: StaffMember
    name: str
    key: bytes = field(repr=False)
    count: int
    credential: bytes = field(repr=False)
    made_on: date
    lang: Lang = "th"


@dataclass(frozen=True, slots=True)
class FindPasskey(Query[Passkey | None]):
    """The passkey of a mark; None where it is unknown, was taken away, or its owner left or was removed."""

    mark: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ListPasskeys(Query[tuple[Passkey, ...]]):
    """The passkeys of a person, in the order in which they were made."""

    staff: str


@dataclass(frozen=True, slots=True)
class AddPasskey(Act):
    """Store a passkey. challenge: a hash of what it signed, which is used up; a conflict where it was before."""

    mark: bytes = field(repr=False)
    staff: str
    name: str
    key: bytes = field(repr=False)
    count: int
    credential: bytes = field(repr=False)
    made_on: date
    lang: Lang
    challenge: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class UsePasskey(Act):
    """Store that a passkey was used. count: before and now; a conflict where it is another meanwhile.

    challenge: a hash of what it signed, which is used up; a conflict where it was before.
    """

    mark: bytes = field(repr=False)
    staff: str
    before: int
    count: int
    challenge: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RemovePasskey(Act):
    """Take a passkey of a person away."""

    mark: bytes = field(repr=False)
    staff: str
