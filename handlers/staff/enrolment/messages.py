"""Invitations to the staff, and enrolments: the queries and acts about them."""

from dataclasses import dataclass, field
from datetime import timedelta

from handlers.dialog.effects import Act, Query
from handlers.dialog.events import Lang
from handlers.staff.members import StaffMember

ENROLMENT_TTL = timedelta(minutes=15)
"""How long the link of an enrolment works, and the code of the app is waited for."""

INVITATION_DIGITS = 6


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
