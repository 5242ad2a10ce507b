"""`make bench` runs every benchmark, and writes its tables where docs/performance.md has room for them."""

import ast
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS
from benchmarks.tables import Table, format_ratio, format_spread, write_results
from tests.house.source_tree import ROOT

TABLE = Table("Speed", ("", "ms"), [["fast", "1.0"]], "one round")


def test_every_module_that_measures_is_run() -> None:
    measuring = {
        path.stem
        for path in (ROOT / "benchmarks").glob("*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name == "measure"
    }
    assert set(BENCHMARKS) == measuring


def test_results_replace_those_of_the_last_time_and_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text("above\n\n<!-- begin all -->\nold\n<!-- end all -->\n\nbelow\n", "utf-8")
    write_results(page, "all", [TABLE])
    written = page.read_text("utf-8")
    assert written == (
        "above\n\n<!-- begin all -->\n\n### Speed\n\none round\n\n|  | ms |\n| --- | --- |\n| fast | 1.0 |\n\n"
        "<!-- end all -->\n\nbelow\n"
    )
    write_results(page, "all", [TABLE])
    assert page.read_text("utf-8") == written


@pytest.mark.parametrize("name", ["all", "telegram"])
def test_the_page_has_room_for_the_results(name: str) -> None:
    page = (ROOT / "docs" / "performance.md").read_text("utf-8")
    assert [page.count(f"<!-- {edge} {name} -->") for edge in ("begin", "end")] == [1, 1]


def test_a_figure_is_the_median_and_what_half_of_the_rounds_lie_between() -> None:
    assert format_spread([5.0, 1.0, 3.0, 2.0, 4.0]) == "3.0 (2.0 to 4.0)"
    assert format_spread([7.0]) == "7.0"


def test_a_ratio_is_taken_within_each_round() -> None:
    assert format_ratio([2.0, 20.0, 200.0], [1.0, 10.0, 100.0]) == "2.00 (2.00 to 2.00)"
