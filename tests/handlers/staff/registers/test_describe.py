"""Every state of an import and everything that keeps one has words in both languages."""

from datetime import date

import pytest

from handlers.dialog.events import LANGS
from handlers.i18n import render_text
from handlers.staff.registers.describe import describe_import, describe_obstacle
from handlers.staff.registers.messages import ImportState, ImportSummary, UndoObstacle

DAY = date(2026, 11, 30)


@pytest.mark.parametrize("state", ImportState)
def test_each_state_is_said(state: ImportState) -> None:
    found = ImportSummary(3, DAY, 120, state, undone_on=DAY)
    for lang in LANGS:
        assert "3" in render_text(describe_import(found), lang)


@pytest.mark.parametrize("obstacle", UndoObstacle)
def test_each_obstacle_is_said(obstacle: UndoObstacle) -> None:
    found = ImportSummary(3, None, 0, None, obstacle, count=7)
    for lang in LANGS:
        said = render_text(describe_obstacle(found), lang)
        has_count = obstacle in {
            UndoObstacle.OLD,
            UndoObstacle.WORKED_ON,
            UndoObstacle.RELEASED,
            UndoObstacle.ERASED,
        }
        assert ("7" in said) is has_count


def test_cases_that_stayed_are_said() -> None:
    found = ImportSummary(3, DAY, 120, ImportState.UNDONE, kept=2, undone_on=DAY)
    assert "เหลือไว้ 2 เรื่อง" in render_text(describe_import(found), "th")
