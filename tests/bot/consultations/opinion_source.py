"""Consultations and feedback in memory, and their public pages on a real socket."""

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from bot.consultations.public_view import PublicOpinion
from bot.web.app import STATIC_DIR
from bot.web.middleware import SecurityMiddleware
from bot.web.opinions import OpinionPages
from bot.web.templating import PageRenderer
from ita_stats.opinions.feedback import PublishedTopic
from ita_stats.opinions.model import CountedConsultation, CountedFeedback
from ita_stats.opinions.results import PublishedResults
from tests.in_memory_desk import OFFICE
from tests.ita_stats.opinions.sample_consultation import SAMPLE_CONSULTATION, make_results

NOW = datetime.now(UTC)
TOPICS = (
    PublishedTopic("service", "การให้บริการประชาชน", "Service"),
    PublishedTopic("site", "เว็บไซต์", "Website"),
)
OPEN_CONSULTATION = replace(
    SAMPLE_CONSULTATION,
    code="OPEN1",
    title="ป้ายบอกทางในสำนักงาน",
    opens=NOW - timedelta(3),
    closes=NOW + timedelta(3),
)
UNCOUNTED_CONSULTATION = replace(
    SAMPLE_CONSULTATION,
    code="WAIT1",
    title="แบบฟอร์มใหม่",
    opens=NOW - timedelta(9),
    closes=NOW - timedelta(1),
)
FUTURE_CONSULTATION = replace(
    SAMPLE_CONSULTATION,
    code="LATER",
    title="ยังไม่ถึงเวลา",
    opens=NOW + timedelta(9),
    closes=NOW + timedelta(19),
)
CLOSED_CONSULTATION = replace(SAMPLE_CONSULTATION, opens=NOW - timedelta(60), closes=NOW - timedelta(30))


@dataclass
class InMemoryOpinionSource:
    """What a desk would store. read_count: how often all feedback was read."""

    announced: Sequence[CountedConsultation] = ()
    results_by_code: dict[str, PublishedResults] = field(default_factory=dict)
    feedback: Sequence[CountedFeedback] = ()
    pdf_by_code: dict[str, bytes] = field(default_factory=dict)
    read_count: int = 0

    async def list_consultations(self) -> Sequence[CountedConsultation]:
        return self.announced

    async def find_results(self, code: str) -> PublishedResults | None:
        return self.results_by_code.get(code)

    async def find_background_pdf(self, code: str) -> bytes | None:
        return self.pdf_by_code.get(code)

    async def list_feedback(self) -> Sequence[CountedFeedback]:
        self.read_count += 1
        return self.feedback


def make_opinion_source() -> InMemoryOpinionSource:
    """Consultations at every stage, and feedback of earlier fiscal years."""
    results = replace(make_results(), opens=CLOSED_CONSULTATION.opens, closes=CLOSED_CONSULTATION.closes)
    opinions = [
        CountedFeedback(f"2568-{month:02}", topic, score)
        for month in (1, 2, 5, 6)
        for topic, scores in (("service", (3, 4, 5, 2, None) * 4), ("site", (4, 2, 3, 5)))
        for score in scores
    ]
    return InMemoryOpinionSource(
        (OPEN_CONSULTATION, UNCOUNTED_CONSULTATION, FUTURE_CONSULTATION, CLOSED_CONSULTATION),
        {CLOSED_CONSULTATION.code: results},
        opinions,
    )


def make_public_opinion(source: InMemoryOpinionSource) -> PublicOpinion:
    return PublicOpinion(source, OFFICE, lambda: b"salt", TOPICS)


class OpinionPagesServer(uvicorn.Server):
    """uvicorn in a thread must not install signal handlers."""

    def install_signal_handlers(self) -> None:
        """Leave the signals to the tests."""


@contextmanager
def serve_opinion_pages(source: InMemoryOpinionSource) -> Iterator[str]:
    """Serve the pages of a source; yields their URL."""
    pages = PageRenderer(OFFICE)
    routes = [
        *OpinionPages(make_public_opinion(source), pages).routes(),
        Mount("/static", StaticFiles(directory=STATIC_DIR)),
    ]
    config = uvicorn.Config(
        SecurityMiddleware(Starlette(routes=routes), pages), log_config=None, lifespan="off", ws="none"
    )
    server, listening = OpinionPagesServer(config), socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()

    def run(work: Coroutine[Any, Any, None]) -> None:
        asyncio.run(work)

    thread = threading.Thread(target=run, args=(server.serve(sockets=[listening]),))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()
