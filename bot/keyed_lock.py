"""Locks by key: holders of the same key wait for each other, first come first served."""

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Generic, TypeAlias, TypeVar

K = TypeVar("K")


class LockScope(StrEnum):
    """What one person's messages wait for each other in. A message holds one lock at a time, never both."""

    HANDLING = "handling"
    """From the reading of the session until what was decided is stored."""

    SENDING = "sending"
    """While messages to a person go out in their order, on a platform that may take long to accept one."""


PersonLockKey: TypeAlias = tuple[LockScope, bytes]
"""A scope and the keyed hash of a person."""

PersonLock: TypeAlias = "KeyedLock[PersonLockKey]"


class CountedLock(asyncio.Lock):
    """A lock that counts its users: the holder and those who wait."""

    user_count = 0


@dataclass
class KeyedLocks(Generic[K]):
    """One lock per key, created when it is first needed and dropped when nobody uses it."""

    _locks: dict[K, CountedLock] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        """Return the number of keys in use."""
        return len(self._locks)

    def is_held(self, key: K) -> bool:
        """Return whether somebody holds the lock of a key."""
        lock = self._locks.get(key)
        return lock is not None and lock.locked()

    def lock(self, key: K) -> "KeyedLock[K]":
        """Return the lock of a key, for `async with`."""
        return KeyedLock(self._locks, key)


class KeyedLock(Generic[K]):
    """One acquisition of a key's lock.

    A class, because `@asynccontextmanager` costs three times as much, and every message takes a lock.
    """

    __slots__ = ("_key", "_lock", "_locks")

    def __init__(self, locks: dict[K, CountedLock], key: K) -> None:
        self._locks, self._key = locks, key

    async def __aenter__(self) -> None:
        lock = self._locks.get(self._key)
        if lock is None:
            lock = self._locks[self._key] = CountedLock()
        self._lock = lock
        lock.user_count += 1
        try:
            await lock.acquire()
        except BaseException:
            self._drop_lock_if_unused()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, trouble: BaseException | None, at: TracebackType | None
    ) -> None:
        self._lock.release()
        self._drop_lock_if_unused()

    def _drop_lock_if_unused(self) -> None:
        self._lock.user_count -= 1
        if not self._lock.user_count:
            del self._locks[self._key]
