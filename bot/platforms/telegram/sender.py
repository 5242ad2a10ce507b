"""The post: messages of a chat out, at the pace that is allowed, and the ids of what went out kept for a while."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.delivery.transport import RetryLaterError
from bot.platforms.telegram.client import MessageGoneError, TelegramClient
from bot.platforms.telegram.render import OutgoingMessage

CHAT_INTERVAL = 1.0
"""Seconds between two messages of a chat (core.telegram.org/bots/faq); it lets a few in a row pass."""

CHAT_BURST = 3
OVERALL_INTERVAL = 1 / 30
"""Seconds between any two messages."""

MAX_SEND_WAIT = 3.0
"""Seconds that a sender waits here; what would take longer is for the courier."""

MAX_CHATS = 10_000


@dataclass
class SendLimiter:
    """Says when a chat may be written to. Only what the Bot API counts as messages passes here."""

    chat_interval: float = CHAT_INTERVAL
    overall_interval: float = OVERALL_INTERVAL
    clock: Callable[[], float] = time.monotonic
    _chat_free_at: dict[int, float] = field(default_factory=dict, repr=False)
    _backed_off_until: dict[int, float] = field(default_factory=dict, repr=False)
    _next_free_at: float = 0.0

    async def acquire(self, chat: int) -> None:
        """Wait for the chat's turn. Raises Later where that would take too long."""
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
        """Whether an answer may ride: not where Telegram told the chat to wait, for nobody would hear of a refusal.

        It needs no turn: it answers what the person just did, and comes no faster than that.
        """
        return self._backed_off_until.get(chat, 0.0) <= self.clock()

    def evict_idle_chats(self) -> None:
        """Forget the chats that may be written to at once."""
        now = self.clock()
        self._chat_free_at = {one: until for one, until in self._chat_free_at.items() if until > now}
        self._backed_off_until = {one: until for one, until in self._backed_off_until.items() if until > now}

    def back_off(self, chat: int, seconds: float) -> None:
        """Telegram told this chat to wait; the others need not."""
        self._backed_off_until[chat] = self.clock() + seconds
        self._chat_free_at[chat] = self._backed_off_until[chat] + self.chat_interval * (CHAT_BURST - 1)


MAX_SEND_ATTEMPTS = 2
MAX_DELETED_PER_CALL = 100
"""Messages that one call deletes."""


@dataclass
class TelegramSender:
    """Sends, changes and deletes."""

    client: TelegramClient
    limiter: SendLimiter

    async def send(self, chat: int, bubble: OutgoingMessage) -> int:
        """Send a message; gives its id. A short "not so fast" is waited for. Raises as `TelegramClient`."""
        return await self._send_within_limits(chat, lambda: self.client.send(chat, bubble))

    async def send_picture(self, chat: int, content: bytes) -> int:
        """Send a PNG picture that cannot be passed on; gives its id. Waits and raises as `send`."""
        return await self._send_within_limits(chat, lambda: self.client.send_picture(chat, content))

    async def _send_within_limits(self, chat: int, call: Callable[[], Awaitable[int]]) -> int:
        for tried in range(1, MAX_SEND_ATTEMPTS + 1):
            await self.limiter.acquire(chat)
            try:
                return await call()
            except RetryLaterError as later:
                self.limiter.back_off(chat, later.seconds)
                if tried == MAX_SEND_ATTEMPTS or later.seconds > MAX_SEND_WAIT:
                    raise
        raise RetryLaterError(MAX_SEND_WAIT)

    async def edit(self, chat: int, message: int, bubble: OutgoingMessage) -> int:
        """Put a bubble in a message's place, or below where that is not there any more; gives the id."""
        await self.limiter.acquire(chat)
        try:
            await self.client.edit(chat, message, bubble)
        except MessageGoneError:
            return await self.send(chat, bubble)
        except RetryLaterError as later:
            self.limiter.back_off(chat, later.seconds)
            raise
        return message

    async def delete(self, chat: int, messages: list[int]) -> None:
        """Delete messages, however many."""
        for at in range(0, len(messages), MAX_DELETED_PER_CALL):
            await self.client.delete(chat, messages[at : at + MAX_DELETED_PER_CALL])
