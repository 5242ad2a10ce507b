"""Measure the bare limit, the handlers and the engine on one core: `python -m benchmarks`."""

import gc
import tempfile
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import uvloop

from benchmarks.bare_limit import open_bare_limit
from benchmarks.citizen import MESSAGE_COUNT
from benchmarks.engine import open_engine
from benchmarks.handlers_only import open_handlers_only
from benchmarks.load import LoadResult, Story, pin_to_one_core, run_load

PERSONS = (64, 256)
STORIES = 1200
HOME = Path(__file__).parents[1] / "var"
"""On the disk where a real office keeps its data, so that a flush costs what it costs there."""

OpenBenchmark = Callable[[Path], AbstractAsyncContextManager[Story]]
BENCHMARKS: dict[str, OpenBenchmark] = {
    "bare limit": open_bare_limit,
    "talk alone": open_handlers_only,
    "engine": open_engine,
}


async def measure_benchmark(open_benchmark: OpenBenchmark, persons: int) -> LoadResult:
    """One run in an empty folder, after a short warm-up run."""
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=HOME) as folder:
        async with open_benchmark(Path(folder)) as story:
            await run_load(story, persons=persons, stories=persons)
            gc.collect()
            return await run_load(story, persons=persons, stories=STORIES)


def main() -> None:
    """Each benchmark at each number of concurrent persons, and its share of the bare limit at that number."""
    pin_to_one_core()
    HOME.mkdir(mode=0o700, exist_ok=True)
    print(f"{STORIES:,} whole complaints of {MESSAGE_COUNT} messages each, on one core")
    for persons in PERSONS:
        print(f"\n{persons} persons in flight")
        limit = 0.0
        for name, open_benchmark in BENCHMARKS.items():
            result = uvloop.run(measure_benchmark(open_benchmark, persons))
            limit = limit or result.rate
            print(f"  {name:12} {result}   {result.rate / limit:6.1%} of the bare limit", flush=True)


if __name__ == "__main__":
    main()
