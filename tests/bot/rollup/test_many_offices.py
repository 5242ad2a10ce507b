"""A roll-up of 8,000 generated offices stays within a minute and 500 MB."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.rollup.made_offices import DAY, write_list, write_sound_office
from tests.end_to_end.terminal_driver import build_environment

OFFICES = 8_000
CPU_SECONDS, MEMORY_BYTES = 60, 500 * 1024 * 1024


@pytest.mark.proof("thousands of offices")
def test_8000_offices_take_a_minute_of_a_processor_and_500_mb(tmp_path: Path) -> None:
    """Both are limits that the kernel holds: of address space it would be more than of memory, so that is measured."""
    root = tmp_path / "offices"
    root.mkdir()
    entries = (write_sound_office(root, number).write_entry() for number in range(OFFICES))
    file = write_list(root, *entries)
    command = [sys.executable, "-m", "bot", "rollup", "--offices", str(file), "--out", str(tmp_path / "roll")]
    done = subprocess.run(
        [*command, "--as-of", DAY.isoformat()],
        env=build_environment(tmp_path),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert largest < MEMORY_BYTES
    assert f'"counted": {OFFICES}' in done.stdout
