"""The view of the trail: who did what in words, and one person's lines alone."""

from handlers.dialog.replies import Phrase, raw_text
from handlers.staff.members import ListStaff
from handlers.staff.permissions import Role
from handlers.staff.workspace.office.messages import ListTrail, TrailLine, TrailPage
from handlers.staff.workspace.office.trail import TrailRow, show_trail
from tests.handlers.staff.officer_commands import OFFICER, STAFF, make_member
from tests.handlers.staff.workspace.office.views import show

AUDITOR = make_member("s8", Role.AUDITOR)
HOUR = 498_747  # 3 o'clock UTC on 22 November 2026
PAGE = TrailPage(
    (
        TrailLine(9, HOUR, f"staff:{OFFICER.id}", "read-facts", "12/2570"),
        TrailLine(8, HOUR, "staff:gone", f"barred:{OFFICER.id}"),
        TrailLine(7, HOUR, "admin", "staff-added"),
    ),
    7,
)


def test_lines_are_read_with_names_hours_and_numbers() -> None:
    (view, _) = show(lambda cmd: show_trail(cmd, 0, ""), staff=AUDITOR, answers={ListTrail: PAGE})
    assert view.rows[0].who == raw_text(OFFICER.name)
    assert (view.rows[0].what, view.rows[0].number) == (Phrase("staff.what.read-facts"), "12/2570")
    assert view.rows[1].who == Phrase("staff.by.somebody")
    assert view.rows[2] == TrailRow(
        view.rows[0].at, Phrase("staff.by.admin"), Phrase("staff.what.staff-added")
    )
    assert view.further == 7
    assert [name for _, name in view.people] == sorted(one.name for one in STAFF)


def test_one_person_is_chosen_by_a_shortened_id_and_an_unknown_one_chooses_nobody() -> None:
    for typed, chosen in ((OFFICER.short_id, OFFICER.id), ("zzzzzz", ""), ("", "")):
        view, queries = show(
            lambda cmd, one=typed: show_trail(cmd, 40, one), staff=AUDITOR, answers={ListTrail: PAGE}
        )
        assert ListTrail(AUDITOR.id, 40, chosen) in queries
        assert ListStaff(include_removed=True) in queries
        assert view.chosen == (typed if chosen else "")
