"""Work in the background: for the duration of a block, or until it ends, but no longer than its owner."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

T = TypeVar("T")


@asynccontextmanager
async def run_in_background(work: Coroutine[Any, Any, object]) -> AsyncIterator[None]:
    """Run work in a task for the duration of the body, then cancel it."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class BackgroundTasks(set[asyncio.Task[Any]]):
    """The tasks under way that nobody awaits; the event loop alone would let them be garbage collected."""

    def start(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Start work. It is one of the tasks until it ends."""
        task = asyncio.create_task(work)
        self.add(task)
        task.add_done_callback(self.discard)
        return task

    async def close(self, patience: float = 0) -> None:
        """Wait for the tasks, at most so many seconds, then cancel them."""
        if self and patience:
            await asyncio.wait(self, timeout=patience)
        late = [*self]
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
