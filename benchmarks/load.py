"""Persons who write side by side, each one message after another, and what they measured."""

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
    """Messages that were answered, and how long each took. Seconds."""

    latencies: list[float] = field(default_factory=list)
    started_at: float = field(default_factory=time.perf_counter)
    cpu_at_start: float = field(default_factory=time.process_time)

    async def measure(self, answering: Awaitable[T]) -> T:
        """The answer, and a note of how long it took."""
        at = time.perf_counter()
        answer = await answering
        self.latencies.append(time.perf_counter() - at)
        return answer


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What a run came to: messages a second, and milliseconds that half and 99 in 100 messages stay within.

    work: microseconds of processor a message, all threads; it holds still when others use the machine too.
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
"""One person's whole talk; each message goes through `Tally.timed`."""


async def run_load(story: Story, *, persons: int, stories: int) -> LoadResult:
    """Tell a story so many times, with so many persons in flight."""
    left = iter(range(stories))
    tally = LatencyTally()

    async def person() -> None:
        for _ in left:
            await story(tally)

    async with asyncio.TaskGroup() as crowd:
        for _ in range(persons):
            crowd.create_task(person())
    took = time.perf_counter() - tally.started_at
    work = (time.process_time() - tally.cpu_at_start) / len(tally.latencies) * 1e6
    cuts = quantiles(tally.latencies, n=100)
    return LoadResult(
        len(tally.latencies), len(tally.latencies) / took, cuts[49] * 1000, cuts[98] * 1000, work
    )


def pin_to_one_core() -> None:
    """Keep this process, its threads too, on one core; elsewhere than Linux it runs where it likes."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
