"""Kill -9 in the middle of backups and restores."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.terminal_driver import ROOT, build_environment


def run_rounds(folder: Path, rounds: int) -> dict[str, int]:
    command = [sys.executable, "-m", "tests.bot.backup.backup_kills", str(folder), str(rounds), "7"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=build_environment(folder),
        capture_output=True,
        text=True,
        timeout=120 + 20 * rounds,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, int] = json.loads(done.stdout)
    return found


@pytest.mark.full("kill -9")
def test_kill_9_of_a_few_backups_and_restores_leaves_whole_ones_only(disk_path: Path) -> None:
    assert run_rounds(disk_path, 6)["rounds"] == 6


@pytest.mark.proof("kill -9")
def test_kill_9_of_many_backups_and_restores_leaves_whole_ones_only(disk_path: Path, kills: int) -> None:
    found = run_rounds(disk_path, kills // 10)
    assert found["restored"] > 0
    assert found["empty"] > 0
