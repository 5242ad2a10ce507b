"""What was told is not left standing in an officer's chat: it is deleted there after a quarter of an hour."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery.worker import PermanentError, RejectedError
from bot.platforms.telegram.client import MessageGoneError
from bot.platforms.telegram.sender import TelegramSender
from storage.serialization import QueuedTask
from storage.store import Store

SHOWN = timedelta(minutes=15)
KIND = "fading"
"""Of errand: to delete a message. It is as durable as what waits to be sent."""


@dataclass
class ExpiringMessages:
    """Messages that are deleted when their time is over."""

    store: Store
    post: TelegramSender
    fault: Callable[[BaseException], None]

    async def note(self, chat: int, message: int, now: datetime) -> None:
        """A message is to go."""
        what = {"chat": str(chat), "message": str(message)}
        await self.store.errands.add(KIND, QueuedTask(KIND, what), now + SHOWN)

    async def tidy(self, now: datetime) -> int:
        """Delete what is due; gives how many messages. What fails is tried again, with pauses that grow.

        What Telegram refuses for good stays in the chat of one who blocked the bot, or is too old.
        """
        gone = 0
        for one in await self.store.errands.take(KIND, now):
            try:
                await self.post.delete(int(one.what.what["chat"]), [int(one.what.what["message"])])
            except (PermanentError, RejectedError, MessageGoneError):
                await self.store.errands.done([one.id])
            except Exception as trouble:
                self.fault(trouble)
                await self.store.errands.failed(one, now)
            else:
                await self.store.errands.done([one.id])
                gone += 1
        return gone
