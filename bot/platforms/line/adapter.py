"""From an event of LINE to its answer: kept before LINE is told that it came, answered in the person's own order."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bot.delivery.transport import PermanentError
from bot.delivery.worker import DeliveryWorker
from bot.engine import Engine, EngineAnswer, build_error_answer
from bot.errors import BotError
from bot.images.temporary_host import TemporaryImages
from bot.keyed_lock import KeyedLocks
from bot.log import LogEvent, log_event
from bot.platforms.line.client import LineClient
from bot.platforms.line.events import MAX_CLOCK_SKEW, MAX_EVENT_AGE, WebhookBody, WebhookEvent
from bot.platforms.line.inbound import LineEventParser
from bot.platforms.line.render import render_payload_batches
from bot.platforms.line.replies import LineReplies, to_reply_token
from bot.platforms.line.sender import LineSender
from handlers.dialog.events import Lang
from storage.serialization import QueuedTask
from storage.store import Store

RESPONSE_DEADLINE = 1.6
"""Seconds until LINE is answered, come what may; it waits for two."""

MAX_SEEN_EVENTS = 20_000
"""Events that are told apart in memory; behind it stands the desk's own memory of events."""

QUARANTINE_KIND = "line.old"
"""The kind of errand under which replayed events lie, for someone to look at."""


class UnsendNotSavedError(BotError):
    """What a person took back is still there. Nobody tells them, so LINE is to bring it again until it is gone."""


def _ignore_answered(_person: str, _lang: Lang, _choice: str | None) -> None:
    """Where there are no rich menus, none follows a language."""


