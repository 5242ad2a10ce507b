"""The whole web application on a real socket of this process, with a clock that the test sets."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import uvicorn

from bot.bootstrap import App, RunningDesk
from bot.jobs.housekeeping import run_due_jobs
from bot.serve import build_server_config
from bot.settings import Settings
from handlers.office import Office
from storage.crypto.key_files import DeskPaths
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.in_memory_desk import OFFICE

T = TypeVar("T")


class SignalFreeServer(uvicorn.Server):
    """uvicorn in a thread has no signals to mind."""

    def install_signal_handlers(self) -> None:
        """Leave the signals to the tests."""


@dataclass
class WebServer:
    """A server in a thread of its own; `run` does something in its loop."""

    home: Path
    office: Office = OFFICE
    name: str = "complaints"
    clock_offset: timedelta = timedelta()
    port: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.run(self._start())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    async def _start(self) -> None:
        self._stack = AsyncExitStack()
        self.desk: DeskHarness = await self._stack.enter_async_context(open_desk(self.home, self.name))
        self.desk.clock_offset = self.clock_offset
        self.desk.engine.on_error = self.desk.errors.append
        place = DeskPaths.under(self.home, self.name)
        own = RunningDesk(self.name, place, self.desk.store, self.desk.engine)
        house = App(Settings(_env_file=None), self.office, {self.name: own})  # type: ignore[call-arg]
        self._listening = listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self.port))
        self.port = listening.getsockname()[1]
        self._server = SignalFreeServer(build_server_config(house))
        self._serving = asyncio.create_task(self._server.serve(sockets=[listening]))
        while not self._server.started:  # noqa: ASYNC110 - uvicorn tells by a flag
            await asyncio.sleep(0.005)

    async def _stop(self) -> None:
        self._server.should_exit = True
        await self._serving
        self._listening.close()
        await self._stack.aclose()

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def restart(self) -> None:
        """End it and start it anew at the same address; what lived in memory only is gone."""
        self.run(self._stop())
        self.run(self._start())

    def advance_clock(self, minutes: int) -> None:
        """Let time pass, and the clock do what is due."""
        self.clock_offset += timedelta(minutes=minutes)
        self.desk.clock_offset = self.clock_offset

        async def tick() -> None:
            async for _ in run_due_jobs(
                DeskPaths.under(self.home, self.name), self.desk.store, self.office, self.desk.now()
            ):
                pass

        self.run(tick())

    def run_on_desk(self, deed: Callable[[DeskHarness], Awaitable[None]]) -> None:
        """The office does something beside the citizens."""

        async def work() -> None:
            await deed(self.desk)

        self.run(work())

    def close(self) -> None:
        """End it; nothing went wrong in it, and everything in its database is sound."""
        findings = self.run(self.desk.check_integrity())
        self.run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        assert self.desk.errors == []
        assert findings == []
