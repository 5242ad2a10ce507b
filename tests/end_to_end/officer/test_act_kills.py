"""A desk that is killed in the middle of officers' acts keeps each that was answered, and does none twice."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.terminal_driver import ROOT, build_environment

pytestmark = [pytest.mark.full("kills in the middle of officers' acts"), pytest.mark.grows]


def test_kill_9_while_officers_enter_answer_take_back_merge_and_hand_over(
    disk_path: Path, kills: int
) -> None:
    rounds = max(3, kills // 3)
    program = "tests.end_to_end.officer.act_kills"
    done = subprocess.run(
        [sys.executable, "-m", program, str(disk_path / "var"), str(rounds), "2570"],
        cwd=ROOT,
        env=build_environment(disk_path),
        capture_output=True,
        text=True,
        timeout=120 + 10 * rounds,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["rounds"] == rounds
    assert found["killed_in_flight"] > 0
    assert all(found[kind] for kind in ("intake", "take", "reply", "undo", "merge", "handover"))
