"""What all drivers of stories in this process have in common: a desk in an event loop of its own, and its clock."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from bot.clock.gate import check_clock
from bot.jobs.housekeeping import run_due_jobs
from handlers.complaints.lifecycle import TransitionRequest
from storage.crypto.key_files import DeskPaths
from tests.end_to_end.desk_harness import DeskHarness
from tests.in_memory_desk import OFFICE
from tests.report import FiledReport

T = TypeVar("T")


@dataclass
class DeskDriver(ABC):
    """A desk that is opened when it is first needed. Subclasses say how, and how people's messages reach it."""

    home: Path
    desk_name: str = "complaints"
    sets_clock = True
    shows_content = True
    has_menu = True
    clock_offset: timedelta = timedelta()
    _runner: asyncio.Runner = field(default_factory=asyncio.Runner)
    _outer: AsyncExitStack = field(default_factory=AsyncExitStack)
    """What keeps running when the program is restarted, such as a fake platform."""

    _inner: AsyncExitStack = field(default_factory=AsyncExitStack)
    _desk: DeskHarness | None = None

    @abstractmethod
    def open_desk(self) -> AbstractAsyncContextManager[DeskHarness]:
        """Open the desk and what connects people to it."""

    @property
    def desk(self) -> DeskHarness:
        """The desk, opened when it is first needed."""
        if self._desk is None:
            self._desk = self.run(self._inner.enter_async_context(self.open_desk()))
            self._desk.clock_offset = self.clock_offset
        return self._desk

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the desk's loop."""
        return self._runner.run(work)

    def restart_program(self, person: str = "") -> None:
        """Close the desk; it is opened again when needed."""
        self.run(self._inner.aclose())
        self._desk = None

    def advance_clock(self, minutes: int) -> None:
        """Advance the clock and run the jobs that are due.

        Before, the clock is checked as a server does each minute: the day on which it was believed is remembered.
        """
        self.run(check_clock(self.desk.store, self.desk.now(), None))
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

    def load_filed_report(self, receipt: str) -> FiledReport:
        return self.run(self.desk.load_filed_report(receipt))

    def add_staff(self, person: str, role: str) -> str:
        return self.run(self.desk.add_staff(person, role))

    def remove_staff(self, person: str) -> None:
        self.run(self.desk.remove_staff(person))

    def time(self) -> float:
        return self.desk.now().timestamp()

    def answer_question(self, receipt: str, words: str) -> None:
        self.run(self.desk.answer_question(receipt, words))

    def close(self) -> None:
        """Close everything; the database must be intact."""
        found = self.run(self.desk.check_integrity())
        self.restart_program()
        self.run(self._outer.aclose())
        self._runner.close()
        assert found == []
