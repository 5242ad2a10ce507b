"""From an event of LINE to its answer: kept before LINE is told that it came, answered in the person's own order."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bot.delivery.worker import DeliveryWorker, PermanentError
from bot.engine import Engine, EngineAnswer, sorry
from bot.images.temporary_host import TemporaryImages
from bot.keyed_lock import KeyedLocks
from bot.log import LogEvent, log
from bot.platforms.line.client import LineClient
from bot.platforms.line.events import AHEAD, TOO_OLD, WebhookBody, WebhookEvent
from bot.platforms.line.inbound import LineEventParser
from bot.platforms.line.render import bubbles
from bot.platforms.line.replies import LineReplies, token_of
from bot.platforms.line.sender import LineSender
from handlers.dialog.events import Lang
from storage.serialization import QueuedTask
from storage.store import Store

SOON = 1.6
"""Seconds until LINE is answered, come what may; it waits for two."""

REMEMBERED = 20_000
"""Events that are told apart in memory; behind it stands the desk's own memory of events."""

OLD = "line.old"
"""The kind of errand under which replayed events lie, for someone to look at."""


class UnsendNotSavedError(Exception):
    """What a person took back is still there. Nobody tells them, so LINE is to bring it again until it is gone."""


def _no_menu(_person: str, _lang: Lang, _choice: str | None) -> None:
    """Where there are no rich menus, none follows a language."""


@dataclass
class LineAdapter:
    """The talk of one desk with everybody in LINE. me: the account's own user id, once it is known.

    gallery: where LINE fetches pictures; None where this server has no address for that.
    speaks: told in which language a person was answered, and what they picked; gives what is to be done then.
    """

    engine: Engine
    store: Store
    courier: DeliveryWorker
    line: LineClient
    post: LineSender
    fault: Callable[[BaseException], None]
    me: str | None = None
    gallery: TemporaryImages | None = None
    soon: float = SOON
    speaks: Callable[[str, Lang, str | None], Coroutine[Any, Any, None] | None] = _no_menu
    _ear: LineEventParser = field(init=False)
    _speech: LineReplies = field(init=False)
    _turns: KeyedLocks[str] = field(default_factory=KeyedLocks)
    _seen: "OrderedDict[str, asyncio.Task[None]]" = field(default_factory=OrderedDict)
    _tasks: "set[asyncio.Task[Any]]" = field(default_factory=set)

    def __post_init__(self) -> None:
        """Make the ear, and the speech."""
        self._ear = LineEventParser(self.store, self.courier)
        self._speech = LineReplies(
            self.post, self.store, self.fault, self._beside, self._reopen, self.gallery
        )

    async def hear(self, posted: WebhookBody, since: float) -> bool:
        """Take the events of a webhook. Whether all that they hold is on the disk; LINE is to bring them again else.

        since: when LINE began to wait, by the loop's clock: a long body takes its time to be read.
        """
        if self.me is not None and posted.destination != self.me:
            log(LogEvent.QUARANTINED, count=len(posted.events))
            return True
        work = set(self._begun(posted.events))
        if not work:
            return True
        waited = asyncio.get_running_loop().time() - since
        done, late = await asyncio.wait(work, timeout=max(0.0, self.soon - waited))
        return not late and all(task.exception() is None for task in done)

    def _begun(self, events: Sequence[WebhookEvent]) -> list["asyncio.Task[None]"]:
        """The work on events: of each person one after another, of different persons side by side."""
        persons: dict[str, list[WebhookEvent]] = {}
        work: list[asyncio.Task[None]] = []
        now = self.engine.now().timestamp()
        for event in _once(events):
            if event.key in self._seen:
                work.append(self._seen[event.key])
            elif event.mode != "active":
                continue
            elif not -AHEAD < event.age(now) < TOO_OLD:
                work.append(self._begin(self._quarantine(event), event))
            elif event.crowd is not None:
                work.append(self._begin(self._leave(event, *event.crowd), event))
            elif event.person is None:
                work.append(self._begin(self._unknown(event), event))
            else:
                persons.setdefault(event.person, []).append(event)
        for person, own in persons.items():
            work.append(self._begin(self._turn(person, own), *own))
        return work

    def _begin(self, work: Coroutine[Any, Any, None], *events: WebhookEvent) -> "asyncio.Task[None]":
        task = self._beside(work)
        for event in events:
            self._seen[event.key] = task
            task.add_done_callback(lambda ended, key=event.key: self._ended(ended, key))  # type: ignore[misc]
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return task

    def _ended(self, task: "asyncio.Task[None]", key: str) -> None:
        if task.cancelled() or task.exception() is not None:
            self._seen.pop(key, None)  # it may come again
            if not task.cancelled() and (trouble := task.exception()) is not None:
                self.fault(trouble)

    def _beside(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _turn(self, person: str, events: Sequence[WebhookEvent]) -> None:
        """What one person did; when this returns, it is on the disk. Raises Unsaved."""
        back, unsaved = self.post.seal(person), False
        async with self._turns.of(person):
            understood = [await self._ear.understood(event, person, back) for event in events]
            several = [heard for heard in understood if heard is not None]
            for happening, meant in zip(events, understood, strict=True):
                if meant is None and (token := token_of(happening)) is not None:
                    self.post.spare(person, token)
            if any(heard.sent is not None for heard in several):
                self._beside(self._show_work(person))
            for heard, ready in zip(several, await self._ear.all_ready(several), strict=True):
                answer = ready if isinstance(ready, EngineAnswer) else await self.engine.handle(ready)
                self._speech.say(heard, answer)
                unsaved |= bool(heard.event.unsent) and not answer.saved
            if several and (work := self.speaks(person, answer.lang, heard.event.choice)) is not None:
                self._beside(work)
        if unsaved:
            raise UnsendNotSavedError

    def _reopen(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._seen.pop(key, None)

    async def _show_work(self, person: str) -> None:
        with suppress(Exception):  # a courtesy, and never worth a word
            await self.line.loading(person)

    async def _leave(self, event: WebhookEvent, kind: str, place: str) -> None:
        """Leave a group at once: what is said there is heard by others."""

        async def leave() -> None:
            try:
                await self.line.leave(kind, place)
            except PermanentError:
                pass  # we are out: several events of one place may come at once
            except Exception as trouble:  # it is left with the next message there
                self.fault(trouble)

        if event.type != "leave":  # else we are out already
            self._beside(leave())

    async def _unknown(self, event: WebhookEvent) -> None:
        """Say to one whom LINE does not name that nothing can be kept."""
        token = token_of(event)
        if token is not None:
            self._beside(self.post.reply(token, bubbles(sorry("line.unknown_person", "th").messages)[0]))

    async def _quarantine(self, event: WebhookEvent) -> None:
        """Lay aside what was replayed, sealed, for someone to look at."""
        log(LogEvent.QUARANTINED, count=1)
        laid = QueuedTask(OLD, {"event": event.model_dump_json()})
        await self.store.errands.add(OLD, laid, self.engine.now())

    async def close(self) -> None:
        """Say what is still to be said, for a moment; what is certain waits in the outbox anyway."""
        self._speech.end()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=self.soon)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


def _once(events: Sequence[WebhookEvent]) -> Iterable[WebhookEvent]:
    """Events as they happened, each once: LINE may bring one twice in a webhook too."""
    several: dict[str, WebhookEvent] = {}
    for event in events:
        several.setdefault(event.key, event)
    return several.values()
