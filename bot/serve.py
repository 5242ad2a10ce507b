"""Serving: the web, the clock beside it, and an orderly end."""

import asyncio
import gc
import resource
import signal
import socket
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import uvicorn
from starlette.routing import BaseRoute

from bot import bootstrap as app
from bot import log
from bot import startup_checks as advice
from bot.bootstrap import App
from bot.engine import utc_now
from bot.jobs import housekeeping as clock
from bot.jobs import publishing as rounds
from bot.log import LogEvent
from bot.platforms import registry as doors
from bot.platforms.registry import WebhookBypass
from bot.settings import ConfigurationError, DeskName
from bot.web.app import SecurityMiddleware, refusal, site
from bot.web.http_protocol import patient
from bot.web.templating import PageRenderer

DRAIN = 10
"""Seconds that requests under way have to end."""

EVERY_MINUTE = 60


class Server(uvicorn.Server):
    """uvicorn, ended by us: its own way raises the signal again, and the exit code would not be 0."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let SIGTERM and SIGINT drain."""
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, self._end)
        yield

    def _end(self) -> None:
        self.should_exit = True


async def serve(desks: tuple[DeskName, ...], host: str | None, port: int | None) -> int:
    """Serve desks until SIGTERM or SIGINT; then drain, and give the exit code. Raises Misconfigured."""
    _take_what_is_allowed()
    async with app.opened(desks) as house, doors.opened(house) as routes:
        chosen = house.settings
        listening = _listen(host or chosen.host, chosen.port if port is None else port)
        server = Server(configured(house, routes))
        settled()
        advised = await advice.given(house, utc_now())
        async with (
            _beside(_tick_each_minute(house)),
            _beside(_publish_each_minute(house)),
            _beside(_announce(server, listening, advised)),
        ):
            await server.serve(sockets=[listening])
    log.log(LogEvent.STOPPED)
    return 0


def configured(house: App, doors: Sequence[BaseRoute] = ()) -> uvicorn.Config:
    """How the web application of a house is served; doors: the routes that platforms call."""
    pages = PageRenderer(house.office)
    return uvicorn.Config(
        WebhookBypass(doors, SecurityMiddleware(site(house, doors), pages)),
        http=patient(refusal(pages)),
        ws="none",
        log_config=None,
        access_log=False,  # a request line holds an address
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=DRAIN,
    )


def _take_what_is_allowed() -> None:
    """As many open files as the system grants: a connection each."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def settled() -> None:
    """Let the collector pass over what was made at the start and stays, which is nearly all there ever is."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do some work beside, as long as it is needed."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _announce(server: uvicorn.Server, listening: socket.socket, advised: Sequence[str]) -> None:
    while not server.started:  # noqa: ASYNC110 - uvicorn tells by a flag, not by an event
        await asyncio.sleep(0.01)
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    sys.stdout.write(f"ready http://{shown}:{port}\n")
    sys.stdout.flush()
    log.log(LogEvent.STARTED)
    for words in advised:
        log.advise(words)


async def _tick_each_minute(house: App) -> None:
    """Do what is due, each minute; one desk's trouble does not keep the other from its work."""
    while True:
        for desk in house.desks.values():
            try:
                async for did in clock.tick(desk.place, desk.store, house.office, utc_now()):
                    log.log(LogEvent.TICKED, desk.name, count=did.count)
            except Exception as trouble:  # the next minute tries again
                log.fault(trouble)
        await asyncio.sleep(EVERY_MINUTE)


async def _publish_each_minute(house: App) -> None:
    """Release and publish what is due; apart from the clock, which does not wait for other people's websites."""
    while True:
        try:
            async for did in rounds.all_of(house, utc_now()):
                log.log(
                    LogEvent.TICKED, "service" if did.desk == "service" else "complaints", count=did.count
                )
        except Exception as trouble:  # the next minute tries again
            log.fault(trouble)
        await asyncio.sleep(EVERY_MINUTE)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as trouble:
        listening.close()
        raise ConfigurationError(
            f"{host}:{port}: เปิดรับที่นี่ไม่ได้ อาจมีโปรแกรมอื่นใช้อยู่ ลอง --port 0"
            f" / cannot listen here ({trouble.strerror}); try --port 0."
        ) from None
    return listening
