"""What goes out to LINE: by a reply token where there is one, which costs nothing; by push where it must."""

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
    PlatformUnavailableError,
    QuotaExhaustedError,
    ReplyTokenUsedError,
    RetryLaterError,
    TokenRefusedError,
)
from bot.engine import EngineAnswer
from bot.keyed_lock import KeyedLocks
from bot.platforms.line.client import LineClient
from bot.platforms.line.flex import replace_cards_with_text
from bot.platforms.line.quota import PushQuota
from bot.platforms.line.render import MessageBatch, render_batches
from bot.platforms.line.rich_menu import load_language
from handlers.dialog.events import Channel
from handlers.dialog.replies import Message
from handlers.i18n import render_reply
from storage.outgoing.queue import LeasedItem
from storage.serialization import OutboxMessage
from storage.store import Store

MessagePayloads = Sequence[Mapping[str, Any]]

REPLY_TOKEN_TTL = 50.0
"""Seconds that a reply token is good for; LINE says a minute."""

REPLY_RETRY_DELAYS = (0.3, 1.0, 3.0, 8.0, 15.0)
"""Seconds between tries of a reply."""

MAX_KEPT_TOKENS = 1000
MAX_TRACKED_MESSAGES = 10_000
"""Letters of which it is remembered what came of them: a start without it brings some of it twice, and loses none."""

ALL_DELIVERED = sys.maxsize
"""As many messages as a letter has."""


@dataclass(frozen=True, slots=True)
class ReplyToken:
    """A reply token. born: seconds of the monotonic clock."""

    value: str = field(repr=False)
    received_at: float

    @property
    def is_fresh(self) -> bool:
        """Whether LINE will still take it."""
        return time.monotonic() - self.received_at < REPLY_TOKEN_TTL


async def _ignore_news(_person: str, _news: bool) -> None:
    """Where there are no rich menus, nothing shows news."""


