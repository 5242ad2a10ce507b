"""The command `serve`: web server, platforms and scheduled jobs, until a signal; then an orderly shutdown."""

import asyncio
import gc
import socket
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from types import FrameType

import uvicorn
from starlette.routing import BaseRoute

from bot.background import run_in_background
from bot.backup.nightly import NightlyBackup
from bot.bootstrap import App, open_app
from bot.decoding.messages import Confinement
from bot.desk_names import DeskName
from bot.engine import utc_now
from bot.errors import ConfigurationError
from bot.guard import run_guarded, run_periodically
from bot.health.monitor import HealthMonitor
from bot.health.startup_checks import WEAK_CONFINEMENT_WARNING, collect_startup_warnings
from bot.jobs.housekeeping import PROMPT_INTERVAL_SECONDS
from bot.jobs.server_clock import DeskClock, PublishingClock, make_publishing_error_log
from bot.log import LogEvent, log_event, log_exception, log_warning
from bot.platforms.registry import open_platforms
from bot.process import hold_desks, raise_open_file_limit
from bot.settings import Settings, load_settings
from bot.web.app import build_web_app
from bot.web.http_protocol import build_protocol_class
from bot.web.limits.connections import ConnectionLimiter
from bot.web.limits.networks import LOOPBACK_NETWORKS, is_in_network
from bot.web.middleware import SecurityMiddleware, WebhookBypass, build_bad_request_page
from bot.web.templating import PageRenderer
from ita_stats.calendar import to_bangkok_date

DRAIN_SECONDS = 10
"""Seconds that open requests may take to finish at shutdown."""

JOB_INTERVAL_SECONDS = 60


class Server(uvicorn.Server):
    """uvicorn's server, for which SIGTERM and SIGINT begin an orderly shutdown and do no more, however often they come.

    uvicorn's own would raise the signal once more at the end, so that the exit code is not 0, and would close without
    waiting for open requests at a second SIGINT.
    """

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as uvicorn calls it
        """Begin the shutdown (`uvicorn.Server.handle_exit`)."""
        self.should_exit = True


async def serve(desks: tuple[DeskName, ...], host: str | None, port: int | None) -> int:
    """Serve desks until SIGTERM or SIGINT, then drain. Returns the exit code. Raises ConfigurationError."""
    raise_open_file_limit()
    settings = load_settings()
    with hold_desks([settings.desk_paths(name).folder for name in desks], utc_now()):
        await _serve_desks(desks, settings, host, port)
    log_event(LogEvent.STOPPED)
    return 0


async def _serve_desks(
    desks: tuple[DeskName, ...], settings: Settings, host: str | None, port: int | None
) -> None:
    async with open_app(desks) as app, AsyncExitStack() as platforms:
        # Before any platform opens: an office that may not open receives nothing either.
        warnings = await collect_startup_warnings(app, utc_now())
        routes = await platforms.enter_async_context(open_platforms(app))
        listener = _bind_socket(host or settings.host, settings.port if port is None else port)
        server = Server(build_server_config(app, routes))
        tune_gc()
        nightly, monitor = NightlyBackup(settings), HealthMonitor(app)
        if settings.metrics_port is not None:
            from bot.health.metrics import serve_metrics

            await platforms.enter_async_context(serve_metrics(monitor, settings.metrics_port))
        async with (
            run_in_background(_run_jobs_each_minute(app, nightly)),
            run_in_background(_run_prompt_jobs(app)),
            run_in_background(
                run_periodically(lambda: nightly.run_due(utc_now()), JOB_INTERVAL_SECONDS, log_exception)
            ),
            run_in_background(_watch_health(monitor)),
            run_in_background(_publish_each_minute(app)),
            run_in_background(_announce_ready(server, listener, warnings)),
            run_in_background(_start_decoder(app)),
            run_in_background(_read_meanings(app)),
        ):
            await server.serve(sockets=[listener])


