"""`make test` is quick and says what it left out; every test is in a selection that a documented command runs."""

import re
import subprocess
import sys
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from tests.house.source_tree import ROOT
from tests.selection import (
    COMMANDS,
    GROWING_MARKER,
    LEFT_OUT_MARKERS,
    SIZES,
    Selection,
    count_left_out,
    format_left_out,
    format_skipped,
    is_selected,
)
from tests.side_by_side import get_turn, import_share

MARKERS = {*LEFT_OUT_MARKERS, GROWING_MARKER}
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


@dataclass
class Marked:
    """A test with markers, by the kind that each names."""

    kinds: dict[str, str]

    def get_closest_marker(self, name: str) -> Any:
        return SimpleNamespace(args=(self.kinds[name],)) if name in self.kinds else None


QUICK, FULL, PROOF = Marked({}), Marked({"full": "slow"}), Marked({"proof": "slower"})
GROWING = Marked({"grows": ""})


def test_a_selection_takes_what_its_markers_say() -> None:
    tests = [QUICK, FULL, PROOF, GROWING]
    taken = {selection: [is_selected(one, selection) for one in tests] for selection in Selection}
    assert taken == {
        Selection.QUICK: [True, False, False, True],
        Selection.FULL: [True, True, False, True],
        Selection.PROOF: [False, False, True, True],
    }


def test_a_property_test_grows() -> None:
    assert is_selected(Marked({"hypothesis": ""}), Selection.PROOF)


@pytest.mark.parametrize("kinds", [{}, {"full": "a"}, {"proof": "a"}, {"full": "a", "proof": "b"}])
def test_every_test_is_in_a_selection(kinds: dict[str, str]) -> None:
    assert any(is_selected(Marked(kinds), selection) for selection in Selection)
    assert any(is_selected(Marked({**kinds, "grows": ""}), selection) for selection in Selection)


def test_what_is_left_out_is_told_with_the_command_that_runs_it() -> None:
    left = count_left_out(
        [QUICK, FULL, FULL, PROOF, GROWING, Marked({"full": "a", "proof": "b"})], Selection.QUICK
    )
    assert left == {"make check": {"slow": 2}, "make proof": {"slower": 1, "b": 1}}
    lines = format_left_out(left, Selection.QUICK)
    assert lines[0] == "left to `make check`: 2 tests (slow 2)"
    assert lines[1].startswith("left to `make proof`: 2 tests (")
    assert len(lines) == 4


def test_skipped_tests_are_counted_by_their_reason() -> None:
    reasons = ["no browser", "Skipped: no contracts", "Skipped: no contracts"]
    assert format_skipped(reasons) == ["2 tests skipped: no contracts", "1 test skipped: no browser"]
    assert format_skipped([]) == []


def test_each_selection_is_larger_than_the_one_before() -> None:
    sizes = [SIZES[one] for one in Selection]
    for name in ("kills", "crowd", "examples"):
        assert (found := [getattr(one, name) for one in sizes]) == sorted(set(found))


def test_markers_are_registered_and_documented() -> None:
    registered = re.findall(r'^    "(\w+)(?:\(kind\))?: ', (ROOT / "pyproject.toml").read_text("utf-8"), re.M)
    assert set(registered) == MARKERS
    documented = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("## Tests\n")[1]
    for marker in MARKERS:
        assert f"`@pytest.mark.{marker}" in documented
    for command in COMMANDS.values():
        assert f"`{command}`" in documented


def test_commands_pass_their_selection() -> None:
    assert "SELECTION ?= quick\n" in MAKEFILE
    rules = dict(re.findall(r"^(\w+):.*\n((?:\t.*\n)+)", MAKEFILE, re.M))
    assert "--selection $(SELECTION)" in rules["test"]
    assert "SELECTION=full" in rules["check"]
    assert "SELECTION=proof" in rules["proof"]


def test_only_one_module_sets_examples() -> None:
    """So that every property test grows with the selection."""
    setters = [path for path in (ROOT / "tests").rglob("*.py") if "max_examples=" in path.read_text("utf-8")]
    assert {path.name for path in setters} == {"properties.py", "conftest.py", "test_selection.py"}


def test_long_files_begin_first_and_each_worker_imports_a_share() -> None:
    tests = ROOT / "tests"
    turns = [
        get_turn(tests / name) for name in ("end_to_end/test_a.py", "bot/web/test_a.py", "house/test_a.py")
    ]
    assert turns == sorted(set(turns))
    assert import_share(0, 10**6) == ["tests.attacks.test_cells"]
    shares = [import_share(worker, 10**6 + worker) for worker in (1, 2)]
    assert shares == [["tests.attacks.test_consultation_on_disk"], ["tests.attacks.test_debug_logs"]]


@pytest.mark.full("tests of test runs")
def test_the_run_says_at_its_end_what_it_left_out() -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-p",
        "no:xdist",
        "tests/end_to_end/test_stories.py",
    ]
    for selection, left in (
        (Selection.QUICK, "left to `make check`: "),
        (Selection.FULL, "larger in `make proof`"),
    ):
        done = subprocess.run([*command, "--selection", selection], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        assert left in done.stdout
        assert ("left to `make check`" in done.stdout) is (selection is Selection.QUICK)


@pytest.mark.full("tests of test runs")
def test_forked_programs_find_everything_imported() -> None:
    """An unused import is deleted by the linter; then every program of a test would import for two seconds."""
    show = "import sys, tests.end_to_end.forkserver_preload; print({'bot.serve', 'typst'} <= {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", show], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("True\n", "")
