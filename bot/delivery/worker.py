"""Delivery worker of a desk: sends outbox messages and fetches files that people sent.

A platform is plugged in as a `Transport`; one that is slow or fails delays no other. Both queues are durable
(`storage/outgoing/queue.py`): after a crash, an outage or a rate limit, items are retried with growing pauses. What a
platform refuses for good is given up.
"""

import asyncio
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from bot.background import BackgroundTasks
from bot.delivery.transport import Cleanup, PushHeldBackError, RejectedError, Transport, TransportError
from bot.delivery.undelivered import UndeliveredMessages
from bot.engine import Engine
from bot.guard import run_guarded, run_periodically, try_work
from handlers.dialog.effects import Answer
from handlers.dialog.events import Channel, Event, File, FileProblem
from handlers.dialog.replies import MUST_ARRIVE
from handlers.evidence.file_kinds import explain_file_problem
from handlers.i18n import render_reply
from storage.outgoing.queue import LeasedItem
from storage.schedule.queues import WatchedQueues
from storage.serialization import OutboxMessage, QueuedTask
from storage.store import Store

T = TypeVar("T")

MAX_PARALLEL_FETCHES = 2
"""Simultaneous downloads of a platform: each may have 20 MB, and a small machine has other work."""

FETCH_LEASE = timedelta(seconds=60)
"""How long a download that was just started has, before `run_once` takes its task as abandoned."""

RUN_INTERVAL = 2.0
"""Seconds between two runs of a channel."""


