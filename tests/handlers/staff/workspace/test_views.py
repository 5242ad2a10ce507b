"""The registry of views: each role's rights at each desk, written by hand."""

import pytest

from handlers.staff.permissions import Role
from handlers.staff.workspace.views import (
    WORKSPACE_VIEWS,
    WorkspaceDesk,
    WorkspaceView,
    list_menu,
    may_open_view,
)

SERVICE_WORK = "questions question faq entry consultations consultation activity opinions"
OPENED: dict[tuple[WorkspaceDesk, Role], str] = {
    ("complaints", Role.OFFICER): "inbox case export slip figures sessions",
    (
        "complaints",
        Role.SUPERVISOR,
    ): "inbox case export slip digits figures trail people import settings sessions",
    ("complaints", Role.ADMIN): "digits figures people import settings sessions",
    ("complaints", Role.AUDITOR): "figures trail sessions",
    ("service", Role.OFFICER): f"{SERVICE_WORK} sessions",
    ("service", Role.SUPERVISOR): f"{SERVICE_WORK} digits trail settings sessions",
    ("service", Role.ADMIN): "digits start settings sessions",
    ("service", Role.AUDITOR): "trail sessions",
}


@pytest.mark.parametrize(("desk", "role"), OPENED)
def test_each_role_opens_its_views_and_has_a_home(desk: WorkspaceDesk, role: Role) -> None:
    opened = {view.value for view in WorkspaceView if may_open_view(view, desk, role)}
    assert opened == set(OPENED[desk, role].split())
    menu = list_menu(desk, role)
    assert menu
    assert {view.value for view in menu} <= opened


def test_what_shows_content_asks_for_the_factor_and_has_a_number() -> None:
    assert set(WORKSPACE_VIEWS) == set(WorkspaceView)
    open_ones = [view for view, row in WORKSPACE_VIEWS.items() if row.has_number and not row.needs_factor]
    assert open_ones == [WorkspaceView.ACTIVITY]  # of which everything is public
