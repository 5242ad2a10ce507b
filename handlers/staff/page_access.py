"""Keys to the officers' page: links for one use, and the seat at one case that a link leads to."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from handlers.dialog.effects import Act, Query
from handlers.dialog.events import Lang
from handlers.staff.members import StaffMember

ACCESS_LINK_TTL = timedelta(minutes=15)
"""How long a link can be used, and how long the seat lasts that it leads to."""


class PageKind(StrEnum):
    """What a link leads to."""

    CASE = "case"
    EXPORT = "export"
    IMPORT = "import"
    IDENTITY = "identity"  # the reporter's name and contact


@dataclass(frozen=True, slots=True)
class AccessLink:
    """A key that nobody has yet. address: of the page that it opens, the secret in it."""

    secret: str = field(repr=False)
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PageAccess:
    """What a link or a seat is for, and whose it is. number, year, case: of the case; 0 and empty where it has none.

    proved: the second factor was given, so that it is a seat and no link any more.
    password: of the paper that is fetched, where one is.
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
    """A key to the officers' page; None where this desk has no address of its own."""


@dataclass(frozen=True, slots=True)
class NewExportPassword(Query[str]):
    """A password for a paper: 100 random bits."""


@dataclass(frozen=True, slots=True)
class FindPageAccess(Query[PageAccess | None]):
    """What a mark opens now; None for one that is unknown, used, late, or of who is no longer on the staff."""

    token_hash: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CreateAccessLink(Act):
    """Keep the mark of a key, so that it opens its page once and within `LASTS`."""

    secret: str = field(repr=False)
    page: PageKind
    staff: str
    case: str = ""
    lang: Lang = "th"
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RedeemAccessLink(Act):
    """Use a link up for a seat; a conflict where somebody was first. link, seat: their marks."""

    link_hash: bytes = field(repr=False)
    session_hash: bytes = field(repr=False)
    staff: str


@dataclass(frozen=True, slots=True)
class EndPageSession(Act):
    """End a seat."""

    session_hash: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class AuditPageAction(Act):
    """A line of the audit trail about what somebody did on the page, without its content."""

    what: str
    staff: str
    case: str = ""
