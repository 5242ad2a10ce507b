"""Send answers to chats of a desk, one message of each possibly in the response to the webhook request.

A reply in the webhook response saves an API call, but Telegram never reports its delivery. It is used only for
neutral messages that may be lost or sent twice. All others are calls of their own, and durable ones stay in the outbox
until their call succeeded.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias

from bot.background import BackgroundTasks
from bot.delivery.transport import TransportError
from bot.guard import run_guarded, try_work
from bot.images.chart import render_chart_png
from bot.images.qr import render_qr_png
from bot.platforms.telegram.expiring import ExpiringMessages
from bot.platforms.telegram.inbound import TelegramInbound
from bot.platforms.telegram.render import ExistingMessage, OutgoingMessage, render_messages
from bot.platforms.telegram.sender import TelegramSender
from handlers.dialog.effects import Answer
from handlers.dialog.replies import Message, Phrase, WebhookUse
from handlers.i18n import render_text
from storage.store import Store

WebhookReply: TypeAlias = Mapping[str, Any]
"""A Bot API call in a webhook response: the method and its parameters."""

RESEND_DELAYS = (2, 8, 30)
"""Seconds between attempts to resend messages that are not in the outbox."""

OUTBOX_RETRY_DELAY = 2.0
"""Seconds until the outbox retries what just failed: the person is waiting for it."""

COMPLETION_BATCH_DELAY = 0.2
"""Seconds for which delivered outbox rows are collected, to complete them in one write."""

SHUTDOWN_TIMEOUT = 2.0
"""Seconds that background work may still take when the adapter closes."""


@dataclass
class TelegramReplies:
    """Sends answers to the chats of one desk. reply_in_webhook: as in `TelegramAdapter`."""

    store: Store
    sender: TelegramSender
    inbound: TelegramInbound
    on_error: Callable[[BaseException], None]
    reply_in_webhook: bool = True
    expiring: ExpiringMessages = field(init=False)
    _delivered_ids: list[str] = field(default_factory=list)
    _tasks: BackgroundTasks = field(default_factory=BackgroundTasks)

    def __post_init__(self) -> None:
        self.expiring = ExpiringMessages(self.store, self.sender, self.on_error)

    async def deliver(self, chat: int, messages: Sequence[Message]) -> None:
        """Send messages, each by a call. Raises what `TelegramSender.send` raises."""
        for outgoing in render_messages(messages):
            await self._send(chat, outgoing)

    async def close(self) -> None:
        """Wait for background work, at most `SHUTDOWN_TIMEOUT`, then cancel it."""
        await self._tasks.close(SHUTDOWN_TIMEOUT)

    async def send_answer(
        self,
        chat: int,
        answer: Answer,
        tapped: ExistingMessage | None = None,
        *,
        allow_webhook_reply: bool = True,
    ) -> WebhookReply | None:
        """Send an answer. Returns the reply for the webhook response, if any.

        tapped: the message whose button was tapped, to be edited. allow_webhook_reply: false outside a webhook request.
        Durable messages of a duplicate answer are left to the outbox.
        """
        outgoing = [
            b for b in render_messages(answer.messages) if not (answer.duplicate and b.policy.durable)
        ]
        if not answer.duplicate and any(message.has_receipt for message in outgoing):
            outgoing = await self._clear_draft_from_chat(chat, outgoing)
        remaining = list(outgoing)
        outcome = await try_work(self._send_all(chat, remaining, tapped, allow_webhook_reply))
        if outcome.error is not None:
            await self._schedule_resend(chat, remaining, answer, outcome.error)
        if answer.outbox_ids and not any(message.policy.durable for message in remaining):
            self._complete_soon(answer.outbox_ids)
        return outcome.value

    async def _send_all(
        self,
        chat: int,
        remaining: list[OutgoingMessage],
        tapped: ExistingMessage | None,
        allow_webhook_reply: bool,
    ) -> WebhookReply | None:
        """Send messages and take each from `remaining`; the tapped message may be replaced by the first of them.

        Returns the last one as the reply for the webhook response, if it may be that.
        """
        webhook_reply, first = None, True
        while remaining:
            target = (
                tapped if tapped is not None and first and tapped.can_be_replaced_by(remaining[0]) else None
            )
            if target is None or not target.is_same_as(remaining[0]):
                webhook_reply = (
                    self._to_webhook_reply(chat, remaining, target) if allow_webhook_reply else None
                )
                if webhook_reply is None:
                    await self._send_or_edit(chat, remaining[0], target)
            remaining.pop(0)
            first = False
        return webhook_reply

    async def _schedule_resend(
        self, chat: int, remaining: Sequence[OutgoingMessage], answer: Answer, trouble: Exception
    ) -> None:
        """Resend the rest later: durable messages from the outbox, rescheduled to soon, the others from memory."""
        failure = trouble if isinstance(trouble, TransportError) else TransportError()
        if not failure.permanent and failure.retry_after is None:
            self.on_error(trouble)
        pause = OUTBOX_RETRY_DELAY if failure.retry_after is None else failure.retry_after
        self.run_in_background(
            self._resend(chat, [message for message in remaining if not message.policy.durable], pause)
        )
        if any(message.policy.durable for message in remaining):
            until = self.inbound.engine.now() + timedelta(seconds=pause)
            await run_guarded(self.store.outbox.reschedule(answer.outbox_ids, until), self.on_error)

    def _to_webhook_reply(
        self, chat: int, remaining: Sequence[OutgoingMessage], target: ExistingMessage | None
    ) -> WebhookReply | None:
        """Return the last message as a webhook reply, if it may be lost and its message id is not needed."""
        last = remaining[0]
        allowed = (WebhookUse.ANY,) if target is None else (WebhookUse.ANY, WebhookUse.EDIT)
        if not self.reply_in_webhook or len(remaining) > 1 or last.chart:
            return None
        if last.policy.in_webhook not in allowed or not self.sender.limiter.can_reply_in_webhook(chat):
            return None
        return last.to_send_call(chat) if target is None else last.to_edit_call(chat, target.id)

    def _complete_soon(self, outbox_ids: Sequence[str]) -> None:
        """Complete outbox rows, a few in one write. A crash before that sends a message twice, but loses none."""
        if not self._delivered_ids:
            self.run_in_background(self._complete_delivered())
        self._delivered_ids.extend(outbox_ids)

    async def _complete_delivered(self) -> None:
        await asyncio.sleep(COMPLETION_BATCH_DELAY)
        delivered, self._delivered_ids = self._delivered_ids, []
        await self.store.outbox.complete(delivered)

    async def _resend(self, chat: int, remaining: list[OutgoingMessage], wait: float) -> None:
        """Retry messages that are not in the outbox a few times; after that, the person has to ask again.

        wait: seconds that Telegram asked to wait.
        """
        for pause in RESEND_DELAYS if remaining else ():
            await asyncio.sleep(max(pause, wait))
            wait = 0.0
            try:
                while remaining:
                    await self._send(chat, remaining[0])
                    remaining.pop(0)
            except TransportError as error:  # reported the first time
                if error.permanent:
                    return
                wait = error.retry_after or 0.0

    async def _send_or_edit(
        self, chat: int, outgoing: OutgoingMessage, target: ExistingMessage | None
    ) -> None:
        if target is None:
            return await self._send(chat, outgoing)
        return await self._on_sent(chat, await self.sender.edit(chat, target.id, outgoing), outgoing)

    async def _send(self, chat: int, outgoing: OutgoingMessage) -> None:
        await self._on_sent(chat, await self.sender.send(chat, outgoing), outgoing)

    async def _on_sent(self, chat: int, message_id: int, outgoing: OutgoingMessage) -> None:
        self.record_message(chat, message_id)
        if outgoing.policy.expires:
            await self.expiring.schedule_deletion(chat, message_id, self.inbound.engine.now())
        if outgoing.qr or outgoing.chart:
            self.run_in_background(self._send_picture(chat, outgoing))

    async def _send_picture(self, chat: int, outgoing: OutgoingMessage) -> None:
        """Send a QR code or chart after its text, which says the same; so it is neither awaited nor retried."""
        png = await render_chart_png(outgoing.chart) if outgoing.chart else render_qr_png(outgoing.qr)
        message_id = await self.sender.send_picture(chat, png)
        await self._on_sent(chat, message_id, OutgoingMessage("", outgoing.policy))

    async def _clear_draft_from_chat(
        self, chat: int, outgoing: Sequence[OutgoingMessage]
    ) -> list[OutgoingMessage]:
        """Delete the draft of a case just filed from the chat, and add a sentence about it to the receipt."""
        who = self.inbound.person_id(chat)
        now = self.inbound.engine.now()
        known = self.store.chat_messages.pop_all(who, now)
        try:
            await self.sender.delete(chat, known)
        except TransportError as error:  # the receipt must be sent all the same
            self.on_error(error)
            for number in known:
                self.store.chat_messages.record(who, number, now)
            return list(outgoing)
        notice = render_text(Phrase("chat.tidied"), await self.store.load_language(who))
        return [b.with_inserted_text(notice) if b.has_receipt else b for b in outgoing]

    def record_message(self, chat: int, message_id: int) -> None:
        """Record that a message is in a chat, so that it can be deleted (48 hours, by Telegram's rule)."""
        who, now = self.inbound.person_id(chat), self.inbound.engine.now()
        self.store.chat_messages.record(who, message_id, now)

    def run_in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Start work that no answer waits for; its errors are reported."""
        self._tasks.start(run_guarded(work, self.on_error))
