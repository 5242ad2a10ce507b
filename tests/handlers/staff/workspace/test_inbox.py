"""The inbox: which list is read for whom, and what a line of it says."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE as TABLE
from handlers.staff.complaints.messages import CaseListPage, OfficerCase
from handlers.staff.permissions import Role
from handlers.staff.workspace.commands import make_page_command
from handlers.staff.workspace.inbox import MAX_INBOX_PAGE, InboxContent, list_tabs, read_inbox
from handlers.staff.workspace.messages import InboxTab, ListInbox, SignInWay, WorkspaceSession
from handlers.staff.workspace.sign_in import WorkspaceRequest
from tests.handlers.staff.officer_commands import CASE, OFFICER, TODAY
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import begin_session, run_queries


def read(
    tab: str, page: int, role: Role = Role.OFFICER, *cases: OfficerCase, with_kinds: bool = False
) -> tuple[InboxContent, ListInbox]:
    staff = replace(OFFICER, role=role)
    request = WorkspaceRequest(b"m" * 32, begin_session(), OFFICE, MORNING)
    parsed = TABLE.parse("/inbox")
    assert parsed is not None
    cmd = make_page_command(
        TABLE, request, WorkspaceSession(b"m" * 32, staff, SignInWay.LINK, MORNING), parsed
    )
    listed = CaseListPage(cases, True, ("9/2570",))
    content, queries = run_queries(read_inbox(cmd, tab, page, with_kinds=with_kinds), {ListInbox: listed})
    (query,) = queries
    assert isinstance(query, ListInbox)
    return content, query


@pytest.mark.parametrize(
    ("asked", "page", "role", "tab", "place"),
    [
        ("mine", 2, Role.OFFICER, InboxTab.MINE, 2),
        ("assigned", 1, Role.OFFICER, InboxTab.NEW, 1),  # no list of an officer
        ("assigned", 1, Role.SUPERVISOR, InboxTab.ASSIGNED, 1),
        ("", 0, Role.OFFICER, InboxTab.NEW, 1),
        ("nothing", 10**9, Role.SUPERVISOR, InboxTab.NEW, MAX_INBOX_PAGE),
    ],
)
def test_the_list_that_is_read(asked: str, page: int, role: Role, tab: InboxTab, place: int) -> None:
    content, query = read(asked, page, role)
    soon = TODAY + timedelta(days=7)
    assert query == ListInbox("s1", tab, place, role is Role.SUPERVISOR, soon, with_kinds=False)
    assert (content.tab, content.page, content.tabs) == (tab, place, list_tabs(role))
    assert (content.has_more, content.unreadable) == (True, ("9/2570",))


def test_a_line_says_number_state_and_days_and_its_kind_where_it_was_unsealed() -> None:
    cases = (
        replace(CASE, officer="s1"),
        replace(CASE, category="", hidden=True),
        replace(CASE, officer="s2"),
        replace(CASE, officer="s2", stand_in="s1"),
    )
    content, query = read("new", 1, Role.SUPERVISOR, *cases, with_kinds=True)
    assert query.with_kinds
    assert [line.whose.key for line in content.lines] == [
        "staff.whose.mine",
        "staff.whose.hidden",
        "staff.whose.others",
        "staff.whose.stand_in",
    ]
    assert [bool(line.kind) for line in content.lines] == [True, False, True, True]
    assert {line.status.key for line in content.lines} == {"staff.status.received"}
