"""Telegram's voice: an answer becomes messages of a chat, one of which may ride in the answer to an update.

What rides costs nothing and its fate is not reported; so only what is neutral and may be lost or repeated rides.
Everything else is a call of its own, and what is certain waits in the outbox until the call was taken.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias

from bot.delivery.transport import PermanentError, RetryLaterError
from bot.engine import EngineAnswer
from bot.images.chart import render_chart_png
from bot.images.qr import render_qr_png
from bot.platforms.telegram.expiring import ExpiringMessages
from bot.platforms.telegram.inbound import TelegramInbound
from bot.platforms.telegram.render import ExistingMessage, OutgoingMessage, render_messages
from bot.platforms.telegram.sender import TelegramSender
from handlers.dialog.replies import Message, Reply
from handlers.i18n import render_text
from storage.store import Store

WebhookReply: TypeAlias = Mapping[str, Any]
"""A call that Telegram is asked to carry out: the method and its parameters."""

RESEND_DELAYS = (2, 8, 30)
"""Seconds between tries to send a question that hangs on nothing but its arrival."""

OUTBOX_RETRY_DELAY = 2.0
"""Seconds until the outbox tries again what just could not be sent."""

COMPLETION_BATCH_DELAY = 0.2
"""Seconds that delivered letters are gathered before they are struck off the outbox."""

SHUTDOWN_TIMEOUT = 2.0
"""Seconds that what is under way has at the end."""


@dataclass
class TelegramReplies:
    """Speaks to the chats of one desk. riding: whether answers may ride (webhook)."""

    store: Store
    sender: TelegramSender
    inbound: TelegramInbound
    on_error: Callable[[BaseException], None]
    reply_in_webhook: bool = True
    expiring: ExpiringMessages = field(init=False)
    _delivered_ids: list[str] = field(default_factory=list)
    _tasks: "set[asyncio.Task[None]]" = field(default_factory=set)

    def __post_init__(self) -> None:
        """Make what deletes what must not stand for long."""
        self.expiring = ExpiringMessages(self.store, self.sender, self.on_error)

    async def deliver(self, chat: int, messages: Sequence[Message]) -> None:
        """Send messages, each by a call. Raises what the post raises."""
        for bubble in render_messages(messages):
            await self._send(chat, bubble)

    async def close(self) -> None:
        """End what is done on the side."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=SHUTDOWN_TIMEOUT)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def send_answer(
        self, chat: int, answer: EngineAnswer, carrier: ExistingMessage | None = None, *, rides: bool = True
    ) -> WebhookReply | None:
        """Say an answer; gives what may ride. What is certain and was said before is the outbox's to repeat."""
        shown = [b for b in render_messages(answer.messages) if not (answer.duplicate and b.durable)]
        if not answer.duplicate and any(bubble.has_receipt for bubble in shown):
            shown = await self._clear_draft_from_chat(chat, shown)
        left, wish = list(shown), None
        try:
            while left:
                here = (
                    carrier
                    if carrier is not None and left == shown and carrier.can_be_replaced_by(left[0])
                    else None
                )
                if here is None or not here.is_same_as(left[0]):
                    wish = self._to_webhook_reply(chat, left, here) if rides else None
                    if wish is None:
                        await self._send_or_edit(chat, left[0], here)
                left.pop(0)
        except Exception as trouble:
            await self._schedule_resend(chat, left, answer, trouble)
        if answer.outbox_ids and not any(bubble.durable for bubble in left):
            self._complete_soon(answer.outbox_ids)
        return wish

    async def _schedule_resend(
        self, chat: int, left: Sequence[OutgoingMessage], answer: EngineAnswer, trouble: Exception
    ) -> None:
        """See that the rest is said later: what is certain by the outbox, and soon, for a person waits for it."""
        if not isinstance(trouble, (RetryLaterError, PermanentError)):
            self.on_error(trouble)
        pause = trouble.seconds if isinstance(trouble, RetryLaterError) else OUTBOX_RETRY_DELAY
        self.run_in_background(self._resend(chat, [bubble for bubble in left if not bubble.durable], pause))
        if any(bubble.durable for bubble in left):
            until = self.inbound.engine.now() + timedelta(seconds=pause)
            await self._run_reporting_errors(self.store.outbox.reschedule(answer.outbox_ids, until))

    def _to_webhook_reply(
        self, chat: int, left: Sequence[OutgoingMessage], here: ExistingMessage | None
    ) -> WebhookReply | None:
        """The last bubble as what rides, where it may: nothing hangs on its arrival, or on knowing its id."""
        bubble = left[0]
        if not self.reply_in_webhook or len(left) > 1 or bubble.durable or bubble.expires or bubble.chart:
            return None
        if (here is None and bubble.protected) or not self.sender.limiter.can_reply_in_webhook(chat):
            return None
        return bubble.to_send_call(chat) if here is None else bubble.to_edit_call(chat, here.id)

    def _complete_soon(self, waiting: Sequence[str]) -> None:
        """Strike delivered letters off, a few together: one that a crash leaves standing is sent twice, never lost."""
        if not self._delivered_ids:
            self.run_in_background(self._complete_delivered())
        self._delivered_ids.extend(waiting)

    async def _complete_delivered(self) -> None:
        await asyncio.sleep(COMPLETION_BATCH_DELAY)
        delivered, self._delivered_ids = self._delivered_ids, []
        await self.store.outbox.complete(delivered)

    async def _resend(self, chat: int, left: list[OutgoingMessage], wait: float) -> None:
        """Try a few times more to send what does not wait in the outbox; after that the person will ask again.

        wait: seconds that Telegram asked for.
        """
        for pause in RESEND_DELAYS if left else ():
            await asyncio.sleep(max(pause, wait))
            wait = 0.0
            try:
                while left:
                    await self._send(chat, left[0])
                    left.pop(0)
            except PermanentError:
                return
            except RetryLaterError as later:
                wait = later.seconds
            except Exception:  # noqa: S112 - noted the first time
                continue

    async def _send_or_edit(self, chat: int, bubble: OutgoingMessage, here: ExistingMessage | None) -> None:
        if here is None:
            return await self._send(chat, bubble)
        return await self._on_sent(chat, await self.sender.edit(chat, here.id, bubble), bubble)

    async def _send(self, chat: int, bubble: OutgoingMessage) -> None:
        await self._on_sent(chat, await self.sender.send(chat, bubble), bubble)

    async def _on_sent(self, chat: int, message: int, bubble: OutgoingMessage) -> None:
        self.record_message(chat, message)
        if bubble.expires:
            await self.expiring.schedule_deletion(chat, message, self.inbound.engine.now())
        if bubble.qr or bubble.chart:
            self.run_in_background(self._send_picture(chat, bubble))

    async def _send_picture(self, chat: int, bubble: OutgoingMessage) -> None:
        """Show a picture below the words, which say the same: so nothing waits for it, and it is not insisted on."""
        drawn = await render_chart_png(bubble.chart) if bubble.chart else render_qr_png(bubble.qr)
        picture = await self.sender.send_picture(chat, drawn)
        await self._on_sent(chat, picture, OutgoingMessage("", expires=bubble.expires))

    async def _clear_draft_from_chat(
        self, chat: int, shown: Sequence[OutgoingMessage]
    ) -> list[OutgoingMessage]:
        """A case was filed: its draft goes from the chat before its receipt comes, which says so."""
        who = self.inbound.person_id(chat)
        known = await self.store.chat_messages.pop_all(who)
        try:
            await self.sender.delete(chat, known)
        except Exception as trouble:  # the receipt comes all the same
            self.on_error(trouble)
            for number in known:
                self.store.chat_messages.record(who, number)
            return list(shown)
        told = render_text(Reply("chat.tidied"), await self.inbound.load_language(who))
        return [b.with_inserted_text(told) if b.has_receipt else b for b in shown]

    def record_message(self, chat: int, message: int) -> None:
        """A message stands in a chat, and can be deleted there for a while."""
        self.store.chat_messages.record(self.inbound.person_id(chat), message)

    def run_in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that no answer waits for."""
        task = asyncio.create_task(self._run_reporting_errors(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run_reporting_errors(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except Exception as trouble:
            self.on_error(trouble)
