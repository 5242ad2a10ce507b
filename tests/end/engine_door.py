"""The door of the engine itself: real storage, a clock that the test sets, and no program in between."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from bot.jobs import housekeeping as clock
from handlers.complaints.lifecycle import TransitionRequest
from handlers.dialog.events import Channel, Event, Message
from storage.crypto.key_files import DeskPaths
from tests import samples
from tests.end.desk import DeskHarness, opened
from tests.play import OFFICE

T = TypeVar("T")


@dataclass
class EngineDriver:
    """A desk in an event loop of its own, spoken to one message at a time."""

    home: Path
    desk_name: str = "complaints"
    sets_clock = True
    events: int = 0
    officers: set[str] = field(default_factory=set)
    away: timedelta = timedelta()
    _runner: asyncio.Runner = field(default_factory=asyncio.Runner)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _desk: DeskHarness | None = None

    @property
    def desk(self) -> DeskHarness:
        """The desk, opened when it is first needed."""
        if self._desk is None:
            self._desk = self.run(self._stack.enter_async_context(opened(self.home, self.desk_name)))
            self._desk.away = self.away
        return self._desk

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the desk's loop."""
        return self._runner.run(work)

    def _said(self, person: str, **deed: Any) -> list[Message]:
        self.events += 1
        channel = Channel.TERMINAL if person in self.officers else Channel.WEB
        event = Event(f"{self.events}", self.desk.who(person), channel, **deed)
        answer = self.run(self.desk.hears(event))
        # Whatever is said once is said again to the same event, and has no second effect.
        assert self.run(self.desk.hears(event)) == answer
        return list(answer)

    def hear(self, person: str, words: str) -> list[Message]:
        return self._said(person, text=words)

    def pick(self, person: str, label: str, data: str) -> list[Message]:
        return self._said(person, choice=data)

    def send(self, person: str, name: str) -> list[Message]:
        content = samples.FILES[name]()

        async def pieces() -> Any:
            for at in range(0, len(content), 50_000):
                yield content[at : at + 50_000]

        return self._said(
            person, file=self.run(self.desk.store.evidence.take(pieces(), name, self.desk.now()))
        )

    def quit(self, person: str) -> None:
        """The server is started anew."""
        self.run(self._stack.aclose())
        self._desk = None

    def later(self, minutes: int) -> None:
        self.away += timedelta(minutes=minutes)
        self.desk.away = self.away

        async def tick() -> None:
            place = DeskPaths.under(self.home, self.desk_name)
            async for _ in clock.tick(place, self.desk.store, OFFICE, self.desk.now()):
                pass

        self.run(tick())

    def step(self, receipt: str, step: TransitionRequest) -> None:
        self.run(self.desk.step(receipt, step))

    def tell(self, receipt: str, words: str) -> None:
        self.run(self.desk.tell(receipt, words))

    def employ(self, person: str, role: str) -> str:
        self.officers.add(person)
        return self.run(self.desk.employ(person, role))

    def dismiss(self, person: str) -> None:
        self.run(self.desk.dismiss(person))

    def time(self) -> float:
        return self.desk.now().timestamp()

    def answer(self, receipt: str, words: str) -> None:
        self.run(self.desk.answers(receipt, words))

    def close(self) -> None:
        """Close the desk; everything in it must be sound."""
        assert self.run(self.desk.findings()) == []
        self.quit("")
        self._runner.close()
