"""Which role may give which command."""

from collections.abc import Mapping
from enum import StrEnum
from typing import assert_never


class Role(StrEnum):
    """The role of a staff member at a desk."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"  # who runs the channel: groups and statistics, no content
    AUDITOR = "auditor"  # reads the audit trail and the statistics, no content


class CommandName(StrEnum):
    """A command of the complaints desk by its English name; `handlers.staff.parse` has the Thai names."""

    HELP = "help"
    JOIN = "join"
    LEAVE = "leave"
    INBOX = "inbox"
    CASE = "case"
    FACTS = "facts"
    FILES = "files"
    HISTORY = "history"
    TAKE = "take"
    ASSIGN = "assign"
    SCREEN = "screen"
    INVESTIGATE = "investigate"
    NOT_ACCEPT = "notaccept"
    CLOSE = "close"
    FORWARD = "forward"
    REOPEN = "reopen"
    ASK = "ask"
    REPLY = "reply"
    NOTE = "note"
    CANNED = "canned"
    CONFIRM = "confirm"
    UNDO = "undo"
    DUE = "due"
    OVERDUE = "overdue"
    SEARCH = "search"
    LINK = "link"
    INTAKE = "intake"
    HOLD = "hold"
    LOG = "log"
    STATS = "stats"
    HERE = "here"
    IDENTITY = "identity"
    APPROVE = "approve"
    BAR = "bar"
    LIFT = "lift"
    RELEASE = "release"
    PAGE = "page"
    EXPORT = "export"
    IMPORT = "import"


ALL_ROLES = frozenset(Role)
CASE_WORKERS = frozenset({Role.OFFICER, Role.SUPERVISOR})
SUPERVISORS = frozenset({Role.SUPERVISOR})

PERMISSIONS: Mapping[CommandName, frozenset[Role]] = {
    **dict.fromkeys((CommandName.HELP, CommandName.JOIN, CommandName.LEAVE, CommandName.STATS), ALL_ROLES),
    **dict.fromkeys(
        (CommandName.INBOX, CommandName.CASE, CommandName.FACTS, CommandName.FILES, CommandName.HISTORY),
        CASE_WORKERS,
    ),
    **dict.fromkeys((CommandName.TAKE, CommandName.SCREEN, CommandName.INVESTIGATE), CASE_WORKERS),
    **dict.fromkeys((CommandName.NOT_ACCEPT, CommandName.CLOSE, CommandName.FORWARD), CASE_WORKERS),
    **dict.fromkeys((CommandName.ASK, CommandName.REPLY, CommandName.NOTE, CommandName.CANNED), CASE_WORKERS),
    **dict.fromkeys((CommandName.CONFIRM, CommandName.UNDO), CASE_WORKERS),
    **dict.fromkeys(
        (CommandName.DUE, CommandName.OVERDUE, CommandName.SEARCH, CommandName.LINK, CommandName.INTAKE),
        CASE_WORKERS,
    ),
    # Assigning work, undoing a decision and keeping a case from erasure need somebody who answers for the desk.
    **dict.fromkeys((CommandName.ASSIGN, CommandName.REOPEN, CommandName.HOLD), SUPERVISORS),
    **dict.fromkeys((CommandName.IDENTITY, CommandName.APPROVE), CASE_WORKERS),
    **dict.fromkeys((CommandName.BAR, CommandName.LIFT, CommandName.RELEASE), SUPERVISORS),
    **dict.fromkeys((CommandName.PAGE, CommandName.EXPORT), CASE_WORKERS),
    CommandName.LOG: frozenset({Role.SUPERVISOR, Role.AUDITOR}),
    CommandName.HERE: frozenset({Role.SUPERVISOR, Role.ADMIN}),
    # An imported register holds numbers and dates, no content, so whoever runs the channel may import it too.
    CommandName.IMPORT: frozenset({Role.SUPERVISOR, Role.ADMIN}),
}
"""The roles that may give a command at all; whether it fits the case, its state and its officer is checked later."""


class ShownContent(StrEnum):
    """What a command shows of a person's own words."""

    NOTHING = "nothing"
    CASE = "case"
    """Of one case; nothing, and without a second factor, on channels where messages cannot be deleted."""
    SEARCH = "search"
    """Which cases have the words that were searched for."""


def get_shown_content(name: CommandName) -> ShownContent:
    """What a command shows: a new command that does not say so is a type error."""
    match name:
        case CommandName.FACTS | CommandName.FILES | CommandName.HISTORY | CommandName.IDENTITY:
            return ShownContent.CASE
        case CommandName.SEARCH:
            return ShownContent.SEARCH
        case (
            CommandName.HELP
            | CommandName.JOIN
            | CommandName.LEAVE
            | CommandName.INBOX
            | CommandName.CASE
            | CommandName.TAKE
            | CommandName.ASSIGN
            | CommandName.SCREEN
            | CommandName.INVESTIGATE
            | CommandName.NOT_ACCEPT
            | CommandName.CLOSE
            | CommandName.FORWARD
            | CommandName.REOPEN
            | CommandName.ASK
            | CommandName.REPLY
            | CommandName.NOTE
            | CommandName.CANNED
            | CommandName.CONFIRM
            | CommandName.UNDO
            | CommandName.DUE
            | CommandName.OVERDUE
            | CommandName.LINK
            | CommandName.INTAKE
            | CommandName.HOLD
            | CommandName.LOG
            | CommandName.STATS
            | CommandName.HERE
            | CommandName.APPROVE
            | CommandName.BAR
            | CommandName.LIFT
            | CommandName.RELEASE
            | CommandName.PAGE
            | CommandName.EXPORT
            | CommandName.IMPORT
        ):
            return ShownContent.NOTHING
        case _:
            assert_never(name)


NEEDS_2FA = frozenset(name for name in CommandName if get_shown_content(name) is not ShownContent.NOTHING)
"""Commands that show a person's own words, so that the second factor must have been given recently."""

CONTENT_COMMANDS = frozenset(name for name in CommandName if get_shown_content(name) is ShownContent.CASE)
"""Of those, the ones that show no content on channels where messages cannot be deleted, and ask for no factor there."""


def is_allowed(role: Role, order: CommandName) -> bool:
    """Whether a role may give a command."""
    return role in PERMISSIONS[order]