async def _watch_health(monitor: HealthMonitor) -> None:
    """Measure each minute, first when a minute has passed: what a start needs is more urgent."""
    while True:
        await asyncio.sleep(JOB_INTERVAL_SECONDS)
        await run_guarded(monitor.run_once(), log_exception)


def build_server_config(app: App, routes: Sequence[BaseRoute] = ()) -> uvicorn.Config:
    """Build uvicorn's configuration. routes: the webhook routes of the platforms."""
    pages, proxy = PageRenderer(app.office), app.settings.proxy
    limiter = ConnectionLimiter(is_exempt=lambda address: is_in_network(address, proxy))
    return uvicorn.Config(
        WebhookBypass(routes, SecurityMiddleware(build_web_app(app, routes), pages)),
        http=build_protocol_class(build_bad_request_page(pages), limiter),
        forwarded_allow_ips=[*LOOPBACK_NETWORKS, *([str(proxy)] if proxy else [])],
        ws="none",
        log_config=None,
        access_log=False,  # it would contain IP addresses
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


def tune_gc() -> None:
    """Exclude the objects of the start, nearly all there ever are, from garbage collection, and run it rarely."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


async def _announce_ready(server: uvicorn.Server, listener: socket.socket, warnings: Sequence[str]) -> None:
    while not server.started:  # noqa: ASYNC110 - uvicorn has a flag for it, not an event
        await asyncio.sleep(0.01)
    host, port = listener.getsockname()[:2]
    url_host = f"[{host}]" if ":" in host else host
    sys.stdout.write(f"ready http://{url_host}:{port}\n")
    sys.stdout.flush()
    log_event(LogEvent.STARTED)
    for warning in warnings:
        log_warning(warning)


async def _start_decoder(app: App) -> None:
    """Start the process that decodes the first picture an officer opens, and warn where it is held less than fully."""
    if "complaints" in app.desks:
        started = await run_guarded(app.decoders.start_ahead(), log_exception)
        readiness = started.value.readiness if started.value is not None else None
        if readiness is not None and readiness.confinement is Confinement.LIMITS:
            log_warning(WEAK_CONFINEMENT_WARNING)


async def _read_meanings(app: App) -> None:
    """Have the service desk's answers read for their meaning: after each change, and when somebody first asks."""
    desk = app.desks.get("service")
    if desk is not None and app.office.answers.meaning:
        work = desk.store.meanings
        await run_periodically(
            lambda: work.keep_prepared(lambda: to_bangkok_date(utc_now())),
            JOB_INTERVAL_SECONDS,
            log_exception,
        )


async def _run_jobs_each_minute(app: App, nightly: NightlyBackup) -> None:
    """Run the jobs of each desk every minute. A failure of one desk does not affect the other."""
    clocks = [DeskClock(app, desk) for desk in app.desks.values()]
    while True:
        for clock in clocks:
            # Retried in a minute.
            await run_guarded(clock.run_jobs(nightly.note_job), log_exception)
        await asyncio.sleep(JOB_INTERVAL_SECONDS)


async def _run_prompt_jobs(app: App) -> None:
    """Run the jobs by which people hear of something, beside the others, which may take long."""
    clocks = [DeskClock(app, desk, prompt=True) for desk in app.desks.values()]
    while True:
        for clock in clocks:
            await run_guarded(clock.run_jobs(), log_exception)
        await asyncio.sleep(PROMPT_INTERVAL_SECONDS)


async def _publish_each_minute(app: App) -> None:
    """Release and publish every minute; apart from the other jobs, which must not wait for external websites."""
    await run_periodically(PublishingClock(app).run, JOB_INTERVAL_SECONDS, make_publishing_error_log())


def _bind_socket(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as trouble:
        listener.close()
        raise ConfigurationError(
            f"{host}:{port}: เปิดรับที่นี่ไม่ได้ อาจมีโปรแกรมอื่นใช้อยู่ ลอง --port 0"
            f" / cannot listen here ({trouble.strerror}); try --port 0."
        ) from None
    return listener
