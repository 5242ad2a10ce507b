"""Messages with case content are deleted from an officer's chat after a quarter of an hour."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery.transport import MessageGoneError, PermanentError, RejectedError
from bot.guard import try_work
from bot.platforms.telegram.sender import TelegramSender
from storage.outgoing.queue import LeasedItem
from storage.serialization import QueuedTask
from storage.store import Store

MESSAGE_TTL = timedelta(minutes=15)
EXPIRY_TASK_KIND = "fading"
"""Kind of the queued task that deletes a message. It is in the durable task queue, so it survives a restart."""


@dataclass
class ExpiringMessages:
    store: Store
    sender: TelegramSender
    on_error: Callable[[BaseException], None]

    async def schedule_deletion(self, chat: int, message: int, now: datetime) -> None:
        """Queue the deletion of a message for `MESSAGE_TTL` from now."""
        what = {"chat": str(chat), "message": str(message)}
        await self.store.task_queue.add(
            EXPIRY_TASK_KIND, QueuedTask(EXPIRY_TASK_KIND, what), now + MESSAGE_TTL
        )

    async def delete_due(self, now: datetime) -> int:
        """Delete the messages that are due. Returns how many. A failed deletion is retried with growing pauses.

        A deletion that Telegram refuses for good is given up: the person blocked the bot, or the message is too old.
        """
        deleted_count = 0
        for task in await self.store.task_queue.lease(EXPIRY_TASK_KIND, now):
            error = (await try_work(self._delete(task))).error
            if error is None or isinstance(error, (PermanentError, RejectedError, MessageGoneError)):
                await self.store.task_queue.complete([task.id])
                deleted_count += error is None
            else:
                self.on_error(error)
                await self.store.task_queue.retry_on_failure(task, now)
        return deleted_count

    async def _delete(self, task: LeasedItem[QueuedTask]) -> None:
        await self.sender.delete(int(task.payload.what["chat"]), [int(task.payload.what["message"])])
