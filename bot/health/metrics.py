"""`GET /metrics` on a port of its own, on this machine only: ages, queues and sizes, and nothing that counts people.

No figure moves when a report, a question or an opinion comes: who reads metrics must not learn when somebody wrote.
So the disk is told in whole percents, sizes in steps, and of messages that are stuck only whether there is one.
"""

import asyncio
import math
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.errors import ConfigurationError
from bot.health.conditions import CONDITIONS, Readings
from bot.health.monitor import HealthMonitor
from bot.log import LOG_ORIGIN

METRICS_HOST = "127.0.0.1"


class QuietServer(uvicorn.Server):
    """uvicorn's server beside another of this process, which is the one that hears signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none (`uvicorn.Server.capture_signals`)."""
        yield


def render_metrics(monitor: HealthMonitor) -> bytes:
    """Render the last readings as Prometheus reads them."""
    registry, office = CollectorRegistry(), LOG_ORIGIN.office
    own = {"office": office} if office else {}

    def add(name: str, text: str, values: dict[str, float | None]) -> None:
        gauge = Gauge(f"ita_bot_{name}", text, [*own, "desk"], registry=registry)
        for desk, value in values.items():
            if value is not None:
                gauge.labels(**own, desk=desk).set(value)

    of = monitor.readings.items()
    add(
        "disk_free_percent",
        "Whole ones, of the disk of the desk's data",
        {d: _floor(r.disk_free) for d, r in of},
    )
    add("backup_age_seconds", "Of the newest backup", {d: _get_backup_seconds(r) for d, r in of})
    add("certificate_left_seconds", "Until its end", {d: _get_certificate_seconds(r) for d, r in of})
    add("messages_stuck", "1 where some were due ten minutes ago", {d: r.stuck_messages > 0 for d, r in of})
    add("releases_missing", "Scheduled and not made", {d: r.missing_releases for d, r in of})
    add("postings_failing", "Places without the newest release", {d: r.failing_posts for d, r in of})
    add("database_bytes", "Rounded up to 64 MB", {d: r.database_bytes for d, r in of})
    add("evidence_bytes", "Rounded up to 64 MB", {d: r.evidence_bytes for d, r in of})
    condition_gauge = Gauge(
        "ita_bot_condition", "1 where it has to be mended", [*own, "desk", "name"], registry=registry
    )
    for desk, readings in of:
        for condition in CONDITIONS:
            labels = {**own, "desk": desk, "name": condition.name}
            condition_gauge.labels(**labels).set(condition.is_met(readings))
    return generate_latest(registry)


def _floor(share: float | None) -> float | None:
    return math.floor(share) if share is not None else None


def _get_backup_seconds(readings: Readings) -> float | None:
    return readings.backup_age.total_seconds() if readings.backup_age is not None else None


def _get_certificate_seconds(readings: Readings) -> float | None:
    return readings.certificate_left.total_seconds() if readings.certificate_left is not None else None


@asynccontextmanager
async def serve_metrics(monitor: HealthMonitor, port: int) -> AsyncIterator[int]:
    """Serve the metrics while the context is open. port: 0 takes any. Yields the port. Raises ConfigurationError."""

    async def answer(_request: Request) -> Response:
        return Response(render_metrics(monitor), media_type=CONTENT_TYPE_LATEST)

    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((METRICS_HOST, port))
    except OSError as trouble:
        listener.close()
        raise ConfigurationError(
            f"ITA_METRICS_PORT: เปิดพอร์ต {port} ไม่ได้ / port {port} cannot be opened ({trouble.strerror})"
        ) from None
    config = uvicorn.Config(
        Starlette(routes=[Route("/metrics", answer)]),
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
    )
    server = QuietServer(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await serving
