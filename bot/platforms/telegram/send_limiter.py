"""How fast Telegram may be written to: a message a second for each chat, thirty a second for all."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.delivery.worker import RetryLaterError

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
