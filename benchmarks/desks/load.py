"""Run a number of persons concurrently, each sending one message after another, and measure the latencies.

Where persons and desk share a process, the CPU time of the persons is counted apart (`LatencyTally.own_work`).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import quantiles
from typing import TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class LatencyTally:
    """The latencies of the answered messages, in seconds, and the CPU seconds of the persons who sent them."""

    latencies: list[float] = field(default_factory=list)
    own_cpu: float = 0.0
    started_at: float = field(default_factory=time.perf_counter)
    cpu_at_start: float = field(default_factory=time.process_time)

    async def measure(self, awaitable: Awaitable[T]) -> T:
        """Await an answer and record how long it took."""
        at = time.perf_counter()
        answer = await awaitable
        self.latencies.append(time.perf_counter() - at)
        return answer

    @contextmanager
    def own_work(self) -> Iterator[None]:
        """Count what is done inside, without an await, as work of the benchmark itself."""
        at = time.thread_time()
        yield
        self.own_cpu += time.thread_time() - at


@dataclass(frozen=True, slots=True)
class LoadResult:
    """The result of a run: messages per second; p50 and p99 in milliseconds.

    cpu_per_message: microseconds of CPU time a message, all threads, without the persons'; own_cpu_per_message: theirs.
    CPU time stays steadier than the rate when others use the machine too.
    """

    messages: int
    rate: float
    p50: float
    p99: float
    cpu_per_message: float
    own_cpu_per_message: float


Story: TypeAlias = Callable[[LatencyTally], Awaitable[None]]
"""The whole dialogue of one person; each message goes through `LatencyTally.measure`."""


async def run_load(story: Story, *, persons: int, stories: int) -> LoadResult:
    """Run a story `stories` times, with `persons` in flight."""
    left = iter(range(stories))
    tally = LatencyTally()

    async def person() -> None:
        for _ in left:
            await story(tally)

    async with asyncio.TaskGroup() as crowd:
        for _ in range(persons):
            crowd.create_task(person())
    elapsed = time.perf_counter() - tally.started_at
    count = len(tally.latencies)
    cpu = time.process_time() - tally.cpu_at_start - tally.own_cpu
    cuts = quantiles(tally.latencies, n=100)
    return LoadResult(
        count,
        count / elapsed,
        cuts[49] * 1000,
        cuts[98] * 1000,
        cpu / count * 1e6,
        tally.own_cpu / count * 1e6,
    )
