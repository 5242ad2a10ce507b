"""Turns: what belongs to one person waits for each other, and different persons never do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K")


@dataclass
class Turns(Generic[K]):
    """A lock for each key; one that nobody waits for is forgotten."""

    _locks: dict[K, tuple[asyncio.Lock, int]] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many keys somebody has or waits for."""
        return len(self._locks)

    @asynccontextmanager
    async def of(self, key: K) -> AsyncIterator[None]:
        """Have the turn of a key."""
        lock, waiting = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._locks[key]
            if waiting == 1:
                del self._locks[key]
            else:
                self._locks[key] = (lock, waiting - 1)
