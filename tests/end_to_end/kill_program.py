"""Run a program of rounds in which a desk is killed, and read what it counted."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.end_to_end.terminal_driver import ROOT, build_environment


def run_kill_rounds(
    program: str, folder: Path, rounds: int, seconds: float, seed: int = 2570, **environment: str
) -> dict[str, Any]:
    """Return what a program told of its rounds, all of which it has to end in time. folder: where its desk is.

    program: a module with a folder, rounds and a seed for arguments, which fails where something is lost or doubled.
    """
    done = subprocess.run(
        [sys.executable, "-m", program, str(folder / "var"), str(rounds), str(seed)],
        cwd=ROOT,
        env=build_environment(folder) | environment,
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["rounds"] == rounds
    return found