@dataclass
class DeliveryWorker:
    """Delivers for one desk. transports: of all its platforms; `run` serves those that are there when it starts."""

    engine: Engine
    store: Store
    transports: dict[Channel, Transport]
    on_error: Callable[[BaseException], None]
    _fetch_slots: "defaultdict[str, asyncio.Semaphore]" = field(
        default_factory=lambda: defaultdict(lambda: asyncio.Semaphore(MAX_PARALLEL_FETCHES))
    )
    _fetching_ids: set[str] = field(default_factory=set)
    _tasks: BackgroundTasks = field(default_factory=BackgroundTasks)
    _queues: dict[Channel, WatchedQueues] = field(default_factory=dict)
    _is_closed: bool = False
    undelivered: UndeliveredMessages = field(init=False)

    def __post_init__(self) -> None:
        self.undelivered = UndeliveredMessages(
            self.store,
            self.engine.now,
            lambda work: self._tasks.start(run_guarded(work, self.on_error)),
            self.on_error,
        )
        self.engine.add_notices = self.undelivered.add_notices

    async def run(self, every: float = RUN_INTERVAL) -> None:
        """Deliver forever: each channel every so many seconds, in a loop of its own."""
        await run_guarded(self.undelivered.load([*self.transports]), self.on_error)
        rounds = [partial(self._serve_channel, channel) for channel in self.transports]
        await asyncio.gather(*(run_periodically(one, every, self.on_error) for one in rounds))

    async def run_once(self) -> None:
        """Serve every channel once. A failure of one does not stop the others."""
        rounds = [self._serve_channel(channel) for channel in self.transports]
        await asyncio.gather(*(run_guarded(one, self.on_error) for one in rounds))

    async def _serve_channel(self, channel: Channel) -> None:
        """Send what is due on one channel, start its downloads and clean up."""
        transport = self.transports[channel]
        queues = self._queues.setdefault(channel, WatchedQueues(self.store, channel))
        if await queues.is_due(self.engine.now()):
            messages = await self.store.outbox.lease(channel, self.engine.now())
            tasks = await self.store.task_queue.lease(channel, self.engine.now())
            for (
                task
            ) in tasks:  # in the background: a file may take minutes, and messages must not wait for it
                self._tasks.start(run_guarded(self._resume_fetch(task, transport), self.on_error))
            await asyncio.gather(*(self._send_outbox_message(message, transport) for message in messages))
        if isinstance(transport, Cleanup):
            await transport.clean_up(self.engine.now())

    async def close(self) -> None:
        """Cancel what is under way, and start no more downloads; both are retried after the next start."""
        self._is_closed = True
        await self._tasks.close()

    async def fetch_file(self, event: Event, name: str, what: Mapping[str, str], size: int = 0) -> File:
        """Fetch the file of an event. If that takes longer than the platform's `file_wait`, return a placeholder.

        size: bytes that the platform says it has; 0 if it does not. Too large a file is refused without fetching.
        The caller handles the event with either. A placeholder is filled when the download ends, and the person is
        told if it fails; so the caller need not follow it up. Raises DiskFullError.
        """
        transport = self.transports[event.channel]
        if size > transport.limits.file_bytes:
            return File("", name, "", size, FileProblem.TOO_LARGE)
        placeholder = await self.store.evidence.reserve(name, self.engine.now())
        task = QueuedTask(event.channel, {**what, **_event_to_payload(event, placeholder)})
        row = await self.store.task_queue.add(event.channel, task, self.engine.now() + FETCH_LEASE)
        leased = LeasedItem(row, task, 0)
        if self._is_closed:
            return placeholder
        fetching = self._tasks.start(self._try_fetch(leased, transport))
        done, _ = await asyncio.wait({fetching}, timeout=transport.limits.file_wait)
        # Cancelled where the program ends: the file is fetched after the next start.
        if done and not fetching.cancelled() and (file := fetching.result()) is not None:
            await self.store.task_queue.complete([row])
            return file
        fetching.add_done_callback(lambda ended: self._on_late_file(ended, leased))
        return placeholder

    async def _send_outbox_message(self, item: LeasedItem[OutboxMessage], transport: Transport) -> None:
        what, now = item.payload, self.engine.now()
        self.undelivered.record_attempt(item)
        messages = [render_reply(reply, what.lang) for reply in what.says]
        error = (await try_work(transport.deliver(what.back, messages, item.id))).error
        if error is None:
            await self.store.outbox.complete([item.id])
        else:
            await self._keep_undelivered(item, error, now)

    async def _keep_undelivered(
        self, item: LeasedItem[OutboxMessage], error: Exception, now: datetime
    ) -> None:
        """Schedule the next attempt of a message, or give it up: it is refused for good, or too old."""
        failure = error if isinstance(error, TransportError) else TransportError()  # counts as an outage
        outbox, until = self.store.outbox, item.payload.until
        if failure.permanent or (until and now.timestamp() >= until):
            return await self.undelivered.give_up(item)
        if failure.retry_after is not None:
            again = now + timedelta(seconds=failure.retry_after)
            wait = outbox.hold_back if isinstance(failure, PushHeldBackError) else outbox.defer
            await wait(item, min(again, datetime.fromtimestamp(until, UTC)) if until else again)
        else:
            self.on_error(error)
            mistaken = isinstance(failure, RejectedError)
            if not await (outbox.retry_on_failure if mistaken else outbox.retry_on_outage)(item, now):
                return await self.undelivered.give_up(item)
        return self.undelivered.record_failure(item)

    async def _resume_fetch(self, item: LeasedItem[QueuedTask], transport: Transport) -> None:
        """Continue a download whose earlier attempt did not end: after a crash, or an outage of the platform."""
        if item.id in self._fetching_ids:
            return
        if (file := await self._try_fetch(item, transport)) is not None:
            await self._finish_fetch(item, file)

    async def _try_fetch(self, item: LeasedItem[QueuedTask], transport: Transport) -> File | None:
        """Make one attempt. Returns the file as stored or refused; None if it is retried later or no longer wanted."""
        what, evidence = item.payload.what, self.store.evidence
        self._fetching_ids.add(item.id)
        try:
            async with self._fetch_slots[item.payload.kind]:
                outcome = await try_work(self._download(what, transport))
            file = outcome.value
            if outcome.error is not None:
                file = await self._keep_unfetched(item, outcome.error)
                if file is None:
                    return None
        finally:
            self._fetching_ids.discard(item.id)
        if (
            file is not None
            and file.problem is not None
            and not await evidence.mark_lost(what["row"], file.problem)
        ):
            file = None  # the person unsent it meanwhile
        if file is None:
            await self.store.task_queue.complete([item.id])
        return file

    async def _download(self, what: Mapping[str, str], transport: Transport) -> File | None:
        """Fetch and store a file. Returns None if the person unsent it meanwhile."""
        return await self.store.evidence.complete(what["row"], transport.fetch(what), self.engine.now())

    async def _keep_unfetched(self, task: LeasedItem[QueuedTask], error: Exception) -> File | None:
        """Schedule the next attempt of a download and return None, or return the file as refused for good."""
        failure = error if isinstance(error, TransportError) else TransportError()
        if not failure.permanent:
            if failure.retry_after is None:
                self.on_error(error)
            again = self.engine.now() + timedelta(seconds=failure.retry_after or 0)
            if await self.store.task_queue.retry_on_failure(task, again):
                return None
        return File("", task.payload.what["name"], "", 0, failure.problem)

    def _on_late_file(self, ended: "asyncio.Task[File | None]", item: LeasedItem[QueuedTask]) -> None:
        """Handle a file that was stored or refused after the dialog had continued."""
        if not ended.cancelled() and ended.exception() is None and (file := ended.result()) is not None:
            self._tasks.start(run_guarded(self._finish_fetch(item, file), self.on_error))

    async def _finish_fetch(self, item: LeasedItem[QueuedTask], file: File) -> None:
        """Handle a file that no caller waits for, then complete its task; a crash in between repeats the handling."""
        await self._handle_file(item.payload, file)
        await self.store.task_queue.complete([item.id])

    async def _handle_file(self, task: QueuedTask, file: File) -> None:
        """Handle the event with its file. If it was handled before, with a placeholder, report only a failure."""
        event = _payload_to_event(task, file)
        answer = await self.engine.handle(event)
        if not answer.duplicate:
            await self._deliver_answer(event, answer)
        elif file.problem is not None and event.reply_to is not None:
            lang = await self.store.load_language(event.person_id)
            says = (explain_file_problem(file, 0, MUST_ARRIVE),)
            await self.store.outbox.add(
                event.channel, OutboxMessage(event.channel, event.reply_to, lang, says), self.engine.now()
            )

    async def _deliver_answer(self, event: Event, answer: Answer) -> None:
        """Deliver an answer that no request waits for. If this fails, its durable messages stay in the outbox."""
        if event.reply_to is None:
            return
        delivery = self.transports[event.channel].deliver(event.reply_to, answer.messages, event.id)
        if (await run_guarded(delivery, self.on_error)).error is None:
            await self.store.outbox.complete(answer.outbox_ids)


def _event_to_payload(event: Event, file: File) -> dict[str, str]:
    back = b64encode(event.reply_to or b"").decode()
    return {"row": file.id, "name": file.name, "event": event.id, "who": event.person_id.hex(), "back": back}


def _payload_to_event(task: QueuedTask, file: File) -> Event:
    what = task.what
    back = b64decode(what["back"]) or None
    who = bytes.fromhex(what["who"])
    return Event(what["event"], who, Channel(task.kind), file=file, reply_to=back)
