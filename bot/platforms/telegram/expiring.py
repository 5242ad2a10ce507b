"""What was told is not left standing in an officer's chat: it is deleted there after a quarter of an hour."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery.transport import PermanentError, RejectedError
from bot.platforms.telegram.client import MessageGoneError
from bot.platforms.telegram.sender import TelegramSender
from storage.serialization import QueuedTask
from storage.store import Store

MESSAGE_TTL = timedelta(minutes=15)
EXPIRY_TASK_KIND = "fading"
"""Of errand: to delete a message. It is as durable as what waits to be sent."""


@dataclass
class ExpiringMessages:
    """Messages that are deleted when their time is over."""

    store: Store
    sender: TelegramSender
    on_error: Callable[[BaseException], None]

    async def schedule_deletion(self, chat: int, message: int, now: datetime) -> None:
        """A message is to go."""
        what = {"chat": str(chat), "message": str(message)}
        await self.store.task_queue.add(
            EXPIRY_TASK_KIND, QueuedTask(EXPIRY_TASK_KIND, what), now + MESSAGE_TTL
        )

    async def delete_due(self, now: datetime) -> int:
        """Delete what is due; gives how many messages. What fails is tried again, with pauses that grow.

        What Telegram refuses for good stays in the chat of one who blocked the bot, or is too old.
        """
        gone = 0
        for one in await self.store.task_queue.lease(EXPIRY_TASK_KIND, now):
            try:
                await self.sender.delete(int(one.payload.what["chat"]), [int(one.payload.what["message"])])
            except (PermanentError, RejectedError, MessageGoneError):
                await self.store.task_queue.complete([one.id])
            except Exception as trouble:
                self.on_error(trouble)
                await self.store.task_queue.retry_on_failure(one, now)
            else:
                await self.store.task_queue.complete([one.id])
                gone += 1
        return gone
