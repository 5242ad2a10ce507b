"""A desk that has heard people, in memory, and its pages on a real socket."""

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
from bot.web.app import STATIC, SecurityMiddleware
from bot.web.opinions import OpinionPages
from bot.web.templating import PageRenderer
from ita_stats.opinions.feedback import PublishedTopic
from ita_stats.opinions.model import CountedConsultation, CountedFeedback
from ita_stats.opinions.results import PublishedResults
from tests.ita_stats.opinions import said
from tests.play import OFFICE

NOW = datetime.now(UTC)
TOPICS = (
    PublishedTopic("service", "การให้บริการประชาชน", "Service"),
    PublishedTopic("site", "เว็บไซต์", "Website"),
)
OPEN = replace(
    said.ASKED, code="OPEN1", title="ป้ายบอกทางในสำนักงาน", opens=NOW - timedelta(3), closes=NOW + timedelta(3)
)
WAITING = replace(
    said.ASKED, code="WAIT1", title="แบบฟอร์มใหม่", opens=NOW - timedelta(9), closes=NOW - timedelta(1)
)
LATER = replace(
    said.ASKED, code="LATER", title="ยังไม่ถึงเวลา", opens=NOW + timedelta(9), closes=NOW + timedelta(19)
)
CLOSED = replace(said.ASKED, opens=NOW - timedelta(60), closes=NOW - timedelta(30))


@dataclass
class InMemoryOpinionSource:
    """What a desk would keep; read: how often all opinions were asked for."""

    announced: Sequence[CountedConsultation] = ()
    counted: dict[str, PublishedResults] = field(default_factory=dict)
    said: Sequence[CountedFeedback] = ()
    papers: dict[str, bytes] = field(default_factory=dict)
    read: int = 0

    async def consultations(self) -> Sequence[CountedConsultation]:
        return self.announced

    async def results(self, code: str) -> PublishedResults | None:
        return self.counted.get(code)

    async def paper(self, code: str) -> bytes | None:
        return self.papers.get(code)

    async def opinions(self) -> Sequence[CountedFeedback]:
        self.read += 1
        return self.said


def full() -> InMemoryOpinionSource:
    """Consultations at every stage, and opinions of the fiscal years before."""
    results = replace(said.results(), opens=CLOSED.opens, closes=CLOSED.closes)
    opinions = [
        CountedFeedback(f"2568-{month:02}", topic, score)
        for month in (1, 2, 5, 6)
        for topic, scores in (("service", (3, 4, 5, 2, None) * 4), ("site", (4, 2, 3, 5)))
        for score in scores
    ]
    return InMemoryOpinionSource((OPEN, WAITING, LATER, CLOSED), {CLOSED.code: results}, opinions)


def hearing(memory: InMemoryOpinionSource) -> PublicOpinion:
    return PublicOpinion(memory, OFFICE, lambda: b"salt", TOPICS)


class OpinionPagesServer(uvicorn.Server):
    """uvicorn in a thread has no signals to mind."""

    def install_signal_handlers(self) -> None:
        """Leave the signals to the tests."""


@contextmanager
def served(memory: InMemoryOpinionSource) -> Iterator[str]:
    """The pages of such a desk; gives their address."""
    pages = PageRenderer(OFFICE)
    routes = [*OpinionPages(hearing(memory), pages).routes(), Mount("/static", StaticFiles(directory=STATIC))]
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
