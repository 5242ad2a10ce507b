"""Run a number of persons concurrently, each sending one message after another, and measure the latencies."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from statistics import quantiles
from typing import TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class LatencyTally:
    """The latencies of the answered messages. Seconds."""

    latencies: list[float] = field(default_factory=list)
    started_at: float = field(default_factory=time.perf_counter)
    cpu_at_start: float = field(default_factory=time.process_time)

    async def measure(self, awaitable: Awaitable[T]) -> T:
        """Await an answer and record how long it took."""
        at = time.perf_counter()
        answer = await awaitable
        self.latencies.append(time.perf_counter() - at)
        return answer


@dataclass(frozen=True, slots=True)
class LoadResult:
    """The result of a run: messages per second; p50 and p99 in milliseconds.

    cpu_per_message: microseconds of CPU time, all threads; it stays steady when others use the machine too.
    """

    messages: int
    rate: float
    p50: float
    p99: float
    cpu_per_message: float

    def __str__(self) -> str:
        waits = f"p50 {self.p50:7.2f} ms   p99 {self.p99:7.2f} ms"
        return f"{self.rate:9,.0f} messages/s   {waits}   {self.cpu_per_message:5.0f} µs of work"


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
    work = (time.process_time() - tally.cpu_at_start) / len(tally.latencies) * 1e6
    cuts = quantiles(tally.latencies, n=100)
    return LoadResult(
        len(tally.latencies), len(tally.latencies) / elapsed, cuts[49] * 1000, cuts[98] * 1000, work
    )


def pin_to_one_core() -> None:
    """Pin this process and its threads to one core; does nothing on systems other than Linux."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
