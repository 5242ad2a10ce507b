"""Access to the officers' page: single-use links, and the page session at one case that a link opens."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from handlers.dialog.effects import Act, Query
from handlers.dialog.events import Lang
from handlers.staff.members import StaffMember

ACCESS_LINK_TTL = timedelta(minutes=15)
"""How long a link can be used, and how long the page session lasts that it opens."""


class PageKind(StrEnum):
    """The page that a link opens."""

    CASE = "case"
    EXPORT = "export"
    IMPORT = "import"
    SLIP = "slip"  # the one-time code for whom an officer wrote a case down
    DIGITS = "digits"  # of an invitation, for the admin who tells them
    IDENTITY = "identity"  # the reporter's name and contact
    WORKSPACE = "workspace"  # the link signs in to the workspace, whose sessions are its own


@dataclass(frozen=True, slots=True)
class AccessLink:
    """A new single-use link. url: the address of the page, with the secret in it."""

    secret: str = field(repr=False)
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PageAccess:
    """What a link or a page session gives access to, and whose it is.

    verified: the second factor was given, so that it is a page session and no longer a link. number, year, case: of
    the case; 0 and empty where it has none. password: of the exported PDF, or the digits of a slip's one-time code;
    empty where there is none.
    """

    page: PageKind
    staff: StaffMember
    verified: bool
    case: str = ""
    number: int = 0
    year: int = 0
    lang: Lang = "th"
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class NewAccessLink(Query[AccessLink | None]):
    """A new link to the officers' page; None where this desk has no address of its own."""


@dataclass(frozen=True, slots=True)
class NewExportPassword(Query[str]):
    """A password for an exported PDF: 100 random bits."""


@dataclass(frozen=True, slots=True)
class FindPageAccess(Query[PageAccess | None]):
    """What a token gives access to now; None where it is unknown, used, expired, or its owner left the staff.

    token_hash: of a link or of a page session.
    """

    token_hash: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CreateAccessLink(Act):
    """Store the hash of a link's secret, so that it opens its page once, within `ACCESS_LINK_TTL`."""

    secret: str = field(repr=False)
    page: PageKind
    staff: str
    case: str = ""
    lang: Lang = "th"
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RedeemAccessLink(Act):
    """Use up a link and begin its page session; a conflict where the link was used already."""

    link_hash: bytes = field(repr=False)
    session_hash: bytes = field(repr=False)
    staff: str


@dataclass(frozen=True, slots=True)
class EndPageSession(Act):
    """End a page session."""

    session_hash: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class AuditPageAction(Act):
    """Audit what somebody did on the officers' page, without its content."""

    what: str
    staff: str
    case: str = ""
