"""The courier: sends the messages that must arrive and fetches the files that people sent, until it is done.

A platform plugs in as a `Transport`. What waits is durable (`storage/outgoing/queue.py`): after a crash, an outage or a
refusal "not so fast" it is tried again, with pauses that grow; what the platform refuses for good is given up.
"""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.delivery.transport import Cleanup, RejectedError, Transport, TransportError
from bot.engine import Engine, EngineAnswer
from handlers.dialog.events import DEFAULT_LANG, Channel, Event, File
from handlers.dialog.replies import Reply
from handlers.i18n import render_reply
from storage.outgoing.queue import LeasedItem
from storage.serialization import OutboxMessage, QueuedTask
from storage.store import Store

T = TypeVar("T")

MAX_PARALLEL_FETCHES = 2
"""Files fetched at a time: each may have 20 MB, and a small machine has other work."""

FETCH_WAIT = 3.0
"""Seconds that a person's turn waits for the file; after that the talk goes on while the file is on its way."""

FETCH_LEASE = timedelta(seconds=60)
"""How long who began an errand has for it before the round takes it for forgotten."""

RUN_INTERVAL = 2.0
"""Seconds between two rounds."""


@dataclass
class DeliveryWorker:
    """The courier of one desk, for all its platforms."""

    engine: Engine
    store: Store
    transports: Mapping[Channel, Transport]
    on_error: Callable[[BaseException], None]
    fetch_wait: float = FETCH_WAIT
    _fetch_slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_PARALLEL_FETCHES))
    _fetching_ids: set[str] = field(default_factory=set)
    _tasks: "set[asyncio.Task[Any]]" = field(default_factory=set)

    async def run(self, every: float = RUN_INTERVAL) -> None:
        """Go round for ever."""
        while True:
            try:
                await self.run_once()
            except Exception as trouble:  # whatever it was, the next round comes
                self.on_error(trouble)
            await asyncio.sleep(every)

    async def run_once(self) -> None:
        """Send once what is due, and set out for the files. Trouble with one thing keeps no other."""
        for channel, carrier in self.transports.items():
            try:
                letters = await self.store.outbox.lease(channel, self.engine.now())
                errands = await self.store.task_queue.lease(channel, self.engine.now())
            except Exception as trouble:  # the next round asks again
                self.on_error(trouble)
                continue
            for errand in errands:  # a file may take minutes, and no letter waits for it
                self._run_in_background(self._resume_fetch(errand, carrier))
            await asyncio.gather(*(self._send_outbox_message(letter, carrier) for letter in letters))
            if isinstance(carrier, Cleanup):
                try:
                    await carrier.clean_up(self.engine.now())
                except Exception as trouble:  # and no letter of the next channel waits for this
                    self.on_error(trouble)

    async def close(self) -> None:
        """Let go of what is under way; it waits for the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def fetch_file(self, event: Event, name: str, what: Mapping[str, str]) -> File:
        """Fetch a file at once, for an event that is decided with it; after `patience` it is still coming.

        Whoever decides with a file that is still coming need not care for it again: it is put in its place when it
        comes, and the person hears if it does not. Raises DiskFull.
        """
        coming = await self.store.evidence.reserve(name, self.engine.now())
        errand = QueuedTask(event.channel, {**what, **_event_to_payload(event, coming)})
        row = await self.store.task_queue.add(event.channel, errand, self.engine.now() + FETCH_LEASE)
        taken = LeasedItem(row, errand, 0)
        fetching = self._run_in_background(self._try_fetch(taken, self.transports[event.channel]))
        done, _ = await asyncio.wait({fetching}, timeout=self.fetch_wait)
        if done and (file := fetching.result()) is not None:
            await self.store.task_queue.complete([row])
            return file
        fetching.add_done_callback(lambda ended: self._on_late_file(ended, taken))
        return coming

    async def _send_outbox_message(self, letter: LeasedItem[OutboxMessage], carrier: Transport) -> None:
        what, now = letter.payload, self.engine.now()
        messages = [render_reply(say, what.lang) for say in what.says]
        try:
            await carrier.deliver(what.back, messages, letter.id)
        except TransportError as failure:
            await self._keep_undelivered(letter, failure, now)
        except Exception as trouble:
            self.on_error(trouble)
            await self.store.outbox.retry_on_outage(letter, now)
        else:
            await self.store.outbox.complete([letter.id])

    async def _keep_undelivered(
        self, letter: LeasedItem[OutboxMessage], failure: TransportError, now: datetime
    ) -> None:
        """See when a letter is tried again, if it is: what is refused for good is given up."""
        if failure.permanent:
            await self.store.outbox.complete([letter.id])
        elif failure.retry_after is not None:
            await self.store.outbox.defer(letter, now + timedelta(seconds=failure.retry_after))
        else:
            self.on_error(failure)
            mistaken = isinstance(failure, RejectedError)
            outbox = self.store.outbox
            await (outbox.retry_on_failure if mistaken else outbox.retry_on_outage)(letter, now)

    async def _resume_fetch(self, errand: LeasedItem[QueuedTask], carrier: Transport) -> None:
        """An errand that an earlier try did not end: after a crash, or after the platform was away."""
        if errand.id in self._fetching_ids:
            return
        try:
            if (file := await self._try_fetch(errand, carrier)) is not None:
                await self._finish_fetch(errand, file)
        except Exception as trouble:  # its lease ends, and it is begun once more
            self.on_error(trouble)

    async def _try_fetch(self, errand: LeasedItem[QueuedTask], carrier: Transport) -> File | None:
        """One try. The file as it was kept or refused; None where it is tried again, or not wanted any more."""
        what, evidence = errand.payload.what, self.store.evidence
        self._fetching_ids.add(errand.id)
        try:
            async with self._fetch_slots:
                file = await evidence.complete(what["row"], carrier.fetch(what))
        except Exception as trouble:
            failure = trouble if isinstance(trouble, TransportError) else TransportError()
            if not failure.permanent:
                if failure.retry_after is None:
                    self.on_error(trouble)
                again = self.engine.now() + timedelta(seconds=failure.retry_after or 0)
                if await self.store.task_queue.retry_on_failure(errand, again):
                    return None
            file = File("", what["name"], "", 0, failure.problem)
        finally:
            self._fetching_ids.discard(errand.id)
        if (
            file is not None
            and file.problem is not None
            and not await evidence.mark_lost(what["row"], file.problem)
        ):
            file = None  # it was taken back meanwhile
        if file is None:
            await self.store.task_queue.complete([errand.id])
        return file

    def _on_late_file(self, ended: "asyncio.Task[File | None]", errand: LeasedItem[QueuedTask]) -> None:
        """A file came, or was refused, after the talk went on."""
        if not ended.cancelled() and ended.exception() is None and (file := ended.result()) is not None:
            self._run_in_background(self._finish_late_fetch(errand, file))

    async def _finish_late_fetch(self, errand: LeasedItem[QueuedTask], file: File) -> None:
        try:
            await self._finish_fetch(errand, file)
        except Exception as trouble:
            self.on_error(trouble)

    async def _finish_fetch(self, errand: LeasedItem[QueuedTask], file: File) -> None:
        """Decide on a file that nobody waits for, then strike the errand off: who was killed between does it again."""
        await self._handle_file(errand.payload, file)
        await self.store.task_queue.complete([errand.id])

    def _run_in_background(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _handle_file(self, errand: QueuedTask, file: File) -> None:
        """Be the first to tell of a file, or tell only if it went wrong."""
        event = _payload_to_event(errand, file)
        answer = await self.engine.handle(event)
        if not answer.duplicate:
            await self._deliver_answer(event, answer)
        elif file.problem is not None and event.reply_to is not None:
            session = await self.store.load_session(event.person_id)
            lang = session.lang if session else DEFAULT_LANG
            says = (Reply(f"file.{file.problem}", {"name": file.name, "most": 0}, certain=True),)
            await self.store.outbox.add(
                event.channel, OutboxMessage(event.channel, event.reply_to, lang, says), self.engine.now()
            )

    async def _deliver_answer(self, event: Event, answer: EngineAnswer) -> None:
        """Deliver an answer that no request waits for; what is certain in it stays in the outbox if this fails."""
        if event.reply_to is None:
            return
        try:
            await self.transports[event.channel].deliver(event.reply_to, answer.messages, event.id)
        except Exception as trouble:
            self.on_error(trouble)
            return
        await self.store.outbox.complete(answer.outbox_ids)


def _event_to_payload(event: Event, file: File) -> dict[str, str]:
    back = b64encode(event.reply_to or b"").decode()
    return {"row": file.id, "name": file.name, "event": event.id, "who": event.person_id.hex(), "back": back}


def _payload_to_event(errand: QueuedTask, file: File) -> Event:
    what = errand.what
    back = b64decode(what["back"]) or None
    who = bytes.fromhex(what["who"])
    return Event(what["event"], who, Channel(errand.kind), file=file, reply_to=back)
