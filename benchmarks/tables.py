"""What every benchmark has in common: its sizes, its tables of results, and the settings of the server."""

import argparse
import importlib
import os
import resource
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import quantiles
from typing import Any

from bot.serve import tune_gc

HOME = Path(__file__).parents[1] / "var"
"""On the disk where a real office keeps its data, so that a flush costs what it costs there."""


@dataclass(frozen=True)
class Sizes:
    """How much is measured. Every figure is the median of `rounds`."""

    rounds: int = 5
    stories: int = 300
    """Whole complaints a round, in which `persons` file at once."""

    persons: tuple[int, ...] = (16, 64, 256)
    cases: tuple[int, ...] = (0, 10_000, 100_000)
    messages: int = 10_000
    """Messages that a server answers before its memory is read again."""

    tries: int = 25
    """Messages of one kind a round, one after another."""

    searched_cases: int = 10_000
    questions: int = 10_000
    facts: int = 1_000_000
    responses: int = 100_000
    imported_rows: int = 20_000
    backup_cases: int = 10_000
    backup_files: int = 2_000
    idle_offices: int = 95
    idle_days: int = 1


QUICK_SIZES = Sizes(
    rounds=2,
    stories=40,
    persons=(16,),
    cases=(0, 500),
    messages=400,
    tries=5,
    searched_cases=300,
    questions=200,
    facts=20_000,
    responses=1_000,
    imported_rows=500,
    backup_cases=500,
    backup_files=5,
    idle_offices=2,
)
"""To see that everything runs; its figures say nothing."""


def add_size_options(parser: argparse.ArgumentParser) -> None:
    """Add `--quick` and an option for each size."""
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it runs")
    for size in fields(Sizes):
        several = isinstance(size.default, tuple)
        parser.add_argument(f"--{size.name.replace('_', '-')}", type=int, nargs="+" if several else None)


def read_sizes(options: argparse.Namespace) -> Sizes:
    """Read the sizes that were asked for; the others are as usual."""
    base = QUICK_SIZES if options.quick else Sizes()
    given: dict[str, Any] = {}
    for size in fields(Sizes):
        value = getattr(options, size.name)
        given[size.name] = getattr(base, size.name) if value is None else value
        if isinstance(given[size.name], list):
            given[size.name] = tuple(given[size.name])
    return Sizes(**given)


@dataclass(frozen=True)
class Table:
    """Results. note: what was measured and how, in a sentence or two."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    def format_text(self) -> str:
        """Format for a terminal."""
        lines = [self.columns, *self.rows]
        widths = [max(len(line[place]) for line in lines) for place in range(len(self.columns))]
        shown = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines
        ]
        note = [f"({self.note})"] if self.note else []
        return "\n".join([self.title, *note, *(f"  {line.rstrip()}" for line in shown)])

    def format_markdown(self) -> str:
        """Format for docs/performance.md."""
        lines = [self.columns, ["---"] * len(self.columns), *self.rows]
        shown = ["| " + " | ".join(line) + " |" for line in lines]
        note = [self.note, ""] if self.note else []
        return "\n".join([f"### {self.title}", "", *note, *shown])


def format_spread(values: Sequence[float], form: str = ",.1f", unit: str = "") -> str:
    """Format the median of some rounds and, in brackets, what half of them lie between."""
    if len(values) == 1:
        return f"{values[0]:{form}}{unit}"
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return f"{middle:{form}}{unit} ({low:{form}} to {high:{form}})"


def format_ratio(values: Sequence[float], others: Sequence[float]) -> str:
    """Format how many times the others the values are, compared within each round."""
    return format_spread([one / other for one, other in zip(values, others, strict=True)], ".2f")


def write_results(page: Path, name: str, tables: Sequence[Table]) -> None:
    """Replace what stands between `<!-- begin NAME -->` and `<!-- end NAME -->` in a Markdown page."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    above, _, rest = page.read_text("utf-8").partition(begin)
    if end not in rest:
        raise ValueError(f"{page}: no {begin} with {end} below it")
    below = rest.partition(end)[2]
    shown = "\n\n".join(table.format_markdown() for table in tables)
    page.write_text(f"{above}{begin}\n\n{shown}\n\n{end}{below}", "utf-8")


def run_benchmark(name: str, sizes: Sizes) -> list[Table]:
    """Run `measure` of a module of this package in this process."""
    tables: list[Table] = list(importlib.import_module(f"benchmarks.{name}").measure(sizes))
    return tables


def get_peak_megabytes() -> int:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def prepare_process() -> None:
    """Make this process what the server is: on one core, with the server's garbage-collector settings."""
    HOME.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    tune_gc()
