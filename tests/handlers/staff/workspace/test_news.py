"""What is new is counted for who has a list of it, at each desk by its own query."""

from dataclasses import replace

import pytest

from handlers.staff.permissions import CASE_WORKERS, Role
from handlers.staff.workspace.messages import CountNewCases, CountWaitingQuestions
from handlers.staff.workspace.news import count_news, counts_news
from handlers.staff.workspace.views import WorkspaceDesk
from tests.handlers.staff.officer_commands import OFFICER
from tests.run_decision import run_queries


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("desk", ["complaints", "service"])
def test_who_has_no_list_is_told_of_nothing(role: Role, desk: WorkspaceDesk) -> None:
    staff = replace(OFFICER, role=role)
    count, queries = run_queries(count_news(staff, desk), {CountNewCases: 3, CountWaitingQuestions: 5})
    own = CountNewCases("s1") if desk == "complaints" else CountWaitingQuestions()
    expected = (3 if desk == "complaints" else 5, (own,)) if role in CASE_WORKERS else (0, ())
    assert (count, queries) == expected
    assert counts_news(staff) is (role in CASE_WORKERS)
