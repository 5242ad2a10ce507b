"""Story driver on the engine itself: real storage, a settable clock, and no other program in between."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from bot.jobs.housekeeping import run_due_jobs
from handlers.complaints.lifecycle import TransitionRequest
from handlers.dialog.events import Channel, Event
from handlers.dialog.replies import Message
from storage.crypto.key_files import DeskPaths
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.in_memory_desk import OFFICE
from tests.samples import SAMPLE_FILES

T = TypeVar("T")


@dataclass
class EngineDriver:
    """A desk in an event loop of its own, given one message at a time."""

    home: Path
    desk_name: str = "complaints"
    sets_clock = True
    event_count: int = 0
    officer_names: set[str] = field(default_factory=set)
    clock_offset: timedelta = timedelta()
    _runner: asyncio.Runner = field(default_factory=asyncio.Runner)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _desk: DeskHarness | None = None

    @property
    def desk(self) -> DeskHarness:
        """The desk, opened when it is first needed."""
        if self._desk is None:
            self._desk = self.run(self._stack.enter_async_context(open_desk(self.home, self.desk_name)))
            self._desk.clock_offset = self.clock_offset
        return self._desk

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the desk's loop."""
        return self._runner.run(work)

    def _send_event(self, person: str, **event_fields: Any) -> list[Message]:
        self.event_count += 1
        channel = Channel.TERMINAL if person in self.officer_names else Channel.WEB
        event = Event(f"{self.event_count}", self.desk.person_id(person), channel, **event_fields)
        answer = self.run(self.desk.handle(event))
        # The same event again gets the same answer and has no second effect.
        assert self.run(self.desk.handle(event)) == answer
        return list(answer)

    def send_text(self, person: str, words: str) -> list[Message]:
        return self._send_event(person, text=words)

    def pick_choice(self, person: str, label: str, data: str) -> list[Message]:
        return self._send_event(person, choice=data)

    def send_file(self, person: str, name: str) -> list[Message]:
        content = SAMPLE_FILES[name]()

        async def pieces() -> Any:
            for at in range(0, len(content), 50_000):
                yield content[at : at + 50_000]

        return self._send_event(
            person, file=self.run(self.desk.store.evidence.store(pieces(), name, self.desk.now()))
        )

    def restart_program(self, person: str) -> None:
        """Close the desk; it is opened again when needed."""
        self.run(self._stack.aclose())
        self._desk = None

    def advance_clock(self, minutes: int) -> None:
        self.clock_offset += timedelta(minutes=minutes)
        self.desk.clock_offset = self.clock_offset

        async def tick() -> None:
            paths = DeskPaths.under(self.home, self.desk_name)
            async for _ in run_due_jobs(paths, self.desk.store, OFFICE, self.desk.now()):
                pass

        self.run(tick())

    def move_case(self, receipt: str, step: TransitionRequest) -> None:
        self.run(self.desk.move_case(receipt, step))

    def send_office_message(self, receipt: str, words: str) -> None:
        self.run(self.desk.send_office_message(receipt, words))

    def add_staff(self, person: str, role: str) -> str:
        self.officer_names.add(person)
        return self.run(self.desk.add_staff(person, role))

    def remove_staff(self, person: str) -> None:
        self.run(self.desk.remove_staff(person))

    def time(self) -> float:
        return self.desk.now().timestamp()

    def answer_question(self, receipt: str, words: str) -> None:
        self.run(self.desk.answer_question(receipt, words))

    def close(self) -> None:
        """Close the desk after checking its integrity."""
        assert self.run(self.desk.check_integrity()) == []
        self.restart_program("")
        self._runner.close()
