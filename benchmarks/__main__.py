"""Measure everything on one core and print it: `python -m benchmarks`."""

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
"""Where the data of a real office would lie, so that a flush costs what it costs there."""

OpenBenchmark = Callable[[Path], AbstractAsyncContextManager[Story]]
BENCHMARKS: dict[str, OpenBenchmark] = {
    "bare limit": open_bare_limit,
    "talk alone": open_handlers_only,
    "engine": open_engine,
}


async def measure_benchmark(stand: OpenBenchmark, persons: int) -> LoadResult:
    """One run in an empty folder, after a short one that warms up."""
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=HOME) as folder:
        async with stand(Path(folder)) as story:
            await run_load(story, persons=persons, stories=persons)
            gc.collect()
            return await run_load(story, persons=persons, stories=STORIES)


def main() -> None:
    """Each stand with each crowd, and its share of the bare limit with the same crowd."""
    pin_to_one_core()
    HOME.mkdir(mode=0o700, exist_ok=True)
    print(f"{STORIES:,} whole complaints of {MESSAGE_COUNT} messages each, on one core")
    for persons in PERSONS:
        print(f"\n{persons} persons in flight")
        limit = 0.0
        for name, stand in BENCHMARKS.items():
            figures = uvloop.run(measure_benchmark(stand, persons))
            limit = limit or figures.rate
            print(f"  {name:12} {figures}   {figures.rate / limit:6.1%} of the bare limit", flush=True)


if __name__ == "__main__":
    main()
