"""How LINE's persons are answered: by the reply token of what they did, pictures sent together once."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.engine import EngineAnswer, joined
from bot.images.temporary_host import TemporaryImages
from bot.platforms.line.events import WebhookEvent
from bot.platforms.line.inbound import LineInboundEvent
from bot.platforms.line.menu_selection import spoken
from bot.platforms.line.render import MessageBatch, parcels
from bot.platforms.line.sender import LineSender, ReplyToken
from handlers.dialog.chart import MonthlyChart
from handlers.dialog.events import Message
from storage.store import Store

SET_WAITS = 3.0
"""Seconds that pictures sent together wait for each other."""


@dataclass
class ImageSetBuffer:
    """Pictures that were sent together, of which some may still come."""

    who: bytes
    answers: list[EngineAnswer] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    token: ReplyToken | None = None
    timer: asyncio.TimerHandle | None = None


@dataclass
class LineReplies:
    """The answers of one desk. beside: does work that nobody waits for; reopen: lets events be heard once more."""

    post: LineSender
    store: Store
    fault: Callable[[BaseException], None]
    beside: Callable[[Coroutine[Any, Any, Any]], object]
    reopen: Callable[[Sequence[str]], None]
    gallery: TemporaryImages | None = None
    _sets: dict[tuple[str, str], ImageSetBuffer] = field(default_factory=dict)

    def end(self) -> None:
        """Wait no longer for pictures that may still come."""
        for key in list(self._sets):
            self._said_together(key)

    def say(self, heard: LineInboundEvent, answer: EngineAnswer) -> None:
        """See that an answer is spoken; that of pictures sent together once, when all are there."""
        token = token_of(heard.happening)
        together = heard.sent.imageSet if heard.sent is not None else None
        if together is None or (together.total or 0) <= 1:
            self.beside(self._speak(heard.person, heard.event.who, token, answer, [heard.happening.key]))
            return
        key = (heard.person, together.id)
        gathering = self._sets.setdefault(key, ImageSetBuffer(heard.event.who))
        gathering.answers.append(answer)
        gathering.keys.append(heard.happening.key)
        if gathering.token is not None:
            self.post.spare(heard.person, gathering.token)
        gathering.token = token or gathering.token
        if gathering.timer is not None:
            gathering.timer.cancel()
        if len(gathering.answers) >= (together.total or 0):
            self._said_together(key)
        else:
            loop = asyncio.get_running_loop()
            gathering.timer = loop.call_later(SET_WAITS, self._said_together, key)

    def _said_together(self, key: tuple[str, str]) -> None:
        gathering = self._sets.pop(key, None)
        if gathering is not None:
            answer = joined(gathering.answers)
            self.beside(self._speak(key[0], gathering.who, gathering.token, answer, gathering.keys))

    async def _speak(
        self, person: str, who: bytes, token: ReplyToken | None, answer: EngineAnswer, keys: Sequence[str]
    ) -> None:
        """Answer a person: what could not be brought before comes first. What is certain stays in the outbox else.

        keys: of the events that are answered. Where no answer came they are open again: LINE may bring them once more,
        and then has their token a minute of its own (reference, "Send reply message").
        """
        async with self.post.speaking.of(who):
            try:
                if token is None:
                    return
                rows = await self.post.rows(person, answer)
                packed, along = await self._packed(person, who, answer, rows)
                if not packed:
                    return
                if not await self.post.reply(token, packed[0].batch):
                    self.reopen(keys)
                    return
                if packed[1:]:
                    # Only where it is one letter and nothing else, what came of the one has come of the other.
                    alone = len(rows) == len(keys) == 1 and not answer.again
                    letter = rows[0] if alone else token.value
                    self.post.came(letter, packed[0].whole)
                    await self.post.carry(person, packed[1:], letter)
                await self.post.brought(person, (*along, *rows))
            except Exception as trouble:
                self.fault(trouble)

    async def _packed(
        self, person: str, who: bytes, answer: EngineAnswer, rows: Sequence[str]
    ) -> tuple[list[MessageBatch], list[str]]:
        """An answer with what could not be brought before, as far as one reply has room; of that the rows too."""
        lang, told, along = await spoken(self.store, who), tuple[Message, ...](), list[str]()
        pictures = await self._pictures(answer.messages)
        packed = parcels(answer.messages, lang, pictures)
        for row, left in await self.post.waiting(person, rows):
            more = parcels((*told, *left, *answer.messages), lang, pictures)
            if len(more) == 1:
                told, packed = (*told, *left), more
                along.append(row)
        return packed, along

    async def _pictures(self, shown: Sequence[Message]) -> Mapping[MonthlyChart | str, str]:
        """The addresses of the charts and QR codes that are shown; the words say the same where one cannot be drawn."""
        try:
            return await self.gallery.pictured(shown) if self.gallery else {}
        except Exception as trouble:
            self.fault(trouble)
            return {}


def token_of(event: WebhookEvent) -> ReplyToken | None:
    """The reply token of an event, as it comes in."""
    return ReplyToken(event.replyToken, time.monotonic()) if event.replyToken else None
