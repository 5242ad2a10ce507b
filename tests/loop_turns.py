"""How much is done in one turn of the event loop: what a person who writes meanwhile has to wait for."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class LoopTurns:
    """Counts turns of the loop, and what was done in each."""

    turn: int = 0
    done: Counter[int] = field(default_factory=Counter)

    def add(self, amount: int) -> None:
        """Note that this turn did so much (rows, bytes)."""
        self.done[self.turn] += amount

    @property
    def most(self) -> int:
        """The most that one turn did."""
        return max(self.done.values())


@asynccontextmanager
async def count_turns() -> AsyncIterator[LoopTurns]:
    """Count the turns of the loop within the block."""
    turns = LoopTurns()

    async def turn_forever() -> None:
        while True:
            turns.turn += 1
            await asyncio.sleep(0)

    turning = asyncio.create_task(turn_forever())
    try:
        yield turns
    finally:
        turning.cancel()
        with suppress(asyncio.CancelledError):
            await turning
