"""Invitations to the staff, and enrolments: the queries and acts about them."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from handlers.dialog.effects import Act, Query
from handlers.dialog.events import Lang
from handlers.staff.members import StaffMember, StaffProfile
from handlers.staff.permissions import Role

ENROLMENT_TTL = timedelta(minutes=15)
"""How long the link of an enrolment works, and the code of the app is waited for."""

INVITATION_DIGITS = 6

RESET_REQUEST_TTL = timedelta(hours=24)
"""How long the second of two persons has to ask for the same."""

HANDED_OVER_AT_ONCE = 50
"""Cases that one act hands over: about four rows each, and everybody's writes wait meanwhile."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What lets somebody join. code: they type it in their chat; digits: told to them, and typed on a page alone."""

    code: str = field(repr=False)
    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EnrolmentLink:
    """A new link to the page of an enrolment. url: with the secret in it."""

    secret: str = field(repr=False)
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An enrolment that has begun with `/join`, in the chat of `person_id`. totp_secret: of the app that is set up.

    is_opened: the digits were given on the page, so that the secret and the recovery codes were seen there.
    """

    staff: StaffMember
    person_id: bytes = field(repr=False)
    totp_secret: str = field(repr=False)
    recovery_codes: tuple[str, ...] = field(repr=False)
    lang: Lang
    is_opened: bool


@dataclass(frozen=True, slots=True)
class NewEnrolmentLink(Query[EnrolmentLink | None]):
    """A new link to the page of an enrolment; None where this desk has no address of its own."""


@dataclass(frozen=True, slots=True)
class FindEnrolment(Query[Enrolment | None]):
    """The enrolment of a link; None where it or its invitation has expired, was used or was taken back."""

    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AreInvitationDigits(Query[bool]):
    """Whether digits are those of the invitation with which the enrolment of a link began."""

    secret: str = field(repr=False)
    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CreateEnrolment(Act):
    """Begin an enrolment with an invitation code. secret: of its link, of which a hash is stored."""

    secret: str = field(repr=False)
    code: str = field(repr=False)
    staff: str
    person_id: bytes = field(repr=False)
    totp_secret: str = field(repr=False)
    recovery_codes: tuple[str, ...] = field(repr=False)
    lang: Lang


@dataclass(frozen=True, slots=True)
class OpenEnrolment(Act):
    """Record that the digits were given, so that the second factor was seen; a conflict where the link has ended."""

    secret: str = field(repr=False)
    staff: str


@dataclass(frozen=True, slots=True)
class NewInvitation(Query[Invitation]):
    """A new invitation: random, and stored nowhere yet."""


@dataclass(frozen=True, slots=True)
class FindResetRequest(Query[str]):
    """Who asked to reset a person's access, within `RESET_REQUEST_TTL`, and is still on the staff: a staff id.

    Empty where nobody did.
    """

    staff: str


@dataclass(frozen=True, slots=True)
class HasCases(Query[bool]):
    """Whether a person is the officer of a case, open or closed, or appointed who alone may open one."""

    staff: str


@dataclass(frozen=True, slots=True)
class InviteStaff(Act):
    """Add a person to the staff with an invitation. by: staff id of the admin."""

    invitation: Invitation = field(repr=False)
    role: Role
    profile: StaffProfile = field(repr=False)
    by: str


@dataclass(frozen=True, slots=True)
class DismissStaff(Act):
    """End a person's rights."""

    staff: str
    on: date
    by: str


@dataclass(frozen=True, slots=True)
class ResetStaff(Act):
    """End a person's access, and let them join again with an invitation. Their cases stay theirs.

    asked_by: the first of two persons, where it takes two; a conflict where their request does not hold any more.
    """

    staff: str
    invitation: Invitation = field(repr=False)
    by: str
    asked_by: str = ""


@dataclass(frozen=True, slots=True)
class FindOtherChief(Query[StaffMember | None]):
    """Another admin or supervisor who can be told something in their chat, admins first; None where there is none.

    wanted: staff id of who is taken where they are one.
    """

    but: str
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class TellDigits(Act):
    """Tell somebody in their chat where the digits of an invitation are, which they tell who is invited."""

    to: str
    name: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ListCaseHolders(Query[tuple[tuple[str, int], ...]]):
    """Who has open cases, removed or not, and how many: staff id and count."""


@dataclass(frozen=True, slots=True)
class RequestReset(Act):
    """Ask to reset a person's access, which another person has to ask as well."""

    staff: str
    by: str


@dataclass(frozen=True, slots=True)
class CountCasesToHandOver(Query[int]):
    """How many cases `HandOverCases` would have to give."""

    staff: str
    to: str


@dataclass(frozen=True, slots=True)
class HandOverCases(Act):
    """Give open cases of one person to another, `HANDED_OVER_AT_ONCE` at most.

    One to which the officer was appointed goes to who appointed them; what may go to neither stays where it is.
    """

    staff: str
    to: str
    on: date
    by: str
