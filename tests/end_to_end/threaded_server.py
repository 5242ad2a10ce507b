"""The whole web application on a real socket of this process, with a settable clock."""

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


@dataclass
class WebServer:
    """A server in a thread of its own."""

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
        """Run a coroutine in the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    async def _start(self) -> None:
        self._stack = AsyncExitStack()
        self.desk: DeskHarness = await self._stack.enter_async_context(open_desk(self.home, self.name))
        self.desk.clock_offset = self.clock_offset
        self.desk.engine.on_error = self.desk.errors.append
        paths = DeskPaths.under(self.home, self.name)
        running_desk = RunningDesk(self.name, paths, self.desk.store, self.desk.engine)
        self.app = app = App(Settings(_env_file=None), self.office, {self.name: running_desk})  # type: ignore[call-arg]
        self._listening = listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self.port))
        self.port = listening.getsockname()[1]
        self.decoders = app.decoders
        self._stack.push_async_callback(app.decoders.close)
        self._server = uvicorn.Server(build_server_config(app))
        self._serving = asyncio.create_task(self._server.serve(sockets=[listening]))
        while not self._server.started:  # noqa: ASYNC110 - uvicorn offers only a flag
            await asyncio.sleep(0.005)

    async def _stop(self) -> None:
        self._server.should_exit = True
        await self._serving
        self._listening.close()
        await self._stack.aclose()

    @property
    def address(self) -> str:
        """The URL of the server."""
        return f"http://127.0.0.1:{self.port}"

    def restart(self) -> None:
        """Stop and start again at the same address; what was only in memory is lost."""
        self.run(self._stop())
        self.run(self._start())

    def advance_clock(self, minutes: int) -> None:
        """Advance the clock and run the jobs that are due."""
        self.clock_offset += timedelta(minutes=minutes)
        self.desk.clock_offset = self.clock_offset

        async def tick() -> None:
            async for _ in run_due_jobs(
                DeskPaths.under(self.home, self.name), self.desk.store, self.office, self.desk.now()
            ):
                pass

        self.run(tick())

    def run_on_desk(self, office_action: Callable[[DeskHarness], Awaitable[None]]) -> None:
        """Act as the office in the server's loop."""

        async def work() -> None:
            await office_action(self.desk)

        self.run(work())

    def close(self) -> None:
        """Stop the server; it must have had no error, and its database must be intact."""
        findings = self.run(self.desk.check_integrity())
        self.run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        assert self.desk.errors == []
        assert findings == []
