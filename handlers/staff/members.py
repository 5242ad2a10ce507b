"""A person of the staff, what may be asked about the staff, and what may be written of it."""

from dataclasses import dataclass, field
from datetime import date

from handlers.dialog.effects import Act, Query
from handlers.dialog.events import Channel, Lang
from handlers.staff.permissions import Role


@dataclass(frozen=True, slots=True)
class StaffProfile:
    """Who somebody is in the office: what a complaint may call them by. chief: staff id of who they are under."""

    name: str
    aliases: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    chief: str = ""


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person of the staff. secret: of the second factor (base32); empty before it is set."""

    id: str
    role: Role
    profile: StaffProfile = field(repr=False)
    person_id: bytes | None = field(default=None, repr=False)
    joined: date | None = None
    removed: date | None = None
    secret: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """What colleagues call them."""
        return self.profile.name

    @property
    def active(self) -> bool:
        """Whether they joined and are still there."""
        return self.joined is not None and self.removed is None


@dataclass(frozen=True, slots=True)
class FindStaffMember(Query[StaffMember | None]):
    """The active person of the staff who writes; None for everybody else, and for who left or was removed."""

    person_id: bytes


@dataclass(frozen=True, slots=True)
class ListStaff(Query[tuple[StaffMember, ...]]):
    """Everybody of the staff, joined or not, by name; who was removed only where `gone` says so."""

    include_removed: bool = False


@dataclass(frozen=True, slots=True)
class FindInvitation(Query[StaffMember | None]):
    """Whom a code of invitation is for; None for one that was never given, was used, or is too old."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewTotpSecret(Query[str]):
    """A new secret of a second factor: 160 random bits in base32."""


@dataclass(frozen=True, slots=True)
class NewRecoveryCodes(Query[tuple[str, ...]]):
    """New recovery codes, to be written down once."""


@dataclass(frozen=True, slots=True)
class IsCodeUsed(Query[bool]):
    """Whether a code of a second factor was taken before. step: of the time, as RFC 6238 counts it."""

    staff: str
    step: int


@dataclass(frozen=True, slots=True)
class IsRecoveryCode(Query[bool]):
    """Whether a text is one of a person's recovery codes that were not used yet."""

    staff: str
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class JoinStaff(Act):
    """A person joins by a code, which is spent; where their notices go; recovery codes, of which only marks stay."""

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
    """A code of the second factor was taken: a conflict if it was before. Either `step` or `recovery` is given."""

    staff: str
    step: int = 0
    recovery_code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SetStaffLanguage(Act):
    """A person wishes to be told of things in a language."""

    staff: str
    lang: Lang


@dataclass(frozen=True, slots=True)
class LeaveStaff(Act):
    """A person leaves: their rights end with this."""

    staff: str
    on: date


@dataclass(frozen=True, slots=True)
class AuditRefusal(Act):
    """Somebody unknown, or without the right, tried a command: audited without who or what else it said."""

    command: str
    staff: str = ""
