"""Send, edit and delete messages within Telegram's rate limits."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.delivery.transport import MessageGoneError, RetryLaterError
from bot.platforms.telegram.client import TelegramClient
from bot.platforms.telegram.render import OutgoingMessage

CHAT_INTERVAL = 1.0
"""Seconds between two messages of a chat (core.telegram.org/bots/faq)."""

CHAT_BURST = 3
"""Messages that a chat may get in a row before the interval applies; Telegram tolerates short bursts."""
OVERALL_INTERVAL = 1 / 30
"""Seconds between any two messages of the bot: 30 messages a second (core.telegram.org/bots/faq)."""

MAX_SEND_WAIT = 3.0
"""Seconds that a call waits for its rate limit; beyond that it fails, and the outbox retries."""

MAX_CHATS = 10_000
"""Chats in memory above which idle ones are evicted."""


@dataclass
class SendLimiter:
    """Rate limiter per chat and overall, for the calls that the Bot API counts as messages."""

    chat_interval: float = CHAT_INTERVAL
    overall_interval: float = OVERALL_INTERVAL
    clock: Callable[[], float] = time.monotonic
    _chat_free_at: dict[int, float] = field(default_factory=dict, repr=False)
    _backed_off_until: dict[int, float] = field(default_factory=dict, repr=False)
    _next_free_at: float = 0.0

    async def acquire(self, chat: int) -> None:
        """Wait until the chat may get a message. Raises RetryLaterError if that takes over `MAX_SEND_WAIT`."""
        now = self.clock()
        free = max(self._chat_free_at.get(chat, 0.0), now)
        wait = max(free - now - self.chat_interval * (CHAT_BURST - 1), self._next_free_at - now, 0.0)
        if wait > MAX_SEND_WAIT:
            raise RetryLaterError(wait)
        self._chat_free_at[chat] = free + self.chat_interval
        self._next_free_at = max(self._next_free_at, now) + self.overall_interval
        if len(self._chat_free_at) > MAX_CHATS:
            self.evict_idle_chats()
        if wait:
            await asyncio.sleep(wait)

    def can_reply_in_webhook(self, chat: int) -> bool:
        """Whether a webhook reply may be used: not while Telegram asks to wait, since a refusal is not reported.

        Not rate limited: webhook replies are one per update.
        """
        return self._backed_off_until.get(chat, 0.0) <= self.clock()

    def evict_idle_chats(self) -> None:
        """Forget chats without a waiting time."""
        now = self.clock()
        self._chat_free_at = {one: until for one, until in self._chat_free_at.items() if until > now}
        self._backed_off_until = {one: until for one, until in self._backed_off_until.items() if until > now}

    def back_off(self, chat: int, seconds: float) -> None:
        """Record that Telegram asked to wait with this chat; other chats are not affected."""
        self._backed_off_until[chat] = self.clock() + seconds
        self._chat_free_at[chat] = self._backed_off_until[chat] + self.chat_interval * (CHAT_BURST - 1)


MAX_SEND_ATTEMPTS = 2
MAX_DELETED_PER_CALL = 100
"""Messages that one deleteMessages call takes (Bot API)."""


@dataclass
class TelegramSender:
    client: TelegramClient
    limiter: SendLimiter

    async def send(self, chat: int, message: OutgoingMessage) -> int:
        """Send a message. Returns its id. Retries once after a short wait. Raises what `TelegramClient.send` raises."""
        return await self._send_within_limits(chat, lambda: self.client.send(chat, message))

    async def send_picture(self, chat: int, content: bytes) -> int:
        """Send a PNG picture protected from forwarding. Returns its id. Retries and raises like `send`."""
        return await self._send_within_limits(chat, lambda: self.client.send_picture(chat, content))

    async def _send_within_limits(self, chat: int, call: Callable[[], Awaitable[int]]) -> int:
        for tried in range(1, MAX_SEND_ATTEMPTS + 1):
            await self.limiter.acquire(chat)
            try:
                return await call()
            except RetryLaterError as later:
                self.limiter.back_off(chat, later.retry_after)
                if tried == MAX_SEND_ATTEMPTS or later.retry_after > MAX_SEND_WAIT:
                    raise
        raise RetryLaterError(MAX_SEND_WAIT)

    async def edit(self, chat: int, message_id: int, replacement: OutgoingMessage) -> int:
        """Replace a message, or send a new one if it no longer exists. Returns the id."""
        await self.limiter.acquire(chat)
        try:
            await self.client.edit(chat, message_id, replacement)
        except MessageGoneError:
            return await self.send(chat, replacement)
        except RetryLaterError as later:
            self.limiter.back_off(chat, later.retry_after)
            raise
        return message_id

    async def delete(self, chat: int, messages: list[int]) -> None:
        """Delete any number of messages."""
        for at in range(0, len(messages), MAX_DELETED_PER_CALL):
            await self.client.delete(chat, messages[at : at + MAX_DELETED_PER_CALL])
