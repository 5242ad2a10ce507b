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

from bot.bootstrap import App, open_app
from bot.engine import utc_now
from bot.jobs.housekeeping import run_due_jobs
from bot.jobs.publishing import run_publishing_jobs
from bot.log import LogEvent, log_event, log_exception, log_warning
from bot.platforms.registry import open_platforms
from bot.settings import ConfigurationError, DeskName
from bot.startup_checks import collect_startup_warnings
from bot.web.app import build_web_app
from bot.web.http_protocol import build_protocol_with_error_page
from bot.web.middleware import SecurityMiddleware, WebhookBypass, build_bad_request_page
from bot.web.templating import PageRenderer

DRAIN_SECONDS = 10
"""Seconds that requests under way have to end."""

JOB_INTERVAL_SECONDS = 60


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
    _raise_open_file_limit()
    async with open_app(desks) as house, open_platforms(house) as routes:
        chosen = house.settings
        listening = _bind_socket(host or chosen.host, chosen.port if port is None else port)
        server = Server(build_server_config(house, routes))
        tune_gc()
        advised = await collect_startup_warnings(house, utc_now())
        async with (
            _run_in_background(_run_jobs_each_minute(house)),
            _run_in_background(_publish_each_minute(house)),
            _run_in_background(_announce_ready(server, listening, advised)),
        ):
            await server.serve(sockets=[listening])
    log_event(LogEvent.STOPPED)
    return 0


def build_server_config(house: App, doors: Sequence[BaseRoute] = ()) -> uvicorn.Config:
    """How the web application of a house is served; doors: the routes that platforms call."""
    pages = PageRenderer(house.office)
    return uvicorn.Config(
        WebhookBypass(doors, SecurityMiddleware(build_web_app(house, doors), pages)),
        http=build_protocol_with_error_page(build_bad_request_page(pages)),
        ws="none",
        log_config=None,
        access_log=False,  # a request line holds an address
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


def _raise_open_file_limit() -> None:
    """As many open files as the system grants: a connection each."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def tune_gc() -> None:
    """Let the collector pass over what was made at the start and stays, which is nearly all there ever is."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@asynccontextmanager
async def _run_in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do some work beside, as long as it is needed."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _announce_ready(server: uvicorn.Server, listening: socket.socket, advised: Sequence[str]) -> None:
    while not server.started:  # noqa: ASYNC110 - uvicorn tells by a flag, not by an event
        await asyncio.sleep(0.01)
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    sys.stdout.write(f"ready http://{shown}:{port}\n")
    sys.stdout.flush()
    log_event(LogEvent.STARTED)
    for words in advised:
        log_warning(words)


async def _run_jobs_each_minute(house: App) -> None:
    """Do what is due, each minute; one desk's trouble does not keep the other from its work."""
    while True:
        for desk in house.desks.values():
            try:
                async for did in run_due_jobs(desk.paths, desk.store, house.office, utc_now()):
                    log_event(LogEvent.TICKED, desk.name, count=did.count)
            except Exception as trouble:  # the next minute tries again
                log_exception(trouble)
        await asyncio.sleep(JOB_INTERVAL_SECONDS)


async def _publish_each_minute(house: App) -> None:
    """Release and publish what is due; apart from the clock, which does not wait for other people's websites."""
    while True:
        try:
            async for did in run_publishing_jobs(house, utc_now()):
                log_event(
                    LogEvent.TICKED, "service" if did.desk == "service" else "complaints", count=did.count
                )
        except Exception as trouble:  # the next minute tries again
            log_exception(trouble)
        await asyncio.sleep(JOB_INTERVAL_SECONDS)


def _bind_socket(host: str, port: int) -> socket.socket:
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
