"""Members of the staff: the queries and acts about them."""

from dataclasses import dataclass, field
from datetime import date

from handlers.dialog.effects import Act, Query
from handlers.dialog.events import Channel, Lang
from handlers.staff.permissions import Role

SHORT_ID_LENGTH = 6
"""Symbols of an id on a button."""


@dataclass(frozen=True, slots=True)
class StaffProfile:
    """The names by which a complaint may refer to a person. chief: staff id of their superior."""

    name: str
    aliases: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    chief: str = ""


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A member of the staff. secret: of the second factor (base32); empty before it is set."""

    id: str
    role: Role
    profile: StaffProfile = field(repr=False)
    person_id: bytes | None = field(default=None, repr=False)
    joined: date | None = None
    removed: date | None = None
    secret: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """The name that colleagues see."""
        return self.profile.name

    @property
    def short_id(self) -> str:
        """The id as a button brings it; a whole one with what is before it could be taken for a tracking code."""
        return self.id[:SHORT_ID_LENGTH]

    @property
    def active(self) -> bool:
        """Whether they joined and have not left or been removed."""
        return self.joined is not None and self.removed is None


@dataclass(frozen=True, slots=True)
class FindStaffMember(Query[StaffMember | None]):
    """The active staff member of a person id; None for everybody else, and for those who left or were removed."""

    person_id: bytes


@dataclass(frozen=True, slots=True)
class ListStaff(Query[tuple[StaffMember, ...]]):
    """All staff members by name, joined or not; those who were removed only with `include_removed`."""

    include_removed: bool = False


@dataclass(frozen=True, slots=True)
class FindInvitation(Query[StaffMember | None]):
    """The person an invitation code is for; None where it is unknown, used or expired."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewTotpSecret(Query[str]):
    """A new TOTP secret: 160 random bits in base32."""


@dataclass(frozen=True, slots=True)
class NewRecoveryCodes(Query[tuple[str, ...]]):
    """New recovery codes, which are shown once."""


@dataclass(frozen=True, slots=True)
class IsCodeUsed(Query[bool]):
    """Whether a code of the second factor was used before. step: the time step of RFC 6238."""

    staff: str
    step: int


@dataclass(frozen=True, slots=True)
class IsRecoveryCode(Query[bool]):
    """Whether a text is one of a person's unused recovery codes."""

    staff: str
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class JoinStaff(Act):
    """Join the staff with an invitation code, which is used up. channel, reply_to: where the person's notices go.

    recovery_codes: only their hashes are stored.
    """

    staff: str
    code: str = field(repr=False)
    person_id: bytes = field(repr=False)
    secret: str = field(repr=False)
    recovery_codes: tuple[str, ...] = field(repr=False)
    channel: Channel
    reply_to: bytes | None = field(repr=False)
    lang: Lang
    on: date


@dataclass(frozen=True, slots=True)
class UseCode(Act):
    """Use up a code of the second factor; a conflict if it was used before.

    Either `step` or `recovery_code` is given.
    """

    staff: str
    step: int = 0
    recovery_code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SetStaffLanguage(Act):
    """Set the language of a person's notices."""

    staff: str
    lang: Lang


@dataclass(frozen=True, slots=True)
class LeaveStaff(Act):
    """Leave the staff: the person's rights end."""

    staff: str
    on: date


@dataclass(frozen=True, slots=True)
class AuditRefusal(Act):
    """Audit a command that was refused. staff: id, empty for a stranger; nothing else of the message is kept."""

    command: str
    staff: str = ""
