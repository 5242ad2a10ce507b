"""The post: messages of a chat out, at the pace that is allowed, and the ids of what went out kept for a while."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.delivery.worker import RetryLaterError
from bot.platforms.telegram.client import MessageGoneError, TelegramClient
from bot.platforms.telegram.render import OutgoingMessage
from bot.platforms.telegram.send_limiter import MAX_SEND_WAIT, SendLimiter

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
