"""Whatever is posted, to pages and both webhooks: no answer is a fault of ours, and nothing of it stays in memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.platforms.line.api_rules import needs_contracts
from tests.bot.platforms.telegram.api_rules import find_contracts
from tests.end_to_end.terminal_driver import ROOT, build_environment

pytestmark = needs_contracts
MOST_GROWTH = 10_000_000


def post_bodies(home: Path, count: int) -> dict[str, dict[str, dict[str, int]]]:
    """Post bodies, from a process of its own; return statuses and growth by platform."""
    program = (
        sys.executable,
        "-m",
        "tests.end_to_end.generated_bodies",
        str(home / "var"),
        str(count),
        "2570",
    )
    environment = build_environment(home) | {"ITA_CONTRACTS": str(find_contracts())}
    done = subprocess.run(
        program, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300 + count / 10
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, dict[str, int]]] = json.loads(done.stdout)
    for name, statuses in found["statuses"].items():
        assert sum(statuses.values()) == count, name
        assert [status for status in statuses if status.startswith("5")] == [], name
    return found


@pytest.mark.full("a server in its own process")
def test_some_bodies_of_each_kind(disk_path: Path) -> None:
    assert set(post_bodies(disk_path, 500)["statuses"]) == {"telegram", "line", "web"}


@pytest.mark.proof("bodies made at random")
def test_a_hundred_thousand_bodies_of_each_kind_leave_memory_as_it_was(disk_path: Path) -> None:
    assert max(post_bodies(disk_path, 100_000)["growth"].values()) < MOST_GROWTH
