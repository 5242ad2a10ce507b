"""The courier: sends the messages that must arrive and fetches the files that people sent, until it is done.

A platform plugs in as a `Carrier`. What waits is durable (`storage/waiting.py`): after a crash, an outage or a
refusal "not so fast" it is tried again, with pauses that grow; what the platform refuses for good is given up.
"""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from bot.engine import Answer, Engine
from handlers import wording
from handlers.turn import Channel, Event, File, FileProblem, Lang, Message, Say
from storage.snapshot import Errand, Letter
from storage.store import Store
from storage.waiting import Taken

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


class Carrier(Protocol):
    """A platform as the courier sees it. Both methods raise Later, Never, or anything for an outage."""

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


@dataclass(frozen=True)
class Fetching:
    """A file that is being fetched. coming: what may be decided with until it is there."""

    coming: File
    errand: Errand
    task: "asyncio.Task[File | None]"


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
        """Try once all that is due. Trouble with one thing is noted and does not keep the others."""
        for channel, carrier in self.carriers.items():
            try:
                letters = await self.store.outbox.take(channel, self.engine.now())
                errands = await self.store.errands.take(channel, self.engine.now())
            except Exception as trouble:  # the next round asks again
                self.fault(trouble)
                continue
            fetching = [self._again(errand, carrier) for errand in errands]
            if isinstance(carrier, Tidy):
                await carrier.tidy(self.engine.now())
            await asyncio.gather(*(self._send(letter, carrier) for letter in letters), *fetching)

    async def close(self) -> None:
        """Let go of what is under way; it waits for the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def bring(self, event: Event, name: str, what: Mapping[str, str]) -> File:
        """Fetch a file at once, for an event that is decided with it; after `patience` it is still coming.

        Whoever decides with a file that is still coming need not care for it again: it is put in its place when it
        comes, and the person hears if it does not.
        """
        return await self.outcome(await self.begin(event, name, what))

    async def begin(self, event: Event, name: str, what: Mapping[str, str]) -> "Fetching":
        """Begin to fetch a file; when this returns, the errand is on the disk. Raises DiskFull."""
        coming = await self.store.evidence.expect(name, self.engine.now())
        errand = Errand(event.channel, {**what, **_packed(event, coming)})
        row = await self.store.errands.add(event.channel, errand, self.engine.now() + HEADSTART)
        taken = Taken(row, errand, 0)
        task = asyncio.create_task(self._fetch(taken, self.carriers[event.channel]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return Fetching(coming, errand, task)

    async def outcome(self, begun: "Fetching") -> File:
        """The file, waited for with `patience`."""
        done, _ = await asyncio.wait({begun.task}, timeout=self.patience)
        if done and (file := begun.task.result()) is not None:
            return file
        begun.task.add_done_callback(lambda ended: self._late(ended, begun.errand))
        return begun.coming

    async def _send(self, letter: Taken[Letter], carrier: Carrier) -> None:
        what, now = letter.what, self.engine.now()
        messages = [wording.render(say, what.lang) for say in what.says]
        try:
            await carrier.deliver(what.back, messages, letter.id)
        except Later as later:
            await self.store.outbox.postponed(letter, now + timedelta(seconds=later.seconds))
        except Never:
            await self.store.outbox.done([letter.id])
        except Exception as trouble:
            self.fault(trouble)
            await self.store.outbox.failed(letter, now)
        else:
            await self.store.outbox.done([letter.id])

    async def _again(self, errand: Taken[Errand], carrier: Carrier) -> None:
        """An errand that an earlier try did not end: after a crash, or after the platform was away."""
        if errand.id in self._under_way:
            return
        file = await self._fetch(errand, carrier)
        if file is not None:
            await self._settle(errand.what, file)

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
            self.fault(trouble)
            if await self.store.errands.failed(errand, self.engine.now() + pause):
                return None
            file = File("", what["name"], "", 0, FileProblem.UNREADABLE)
        finally:
            self._under_way.discard(errand.id)
        if file is not None and file.problem is not None:
            await evidence.lost(what["row"], file.problem)
        await self.store.errands.done([errand.id])
        return file

    def _late(self, ended: "asyncio.Task[File | None]", errand: Errand) -> None:
        """A file came, or was refused, after the talk went on."""
        if ended.cancelled() or ended.exception() is not None or (file := ended.result()) is None:
            return
        task = asyncio.create_task(self._settled(errand, file))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _settled(self, errand: Errand, file: File) -> None:
        try:
            await self._settle(errand, file)
        except Exception as trouble:
            self.fault(trouble)

    async def _settle(self, errand: Errand, file: File) -> None:
        """Decide on a file that nobody waits for: the first to hear of it, or only if it went wrong."""
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
