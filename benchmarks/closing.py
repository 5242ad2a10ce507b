"""Close and publish a consultation with 100,000 responses: `python -m benchmarks.closing [RESPONSES]`.

It closes while another person writes all the time: how long do they wait? Then it is counted, protected and shown.
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

from benchmarks.opinions import make_full_response, make_large_consultation
from bot.consultations.queries import make_result_handler
from handlers.consultations.messages import (
    AnnounceConsultation,
    Consultation,
    ConsultationQuestion,
    ConsultationQuestionKind,
    GetConsultationResult,
)
from handlers.dialog.events import Channel, Event
from ita_stats.opinions.json_schema import parse_results
from ita_stats.opinions.render_html import render_results_page
from storage.consultations.retention import close_due_consultations
from storage.consultations.store import encrypt_response_answers
from storage.crypto.key_files import DeskPaths
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.in_memory_desk import OFFICE

RESPONSE_COUNT = 100_000
SAMPLE_COUNT = 2_000


def insert_responses(home: Path, desk: DeskHarness, code: str, count: int) -> None:
    """Insert responses as they are stored while the consultation is open: encrypted, each with a participant mark."""
    rng, consultation, keyring = random.Random(7), make_large_consultation(), desk.store.keyring
    samples = [make_full_response(rng, consultation) for _ in range(SAMPLE_COUNT)]
    with closing(sqlite3.connect(DeskPaths.under(home, "service").database)) as raw, raw:
        for number in range(count):
            response_id, response = secrets.token_hex(16), samples[number % SAMPLE_COUNT]
            row = (
                response_id,
                code,
                secrets.token_bytes(32),
                response.has_account,
                encrypt_response_answers(keyring, response_id, response.answers),
            )
            raw.execute("INSERT INTO voices (id, code, mark, account, sealed) VALUES (?, ?, ?, ?, ?)", row)


async def chat_forever(desk: DeskHarness, waits: list[float]) -> None:
    """Another person sends messages all the time; `waits` collects the seconds until each answer."""
    number = 0
    while True:
        number += 1
        started = time.perf_counter()
        await desk.handle(Event(f"chat-{number}", desk.person_id("ข"), Channel.TERMINAL, text="สวัสดี"))
        waits.append(time.perf_counter() - started)


def print_step(what: str, started: float, more: str = "") -> None:
    """Print how long a step took, and the peak memory so far."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{what:52} {time.perf_counter() - started:6.2f} s   at most {memory} MB {more}", flush=True)


async def measure_close(count: int) -> None:
    """Fill, close, count and render."""
    now: Callable[[], float] = time.perf_counter
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=".") as folder:
        home = Path(folder) / "var"
        async with open_desk(home, "service") as desk:
            consultation = make_large_consultation()
            questions = tuple(
                ConsultationQuestion(
                    question.key,
                    ConsultationQuestionKind(question.kind.value),
                    question.title,
                    question.options,
                )
                for question in consultation.questions
            )
            opens = desk.now() - timedelta(days=1)
            announced = Consultation(
                "BENCH2", consultation.title, "", "", opens, desk.now() + timedelta(hours=1), questions
            )
            await desk.commit_office_act(AnnounceConsultation(announced, "staff:x"))
            await asyncio.to_thread(insert_responses, home, desk, announced.code, count)
            waits: list[float] = []
            chat = asyncio.create_task(chat_forever(desk, waits))
            await asyncio.sleep(1)
            alone = sorted(waits)[len(waits) // 2]
            waits.clear()
            started = now()
            await close_due_consultations(desk.store.committer, desk.now() + timedelta(hours=2))
            worst = f"another's message: {max(waits) * 1000:.0f} ms at worst, {alone * 1000:.0f} ms alone"
            print_step(f"{count:,} voices closed and written anew", started, worst)
            chat.cancel()
            with suppress(asyncio.CancelledError):
                await chat
            started = now()
            result = await make_result_handler(desk.store, OFFICE, "")(
                GetConsultationResult(announced.code), desk.now()
            )
            assert result is not None
            render_results_page(parse_results(result.content))
            print_step("read, counted, protected, and the page made", started)


if __name__ == "__main__":
    asyncio.run(measure_close(int(sys.argv[1]) if len(sys.argv) > 1 else RESPONSE_COUNT))
