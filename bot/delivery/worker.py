"""The courier: sends the messages that must arrive and fetches the files that people sent, until it is done.

A platform plugs in as a `Carrier`. What waits is durable (`storage/outgoing/queue.py`): after a crash, an outage or a
refusal "not so fast" it is tried again, with pauses that grow; what the platform refuses for good is given up.
"""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar, runtime_checkable

from bot.engine import Answer, Engine
from handlers import i18n as wording
from handlers.dialog.events import Channel, Event, File, FileProblem, Lang, Message, Say
from storage.outgoing.queue import Taken
from storage.serialization import Errand, Letter
from storage.store import Store

T = TypeVar("T")

TOGETHER = 2
"""Files fetched at a time: each may have 20 MB, and a small machine has other work."""

PATIENCE = 3.0
"""Seconds that a person's turn waits for the file; after that the talk goes on while the file is on its way."""

HEADSTART = timedelta(seconds=60)
"""How long who began an errand has for it before the round takes it for forgotten."""

EVERY = 2.0
"""Seconds between two rounds."""


class Later(Exception):  # noqa: N818 - what to do
    """The platform asks to wait. Try again after so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class Never(Exception):  # noqa: N818
    """The platform refuses for good: the person left, the file is gone or too large. Trying again changes nothing."""

    def __init__(self, problem: FileProblem = FileProblem.UNREADABLE) -> None:
        super().__init__()
        self.problem = problem


class Mistaken(Exception):  # noqa: N818
    """The platform refuses what we sent: our own mistake. It is tried a few times more, in case it is not."""


class Carrier(Protocol):
    """A platform as the courier sees it. Both methods raise Later, Never, Mistaken, or anything for an outage."""

    async def deliver(self, back: bytes, messages: Sequence[Message], letter: str) -> None:
        """Send messages to a sealed return address; when this returns, the platform has taken them all.

        letter: what tells them from all others, the same at each try.
        """

    def fetch(self, what: Mapping[str, str]) -> AsyncIterator[bytes]:
        """The content of a file, piece by piece; `what` is what the platform's door gave to `Courier.bring`."""


@runtime_checkable
class Tidy(Protocol):
    """A platform that clears away what must not stay: what was shown, or what is remembered of persons."""

    async def tidy(self, now: datetime) -> int:
        """Clear away what is due; gives how much."""


