"""`/import undo 3` shows what would go, and only the button decides; what stands in the way is said."""

from datetime import date

import pytest

from handlers.dialog.replies import Choice
from handlers.staff.permissions import Role
from handlers.staff.registers.messages import GetImport, ImportState, ImportSummary, UndoImport, UndoObstacle
from handlers.staff.registers.undo import read_undo
from handlers.staff.state import AwaitingSecondFactor, OfficerState
from tests.handlers.staff.officer_commands import OFFICER, SUPERVISOR, give, make_member
from tests.run_decision import begin_session

DONE = ImportSummary(3, date(2026, 11, 30), 120, ImportState.DONE)


def test_what_would_go_is_shown_and_a_button_decides() -> None:
    shown = give("/import undo 3", staff=SUPERVISOR, answers={GetImport: DONE})
    assert shown.acts == ()
    assert shown.replies[0].key == "imports.done"
    assert shown.replies[0].choices == (Choice("/import undo 3 yes", "imports.undo_now"),)
    decided = give("/import undo 3 yes", staff=make_member("s9", Role.ADMIN), answers={GetImport: DONE})
    assert decided.acts == (UndoImport(3, "s9"),)
    assert decided.replies[0].key == "imports.undoing"


def test_nothing_is_decided_without_the_second_factor_and_then_it_is() -> None:
    unverified = begin_session(officer=OfficerState())
    shown = give("/import undo 3", staff=SUPERVISOR, answers={GetImport: DONE}, session=unverified)
    assert shown.replies[0].key == "imports.done"
    asked = give("/import undo 3 yes", staff=SUPERVISOR, answers={GetImport: DONE}, session=unverified)
    assert (asked.replies[0].key, asked.acts) == ("staff.factor.ask", ())
    assert asked.session is not None
    pending = asked.session.officer.complaints.pending
    assert isinstance(pending, AwaitingSecondFactor)
    assert pending.command.rest == "undo 3 yes"


def test_what_stands_in_the_way_is_said_also_after_the_button() -> None:
    found = ImportSummary(3, None, 0, None, UndoObstacle.WORKED_ON, 2)
    told = give("/import undo 3 yes", staff=SUPERVISOR, answers={GetImport: found})
    assert (told.replies[0].key, told.acts) == ("imports.obstacle.worked_on", ())


def test_an_officer_may_not() -> None:
    assert (
        give("/import undo 3 yes", staff=OFFICER, answers={GetImport: DONE}).replies[0].key
        != "imports.undoing"
    )


@pytest.mark.parametrize(
    ("rest", "read"),
    [
        ("undo 3", (3, False)),
        ("ย้อนกลับ ครั้งที่ ๓", (3, False)),
        ("undo 3 yes", (3, True)),
        ("undo", None),
        ("", None),
        ("3", None),
    ],
)
def test_only_a_number_of_an_import_is_taken(rest: str, read: tuple[int, bool] | None) -> None:
    assert read_undo(rest) == read
