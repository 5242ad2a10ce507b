"""The inbox: lists of cases by what they wait for, a page at a time, each by its number, days and state."""

from dataclasses import dataclass
from datetime import date

from handlers.dialog.effects import run_query
from handlers.dialog.replies import Phrase
from handlers.staff.command import ComplaintsCommandContext, QueryGenerator
from handlers.staff.complaints.lists import DUE_SOON, describe_holder, format_due_day
from handlers.staff.complaints.messages import OfficerCase
from handlers.staff.permissions import Role
from handlers.staff.workspace.messages import InboxTab, ListInbox
from handlers.thai.dates import to_bangkok_date

MAX_INBOX_PAGE = 500
"""The last page that is shown: who looks for an older case types its number."""


@dataclass(frozen=True, slots=True)
class InboxLine:
    """A case of the list. kind: its name, or empty; others: other reports of its matter."""

    case: OfficerCase
    status: Phrase
    due: Phrase
    whose: Phrase
    kind: str = ""
    others: int = 0


@dataclass(frozen=True, slots=True)
class InboxContent:
    """A page of the inbox. unreadable: numbers of cases that cannot be read."""

    tab: InboxTab
    tabs: tuple[InboxTab, ...]
    page: int
    lines: tuple[InboxLine, ...]
    has_more: bool
    unreadable: tuple[str, ...] = ()


def list_tabs(role: Role) -> tuple[InboxTab, ...]:
    """Return the lists of a role: an officer sees no case that a colleague has."""
    return tuple(tab for tab in InboxTab if tab is not InboxTab.ASSIGNED or role is Role.SUPERVISOR)


def read_inbox(
    cmd: ComplaintsCommandContext, tab: str, page: int, *, with_kinds: bool
) -> QueryGenerator[InboxContent]:
    """Read a page of a list; the first list where the named one is not this person's."""
    tabs, today = list_tabs(cmd.staff.role), to_bangkok_date(cmd.ctx.now)
    shown = next((one for one in tabs if one.value == tab), tabs[0])
    place = min(max(1, page), MAX_INBOX_PAGE)
    everybody = cmd.staff.role is Role.SUPERVISOR
    listed = yield from run_query(
        ListInbox(cmd.staff.id, shown, place, everybody, today + DUE_SOON, with_kinds)
    )
    lines = tuple(_describe(case, cmd, today) for case in listed.cases)
    return InboxContent(shown, tabs, place, lines, listed.has_more, listed.unreadable)


def _describe(case: OfficerCase, cmd: ComplaintsCommandContext, today: date) -> InboxLine:
    kind = cmd.ctx.office.find_category(case.category) if case.category else None
    return InboxLine(
        case,
        Phrase(f"staff.status.{case.status}"),
        format_due_day(case, today, cmd.ctx.lang),
        describe_holder(case, cmd.staff.id),
        kind.name.in_lang(cmd.ctx.lang) if kind else "",
        case.other_report_count,
    )
