"""Who may give which command: one table."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a person of the staff is to a desk."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"  # who runs the channel: groups and statistics, no content
    AUDITOR = "auditor"  # reads the audit trail and the statistics, no content


class Order(StrEnum):
    """A command of the staff, by its English name; its Thai names stand in `handlers.staff.order`."""

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


EVERYBODY = frozenset(Role)
HANDLING = frozenset({Role.OFFICER, Role.SUPERVISOR})
DECIDING = frozenset({Role.SUPERVISOR})

MAY: Mapping[Order, frozenset[Role]] = {
    **dict.fromkeys((Order.HELP, Order.JOIN, Order.LEAVE, Order.STATS), EVERYBODY),
    **dict.fromkeys((Order.INBOX, Order.CASE, Order.FACTS, Order.FILES, Order.HISTORY), HANDLING),
    **dict.fromkeys((Order.TAKE, Order.SCREEN, Order.INVESTIGATE), HANDLING),
    **dict.fromkeys((Order.NOT_ACCEPT, Order.CLOSE, Order.FORWARD), HANDLING),
    **dict.fromkeys((Order.ASK, Order.REPLY, Order.NOTE, Order.CANNED), HANDLING),
    **dict.fromkeys((Order.CONFIRM, Order.UNDO), HANDLING),
    **dict.fromkeys((Order.DUE, Order.OVERDUE, Order.SEARCH, Order.LINK, Order.INTAKE), HANDLING),
    # Who gives work to others, undoes a decision, or keeps a case from erasure answers for the desk.
    **dict.fromkeys((Order.ASSIGN, Order.REOPEN, Order.HOLD), DECIDING),
    **dict.fromkeys((Order.IDENTITY, Order.APPROVE), HANDLING),
    **dict.fromkeys((Order.BAR, Order.LIFT, Order.RELEASE), DECIDING),
    **dict.fromkeys((Order.PAGE, Order.EXPORT), HANDLING),
    Order.LOG: frozenset({Role.SUPERVISOR, Role.AUDITOR}),
    Order.HERE: frozenset({Role.SUPERVISOR, Role.ADMIN}),
    # A register of the past holds numbers and days, no content; who runs the channel may bring it too.
    Order.IMPORT: frozenset({Role.SUPERVISOR, Role.ADMIN}),
}
"""Who may give a command at all; whether it fits the case, its state and its officer is another question."""

CONTENT = frozenset({Order.FACTS, Order.FILES, Order.HISTORY, Order.SEARCH, Order.IDENTITY})
"""What opens somebody's words, so that the second factor must have been given lately."""

OPENING = frozenset({Order.FACTS, Order.FILES, Order.HISTORY, Order.IDENTITY})
"""What shows nothing of it where nothing can be deleted, so that no factor is asked for there."""


def may(role: Role, order: Order) -> bool:
    """Whether a role may give a command."""
    return role in MAY[order]
