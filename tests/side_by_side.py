"""Several workers of pytest-xdist at a time: what each compiles the others read, and long files begin first."""

import importlib
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePath

import pytest

TESTS = Path(__file__).parent

LONG_FIRST = ("end_to_end", "attacks", "bot", "storage")
"""Folders of tests in the order in which they are dealt out; the others, which wait for nothing, come last.

A long file that is begun last keeps one worker busy while the others have nothing left to do.
"""


def get_turn(test: PurePath) -> int:
    """Where the folder of a test file stands in this order."""
    parts = test.relative_to(TESTS).parts
    return LONG_FIRST.index(parts[0]) if parts[0] in LONG_FIRST else len(LONG_FIRST)


def import_share(worker: int, workers: int) -> Sequence[str]:
    """Import one worker's share of the test modules; returns their names.

    Every worker collects all tests. In a fresh checkout each would compile all of them, which takes longer than to run
    most: so each begins with other files, and finds the rest compiled.
    """
    names = []
    for path in sorted(TESTS.rglob("test_*.py"))[worker::workers]:
        names.append(".".join(path.relative_to(TESTS.parent).with_suffix("").parts))
        with suppress(Exception, pytest.skip.Exception):  # told when it is collected
            importlib.import_module(names[-1])
    return names


def prepare_worker(config: pytest.Config) -> None:
    """Import this worker's share where all tests are to be collected, and what is compiled can be kept."""
    worker = getattr(config, "workerinput", None)
    if worker is None or sys.dont_write_bytecode or config.args != config.getini("testpaths"):
        return
    import_share(int(worker["workerid"].removeprefix("gw")), worker["workercount"])
