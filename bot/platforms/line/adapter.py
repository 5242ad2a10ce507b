"""LINE adapter of a desk: handles webhook events and answers them.

An event is on disk before its webhook is answered with 200, and events of one person are handled in order.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bot.background import BackgroundTasks
from bot.clock.outside_time import OUTSIDE_TIME, OutsideTime
from bot.delivery.transport import PermanentError, TransportError
from bot.delivery.worker import DeliveryWorker
from bot.engine import Engine, build_error_answer
from bot.errors import BotError
from bot.images.temporary_host import TemporaryImages
from bot.log import LogEvent, log_event
from bot.platforms.line.client import LineClient
from bot.platforms.line.events import MAX_EVENT_AGE, WebhookBody, WebhookEvent
from bot.platforms.line.inbound import LineEventParser
from bot.platforms.line.render import render_payload_batches
from bot.platforms.line.replies import LineReplies, to_reply_token
from bot.platforms.line.sender import LineSender
from handlers.dialog.effects import Answer
from handlers.dialog.events import Channel, Lang
from storage.store import Store

RESPONSE_DEADLINE = 1.6
"""Seconds until the webhook is answered in any case; LINE waits for two."""

MAX_SEEN_EVENTS = 20_000
"""Events whose repetition is recognized in memory; older ones are by the event hashes in the database."""


class UnsendNotSavedError(BotError):
    """An unsent message could not be deleted yet.

    The person gets no answer to an unsend, so LINE must redeliver the event until the message is deleted.
    """


def _ignore_answered(_person: str, _lang: Lang, _choice: str | None) -> None:
    """Default of `on_answered`: there are no rich menus to update."""


@dataclass
class LineAdapter:
    """The adapter of one desk. bot_user_id: the account's own user id, once it is known.

    images: hosts the pictures that LINE fetches; None if this server has no public URL.
    on_answered: called with a person's user id, the language of the answer and the choice they tapped; returns work
    to be run in the background (see `RichMenuSelection`).
    """

    engine: Engine
    store: Store
    delivery_worker: DeliveryWorker
    client: LineClient
    sender: LineSender
    on_error: Callable[[BaseException], None]
    bot_user_id: str | None = None
    images: TemporaryImages | None = None
    response_deadline: float = RESPONSE_DEADLINE
    outside_time: OutsideTime = field(default_factory=lambda: OUTSIDE_TIME)
    on_answered: Callable[[str, Lang, str | None], Coroutine[Any, Any, None] | None] = _ignore_answered
    _parser: LineEventParser = field(init=False)
    _replies: LineReplies = field(init=False)
    _seen_events: "OrderedDict[str, asyncio.Task[None]]" = field(default_factory=OrderedDict)
    _tasks: BackgroundTasks = field(default_factory=BackgroundTasks)

    def __post_init__(self) -> None:
        self._parser = LineEventParser(self.store, self.delivery_worker)
        self._replies = LineReplies(
            self.sender,
            self.store,
            self.on_error,
            self._tasks.start,
            self._allow_redelivery,
            self.images,
        )

    async def handle_webhook(self, body: WebhookBody, since: float) -> bool:
        """Handle the events of a webhook. Returns whether all of them are on disk; if not, LINE must redeliver them.

        since: when the body had been read, by the loop's clock.
        """
        if self.bot_user_id is not None and body.destination != self.bot_user_id:
            log_event(LogEvent.QUARANTINED, count=len(body.events))
            return True
        work = set(self._start_events(body.events))
        if not work:
            return True
        waited = asyncio.get_running_loop().time() - since
        done, late = await asyncio.wait(work, timeout=max(0.0, self.response_deadline - waited))
        return not late and all(task.exception() is None for task in done)

    def _start_events(self, events: Sequence[WebhookEvent]) -> list["asyncio.Task[None]"]:
        """Start tasks for events: those of one person in one task, in order; different persons concurrently."""
        persons: dict[str, list[WebhookEvent]] = {}
        work: list[asyncio.Task[None]] = []
        now = self._estimate_line_time(events)
        for event in _drop_duplicates(events):
            if event.event_key in self._seen_events:
                work.append(self._seen_events[event.event_key])
            elif event.mode != "active":
                continue
            elif event.age(now) >= MAX_EVENT_AGE:
                # A replay, or of a clock that is wrong. Nothing of it is kept: it holds a user id, and nobody waits.
                log_event(LogEvent.QUARANTINED, count=1)
            elif event.group is not None:
                work.append(self._start_task(self._leave_group(event, *event.group), event))
            elif event.user_id is None:
                work.append(self._start_task(self._reply_unknown_person(event), event))
            else:
                persons.setdefault(event.user_id, []).append(event)
        for person, own in persons.items():
            work.append(self._start_task(self._handle_person_events(person, own), *own))
        return work

    def _estimate_line_time(self, events: Sequence[WebhookEvent]) -> float:
        """Return the time by LINE's clock, in seconds since 1970: our own may be wrong by any amount.

        It is as far from ours as the dates of platforms' answers are, and at least that of the newest event: a body
        that is signed by LINE cannot be of the future.
        """
        newest = max((event.timestamp for event in events), default=0) / 1000
        return max(self.outside_time.correct(self.engine.now()).timestamp(), newest)

    def _start_task(self, work: Coroutine[Any, Any, None], *events: WebhookEvent) -> "asyncio.Task[None]":
        task = self._tasks.start(work)
        for event in events:
            self._seen_events[event.event_key] = task
            task.add_done_callback(lambda ended, key=event.event_key: self._on_task_done(ended, key))  # type: ignore[misc]
        while len(self._seen_events) > MAX_SEEN_EVENTS:
            self._seen_events.popitem(last=False)
        return task

    def _on_task_done(self, task: "asyncio.Task[None]", key: str) -> None:
        if task.cancelled() or task.exception() is not None:
            self._seen_events.pop(key, None)  # a redelivery is handled anew
            if not task.cancelled() and (trouble := task.exception()) is not None:
                self.on_error(trouble)

    async def _handle_person_events(self, person: str, events: Sequence[WebhookEvent]) -> None:
        """Handle the events of one person. They are on disk when this returns. Raises UnsendNotSavedError."""
        back, unsaved = self.sender.encrypt_address(person), False
        async with self.engine.lock_person(self._parser.person_id(person)):
            results = [await self._parser.parse_event(event, person, back) for event in events]
            parsed_events = [parsed for parsed in results if parsed is not None]
            for webhook_event, result in zip(events, results, strict=True):
                if result is None and (token := to_reply_token(webhook_event)) is not None:
                    self.sender.keep_reply_token(person, token)
            if any(parsed.file_message is not None for parsed in parsed_events):
                self._tasks.start(self._show_loading(person))
            for parsed, ready in zip(
                parsed_events, await self._parser.prepare_all(parsed_events), strict=True
            ):
                answer = ready if isinstance(ready, Answer) else await self.engine.handle_locked(ready)
                self._replies.send_answer(parsed, answer)
                if parsed.event.reply_to is None:  # blocked
                    await self.delivery_worker.undelivered.forget_person(Channel.LINE, parsed.event.person_id)
                unsaved |= bool(parsed.event.unsent_message_id) and not answer.stored
            if (
                parsed_events
                and parsed_events[-1].event.reply_to is not None
                and (work := self.on_answered(person, answer.lang, parsed.event.choice)) is not None
            ):
                self._tasks.start(work)
        if unsaved:
            raise UnsendNotSavedError

    def _allow_redelivery(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._seen_events.pop(key, None)

    async def _show_loading(self, person: str) -> None:
        with suppress(TransportError):  # only a courtesy: a failure is not worth a log line
            await self.client.show_loading(person)

    async def _leave_group(self, event: WebhookEvent, kind: str, group_id: str) -> None:
        """Leave a group or room at once: others would read what is reported there."""

        async def leave_quietly() -> None:
            try:
                await self.client.leave_group(kind, group_id)
            except PermanentError:
                pass  # left already: several events of one group may come at once
            except TransportError as trouble:  # the next message there is the next attempt
                self.on_error(trouble)

        if event.type != "leave":  # the bot was removed already
            self._tasks.start(leave_quietly())

    async def _reply_unknown_person(self, event: WebhookEvent) -> None:
        """Tell a person without a user id in the event that nothing can be stored for them."""
        token = to_reply_token(event)
        if token is not None:
            self._tasks.start(
                self.sender.reply(
                    token, render_payload_batches(build_error_answer("line.unknown_person", "th").messages)[0]
                )
            )

    async def close(self) -> None:
        """Send waiting answers, and give tasks `response_deadline` seconds; durable messages are in the outbox."""
        self._replies.flush()
        await self._tasks.close(self.response_deadline)


def _drop_duplicates(events: Sequence[WebhookEvent]) -> Iterable[WebhookEvent]:
    """Return each event once, in order: LINE may repeat one within a webhook."""
    by_key: dict[str, WebhookEvent] = {}
    for event in events:
        by_key.setdefault(event.event_key, event)
    return by_key.values()