@dataclass
class LineAdapter:
    """The talk of one desk with everybody in LINE. me: the account's own user id, once it is known.

    gallery: where LINE fetches pictures; None where this server has no address for that.
    speaks: told in which language a person was answered, and what they picked; gives what is to be done then.
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
    on_answered: Callable[[str, Lang, str | None], Coroutine[Any, Any, None] | None] = _ignore_answered
    _parser: LineEventParser = field(init=False)
    _replies: LineReplies = field(init=False)
    _person_locks: KeyedLocks[str] = field(default_factory=KeyedLocks)
    _seen_events: "OrderedDict[str, asyncio.Task[None]]" = field(default_factory=OrderedDict)
    _tasks: "set[asyncio.Task[Any]]" = field(default_factory=set)

    def __post_init__(self) -> None:
        """Make the ear, and the speech."""
        self._parser = LineEventParser(self.store, self.delivery_worker)
        self._replies = LineReplies(
            self.sender,
            self.store,
            self.on_error,
            self._run_in_background,
            self._allow_redelivery,
            self.images,
        )

    async def handle_webhook(self, posted: WebhookBody, since: float) -> bool:
        """Take the events of a webhook. Whether all that they hold is on the disk; LINE is to bring them again else.

        since: when LINE began to wait, by the loop's clock: a long body takes its time to be read.
        """
        if self.bot_user_id is not None and posted.destination != self.bot_user_id:
            log_event(LogEvent.QUARANTINED, count=len(posted.events))
            return True
        work = set(self._start_events(posted.events))
        if not work:
            return True
        waited = asyncio.get_running_loop().time() - since
        done, late = await asyncio.wait(work, timeout=max(0.0, self.response_deadline - waited))
        return not late and all(task.exception() is None for task in done)

    def _start_events(self, events: Sequence[WebhookEvent]) -> list["asyncio.Task[None]"]:
        """The work on events: of each person one after another, of different persons side by side."""
        persons: dict[str, list[WebhookEvent]] = {}
        work: list[asyncio.Task[None]] = []
        now = self.engine.now().timestamp()
        for event in _drop_duplicates(events):
            if event.event_key in self._seen_events:
                work.append(self._seen_events[event.event_key])
            elif event.mode != "active":
                continue
            elif not -MAX_CLOCK_SKEW < event.age(now) < MAX_EVENT_AGE:
                work.append(self._start_task(self._quarantine(event), event))
            elif event.group is not None:
                work.append(self._start_task(self._leave_group(event, *event.group), event))
            elif event.user_id is None:
                work.append(self._start_task(self._reply_unknown_person(event), event))
            else:
                persons.setdefault(event.user_id, []).append(event)
        for person, own in persons.items():
            work.append(self._start_task(self._handle_person_events(person, own), *own))
        return work

    def _start_task(self, work: Coroutine[Any, Any, None], *events: WebhookEvent) -> "asyncio.Task[None]":
        task = self._run_in_background(work)
        for event in events:
            self._seen_events[event.event_key] = task
            task.add_done_callback(lambda ended, key=event.event_key: self._on_task_done(ended, key))  # type: ignore[misc]
        while len(self._seen_events) > MAX_SEEN_EVENTS:
            self._seen_events.popitem(last=False)
        return task

    def _on_task_done(self, task: "asyncio.Task[None]", key: str) -> None:
        if task.cancelled() or task.exception() is not None:
            self._seen_events.pop(key, None)  # it may come again
            if not task.cancelled() and (trouble := task.exception()) is not None:
                self.on_error(trouble)

    def _run_in_background(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _handle_person_events(self, person: str, events: Sequence[WebhookEvent]) -> None:
        """What one person did; when this returns, it is on the disk. Raises Unsaved."""
        back, unsaved = self.sender.encrypt_address(person), False
        async with self._person_locks.lock(person):
            understood = [await self._parser.parse_event(event, person, back) for event in events]
            several = [heard for heard in understood if heard is not None]
            for happening, meant in zip(events, understood, strict=True):
                if meant is None and (token := to_reply_token(happening)) is not None:
                    self.sender.keep_reply_token(person, token)
            if any(heard.file_message is not None for heard in several):
                self._run_in_background(self._show_loading(person))
            for heard, ready in zip(several, await self._parser.prepare_all(several), strict=True):
                answer = ready if isinstance(ready, EngineAnswer) else await self.engine.handle(ready)
                self._replies.send_answer(heard, answer)
                unsaved |= bool(heard.event.unsent_message_id) and not answer.stored
            if several and (work := self.on_answered(person, answer.lang, heard.event.choice)) is not None:
                self._run_in_background(work)
        if unsaved:
            raise UnsendNotSavedError

    def _allow_redelivery(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._seen_events.pop(key, None)

    async def _show_loading(self, person: str) -> None:
        with suppress(Exception):  # a courtesy, and never worth a word
            await self.client.show_loading(person)

    async def _leave_group(self, event: WebhookEvent, kind: str, place: str) -> None:
        """Leave a group at once: what is said there is heard by others."""

        async def leave_quietly() -> None:
            try:
                await self.client.leave_group(kind, place)
            except PermanentError:
                pass  # we are out: several events of one place may come at once
            except Exception as trouble:  # it is left with the next message there
                self.on_error(trouble)

        if event.type != "leave":  # else we are out already
            self._run_in_background(leave_quietly())

    async def _reply_unknown_person(self, event: WebhookEvent) -> None:
        """Say to one whom LINE does not name that nothing can be kept."""
        token = to_reply_token(event)
        if token is not None:
            self._run_in_background(
                self.sender.reply(
                    token, render_payload_batches(build_error_answer("line.unknown_person", "th").messages)[0]
                )
            )

    async def _quarantine(self, event: WebhookEvent) -> None:
        """Lay aside what was replayed, sealed, for someone to look at."""
        log_event(LogEvent.QUARANTINED, count=1)
        laid = QueuedTask(QUARANTINE_KIND, {"event": event.model_dump_json()})
        await self.store.task_queue.add(QUARANTINE_KIND, laid, self.engine.now())

    async def close(self) -> None:
        """Say what is still to be said, for a moment; what is certain waits in the outbox anyway."""
        self._replies.flush()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=self.response_deadline)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


def _drop_duplicates(events: Sequence[WebhookEvent]) -> Iterable[WebhookEvent]:
    """Events as they happened, each once: LINE may bring one twice in a webhook too."""
    several: dict[str, WebhookEvent] = {}
    for event in events:
        several.setdefault(event.event_key, event)
    return several.values()
