"""Access to the workspace from a chat: single-use links, and what a link brings into the session that it begins."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256

from handlers.dialog.effects import Act, Query
from handlers.dialog.events import Lang
from handlers.staff.members import StaffMember

DIGITS_LINK_TTL = timedelta(hours=24)
"""How long the link to the digits of an invitation works: as long as the invitation, since another may tell them."""

ACCESS_LINK_TTL = timedelta(minutes=15)
"""How long a link can be used, and how long what it brings can be shown in the session that it begins."""


class PageKind(StrEnum):
    """The page that a link opens."""

    CASE = "case"
    EXPORT = "export"
    IMPORT = "import"
    SLIP = "slip"  # the one-time code for whom an officer wrote a case down
    DIGITS = "digits"  # of an invitation, for the admin who tells them
    IDENTITY = "identity"  # the case, where the reporter's name is opened; links of former versions alone
    WORKSPACE = "workspace"  # the first page of the person's role


CARRYING_PAGES: AbstractSet[PageKind] = frozenset({PageKind.SLIP, PageKind.DIGITS})
"""What is shown on these pages comes with the link alone."""


def derive_grant_hash(session_hash: bytes, page: PageKind) -> bytes:
    """Return the hash under which a session of the workspace keeps what a link brought."""
    return sha256(b"page of a session" + page.value.encode() + session_hash).digest()


@dataclass(frozen=True, slots=True)
class AccessLink:
    """A new single-use link. url: its address, with the secret in it.

    page_url: the same page without a secret, for who is signed in or has a passkey; empty where there is none.
    """

    secret: str = field(repr=False)
    url: str = field(repr=False)
    page_url: str = ""


@dataclass(frozen=True, slots=True)
class PageAccess:
    """What a link gives access to, and whose it is.

    verified: the second factor was given: it is kept by a session, and no longer a link. number, year, case: of the
    case; 0 and empty where it has none. password: the digits of a slip's one-time code, or of an invitation; empty
    where there is none. name: of whom the invitation is for.
    """

    page: PageKind
    staff: StaffMember
    verified: bool
    case: str = ""
    number: int = 0
    year: int = 0
    lang: Lang = "th"
    password: str = field(default="", repr=False)
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class NewAccessLink(Query[AccessLink | None]):
    """A new link to a page; None where this desk has no address of its own. year, number: of its case, if any."""

    page: PageKind
    year: int = 0
    number: int = 0


@dataclass(frozen=True, slots=True)
class FindPageAccess(Query[PageAccess | None]):
    """What a token gives access to now; None where it is unknown, used, expired, or its owner left the staff.

    token_hash: of a link, or of what a session keeps.
    """

    token_hash: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CreateAccessLink(Act):
    """Store the hash of a link's secret, so that it opens its page once and in time."""

    secret: str = field(repr=False)
    page: PageKind
    staff: str
    case: str = ""
    lang: Lang = "th"
    password: str = field(default="", repr=False)
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class UseAccessLink(Act):
    """Use up a link in a session that goes on; a conflict where it was used already or is somebody else's."""

    link_hash: bytes = field(repr=False)
    staff: str


@dataclass(frozen=True, slots=True)
class CloseAccessLink(Act):
    """Delete a link at which too many wrong codes were given: it opens nothing any more."""

    link_hash: bytes = field(repr=False)
    staff: str


@dataclass(frozen=True, slots=True)
class KeepPage(Act):
    """Keep what a link brought for the session that used it up, in the place of what one before it brought.

    grant_hash: see `derive_grant_hash`.
    """

    grant_hash: bytes = field(repr=False)
    page: PageKind
    staff: str
    case: str = ""
    lang: Lang = "th"
    password: str = field(default="", repr=False)
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class AuditPageAction(Act):
    """Audit what somebody did on a page, without its content."""

    what: str
    staff: str
    case: str = ""