@dataclass
class LineSender:
    """The post of one desk to LINE; the courier carries by it."""

    client: LineClient
    store: Store
    quota: PushQuota
    on_error: Callable[[BaseException], None]
    set_news_flag: Callable[[str, bool], Awaitable[None]] = _ignore_news
    undeliverable: set[bytes] = field(default_factory=set, repr=False)
    """Whose letters could not be brought: persons by their marks, as everywhere here."""

    person_locks: KeyedLocks[bytes] = field(default_factory=KeyedLocks, repr=False)
    """Persons who are being spoken to, by their marks: answers and letters come one after another."""

    _delivered_counts: dict[str, int] = field(default_factory=dict, repr=False)
    _reply_tokens: dict[bytes, ReplyToken] = field(default_factory=dict, repr=False)

    def person_id(self, person: str) -> bytes:
        """A person's mark."""
        return self.store.keyring.hash_id(Channel.LINE, person)

    def encrypt_address(self, person: str) -> bytes:
        """A return address."""
        return self.store.keyring.address.encrypt(person.encode(), "outbox", "", "back")

    def decrypt_address(self, back: bytes) -> str:
        """The person of a return address."""
        return self.store.keyring.address.decrypt(back, "outbox", "", "back").decode()

    def keep_reply_token(self, person: str, token: ReplyToken) -> None:
        """Keep a token that nothing was said with, for what must be said soon."""
        who = self.person_id(person)
        self._reply_tokens.pop(who, None)
        self._reply_tokens[who] = token
        while len(self._reply_tokens) > MAX_KEPT_TOKENS:
            del self._reply_tokens[next(iter(self._reply_tokens))]

    async def clean_up(self, now: datetime) -> int:  # noqa: ARG002 - tokens age by a clock of their own
        """Drop the tokens that nobody takes any more (`bot.courier.Tidy`)."""
        old = [who for who, token in self._reply_tokens.items() if not token.is_fresh]
        for who in old:
            del self._reply_tokens[who]
        return len(old)

    async def reply(self, token: ReplyToken, messages: MessagePayloads) -> bool:
        """Answer; whether it surely arrived at LINE. A card that it refuses goes as text, by the same token."""
        try:
            return await self._reply_with_retries(token, messages)
        except PermanentError as trouble:
            self.on_error(trouble)
            words = replace_cards_with_text(messages)
            return words is not None and await self.reply(token, words)

    async def _reply_with_retries(self, token: ReplyToken, messages: MessagePayloads) -> bool:
        """The same. Raises PermanentError."""
        tried = False
        for pause in (*REPLY_RETRY_DELAYS, None):
            try:
                await self.client.reply(token.value, messages)
            except ReplyTokenUsedError:
                # Nobody else has this token: within its life, our own try before has used it.
                return tried and token.is_fresh
            except RetryLaterError as later:
                wait = min(later.retry_after, REPLY_TOKEN_TTL)
            except PlatformUnavailableError:
                tried, wait = True, pause or 0
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
        """Send unasked; a card that LINE refuses goes as text. Raises TransportError."""
        if not await self.quota.has_room():
            raise QuotaExhaustedError(3600)
        try:
            await self.client.push(person, messages, key)
        except QuotaExhaustedError:
            await self.quota.mark_exhausted()
            raise
        except PermanentError as trouble:
            self.on_error(trouble)  # a letter that is given up would go without a word else
            words = replace_cards_with_text(messages)
            if words is None:
                raise
            # What was refused did not count, and its key is not to be used again (LINE, "Retry failed API requests").
            await self.push(person, words, derive_retry_key(key, "plain"))
            return
        await self.quota.record_push()

    async def send_batches(
        self, person: str, packed: Sequence[MessageBatch], letter: str, token: ReplyToken | None = None
    ) -> None:
        """Send what belongs to a letter: the first by a token, where LINE takes it, and the rest by push.

        What came is remembered, so that another try goes on from there. Raises as `push`.
        """
        for parcel in packed:
            if token is None or not await self.reply(token, parcel.payloads):
                await self.push(person, parcel.payloads, derive_retry_key(letter, parcel.span))
            token = None
            self.record_delivered(letter, parcel.delivered_count)

    def record_delivered(self, letter: str, whole: int) -> None:
        """Remember how many messages of a letter came; which letter it is tells nothing of whose."""
        self._delivered_counts.pop(letter, None)
        self._delivered_counts[letter] = whole
        while len(self._delivered_counts) > MAX_TRACKED_MESSAGES:
            del self._delivered_counts[next(iter(self._delivered_counts))]

    async def deliver(self, back: bytes, messages: Sequence[Message], letter: str) -> None:
        """Bring what waited in the outbox. What cannot be pushed any more this month is shown by a red dot.

        Nobody else speaks to the person meanwhile; what an answer took along is not brought again.
        """
        person = self.decrypt_address(back)
        who = self.person_id(person)
        async with self.person_locks.lock(who):
            before = self._delivered_counts.get(letter, 0)
            left = [replace(message, durable=True) for message in messages[before:]]
            packed = render_batches(left, await load_language(self.store, who), before=before)
            token = self._reply_tokens.pop(who, None) if packed else None
            try:
                await self.send_batches(
                    person, packed, letter, token if token is not None and token.is_fresh else None
                )
            except QuotaExhaustedError:
                self.undeliverable.add(who)
                await self._try_set_news_flag(person, news=True)
                raise
            if who in self.undeliverable and not await self._list_pending(person, besides=(letter,)):
                await self._clear_news_flag(person)

    async def fetch(self, what: Mapping[str, str]) -> AsyncIterator[bytes]:
        """A file that somebody sent."""
        async for piece in self.client.download_content(what["message"]):
            yield piece

    async def list_undelivered(
        self, person: str, besides: Sequence[str]
    ) -> list[tuple[str, tuple[Message, ...]]]:
        """What could not be brought to a person before: of each letter its row in the outbox and what is left of it."""
        if self.person_id(person) not in self.undeliverable:
            return []
        letters = await self._list_pending(person, besides)
        told = ((one, [render_reply(say, one.payload.lang) for say in one.payload.says]) for one in letters)
        return [(one.id, tuple(messages[self._delivered_counts.get(one.id, 0) :])) for one, messages in told]

    async def find_outbox_ids(self, person: str, answer: EngineAnswer) -> tuple[str, ...]:
        """The rows of an answer in the outbox. Those of one that was given before are found by what they say."""
        if not answer.duplicate or answer.outbox_ids or not any(say.certain for say in answer.replies):
            return answer.outbox_ids
        found = list[LeasedItem[OutboxMessage]]()
        for one in await self._list_pending(person):
            twin = any(one.payload.says == other.payload.says for other in found)
            if not twin and all(say in answer.replies for say in one.payload.says):
                found.append(one)
        return tuple(one.id for one in found)

    async def complete_delivery(self, person: str, rows: Sequence[str]) -> None:
        """It was brought: the rows go, and the red dot, where nothing else waits."""
        for row in rows:
            self.record_delivered(row, ALL_DELIVERED)
        await self.store.outbox.complete(rows)
        if self.person_id(person) in self.undeliverable and not await self._list_pending(person, rows):
            await self._clear_news_flag(person)

    async def _list_pending(
        self, person: str, besides: Sequence[str] = ()
    ) -> list[LeasedItem[OutboxMessage]]:
        """What waits for a person and has not come whole."""
        letters = await self.store.outbox.list_all(Channel.LINE)
        return [
            one
            for one in letters
            if one.id not in besides
            and self._delivered_counts.get(one.id, 0) < len(one.payload.says)
            and self.decrypt_address(one.payload.back) == person
        ]

    async def _clear_news_flag(self, person: str) -> None:
        if await self._try_set_news_flag(person, news=False):
            self.undeliverable.discard(self.person_id(person))

    async def _try_set_news_flag(self, person: str, *, news: bool) -> bool:
        """Show a person that something waits, or no longer; whether LINE took it."""
        try:
            await self.set_news_flag(person, news)
        except Exception as trouble:  # what waits, waits all the same
            self.on_error(trouble)
            return False
        return True

    async def load_undeliverable(self) -> None:
        """Learn, after a start, for whom something waits that was tried before."""
        letters = await self.store.outbox.list_all(Channel.LINE)
        self.undeliverable.update(
            self.person_id(self.decrypt_address(one.payload.back)) for one in letters if one.attempts
        )


def derive_retry_key(letter: str, part: str) -> str:
    """The key of a push: the same for the same part of a letter however often it is tried, and for no other."""
    told = sha256(f"{letter} {part}".encode("utf-8", "replace")).digest()
    return str(UUID(bytes=told[:16], version=4))
