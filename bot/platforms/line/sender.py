"""Send messages to LINE: by reply token if there is one, which does not count against the quota, else by push."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from bot.delivery.transport import (
    PermanentError,
    PlatformLimits,
    PlatformUnavailableError,
    PushHeldBackError,
    QuotaExhaustedError,
    ReplyTokenUsedError,
    RetryLaterError,
    TokenRefusedError,
)
from bot.guard import run_guarded
from bot.keyed_lock import LockScope, PersonLock
from bot.platforms.line.client import LineClient
from bot.platforms.line.flex import replace_cards_with_text
from bot.platforms.line.quota import PushQuota
from bot.platforms.line.render import LIMITS, MessageBatch, render_batches
from handlers.dialog.effects import Answer
from handlers.dialog.events import Channel
from handlers.dialog.replies import MUST_ARRIVE, Message
from handlers.i18n import render_reply
from storage.outgoing.queue import LeasedItem
from storage.serialization import OutboxMessage
from storage.store import Store

MessagePayloads = Sequence[Mapping[str, Any]]

REPLY_TOKEN_TTL = 50.0
"""Seconds for which a reply token is used; LINE says that it is valid for a minute."""

REPLY_RETRY_DELAYS = (0.3, 1.0, 3.0, 8.0, 15.0)
"""Seconds between attempts of a reply."""

MAX_KEPT_TOKENS = 1000
MAX_TRACKED_MESSAGES = 10_000
"""Outbox messages whose delivered part is remembered. After a restart, a part may be sent twice, but none is lost."""

HELD_BACK_FOR = 3600.0
"""Seconds after which a message that was not worth a push is tried again: a new month may have begun."""

ALL_DELIVERED = sys.maxsize
"""Delivered count of an outbox message that was delivered entirely."""


@dataclass(frozen=True, slots=True)
class ReplyToken:
    """A reply token. received_at: seconds of the monotonic clock."""

    value: str = field(repr=False)
    received_at: float

    @property
    def is_fresh(self) -> bool:
        """Whether LINE will still accept it."""
        return time.monotonic() - self.received_at < REPLY_TOKEN_TTL


async def _ignore_news(_person: str, _news: bool) -> None:
    """Default of `set_news_flag`: there are no rich menus to show news."""


@dataclass
class LineSender:
    """Sends the messages of one desk to LINE; the `Transport` of the delivery worker.

    lock_person: the desk's `Engine.lock_person`. Answers and outbox messages to one person are sent one after another,
    in `LockScope.SENDING`: LINE may take long, and what the person writes meanwhile is handled all the same.
    """

    client: LineClient
    store: Store
    lock_person: Callable[[bytes, LockScope], PersonLock] = field(repr=False)
    quota: PushQuota
    on_error: Callable[[BaseException], None]
    set_news_flag: Callable[[str, bool], Awaitable[None]] = _ignore_news
    limits: PlatformLimits = LIMITS
    undeliverable: set[bytes] = field(default_factory=set, repr=False)
    """Person ids with outbox messages that could not be delivered."""

    _delivered_counts: dict[str, int] = field(default_factory=dict, repr=False)
    _reply_tokens: dict[bytes, ReplyToken] = field(default_factory=dict, repr=False)

    def person_id(self, person: str) -> bytes:
        """Return the keyed hash of a user id."""
        return self.store.keyring.hash_id(Channel.LINE, person)

    def encrypt_address(self, person: str) -> bytes:
        """Encrypt a user id as a return address."""
        return self.store.keyring.encrypt_address(person)

    def decrypt_address(self, back: bytes) -> str:
        """Return the user id of a return address."""
        return self.store.keyring.decrypt_address(back)

    def keep_reply_token(self, person: str, token: ReplyToken) -> None:
        """Keep an unused reply token, for an outbox message that may come soon."""
        who = self.person_id(person)
        self._reply_tokens.pop(who, None)
        self._reply_tokens[who] = token
        while len(self._reply_tokens) > MAX_KEPT_TOKENS:
            del self._reply_tokens[next(iter(self._reply_tokens))]

    async def clean_up(self, now: datetime) -> int:  # noqa: ARG002 - tokens age by a clock of their own
        """Drop expired reply tokens (`Cleanup.clean_up`). Returns how many."""
        expired = [who for who, token in self._reply_tokens.items() if not token.is_fresh]
        for who in expired:
            del self._reply_tokens[who]
        return len(expired)

    async def reply(self, token: ReplyToken, messages: MessagePayloads) -> bool:
        """Reply. Returns whether LINE surely accepted it. A refused card is sent as text, with the same token."""
        try:
            return await self._reply_with_retries(token, messages)
        except PermanentError as trouble:
            self.on_error(trouble)
            plain = replace_cards_with_text(messages)
            return plain is not None and await self.reply(token, plain)

    async def _reply_with_retries(self, token: ReplyToken, messages: MessagePayloads) -> bool:
        """Reply, retrying while the token is fresh. Returns as `reply`. Raises PermanentError."""
        had_outage = False
        for pause in (*REPLY_RETRY_DELAYS, None):
            try:
                await self.client.reply(token.value, messages)
            except ReplyTokenUsedError:
                # Nobody else has this token, so while it is fresh, it was used by our own earlier attempt.
                return had_outage and token.is_fresh
            except RetryLaterError as later:
                wait = min(later.retry_after, REPLY_TOKEN_TTL)
            except PlatformUnavailableError:
                had_outage, wait = True, pause or 0
            except TokenRefusedError as trouble:
                self.on_error(trouble)
                return False
            else:
                return True
            if pause is None or not token.is_fresh:
                break
            await asyncio.sleep(wait)
        return False

    async def push(self, person: str, messages: MessagePayloads, key: str) -> None:
        """Push messages; a refused card is sent as text. Raises TransportError."""
        if not await self.quota.has_room():
            raise QuotaExhaustedError(3600)
        try:
            await self.client.push(person, messages, key)
        except QuotaExhaustedError:
            await self.quota.mark_exhausted()
            raise
        except PermanentError as trouble:
            self.on_error(trouble)  # otherwise a message that is given up would leave no trace in the log
            plain = replace_cards_with_text(messages)
            if plain is None:
                raise
            # A refused push does not count, but its key must not be reused (LINE, "Retry failed API requests").
            await self.push(person, plain, derive_retry_key(key, "plain"))
            return
        await self.quota.record_push()

    async def send_batches(
        self, person: str, batches: Sequence[MessageBatch], delivery_id: str, token: ReplyToken | None = None
    ) -> None:
        """Send the batches of an outbox message: the first by reply token, if LINE accepts it, the rest by push.

        Progress is remembered, so that another attempt continues from there. Raises as `push`.
        """
        for batch in batches:
            if token is None or not await self.reply(token, batch.payloads):
                await self.push(person, batch.payloads, derive_retry_key(delivery_id, batch.span))
            token = None
            self.record_delivered(delivery_id, batch.delivered_count)

    def record_delivered(self, delivery_id: str, count: int) -> None:
        """Remember how many messages of an outbox row were delivered; a row's id reveals nothing about the person."""
        self._delivered_counts.pop(delivery_id, None)
        self._delivered_counts[delivery_id] = count
        while len(self._delivered_counts) > MAX_TRACKED_MESSAGES:
            del self._delivered_counts[next(iter(self._delivered_counts))]

    async def deliver(self, back: bytes, messages: Sequence[Message], delivery_id: str) -> None:
        """Deliver an outbox message (`Transport.deliver`). If the quota is used up, the rich menu shows a red dot.

        So it does where the quota is low and the message may wait. The person's lock is held meanwhile; what an answer
        took along is not sent again.
        """
        person = self.decrypt_address(back)
        who = self.person_id(person)
        async with self.lock_person(who, LockScope.SENDING):
            before = self._delivered_counts.get(delivery_id, 0)
            remaining = [replace(message, policy=MUST_ARRIVE) for message in messages[before:]]
            batches = render_batches(remaining, await self.store.load_language(who), before=before)
            token = self._reply_tokens.pop(who, None) if batches else None
            token = token if token is not None and token.is_fresh else None
            try:
                if token is None:
                    await self._hold_back_if_low(messages[before:])
                await self.send_batches(person, batches, delivery_id, token)
            except (QuotaExhaustedError, PushHeldBackError):
                self.undeliverable.add(who)
                await self._try_set_news_flag(person, news=True)
                raise
            if who in self.undeliverable and not await self._list_pending(person, besides=(delivery_id,)):
                await self._clear_news_flag(person)

    async def _hold_back_if_low(self, messages: Sequence[Message]) -> None:
        """Raise `PushHeldBackError` where pushes run low and none of the messages is worth one."""
        may_wait = bool(messages) and all(message.policy.may_wait for message in messages)
        if may_wait and await self.quota.is_low():
            raise PushHeldBackError(HELD_BACK_FOR)

    async def fetch(self, what: Mapping[str, str]) -> AsyncIterator[bytes]:
        """Download a file in pieces (`Transport.fetch`)."""
        async for piece in self.client.download_content(what["message"]):
            yield piece

    async def list_undelivered(
        self, person: str, besides: Sequence[str]
    ) -> list[tuple[str, tuple[Message, ...]]]:
        """Return a person's undelivered outbox messages: row id and the messages still to be sent of each."""
        if self.person_id(person) not in self.undeliverable:
            return []
        pending = await self._list_pending(person, besides)
        rendered = (
            (item, [render_reply(say, item.payload.lang) for say in item.payload.says]) for item in pending
        )
        return [
            (item.id, tuple(messages[self._delivered_counts.get(item.id, 0) :]))
            for item, messages in rendered
        ]

    async def find_outbox_ids(self, person: str, answer: Answer) -> tuple[str, ...]:
        """Return the outbox rows of an answer. Those of a duplicate answer are found by comparing replies."""
        if not answer.duplicate or answer.outbox_ids or not any(say.policy.durable for say in answer.replies):
            return answer.outbox_ids
        found = list[LeasedItem[OutboxMessage]]()
        for item in await self._list_pending(person):
            is_repeated = any(item.payload.says == other.payload.says for other in found)
            if not is_repeated and all(say in answer.replies for say in item.payload.says):
                found.append(item)
        return tuple(item.id for item in found)

    async def complete_delivery(self, person: str, rows: Sequence[str]) -> None:
        """Complete delivered outbox rows, and remove the red dot if nothing else is pending."""
        for row in rows:
            self.record_delivered(row, ALL_DELIVERED)
        await self.store.outbox.complete(rows)
        if self.person_id(person) in self.undeliverable and not await self._list_pending(person, rows):
            await self._clear_news_flag(person)

    async def _list_pending(
        self, person: str, besides: Sequence[str] = ()
    ) -> list[LeasedItem[OutboxMessage]]:
        """Return the outbox messages to a person that were not delivered entirely."""
        items = await self.store.outbox.list_all(Channel.LINE)
        return [
            item
            for item in items
            if item.id not in besides
            and self._delivered_counts.get(item.id, 0) < len(item.payload.says)
            and self.decrypt_address(item.payload.back) == person
        ]

    async def _clear_news_flag(self, person: str) -> None:
        if await self._try_set_news_flag(person, news=False):
            self.undeliverable.discard(self.person_id(person))

    async def _try_set_news_flag(self, person: str, *, news: bool) -> bool:
        """Set or remove a person's red dot. Returns whether LINE accepted it."""
        return (await run_guarded(self.set_news_flag(person, news), self.on_error)).error is None

    async def load_undeliverable(self) -> None:
        """Fill `undeliverable` after a start, with the persons of outbox rows that were tried before."""
        items = await self.store.outbox.list_all(Channel.LINE)
        self.undeliverable.update(
            self.person_id(self.decrypt_address(item.payload.back)) for item in items if item.attempts
        )


def derive_retry_key(delivery_id: str, part: str) -> str:
    """Derive the retry key of a push (a UUID) from delivery id and part, so that every attempt has the same key."""
    digest = sha256(f"{delivery_id} {part}".encode("utf-8", "replace")).digest()
    return str(UUID(bytes=digest[:16], version=4))
