"""Measure everything on one core and print it: `python -m benchmarks`."""

import gc
import tempfile
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import uvloop

from benchmarks import bare, engine, thought
from benchmarks.citizen import MESSAGES
from benchmarks.load import LoadResult, Story, on_one_core, run

PERSONS = (64, 256)
STORIES = 1200
HOME = Path(__file__).parents[1] / "var"
"""Where the data of a real office would lie, so that a flush costs what it costs there."""

Stand = Callable[[Path], AbstractAsyncContextManager[Story]]
STANDS: dict[str, Stand] = {"bare limit": bare.stand, "talk alone": thought.stand, "engine": engine.stand}


async def measured(stand: Stand, persons: int) -> LoadResult:
    """One run in an empty folder, after a short one that warms up."""
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=HOME) as folder:
        async with stand(Path(folder)) as story:
            await run(story, persons=persons, stories=persons)
            gc.collect()
            return await run(story, persons=persons, stories=STORIES)


def main() -> None:
    """Each stand with each crowd, and its share of the bare limit with the same crowd."""
    on_one_core()
    HOME.mkdir(mode=0o700, exist_ok=True)
    print(f"{STORIES:,} whole complaints of {MESSAGES} messages each, on one core")
    for persons in PERSONS:
        print(f"\n{persons} persons in flight")
        limit = 0.0
        for name, stand in STANDS.items():
            figures = uvloop.run(measured(stand, persons))
            limit = limit or figures.rate
            print(f"  {name:12} {figures}   {figures.rate / limit:6.1%} of the bare limit", flush=True)


if __name__ == "__main__":
    main()
