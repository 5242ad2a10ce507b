"""Where unexpected errors are caught: in loops that must go on, and between items that must not stop each other.

All other code catches only the errors that it expects (`bot/errors.py`, `storage/errors.py`, OSError).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar, cast

T = TypeVar("T")

ErrorHandler: TypeAlias = Callable[[Exception], object]


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What came of some work: its value, or the error that it ended with and no value."""

    value: T | None = None
    error: Exception | None = None

    def get_value(self) -> T:
        """Return the value. Raises the error, where there is one."""
        if self.error is not None:
            raise self.error
        return cast("T", self.value)


async def try_work(work: Awaitable[T]) -> Outcome[T]:
    """Await work. Its error is not raised: the caller has to look at it, and to report it unless it was foreseen."""
    try:
        return Outcome(await work)
    except Exception as error:
        return Outcome(error=error)


async def run_guarded(work: Awaitable[T], on_error: ErrorHandler) -> Outcome[T]:
    """Await work. Its error is reported, not raised."""
    outcome = await try_work(work)
    if outcome.error is not None:
        on_error(outcome.error)
    return outcome


async def iterate_guarded(items: AsyncIterator[T], on_error: ErrorHandler) -> AsyncIterator[T]:
    """Yield items. An error ends them; it is reported, not raised."""
    while (outcome := await try_work(anext(items))).error is None:
        yield outcome.get_value()
    if not isinstance(outcome.error, StopAsyncIteration):
        on_error(outcome.error)


async def run_periodically(
    work: Callable[[], Awaitable[object]], interval: float, on_error: ErrorHandler
) -> None:
    """Do work, forever, and wait so many seconds after each time; an error is reported and stops nothing."""
    while True:
        await run_guarded(work(), on_error)
        await asyncio.sleep(interval)
