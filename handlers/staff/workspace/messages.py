"""Sessions of the officers' workspace: the queries and acts about them."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from handlers.dialog.effects import Act, Query
from handlers.dialog.events import Lang
from handlers.staff.complaints.messages import CaseListPage
from handlers.staff.members import StaffMember
from handlers.staff.page_access import AccessLink

WORKSPACE_SESSION_TTL = timedelta(hours=8)
"""How long a person stays signed in: a working day."""

MAX_WORKSPACE_LINKS = 3
"""Links of one person that can be used at once: each allows five codes, which bounds who holds their phone."""


class SignInWay(StrEnum):
    """How a session of the workspace began."""

    LINK = "link"  # a link from the chat, and the second factor
    PASSKEY = "passkey"


@dataclass(frozen=True, slots=True)
class WorkspaceSession:
    """A session of the workspace. mark: hash of its cookie; begun_at: a whole hour."""

    mark: bytes = field(repr=False)
    staff: StaffMember
    way: SignInWay
    begun_at: datetime
    lang: Lang = "th"


@dataclass(frozen=True, slots=True)
class NewWorkspaceLink(Query[AccessLink | None]):
    """A new link that signs in to the workspace; None where this desk has no address of its own."""


@dataclass(frozen=True, slots=True)
class CountWorkspaceLinks(Query[int]):
    """Count the links of a person that can be used now."""

    staff: str


@dataclass(frozen=True, slots=True)
class FindWorkspaceSession(Query[WorkspaceSession | None]):
    """The session of a mark; None where it is unknown, has ended, or its owner left or was removed."""

    mark: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ListWorkspaceSessions(Query[tuple[WorkspaceSession, ...]]):
    """The sessions of a person that go on, oldest first."""

    staff: str


@dataclass(frozen=True, slots=True)
class BeginWorkspaceSession(Act):
    """Begin a session, for which a link is used up; a conflict where it was used or has expired meanwhile.

    link: empty where it was begun by a passkey.
    """

    mark: bytes = field(repr=False)
    link: bytes = field(repr=False)
    staff: str
    lang: Lang
    way: SignInWay


@dataclass(frozen=True, slots=True)
class EndWorkspaceSession(Act):
    """End a session of a person, in this browser or another."""

    mark: bytes = field(repr=False)
    staff: str


INBOX_PAGE = 20
"""Cases of a page of the inbox."""


class InboxTab(StrEnum):
    """A list of the inbox."""

    NEW = "new"  # nobody has them; those kept from the person come last
    MINE = "mine"
    DUE = "due"  # within a week, or past
    WAITING = "waiting"  # the reporter was asked, and has not answered
    ASSIGNED = "assigned"  # with an officer, for a supervisor
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ListInbox(Query[CaseListPage]):
    """A page of a list, counted from 1. all_officers: also what others have; due_until: the last day that is soon.

    with_kinds: the kind of each case that is shown, which is unsealed for it.
    """

    staff: str
    tab: InboxTab
    page: int
    all_officers: bool
    due_until: date
    with_kinds: bool = False


MOST_COUNTED = 99
"""More than these are not counted: a page says “99”."""


@dataclass(frozen=True, slots=True)
class CountNewCases(Query[int]):
    """Count the cases of the list of new ones that this person may see, up to `MOST_COUNTED`."""

    staff: str


@dataclass(frozen=True, slots=True)
class CountWaitingQuestions(Query[int]):
    """Count the questions for which no answer was written, up to `MOST_COUNTED`: one that waits to be sent is one."""
