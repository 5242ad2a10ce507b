"""How LINE's persons are answered: by the reply token of what they did, pictures sent together once."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.engine import EngineAnswer, merge_answers
from bot.images.temporary_host import TemporaryImages
from bot.platforms.line.events import WebhookEvent
from bot.platforms.line.inbound import LineInboundEvent
from bot.platforms.line.render import MessageBatch, render_batches
from bot.platforms.line.rich_menu import load_language
from bot.platforms.line.sender import LineSender, ReplyToken
from handlers.dialog.replies import Message, MonthlyChart
from storage.store import Store

IMAGE_SET_WAIT = 3.0
"""Seconds that pictures sent together wait for each other."""


@dataclass
class ImageSetBuffer:
    """Pictures that were sent together, of which some may still come."""

    person_id: bytes
    answers: list[EngineAnswer] = field(default_factory=list)
    event_keys: list[str] = field(default_factory=list)
    reply_token: ReplyToken | None = None
    timer: asyncio.TimerHandle | None = None


@dataclass
class LineReplies:
    """The answers of one desk. beside: does work that nobody waits for; reopen: lets events be heard once more."""

    sender: LineSender
    store: Store
    on_error: Callable[[BaseException], None]
    run_in_background: Callable[[Coroutine[Any, Any, Any]], object]
    allow_redelivery: Callable[[Sequence[str]], None]
    images: TemporaryImages | None = None
    _image_sets: dict[tuple[str, str], ImageSetBuffer] = field(default_factory=dict)

    def flush(self) -> None:
        """Wait no longer for pictures that may still come."""
        for key in list(self._image_sets):
            self._send_image_set_answer(key)

    def send_answer(self, heard: LineInboundEvent, answer: EngineAnswer) -> None:
        """See that an answer is spoken; that of pictures sent together once, when all are there."""
        token = to_reply_token(heard.webhook_event)
        together = heard.file_message.imageSet if heard.file_message is not None else None
        if together is None or (together.total or 0) <= 1:
            self.run_in_background(
                self._send_answer(
                    heard.user_id, heard.event.person_id, token, answer, [heard.webhook_event.event_key]
                )
            )
            return
        key = (heard.user_id, together.id)
        gathering = self._image_sets.setdefault(key, ImageSetBuffer(heard.event.person_id))
        gathering.answers.append(answer)
        gathering.event_keys.append(heard.webhook_event.event_key)
        if gathering.reply_token is not None:
            self.sender.keep_reply_token(heard.user_id, gathering.reply_token)
        gathering.reply_token = token or gathering.reply_token
        if gathering.timer is not None:
            gathering.timer.cancel()
        if len(gathering.answers) >= (together.total or 0):
            self._send_image_set_answer(key)
        else:
            loop = asyncio.get_running_loop()
            gathering.timer = loop.call_later(IMAGE_SET_WAIT, self._send_image_set_answer, key)

    def _send_image_set_answer(self, key: tuple[str, str]) -> None:
        gathering = self._image_sets.pop(key, None)
        if gathering is not None:
            answer = merge_answers(gathering.answers)
            self.run_in_background(
                self._send_answer(
                    key[0], gathering.person_id, gathering.reply_token, answer, gathering.event_keys
                )
            )

    async def _send_answer(
        self, person: str, who: bytes, token: ReplyToken | None, answer: EngineAnswer, keys: Sequence[str]
    ) -> None:
        """Answer a person: what could not be brought before comes first. What is certain stays in the outbox else.

        keys: of the events that are answered. Where no answer came they are open again: LINE may bring them once more,
        and then has their token a minute of its own (reference, "Send reply message").
        """
        async with self.sender.person_locks.lock(who):
            try:
                if token is None:
                    return
                rows = await self.sender.find_outbox_ids(person, answer)
                packed, along = await self._pack_batches(person, who, answer, rows)
                if not packed:
                    return
                if not await self.sender.reply(token, packed[0].payloads):
                    self.allow_redelivery(keys)
                    return
                if packed[1:]:
                    # Only where it is one letter and nothing else, what came of the one has come of the other.
                    alone = len(rows) == len(keys) == 1 and not answer.duplicate
                    letter = rows[0] if alone else token.value
                    self.sender.record_delivered(letter, packed[0].delivered_count)
                    await self.sender.send_batches(person, packed[1:], letter)
                await self.sender.complete_delivery(person, (*along, *rows))
            except Exception as trouble:
                self.on_error(trouble)

    async def _pack_batches(
        self, person: str, who: bytes, answer: EngineAnswer, rows: Sequence[str]
    ) -> tuple[list[MessageBatch], list[str]]:
        """An answer with what could not be brought before, as far as one reply has room; of that the rows too."""
        lang, told, along = await load_language(self.store, who), tuple[Message, ...](), list[str]()
        pictures = await self._publish_images(answer.messages)
        packed = render_batches(answer.messages, lang, pictures)
        for row, left in await self.sender.list_undelivered(person, rows):
            more = render_batches((*told, *left, *answer.messages), lang, pictures)
            if len(more) == 1:
                told, packed = (*told, *left), more
                along.append(row)
        return packed, along

    async def _publish_images(self, shown: Sequence[Message]) -> Mapping[MonthlyChart | str, str]:
        """The addresses of the charts and QR codes that are shown; the words say the same where one cannot be drawn."""
        try:
            return await self.images.publish_images(shown) if self.images else {}
        except Exception as trouble:
            self.on_error(trouble)
            return {}


def to_reply_token(event: WebhookEvent) -> ReplyToken | None:
    """The reply token of an event, as it comes in."""
    return ReplyToken(event.replyToken, time.monotonic()) if event.replyToken else None
