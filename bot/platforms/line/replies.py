"""Send answers by the reply token of their event; pictures that were sent together get one answer."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.engine import merge_answers
from bot.guard import run_guarded
from bot.images.temporary_host import TemporaryImages
from bot.keyed_lock import LockScope
from bot.platforms.line.events import WebhookEvent
from bot.platforms.line.inbound import LineInboundEvent
from bot.platforms.line.render import MessageBatch, render_batches
from bot.platforms.line.sender import LineSender, ReplyToken
from handlers.dialog.effects import Answer
from handlers.dialog.replies import Message, MonthlyChart
from storage.store import Store

IMAGE_SET_WAIT = 3.0
"""Seconds to wait for the next picture of a set."""


@dataclass
class ImageSetBuffer:
    """Answers to the pictures of a set, of which some may still come."""

    person_id: bytes
    answers: list[Answer] = field(default_factory=list)
    event_keys: list[str] = field(default_factory=list)
    reply_token: ReplyToken | None = None
    timer: asyncio.TimerHandle | None = None


@dataclass
class LineReplies:
    """Sends the answers of one desk. allow_redelivery: forgets events by key, so that LINE may deliver them again."""

    sender: LineSender
    store: Store
    on_error: Callable[[BaseException], None]
    run_in_background: Callable[[Coroutine[Any, Any, Any]], object]
    allow_redelivery: Callable[[Sequence[str]], None]
    images: TemporaryImages | None = None
    _image_sets: dict[tuple[str, str], ImageSetBuffer] = field(default_factory=dict)

    def flush(self) -> None:
        """Send the answers of all incomplete picture sets now."""
        for key in list(self._image_sets):
            self._send_image_set_answer(key)

    def send_answer(self, inbound: LineInboundEvent, answer: Answer) -> None:
        """Send an answer in the background; pictures of a set are answered once all are there."""
        token = to_reply_token(inbound.webhook_event)
        image_set_info = inbound.file_message.imageSet if inbound.file_message is not None else None
        if image_set_info is None or (image_set_info.total or 0) <= 1:
            self.run_in_background(
                run_guarded(
                    self._send_answer(
                        inbound.user_id,
                        inbound.event.person_id,
                        token,
                        answer,
                        [inbound.webhook_event.event_key],
                    ),
                    self.on_error,
                )
            )
            return
        key = (inbound.user_id, image_set_info.id)
        image_set = self._image_sets.setdefault(key, ImageSetBuffer(inbound.event.person_id))
        image_set.answers.append(answer)
        image_set.event_keys.append(inbound.webhook_event.event_key)
        if image_set.reply_token is not None:
            self.sender.keep_reply_token(inbound.user_id, image_set.reply_token)
        image_set.reply_token = token or image_set.reply_token
        if image_set.timer is not None:
            image_set.timer.cancel()
        if len(image_set.answers) >= (image_set_info.total or 0):
            self._send_image_set_answer(key)
        else:
            loop = asyncio.get_running_loop()
            image_set.timer = loop.call_later(IMAGE_SET_WAIT, self._send_image_set_answer, key)

    def _send_image_set_answer(self, key: tuple[str, str]) -> None:
        image_set = self._image_sets.pop(key, None)
        if image_set is not None:
            answer = merge_answers(image_set.answers)
            self.run_in_background(
                run_guarded(
                    self._send_answer(
                        key[0], image_set.person_id, image_set.reply_token, answer, image_set.event_keys
                    ),
                    self.on_error,
                )
            )

    async def _send_answer(
        self, person: str, who: bytes, token: ReplyToken | None, answer: Answer, keys: Sequence[str]
    ) -> None:
        """Send an answer, preceded by undelivered messages. If that fails, durable messages stay in the outbox.

        keys: of the answered events. If the reply failed, LINE may redeliver them: a redelivered event has a reply
        token that is valid for another minute (reference, "Send reply message").
        """
        async with self.sender.lock_person(who, LockScope.SENDING):
            if token is None:
                return
            rows = await self.sender.find_outbox_ids(person, answer)
            batches, included_rows = await self._pack_batches(person, who, answer, rows)
            if not batches:
                return
            if not await self.sender.reply(token, batches[0].payloads):
                self.allow_redelivery(keys)
                return
            if batches[1:]:
                # Only if the answer is exactly one outbox message do delivered counts apply to its row.
                is_only_row = len(rows) == len(keys) == 1 and not answer.duplicate
                delivery_id = rows[0] if is_only_row else token.value
                self.sender.record_delivered(delivery_id, batches[0].delivered_count)
                await self.sender.send_batches(person, batches[1:], delivery_id)
            await self.sender.complete_delivery(person, (*included_rows, *rows))

    async def _pack_batches(
        self, person: str, who: bytes, answer: Answer, rows: Sequence[str]
    ) -> tuple[list[MessageBatch], list[str]]:
        """Render an answer with undelivered messages before it, as far as one reply has room.

        Returns the batches, and the outbox rows of the undelivered messages that are included.
        """
        lang, undelivered, included_rows = (
            await self.store.load_language(who),
            tuple[Message, ...](),
            list[str](),
        )
        pictures = await self._publish_images(answer.messages)
        batches = render_batches(answer.messages, lang, pictures)
        for row, left in await self.sender.list_undelivered(person, rows):
            more = render_batches((*undelivered, *left, *answer.messages), lang, pictures)
            if len(more) == 1:
                undelivered, batches = (*undelivered, *left), more
                included_rows.append(row)
        return batches, included_rows

    async def _publish_images(self, messages: Sequence[Message]) -> Mapping[MonthlyChart | str, str]:
        """Return the URLs of the charts and QR codes; empty on an error, since the texts say the same."""
        if self.images is None:
            return {}
        return (await run_guarded(self.images.publish_images(messages), self.on_error)).value or {}


def to_reply_token(event: WebhookEvent) -> ReplyToken | None:
    """Return the reply token of an event, received now; None if it has none."""
    return ReplyToken(event.replyToken, time.monotonic()) if event.replyToken else None
