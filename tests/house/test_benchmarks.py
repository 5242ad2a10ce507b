"""`make bench` runs every benchmark, and writes its tables where docs/performance.md has room for them."""

import ast
import asyncio
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS
from benchmarks.desks.citizen import MESSAGE_COUNT, write_guided_office
from benchmarks.desks.handlers_only import OFFICE, open_handlers_only
from benchmarks.desks.load import LatencyTally, run_load
from benchmarks.line import LineUser, serve_line_desk
from benchmarks.tables import Table, format_ratio, format_spread, write_results
from benchmarks.telegram.script import SCRIPT_INPUTS, build_steps
from bot.office_file import load_office
from handlers.dialog.receipt import normalize_receipt
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


def test_what_citizens_of_the_benchmarks_say_is_a_whole_complaint(tmp_path: Path) -> None:
    """Where a question changes, the benchmarks' citizens answer it too: nobody sees it otherwise until they run."""

    async def file_one() -> int:
        async with open_handlers_only(tmp_path) as story:
            return (await run_load(story, persons=1, stories=1)).messages

    assert asyncio.run(file_one()) == MESSAGE_COUNT
    written = write_guided_office(tmp_path / "var")
    assert load_office(written) == OFFICE


def test_the_script_of_all_telegram_bots_ends_with_a_receipt() -> None:
    steps = build_steps()
    assert [(one.input_kind, one.words) for one in steps] == list(SCRIPT_INPUTS)
    assert "รหัสติดตาม" in steps[-1].expected_text


@pytest.mark.full("a server in its own process")
def test_a_citizen_of_the_benchmarks_files_a_complaint_with_a_server(tmp_path: Path) -> None:
    async def file_one() -> tuple[str, int]:
        async with serve_line_desk(tmp_path / "var") as line:
            user = LineUser(line, LatencyTally())
            await user.file_complaint()
            return user.receipt, line.pushes

    receipt, pushes = asyncio.run(file_one())
    assert normalize_receipt(receipt)
    assert pushes == 0
