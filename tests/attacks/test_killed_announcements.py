"""Killed while officers are told of new cases, the desk tells of each of them once: number, trail, facts and notice."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.terminal_driver import ROOT, build_environment

pytestmark = [pytest.mark.full("kill -9"), pytest.mark.grows]


def test_each_case_is_told_of_once_wherever_the_program_is_killed(disk_path: Path, kills: int) -> None:
    rounds = max(3, kills // 10)
    command = [
        sys.executable,
        "-m",
        "tests.attacks.announcement_kills",
        str(disk_path / "var"),
        str(rounds),
        "2570",
    ]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=build_environment(disk_path),
        capture_output=True,
        text=True,
        timeout=120 + 60 * rounds,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["rounds"] == rounds
    assert found["interrupted"] > 0
