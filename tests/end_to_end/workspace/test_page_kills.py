"""A server that is killed in the middle of acts on a page keeps each one that was answered, and none twice."""

import random
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.end_to_end.terminal_driver import ROOT, build_environment

pytestmark = [pytest.mark.full("kills in the middle of a page's act"), pytest.mark.grows]


def start(home: Path, how: str, number: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.end_to_end.workspace.page_kills", how, str(home), str(number)]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=build_environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_what_a_page_was_told_is_done_is_there_once(disk_path: Path, kills: int) -> None:
    home, draw, said = disk_path / "var", random.Random(2570), list[str]()
    for number in range(max(3, kills // 4)):
        program = start(home, "act", number)
        assert program.stdout is not None
        ready = program.stdout.readline()
        assert ready == "ready\n", ready + program.stdout.read()
        killer = threading.Timer(draw.uniform(0.05, 0.8), program.kill)
        killer.start()
        said += program.stdout.read().splitlines()
        program.stdout.close()
        program.wait()
        killer.join()
    checked = start(home, "check", number + 1)
    told, _ = checked.communicate(timeout=120)
    kept = Counter(line.removeprefix("kept ") for line in told.splitlines() if line.startswith("kept "))
    done = {line.removeprefix("done ") for line in said if line.startswith("done ")}
    sent = {line.removeprefix("sent ") for line in said if line.startswith("sent ")}
    assert done, told
    assert done <= set(kept) <= sent
    assert set(kept.values()) == {1}
