"""Whose messages could not be delivered, and whose tracking code was given up for it; in memory only."""

from collections import OrderedDict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from handlers.dialog.replies import OF_CASE, Reply
from storage.errors import TamperedError
from storage.outgoing.queue import LeasedItem
from storage.serialization import OutboxMessage
from storage.store import Store

MAX_LOST_CODES = 10_000
LOST_CODE = Reply("receipt.lost", OF_CASE)


@dataclass
class UndeliveredMessages:
    """The messages of one desk that wait for another attempt, by person, and the persons who lost a code.

    start_task: runs work in the background. Nothing of this is on disk: it would show who filed.
    """

    store: Store
    now: Callable[[], datetime]
    start_task: Callable[[Coroutine[Any, Any, None]], object]
    _waiting: dict[bytes, set[str]] = field(default_factory=dict, repr=False)
    _lost: "OrderedDict[bytes, None]" = field(default_factory=OrderedDict, repr=False)

    async def load(self, channels: Sequence[str]) -> None:
        """Find the messages that an earlier run could not deliver."""
        for channel in channels:
            for item in await self.store.outbox.list_all(channel):
                if item.attempts:
                    self.record_failure(item)

    def record_failure(self, item: LeasedItem[OutboxMessage]) -> None:
        """A message waits for its next attempt."""
        who = self._find_person(item.payload)
        if who is not None:
            self._waiting.setdefault(who, set()).add(item.id)

    def record_attempt(self, item: LeasedItem[OutboxMessage]) -> None:
        """A message is being sent, so that nothing else may send it."""
        who = self._find_person(item.payload)
        rows = self._waiting.get(who) if who is not None else None
        if who is not None and rows is not None:
            rows.discard(item.id)
            if not rows:
                del self._waiting[who]

    async def give_up(self, item: LeasedItem[OutboxMessage]) -> None:
        """Delete a message that is not delivered any more; remember whose code is lost with it."""
        await self.store.outbox.complete([item.id])
        who = self._find_person(item.payload)
        if who is not None and item.payload.has_code:
            self._lost[who] = None
            if len(self._lost) > MAX_LOST_CODES:
                self._lost.popitem(last=False)

    async def forget_person(self, channel: str, who: bytes) -> None:
        """A person blocked the account: give up at once what waits for them."""
        self._waiting.pop(who, None)
        for item in await self.store.outbox.list_all(channel):
            if self._find_person(item.payload) == who:
                await self.give_up(item)

    def list_notices(self, who: bytes) -> tuple[Reply, ...]:
        """A person is there: send what waits for them now. Returns what is said before the answer."""
        rows = self._waiting.pop(who, None)
        if rows:
            self.start_task(self._send_soon(sorted(rows)))
        if who not in self._lost:
            return ()
        del self._lost[who]
        return (LOST_CODE,)

    async def _send_soon(self, rows: Sequence[str]) -> None:
        await self.store.outbox.reschedule(rows, self.now())

    def _find_person(self, message: OutboxMessage) -> bytes | None:
        """Return whom a message is for; None where its address cannot be read."""
        keyring = self.store.keyring
        try:
            return keyring.hash_id(message.channel, keyring.decrypt_address(message.back))
        except TamperedError:
            return None
