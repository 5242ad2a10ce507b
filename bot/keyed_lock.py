"""Turns: what belongs to one person waits for each other, and different persons never do."""

import asyncio
from dataclasses import dataclass, field
from types import TracebackType
from typing import Generic, TypeVar

K = TypeVar("K")


class CountedLock(asyncio.Lock):
    """Those who have a key's turn or wait for it. length: how many they are."""

    length = 0


@dataclass
class KeyedLocks(Generic[K]):
    """A queue for each key; one that nobody stands in is forgotten."""

    _queues: dict[K, CountedLock] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        """How many keys somebody has or waits for."""
        return len(self._queues)

    def of(self, key: K) -> "KeyedLock[K]":
        """The turn of a key, for `async with`."""
        return KeyedLock(self._queues, key)


class KeyedLock(Generic[K]):
    """One turn of a key. A class, since every message has two turns and a generator would cost thrice as much."""

    __slots__ = ("_key", "_queue", "_queues")

    def __init__(self, queues: dict[K, CountedLock], key: K) -> None:
        self._queues, self._key = queues, key

    async def __aenter__(self) -> None:
        """Wait for it."""
        queue = self._queues.get(self._key)
        if queue is None:
            queue = self._queues[self._key] = CountedLock()
        self._queue = queue
        queue.length += 1
        try:
            await queue.acquire()
        except BaseException:
            self._leave()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, trouble: BaseException | None, at: TracebackType | None
    ) -> None:
        """Let the next one have it."""
        self._queue.release()
        self._leave()

    def _leave(self) -> None:
        self._queue.length -= 1
        if not self._queue.length:
            del self._queues[self._key]
