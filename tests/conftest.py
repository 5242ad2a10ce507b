"""Which tests run and how large they are (`--selection`), where they write, and a fixture for each size."""

import gc
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from bot.clock.outside_time import OUTSIDE_TIME
from tests.selection import (
    COMMANDS,
    LEFT_OUT_MARKERS,
    SIZES,
    Selection,
    count_left_out,
    format_left_out,
    format_skipped,
    is_selected,
)
from tests.side_by_side import get_turn, prepare_worker

MEMORY_FOLDER = Path("/dev/shm")
MEMORY_NEEDED = 2 * 1024**3
"""Bytes that must be free in it: what tests of two workers hold at a time, many times over."""

LONGEST_BYTES_IN_NAME = 20

LEFT_OUT = pytest.StashKey[dict[str, dict[str, int]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--selection",
        type=Selection,
        choices=list(Selection),
        default=Selection.QUICK,
        help="; ".join(f"{one}: {command}" for one, command in COMMANDS.items()),
    )
    parser.addoption("--kills", type=int, help="rounds of kill -9, other than the selection's")
    parser.addoption("--crowd", type=int, help="people who say the same at once, other than the selection's")


def pytest_configure(config: pytest.Config) -> None:
    for selection, sizes in SIZES.items():
        # Only `make proof` looks for new examples: a change is not judged by another's bad luck.
        same = {} if selection is Selection.PROOF else {"derandomize": True, "database": None}
        settings.register_profile(selection, max_examples=sizes.examples, deadline=None, **same)
    settings.load_profile(config.getoption("--selection"))
    if os.access(MEMORY_FOLDER, os.W_OK) and shutil.disk_usage(MEMORY_FOLDER).free > MEMORY_NEEDED:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY_FOLDER))


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Collect without searching for garbage: what is collected stays, and the search takes a quarter of the time."""
    gc.disable()
    try:
        prepare_worker(session.config)
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Content names no test: a ZIP holds the time, and both workers must find the same names."""
    return argname if isinstance(val, bytes) and len(val) > LONGEST_BYTES_IN_NAME else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of the selection, and those that the command line names one by one."""
    for item in items:
        for name in LEFT_OUT_MARKERS:
            if (marker := item.get_closest_marker(name)) and not (marker.args and marker.args[0]):
                raise pytest.UsageError(f"{item.nodeid}: `{name}` needs the kind of tests that this is")
    selection = config.getoption("--selection")
    named = any("::" in argument for argument in config.args)
    kept = [item for item in items if named or is_selected(item, selection)]
    dropped = [item for item in items if not (named or is_selected(item, selection))]
    config.stash[LEFT_OUT] = count_left_out(dropped, selection)
    config.hook.pytest_deselected(items=dropped)
    items[:] = sorted(kept, key=lambda item: get_turn(item.path))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In a worker of pytest-xdist: hand what was left out to the controller."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash.get(LEFT_OUT, {})


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """In the controller of pytest-xdist: each worker has collected, and left out, the same."""
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was skipped and why, what was left out, and which command runs it."""
    skipped = (report.longrepr[2] for report in terminalreporter.stats.get("skipped", ()))
    for line in format_skipped(skipped):
        terminalreporter.write_line(line)
    for line in format_left_out(config.stash.get(LEFT_OUT, {}), config.getoption("--selection")):
        terminalreporter.write_line(line)


@pytest.fixture
def crowd(request: pytest.FixtureRequest) -> int:
    """How many people send the same message at once."""
    people: int | None = request.config.getoption("--crowd")
    return people or SIZES[request.config.getoption("--selection")].crowd


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """How many rounds of kill -9."""
    rounds: int | None = request.config.getoption("--kills")
    return rounds or SIZES[request.config.getoption("--selection")].kills


@pytest.fixture
def disk_path() -> Iterator[Path]:
    """A temporary folder on a disk, for tests whose subject is durability; `tmp_path` may be in memory."""
    with tempfile.TemporaryDirectory(prefix="ita-bot-", dir="/var/tmp") as folder:
        yield Path(folder)


@pytest.fixture(autouse=True)
def _forget_outside_time() -> Iterator[None]:
    """What a test's platforms said the time was is nothing to the next test in this process."""
    yield
    OUTSIDE_TIME._heard.clear()
