"""A consultation that 100,000 people answered, from the disk to its page: `python -m benchmarks.closing [VOICES]`.

It closes while somebody else writes all the time: how long do they wait? Then it is counted, protected and shown.
"""

import asyncio
import random
import resource
import secrets
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

from benchmarks.opinions import consultation, voice
from bot.consultations import queries as ballots
from handlers.consultations.messages import (
    AnnounceConsultation,
    Consultation,
    ConsultationQuestion,
    ConsultationQuestionKind,
    GetConsultationResult,
)
from handlers.dialog.events import Channel, Event
from ita_stats.opinions import json_schema as published
from ita_stats.opinions import render_html as page
from storage.consultations import retention as polled
from storage.consultations.store import sealed
from storage.crypto.key_files import DeskPaths
from tests.end.desk import DeskHarness, opened
from tests.play import OFFICE

VOICES = 100_000
SOME = 2_000


def fill(home: Path, desk: DeskHarness, code: str, count: int) -> None:
    """Put voices in as they lie there while the consultation is open: sealed, each with a mark."""
    chance, asked, seals = random.Random(7), consultation(), desk.store.seals
    some = [voice(chance, asked) for _ in range(SOME)]
    with closing(sqlite3.connect(DeskPaths.under(home, "service").database)) as raw, raw:
        for number in range(count):
            own, said = secrets.token_hex(16), some[number % SOME]
            row = (own, code, secrets.token_bytes(32), said.has_account, sealed(seals, own, said.answers))
            raw.execute("INSERT INTO voices (id, code, mark, account, sealed) VALUES (?, ?, ?, ?, ?)", row)


async def chatting(desk: DeskHarness, waits: list[float]) -> None:
    """Somebody writes all the time."""
    number = 0
    while True:
        number += 1
        started = time.perf_counter()
        await desk.hears(Event(f"chat-{number}", desk.who("ข"), Channel.TERMINAL, text="สวัสดี"))
        waits.append(time.perf_counter() - started)


def told(what: str, started: float, more: str = "") -> None:
    """Say how long something took."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{what:52} {time.perf_counter() - started:6.2f} s   at most {memory} MB {more}", flush=True)


async def measured(count: int) -> None:
    """Fill, close, count and show."""
    now: Callable[[], float] = time.perf_counter
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=".") as folder:
        home = Path(folder) / "var"
        async with opened(home, "service") as desk:
            asked = consultation()
            questions = tuple(
                ConsultationQuestion(
                    one.key, ConsultationQuestionKind(one.kind.value), one.title, one.options
                )
                for one in asked.questions
            )
            opens = desk.now() - timedelta(days=1)
            ballot = Consultation(
                "BENCH2", asked.title, "", "", opens, desk.now() + timedelta(hours=1), questions
            )
            await desk.office(AnnounceConsultation(ballot, "staff:x"))
            await asyncio.to_thread(fill, home, desk, ballot.code, count)
            waits: list[float] = []
            chat = asyncio.create_task(chatting(desk, waits))
            await asyncio.sleep(1)
            alone = sorted(waits)[len(waits) // 2]
            waits.clear()
            started = now()
            await polled.close_due(desk.store.committer, desk.now() + timedelta(hours=2))
            worst = f"another's message: {max(waits) * 1000:.0f} ms at worst, {alone * 1000:.0f} ms alone"
            told(f"{count:,} voices closed and written anew", started, worst)
            chat.cancel()
            with suppress(asyncio.CancelledError):
                await chat
            started = now()
            found = await ballots.counter(desk.store, OFFICE, "")(
                GetConsultationResult(ballot.code), desk.now()
            )
            assert found is not None
            page.page(published.read(found.content))
            told("read, counted, protected, and the page made", started)


if __name__ == "__main__":
    asyncio.run(measured(int(sys.argv[1]) if len(sys.argv) > 1 else VOICES))
