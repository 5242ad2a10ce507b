"""The post: messages of a chat out, at the pace that is allowed, and the ids of what went out kept for a while."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.delivery.worker import RetryLaterError
from bot.platforms.telegram.client import MessageGoneError, TelegramClient
from bot.platforms.telegram.render import OutgoingMessage
from bot.platforms.telegram.send_limiter import MOST, SendLimiter

TRIES = 2
MOST_AT_ONCE = 100
"""Messages that one call deletes."""


@dataclass
class TelegramSender:
    """Sends, changes and deletes."""

    api: TelegramClient
    pace: SendLimiter

    async def send(self, chat: int, bubble: OutgoingMessage) -> int:
        """Send a message; gives its id. A short "not so fast" is waited for. Raises as `TelegramClient`."""
        return await self._paced(chat, lambda: self.api.send(chat, bubble))

    async def picture(self, chat: int, content: bytes) -> int:
        """Send a PNG picture that cannot be passed on; gives its id. Waits and raises as `send`."""
        return await self._paced(chat, lambda: self.api.picture(chat, content))

    async def _paced(self, chat: int, call: Callable[[], Awaitable[int]]) -> int:
        for tried in range(1, TRIES + 1):
            await self.pace.turn(chat)
            try:
                return await call()
            except RetryLaterError as later:
                self.pace.hold(chat, later.seconds)
                if tried == TRIES or later.seconds > MOST:
                    raise
        raise RetryLaterError(MOST)

    async def change(self, chat: int, message: int, bubble: OutgoingMessage) -> int:
        """Put a bubble in a message's place, or below where that is not there any more; gives the id."""
        await self.pace.turn(chat)
        try:
            await self.api.change(chat, message, bubble)
        except MessageGoneError:
            return await self.send(chat, bubble)
        except RetryLaterError as later:
            self.pace.hold(chat, later.seconds)
            raise
        return message

    async def delete(self, chat: int, messages: list[int]) -> None:
        """Delete messages, however many."""
        for at in range(0, len(messages), MOST_AT_ONCE):
            await self.api.delete(chat, messages[at : at + MOST_AT_ONCE])
