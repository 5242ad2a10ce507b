"""The view of the head: which part of it each role sees, and what of it leads where."""

from dataclasses import replace
from datetime import date

import pytest

from handlers.dialog.replies import Phrase
from handlers.staff.complaints.messages import CaseListPage, CountUnreadableCases, ListCases
from handlers.staff.complaints.release import ListPendingReleases, PendingRelease
from handlers.staff.complaints.statistics import CountCases, PeriodCounts
from handlers.staff.permissions import Role
from handlers.staff.workspace.office.figures import FigureRow, OverdueRow, ReleaseRow, show_figures
from handlers.staff.workspace.paging import ROWS_PER_PAGE
from tests.handlers.staff.officer_commands import CASE, SUPERVISOR, make_member
from tests.handlers.staff.workspace.office.views import show

MONTH = PeriodCounts("พฤศจิกายน 2569", "November 2026", 4, 1, 2, 1)
YEAR = PeriodCounts("ปีงบประมาณ 2570", "fiscal year 2570", 9, 3, 5, 1, (MONTH,))
LATE = replace(CASE, answer_by=date(2026, 11, 1), officer="s1")
KEPT = replace(LATE, number=13, hidden=True, officer="s2")
ANSWERS = {
    CountCases: (MONTH, YEAR),
    ListCases: CaseListPage((LATE, KEPT), has_more=True),
    ListPendingReleases: (PendingRelease("3/2570", "ตุลาคม 2569", "October 2026"),),
    CountUnreadableCases: 2,
}


def test_a_head_sees_month_year_overdue_and_releases() -> None:
    view, _ = show(lambda cmd: show_figures(cmd, 1), answers=ANSWERS)
    assert view.periods == (
        FigureRow("พฤศจิกายน 2569", 4, 1, 2, 1),
        FigureRow("ปีงบประมาณ 2570", 9, 3, 5, 1),
    )
    assert view.months == (FigureRow("พฤศจิกายน 2569", 4, 1, 2, 1),)
    assert view.overdue is not None
    assert view.overdue[0] == OverdueRow(
        "12/2570",
        2570,
        12,
        Phrase("staff.status.received"),
        Phrase("staff.due_late", {"day": "1 พฤศจิกายน 2569"}),
        Phrase("staff.whose.others"),
        is_open_to=True,
    )
    assert (view.overdue[1].whose, view.overdue[1].is_open_to) == (Phrase("staff.whose.hidden"), False)
    assert view.has_more
    assert view.releases == (ReleaseRow("3/2570", "ตุลาคม 2569", "/release ok 3/2570"),)
    assert view.unreadable == 0


@pytest.mark.parametrize(
    ("role", "lists_overdue", "lists_releases", "unreadable"),
    [
        (Role.OFFICER, True, False, 0),
        (Role.SUPERVISOR, True, True, 0),
        (Role.ADMIN, False, False, 2),
        (Role.AUDITOR, False, False, 0),
    ],
)
def test_each_role_sees_its_part(
    role: Role, lists_overdue: bool, lists_releases: bool, unreadable: int
) -> None:
    view, queries = show(lambda cmd: show_figures(cmd, 1), staff=make_member("s7", role), answers=ANSWERS)
    assert (view.overdue is not None, view.releases is not None, view.unreadable) == (
        lists_overdue,
        lists_releases,
        unreadable,
    )
    assert (ListPendingReleases() in queries) == lists_releases


def test_the_overdue_are_those_of_the_command_a_page_at_a_time() -> None:
    _, queries = show(lambda cmd: show_figures(cmd, 3), answers=ANSWERS)
    yesterday = date(2026, 11, 21)
    assert (
        ListCases(SUPERVISOR.id, 2 * ROWS_PER_PAGE, ROWS_PER_PAGE, all_officers=True, due_until=yesterday)
        in queries
    )
