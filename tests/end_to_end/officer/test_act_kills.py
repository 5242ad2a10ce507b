"""A desk that is killed in the middle of officers' acts keeps each that was answered, and does none twice."""

from pathlib import Path

import pytest

from tests.end_to_end.kill_program import run_kill_rounds

pytestmark = [pytest.mark.full("kills in the middle of officers' acts"), pytest.mark.grows]


def test_kill_9_while_officers_enter_answer_take_back_merge_and_hand_over(
    disk_path: Path, kills: int
) -> None:
    rounds = max(3, kills // 3)
    found = run_kill_rounds("tests.end_to_end.officer.act_kills", disk_path, rounds, 120 + 10 * rounds)
    assert found["killed_in_flight"] > 0
    assert all(found[kind] for kind in ("intake", "take", "reply", "undo", "merge", "handover"))
