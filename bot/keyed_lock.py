"""Turns: what belongs to one person waits for each other, and different persons never do."""

import asyncio
from dataclasses import dataclass, field
from types import TracebackType
from typing import Generic, TypeVar

K = TypeVar("K")


class CountedLock(asyncio.Lock):
    """Those who have a key's turn or wait for it. length: how many they are."""

    user_count = 0


@dataclass
class KeyedLocks(Generic[K]):
    """A queue for each key; one that nobody stands in is forgotten."""

    _locks: dict[K, CountedLock] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        """How many keys somebody has or waits for."""
        return len(self._locks)

    def lock(self, key: K) -> "KeyedLock[K]":
        """The turn of a key, for `async with`."""
        return KeyedLock(self._locks, key)


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
        queue.user_count += 1
        try:
            await queue.acquire()
        except BaseException:
            self._drop_lock_if_unused()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, trouble: BaseException | None, at: TracebackType | None
    ) -> None:
        """Let the next one have it."""
        self._queue.release()
        self._drop_lock_if_unused()

    def _drop_lock_if_unused(self) -> None:
        self._queue.user_count -= 1
        if not self._queue.user_count:
            del self._queues[self._key]
