"""Whose messages could not be delivered, and whose tracking code was given up for it; in memory only.

The notice that a code is lost is a message like others once its person is there: what is not delivered of it is sent
again, and where it is given up too, the person hears it the next time.
"""

from collections import OrderedDict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.guard import run_guarded
from handlers.dialog.effects import Answer
from handlers.dialog.events import Event
from handlers.dialog.replies import MUST_ARRIVE, Reply
from storage.db.group_commit import DIRECT_REPLY_SECONDS, DIRECT_REPLY_TTL
from storage.errors import TamperedError
from storage.outgoing.queue import LeasedItem
from storage.serialization import OutboxMessage
from storage.store import Store

MAX_LOST_CODES = 10_000
LOST_CODE = Reply("receipt.lost", MUST_ARRIVE)


@dataclass
class UndeliveredMessages:
    """The messages of one desk that wait for another attempt, by person, and the persons who lost a code.

    start_task: runs work in the background. on_error: called where a notice could not be stored. Nothing of this
    is on disk, since it would show who filed, save a notice, from when its person is there until it is delivered.
    """

    store: Store
    now: Callable[[], datetime]
    start_task: Callable[[Coroutine[Any, Any, None]], object]
    on_error: Callable[[BaseException], None]
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
        if who is not None and (item.payload.has_code or _is_notice(item.payload)):
            self._remember_lost(who)

    def _remember_lost(self, who: bytes) -> None:
        self._lost[who] = None
        if len(self._lost) > MAX_LOST_CODES:
            self._lost.popitem(last=False)

    async def forget_person(self, channel: str, who: bytes) -> None:
        """A person blocked the account: give up at once what waits for them."""
        self._waiting.pop(who, None)
        for item in await self.store.outbox.list_all(channel):
            if self._find_person(item.payload) == who:
                await self.give_up(item)

    async def add_notices(self, event: Event, answer: Answer) -> Answer:
        """A person is there: send what waits for them now, and say before the answer that a code is lost."""
        who = event.person_id
        rows = self._waiting.pop(who, None)
        if rows:
            self.start_task(self._send_soon(sorted(rows)))
        if who not in self._lost or event.reply_to is None:
            return answer
        now = self.now()
        until = int((now + DIRECT_REPLY_TTL).timestamp())
        notice = OutboxMessage(event.channel, event.reply_to, answer.lang, (LOST_CODE,), until)
        at = now + timedelta(seconds=DIRECT_REPLY_SECONDS)
        stored = await run_guarded(self.store.outbox.add(event.channel, notice, at), self.on_error)
        if stored.value is None:  # said all the same, and once more the next time
            return replace(answer, replies=(LOST_CODE, *answer.replies))
        self._lost.pop(who, None)
        rows_of_answer = (stored.value, *answer.outbox_ids)
        return replace(answer, replies=(LOST_CODE, *answer.replies), outbox_ids=rows_of_answer)

    async def _send_soon(self, rows: Sequence[str]) -> None:
        await self.store.outbox.reschedule(rows, self.now())

    def _find_person(self, message: OutboxMessage) -> bytes | None:
        """Return whom a message is for; None where its address cannot be read."""
        keyring = self.store.keyring
        try:
            return keyring.hash_id(message.channel, keyring.decrypt_address(message.back))
        except TamperedError:
            return None


def _is_notice(message: OutboxMessage) -> bool:
    """Whether a message says that a code is lost."""
    return LOST_CODE in message.says
