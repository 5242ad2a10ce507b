"""Whole complaints through the engine, beside the handlers alone and the bare limit of the machine, on one core."""

import gc
import tempfile
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import uvloop

from benchmarks.desks.bare_limit import open_bare_limit
from benchmarks.desks.citizen import MESSAGE_COUNT
from benchmarks.desks.engine import open_engine
from benchmarks.desks.handlers_only import open_handlers_only
from benchmarks.desks.load import LoadResult, Story, run_load
from benchmarks.tables import HOME, Sizes, Table, format_ratio, format_spread, prepare_process

OpenBenchmark = Callable[[Path], AbstractAsyncContextManager[Story]]
CONTENDERS: dict[str, OpenBenchmark] = {
    "bare limit": open_bare_limit,
    "handlers alone": open_handlers_only,
    "engine": open_engine,
}
COLUMNS = ("", "messages/s", "p50 ms", "p99 ms", "CPU µs a message", "of the persons", "of the bare limit")


async def measure_contender(open_contender: OpenBenchmark, persons: int, stories: int) -> LoadResult:
    """One run in an empty folder, after a short warm-up run."""
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=HOME) as folder:
        async with open_contender(Path(folder)) as story:
            await run_load(story, persons=persons, stories=persons)
            gc.collect()
            return await run_load(story, persons=persons, stories=stories)


def format_results(results: list[LoadResult]) -> list[str]:
    """The columns of some rounds, but for the share of the bare limit."""
    return [
        format_spread([one.rate for one in results], ",.0f"),
        format_spread([one.p50 for one in results]),
        format_spread([one.p99 for one in results]),
        format_spread([one.cpu_per_message for one in results], ",.0f"),
        format_spread([one.own_cpu_per_message for one in results], ",.0f"),
    ]


def measure(sizes: Sizes) -> Iterable[Table]:
    """Measure each number of concurrent persons; the three take turns in every round."""
    prepare_process()
    for persons in sizes.persons:
        results: dict[str, list[LoadResult]] = {name: [] for name in CONTENDERS}
        for _ in range(sizes.rounds):
            for name, open_contender in CONTENDERS.items():
                results[name].append(uvloop.run(measure_contender(open_contender, persons, sizes.stories)))
        bare = [one.rate for one in results["bare limit"]]
        yield Table(
            f"Throughput, {persons} persons in flight",
            COLUMNS,
            [
                [name, *format_results(found), format_ratio([one.rate for one in found], bare)]
                for name, found in results.items()
            ],
            f"{sizes.rounds} rounds of {sizes.stories} whole complaints of {MESSAGE_COUNT} messages on one core,"
            " persons and disk included; the bare limit writes one row a message to the disk and does nothing else;"
            " the CPU time of the persons is counted apart",
        )
