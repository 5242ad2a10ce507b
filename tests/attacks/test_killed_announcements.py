"""Killed while officers are told of new cases, the desk tells of each of them once: number, trail, facts and notice."""

from pathlib import Path

import pytest

from tests.end_to_end.kill_program import run_kill_rounds

pytestmark = [pytest.mark.full("kill -9"), pytest.mark.grows]


def test_each_case_is_told_of_once_wherever_the_program_is_killed(disk_path: Path, kills: int) -> None:
    rounds = max(3, kills // 10)
    found = run_kill_rounds("tests.attacks.announcement_kills", disk_path, rounds, 120 + 60 * rounds)
    assert found["interrupted"] > 0
