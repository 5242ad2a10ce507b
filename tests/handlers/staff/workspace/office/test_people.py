"""The view of the staff: which commands stand beside whom, for each role."""

import pytest

from handlers.dialog.replies import Phrase
from handlers.staff.members import ListStaff
from handlers.staff.permissions import Role
from handlers.staff.workspace.office.people import show_people
from tests.handlers.staff.officer_commands import COLLEAGUE, OFFICER, SUPERVISOR, make_member
from tests.handlers.staff.workspace.office.views import show

ADMIN = make_member("s4", Role.ADMIN, "ผู้ดูแล")
TWIN = make_member("s5", name=OFFICER.name)
EVERYBODY = {ListStaff: (OFFICER, COLLEAGUE, SUPERVISOR, ADMIN, TWIN)}


def test_an_admin_finds_everybody_with_what_may_be_done_and_nothing_beside_themself() -> None:
    view, _ = show(show_people, staff=ADMIN, answers=EVERYBODY)
    assert [(one.name, one.dismiss, one.reset) for one in view.rows] == [
        ("ผู้ดูแล", "", ""),
        ("สมชาย ใจดี", "/dismiss s2", "/reset s2"),
        ("สมหญิง ใจกล้า (1)", "/dismiss s1", "/reset s1"),
        ("สมหญิง ใจกล้า (2)", "/dismiss s5", "/reset s5"),
        ("หัวหน้า", "/dismiss s3", "/reset s3"),
    ]
    assert (view.can_invite, view.can_hand_over) == (True, True)
    assert [one.takes_cases for one in view.rows] == [False, True, True, True, True]
    assert view.rows[0].role == Phrase("staff.role.admin")
    assert not view.rows[0].has_unit


@pytest.mark.parametrize(("role", "resets"), [(Role.SUPERVISOR, True), (Role.OFFICER, False)])
def test_others_find_what_their_role_may_give(role: Role, resets: bool) -> None:
    view, _ = show(show_people, staff=make_member("s9", role), answers=EVERYBODY)
    assert {bool(one.reset) for one in view.rows} == {resets}
    assert {one.dismiss for one in view.rows} == {""}
    assert (view.can_invite, view.can_hand_over) == (False, False)
