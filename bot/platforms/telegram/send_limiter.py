"""How fast Telegram may be written to: a message a second for each chat, thirty a second for all."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.delivery.worker import RetryLaterError

PER_CHAT = 1.0
"""Seconds between two messages of a chat (core.telegram.org/bots/faq); it lets a few in a row pass."""

IN_A_ROW = 3
OVERALL = 1 / 30
"""Seconds between any two messages."""

MOST = 3.0
"""Seconds that a sender waits here; what would take longer is for the courier."""

MOST_CHATS = 10_000


@dataclass
class SendLimiter:
    """Says when a chat may be written to. Only what the Bot API counts as messages passes here."""

    per_chat: float = PER_CHAT
    overall: float = OVERALL
    clock: Callable[[], float] = time.monotonic
    _chats: dict[int, float] = field(default_factory=dict, repr=False)
    _held: dict[int, float] = field(default_factory=dict, repr=False)
    _next: float = 0.0

    async def turn(self, chat: int) -> None:
        """Wait for the chat's turn. Raises Later where that would take too long."""
        now = self.clock()
        free = max(self._chats.get(chat, 0.0), now)
        wait = max(free - now - self.per_chat * (IN_A_ROW - 1), self._next - now, 0.0)
        if wait > MOST:
            raise RetryLaterError(wait)
        self._chats[chat] = free + self.per_chat
        self._next = max(self._next, now) + self.overall
        if len(self._chats) > MOST_CHATS:
            self.forget()
        if wait:
            await asyncio.sleep(wait)

    def rides(self, chat: int) -> bool:
        """Whether an answer may ride: not where Telegram told the chat to wait, for nobody would hear of a refusal.

        It needs no turn: it answers what the person just did, and comes no faster than that.
        """
        return self._held.get(chat, 0.0) <= self.clock()

    def forget(self) -> None:
        """Forget the chats that may be written to at once."""
        now = self.clock()
        self._chats = {one: until for one, until in self._chats.items() if until > now}
        self._held = {one: until for one, until in self._held.items() if until > now}

    def hold(self, chat: int, seconds: float) -> None:
        """Telegram told this chat to wait; the others need not."""
        self._held[chat] = self.clock() + seconds
        self._chats[chat] = self._held[chat] + self.per_chat * (IN_A_ROW - 1)
