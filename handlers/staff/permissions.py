"""The roles of the staff, and the names of the commands of both desks."""

from enum import StrEnum


class Role(StrEnum):
    """The role of a staff member at a desk."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"  # who runs the channel: groups and statistics, no content
    AUDITOR = "auditor"  # reads the audit trail and the statistics, no content


class DeskCommandName(StrEnum):
    """A command of a desk by its English name; the desk's table has its other names, who may give it and what it does.

    Buttons, help and stored sessions know a command by this name.
    """

    @property
    def label_key(self) -> str:
        """The key of the wording on a button that gives this command."""
        raise NotImplementedError


class CommandName(DeskCommandName):
    """A command of the complaints desk; `handlers.staff.complaints.commands` has the table."""

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
    APPOINT = "appoint"
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
    MERGE = "merge"
    SEPARATE = "separate"
    KIND = "kind"
    CHECK = "check"
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
    REMARK = "remark"
    CLOCK = "clock"
    PAGE = "page"
    EXPORT = "export"
    SLIP = "slip"
    IMPORT = "import"
    STAFF = "staff"
    INVITE = "invite"
    DISMISS = "dismiss"
    RESET = "reset"
    HAND_OVER = "handover"
    WORKSPACE = "workspace"
    AWAY = "away"
    SETTING = "setting"

    @property
    def label_key(self) -> str:
        """The key of the wording on a button that gives this command."""
        return f"staff.order.{self}"


REPORTER_COMMANDS = frozenset(
    {CommandName.REPLY, CommandName.ASK, CommandName.CANNED, CommandName.IDENTITY, CommandName.SLIP}
)
"""Commands that need a reporter: a case from an old register has none here."""


class ServiceCommandName(DeskCommandName):
    """A command of the service desk; `handlers.staff.service.commands` has the table."""

    QUESTIONS = "questions"
    QUESTION = "question"
    ANSWER = "answer"
    PUBLISH = "publish"
    UNPUBLISH = "unpublish"
    MERGE = "merge"
    CONFIRM = "confirm"
    UNDO = "undo"
    CLOSE = "close"
    FAQ = "faq"
    CHECK = "check"
    OPINIONS = "opinions"
    CONSULT = "consult"
    STATEMENTS = "statements"
    TEXTS = "texts"
    THEME = "theme"
    QUOTE = "quote"
    TAKEN = "taken"
    DONE = "done"
    RESULTS = "results"
    ACTIVITY = "activity"
    REMARK = "remark"
    CLOCK = "clock"
    HELP = "help"
    JOIN = "join"
    LEAVE = "leave"
    STAFF = "staff"
    INVITE = "invite"
    DISMISS = "dismiss"
    RESET = "reset"
    WORKSPACE = "workspace"
    SETTING = "setting"

    @property
    def label_key(self) -> str:
        """The key of the wording on a button that gives this command."""
        return f"inquiry.button.{self}"


ALL_ROLES = frozenset(Role)
CASE_WORKERS = frozenset({Role.OFFICER, Role.SUPERVISOR})
SUPERVISORS = frozenset({Role.SUPERVISOR})
ADMINS = frozenset({Role.ADMIN})
CHANNEL_KEEPERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