@dataclass
class Courier:
    """The courier of one desk, for all its platforms."""

    engine: Engine
    store: Store
    carriers: Mapping[Channel, Carrier]
    fault: Callable[[BaseException], None]
    patience: float = PATIENCE
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(TOGETHER))
    _under_way: set[str] = field(default_factory=set)
    _tasks: "set[asyncio.Task[Any]]" = field(default_factory=set)

    async def run(self, every: float = EVERY) -> None:
        """Go round for ever."""
        while True:
            try:
                await self.round()
            except Exception as trouble:  # whatever it was, the next round comes
                self.fault(trouble)
            await asyncio.sleep(every)

    async def round(self) -> None:
        """Send once what is due, and set out for the files. Trouble with one thing keeps no other."""
        for channel, carrier in self.carriers.items():
            try:
                letters = await self.store.outbox.take(channel, self.engine.now())
                errands = await self.store.errands.take(channel, self.engine.now())
            except Exception as trouble:  # the next round asks again
                self.fault(trouble)
                continue
            for errand in errands:  # a file may take minutes, and no letter waits for it
                self._beside(self._again(errand, carrier))
            await asyncio.gather(*(self._send(letter, carrier) for letter in letters))
            if isinstance(carrier, Tidy):
                try:
                    await carrier.tidy(self.engine.now())
                except Exception as trouble:  # and no letter of the next channel waits for this
                    self.fault(trouble)

    async def close(self) -> None:
        """Let go of what is under way; it waits for the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def bring(self, event: Event, name: str, what: Mapping[str, str]) -> File:
        """Fetch a file at once, for an event that is decided with it; after `patience` it is still coming.

        Whoever decides with a file that is still coming need not care for it again: it is put in its place when it
        comes, and the person hears if it does not. Raises DiskFull.
        """
        coming = await self.store.evidence.expect(name, self.engine.now())
        errand = Errand(event.channel, {**what, **_packed(event, coming)})
        row = await self.store.errands.add(event.channel, errand, self.engine.now() + HEADSTART)
        taken = Taken(row, errand, 0)
        fetching = self._beside(self._fetch(taken, self.carriers[event.channel]))
        done, _ = await asyncio.wait({fetching}, timeout=self.patience)
        if done and (file := fetching.result()) is not None:
            await self.store.errands.done([row])
            return file
        fetching.add_done_callback(lambda ended: self._late(ended, taken))
        return coming

    async def _send(self, letter: Taken[Letter], carrier: Carrier) -> None:
        what, now = letter.what, self.engine.now()
        messages = [wording.render(say, what.lang) for say in what.says]
        try:
            await carrier.deliver(what.back, messages, letter.id)
        except Later as later:
            await self.store.outbox.postponed(letter, now + timedelta(seconds=later.seconds))
        except Never:
            await self.store.outbox.done([letter.id])
        except Mistaken as mistake:
            self.fault(mistake)
            await self.store.outbox.failed(letter, now)
        except Exception as trouble:
            self.fault(trouble)
            await self.store.outbox.outage(letter, now)
        else:
            await self.store.outbox.done([letter.id])

    async def _again(self, errand: Taken[Errand], carrier: Carrier) -> None:
        """An errand that an earlier try did not end: after a crash, or after the platform was away."""
        if errand.id in self._under_way:
            return
        try:
            if (file := await self._fetch(errand, carrier)) is not None:
                await self._settle(errand, file)
        except Exception as trouble:  # its lease ends, and it is begun once more
            self.fault(trouble)

    async def _fetch(self, errand: Taken[Errand], carrier: Carrier) -> File | None:
        """One try. The file as it was kept or refused; None where it is tried again, or not wanted any more."""
        what, evidence = errand.what.what, self.store.evidence
        self._under_way.add(errand.id)
        try:
            async with self._room:
                file = await evidence.fill(what["row"], carrier.fetch(what))
        except Never as never:
            file = File("", what["name"], "", 0, never.problem)
        except Exception as trouble:
            pause = timedelta(seconds=trouble.seconds if isinstance(trouble, Later) else 0)
            if not isinstance(trouble, Later):
                self.fault(trouble)
            if await self.store.errands.failed(errand, self.engine.now() + pause):
                return None
            file = File("", what["name"], "", 0, FileProblem.UNREADABLE)
        finally:
            self._under_way.discard(errand.id)
        if (
            file is not None
            and file.problem is not None
            and not await evidence.lost(what["row"], file.problem)
        ):
            file = None  # it was taken back meanwhile
        if file is None:
            await self.store.errands.done([errand.id])
        return file

    def _late(self, ended: "asyncio.Task[File | None]", errand: Taken[Errand]) -> None:
        """A file came, or was refused, after the talk went on."""
        if not ended.cancelled() and ended.exception() is None and (file := ended.result()) is not None:
            self._beside(self._settled(errand, file))

    async def _settled(self, errand: Taken[Errand], file: File) -> None:
        try:
            await self._settle(errand, file)
        except Exception as trouble:
            self.fault(trouble)

    async def _settle(self, errand: Taken[Errand], file: File) -> None:
        """Decide on a file that nobody waits for, then strike the errand off: who was killed between does it again."""
        await self._decide(errand.what, file)
        await self.store.errands.done([errand.id])

    def _beside(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _decide(self, errand: Errand, file: File) -> None:
        """Be the first to tell of a file, or tell only if it went wrong."""
        event = _unpacked(errand, file)
        answer = await self.engine.handle(event)
        if not answer.again:
            await self._tell(event, answer)
        elif file.problem is not None and event.back is not None:
            session = await self.store.session(event.who)
            lang: Lang = session.lang if session else "th"
            says = (Say(f"file.{file.problem}", {"name": file.name, "most": 0}, certain=True),)
            await self.store.outbox.add(
                event.channel, Letter(event.channel, event.back, lang, says), self.engine.now()
            )

    async def _tell(self, event: Event, answer: Answer) -> None:
        """Deliver an answer that no request waits for; what is certain in it stays in the outbox if this fails."""
        if event.back is None:
            return
        try:
            await self.carriers[event.channel].deliver(event.back, answer.messages, event.id)
        except Exception as trouble:
            self.fault(trouble)
            return
        await self.store.outbox.done(answer.waiting)


def _packed(event: Event, file: File) -> dict[str, str]:
    back = b64encode(event.back or b"").decode()
    return {"row": file.id, "name": file.name, "event": event.id, "who": event.who.hex(), "back": back}


def _unpacked(errand: Errand, file: File) -> Event:
    what = errand.what
    back = b64decode(what["back"]) or None
    who = bytes.fromhex(what["who"])
    return Event(what["event"], who, Channel(errand.kind), file=file, back=back)
