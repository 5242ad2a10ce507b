"""The registry of the workspace's views: which desk has them, who may open them, and what they show.

Menu, routes and rights derive from it. `bot.web.workspace.routes` matches each view with what renders it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from handlers.staff.page_access import PageKind
from handlers.staff.permissions import (
    ALL_ROLES,
    CASE_WORKERS,
    CHANNEL_KEEPERS,
    CommandName,
    DeskCommandName,
    Role,
    ServiceCommandName,
)

WorkspaceDesk: TypeAlias = Literal["complaints", "service"]


class WorkspaceView(StrEnum):
    """A view of the workspace; its value is the last part of its address."""

    INBOX = "inbox"
    CASE = "case"
    EXPORT = "export"
    SLIP = "slip"
    DIGITS = "digits"
    QUESTIONS = "questions"
    QUESTION = "question"
    FAQ = "faq"
    FAQ_ENTRY = "entry"
    CONSULTATIONS = "consultations"
    CONSULTATION = "consultation"
    ACTIVITY = "activity"
    OPINIONS = "opinions"
    FIGURES = "figures"
    TRAIL = "trail"
    PEOPLE = "people"
    IMPORT = "import"
    SETTINGS = "settings"
    START = "start"
    SESSIONS = "sessions"


@dataclass(frozen=True, slots=True)
class ViewRow:
    """A view of the workspace.

    desks: which have it; roles: who may open it; needs_factor: it shows content, so it opens only with a second factor
    of the last 30 minutes; in_menu: it has a place of its own in the menu; has_number: it is of one thing of the
    register, whose year and number are in its address. command: it shows what this command shows, so that a button of
    it leads here.
    """

    desks: frozenset[WorkspaceDesk]
    roles: frozenset[Role]
    needs_factor: bool = False
    in_menu: bool = True
    has_number: bool = False
    command: DeskCommandName | None = None


_COMPLAINTS: frozenset[WorkspaceDesk] = frozenset({"complaints"})
_SERVICE: frozenset[WorkspaceDesk] = frozenset({"service"})

TRAIL_READERS = frozenset({Role.SUPERVISOR, Role.AUDITOR})

WORKSPACE_VIEWS: Mapping[WorkspaceView, ViewRow] = {
    WorkspaceView.INBOX: ViewRow(_COMPLAINTS, CASE_WORKERS, command=CommandName.INBOX),
    WorkspaceView.CASE: ViewRow(
        _COMPLAINTS,
        CASE_WORKERS,
        needs_factor=True,
        in_menu=False,
        has_number=True,
        command=CommandName.CASE,
    ),
    WorkspaceView.EXPORT: ViewRow(
        _COMPLAINTS,
        CASE_WORKERS,
        needs_factor=True,
        in_menu=False,
        has_number=True,
        command=CommandName.EXPORT,
    ),
    WorkspaceView.SLIP: ViewRow(_COMPLAINTS, CASE_WORKERS, needs_factor=True, in_menu=False),
    WorkspaceView.DIGITS: ViewRow(_COMPLAINTS | _SERVICE, CHANNEL_KEEPERS, needs_factor=True, in_menu=False),
    WorkspaceView.QUESTIONS: ViewRow(_SERVICE, CASE_WORKERS, command=ServiceCommandName.QUESTIONS),
    WorkspaceView.QUESTION: ViewRow(
        _SERVICE,
        CASE_WORKERS,
        needs_factor=True,
        in_menu=False,
        has_number=True,
        command=ServiceCommandName.QUESTION,
    ),
    WorkspaceView.FAQ: ViewRow(_SERVICE, CASE_WORKERS, command=ServiceCommandName.FAQ),
    WorkspaceView.FAQ_ENTRY: ViewRow(_SERVICE, CASE_WORKERS, in_menu=False),
    WorkspaceView.CONSULTATIONS: ViewRow(_SERVICE, CASE_WORKERS, command=ServiceCommandName.CONSULT),
    WorkspaceView.CONSULTATION: ViewRow(_SERVICE, CASE_WORKERS, in_menu=False),
    WorkspaceView.ACTIVITY: ViewRow(_SERVICE, CASE_WORKERS, in_menu=False, has_number=True),
    WorkspaceView.OPINIONS: ViewRow(
        _SERVICE, CASE_WORKERS, needs_factor=True, command=ServiceCommandName.OPINIONS
    ),
    WorkspaceView.FIGURES: ViewRow(_COMPLAINTS, ALL_ROLES, command=CommandName.STATS),
    WorkspaceView.TRAIL: ViewRow(_COMPLAINTS | _SERVICE, TRAIL_READERS),
    WorkspaceView.PEOPLE: ViewRow(_COMPLAINTS, CHANNEL_KEEPERS, command=CommandName.STAFF),
    WorkspaceView.IMPORT: ViewRow(
        _COMPLAINTS, CHANNEL_KEEPERS, needs_factor=True, command=CommandName.IMPORT
    ),
    WorkspaceView.START: ViewRow(_SERVICE, frozenset({Role.ADMIN})),
    WorkspaceView.SETTINGS: ViewRow(_COMPLAINTS | _SERVICE, CHANNEL_KEEPERS, command=CommandName.SETTING),
    WorkspaceView.SESSIONS: ViewRow(_COMPLAINTS | _SERVICE, ALL_ROLES),
}
"""Every view, in the order of the menu: the first that a person may open is their home."""


def find_view_of_command(desk: WorkspaceDesk, name: DeskCommandName) -> WorkspaceView | None:
    """Return the view that shows what a command of a desk shows; None where it has none."""
    return next(
        (view for view, row in WORKSPACE_VIEWS.items() if desk in row.desks and row.command is name), None
    )


PAGE_VIEWS: Mapping[PageKind, WorkspaceView | None] = {
    PageKind.WORKSPACE: None,
    PageKind.CASE: WorkspaceView.CASE,
    PageKind.IDENTITY: WorkspaceView.CASE,
    PageKind.EXPORT: WorkspaceView.EXPORT,
    PageKind.IMPORT: WorkspaceView.IMPORT,
    PageKind.SLIP: WorkspaceView.SLIP,
    PageKind.DIGITS: WorkspaceView.DIGITS,
}
"""The view that a link of each kind leads to; None: the first of the person's role."""


def get_view_address(view: WorkspaceView, year: int = 0, number: int = 0) -> str:
    """Return the address of a view below its desk's. year, number: of its case or question, if it is of one."""
    return f"{view}/{year}/{number}" if WORKSPACE_VIEWS[view].has_number else str(view)


def find_page_address(page: PageKind, year: int = 0, number: int = 0) -> str:
    """Return the address below its desk's that a link leads to; empty for the first view of the person's role."""
    view = PAGE_VIEWS[page]
    if view is None or (WORKSPACE_VIEWS[view].has_number and not number):  # the case was erased
        return ""
    return get_view_address(view, year, number)


def may_open_view(view: WorkspaceView, desk: WorkspaceDesk, role: Role) -> bool:
    """Whether a role may open a view of a desk."""
    row = WORKSPACE_VIEWS[view]
    return desk in row.desks and role in row.roles


def list_menu(desk: WorkspaceDesk, role: Role) -> tuple[WorkspaceView, ...]:
    """Return the views of a desk that a role finds in the menu, in its order."""
    return tuple(
        view for view, row in WORKSPACE_VIEWS.items() if row.in_menu and may_open_view(view, desk, role)
    )
