"""Consultations with many responses: closed while others write, counted, protected and rendered; and feedback."""

import asyncio
import random
import secrets
import sqlite3
import tempfile
import time
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks.case_statistics import Spans
from benchmarks.tables import HOME, Sizes, Table, get_peak_megabytes, prepare_process
from bot.consultations.queries import make_result_handler
from bot.serve import tune_gc
from handlers.consultations.messages import (
    AnnounceConsultation,
    Consultation,
    ConsultationQuestion,
    ConsultationQuestionKind,
    GetConsultationResult,
)
from handlers.dialog.events import Channel, Event
from ita_stats.opinions.feedback import PublishedTopic, build_feedback_years
from ita_stats.opinions.json_schema import parse_results
from ita_stats.opinions.model import (
    AnonymousResponse,
    AnswerKind,
    CountedConsultation,
    CountedFeedback,
    CountedQuestion,
    CountedTheme,
    Stance,
)
from ita_stats.opinions.render import RESULTS_FILE_TYPES, render_results_file
from ita_stats.opinions.render_html import render_results_page
from ita_stats.opinions.results_builder import ResultsRules, build_results
from ita_stats.opinions.suppression import ResponseSuppression
from ita_stats.opinions.tally import count_responses
from storage.consultations.retention import close_due_consultations
from storage.consultations.store import encrypt_response_answers
from storage.crypto.key_files import DeskPaths
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.in_memory_desk import OFFICE

RULES = ResultsRules("สำนักงาน", "Office", b"salt")
SAMPLE_COUNT = 2_000
COLUMNS = ("", "seconds", "CPU seconds")


def make_large_consultation() -> CountedConsultation:
    """Three questions each of choice, choices and scale, and one question with twenty statements."""
    options = {f"o{n}": f"ข้อเลือกที่ {n}" for n in range(8)}
    questions = [
        *(CountedQuestion(f"a{n}", AnswerKind.CHOICE, f"คำถาม {n}", options) for n in range(3)),
        *(CountedQuestion(f"b{n}", AnswerKind.CHOICES, f"คำถาม {n}", options) for n in range(3)),
        *(CountedQuestion(f"c{n}", AnswerKind.SCALE, f"คำถาม {n}", {}) for n in range(3)),
        CountedQuestion("d", AnswerKind.STATEMENTS, "ข้อความ", {f"s{n}": f"ข้อความที่ {n}" for n in range(20)}),
    ]
    opens, closes = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 31, tzinfo=UTC)
    return CountedConsultation("BENCH", "เรื่องใหญ่", "", "", opens, closes, tuple(questions))


def make_full_response(rng: random.Random, consultation: CountedConsultation) -> AnonymousResponse:
    """A response that answers every question."""
    answers = dict[str, str]()
    for question in consultation.questions:
        if question.kind is AnswerKind.STATEMENTS:
            answers |= {
                f"{question.key}.{statement}": rng.choice([*Stance]).value for statement in question.options
            }
        elif question.kind is AnswerKind.CHOICES:
            answers[question.key] = ",".join(code for code in question.options if rng.random() < 0.4)
        else:
            answers[question.key] = rng.choice([*question.options] or ["1", "2", "3", "4", "5"])
    return AnonymousResponse(rng.random() < 0.8, answers)


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
    """Another person sends messages all the time; `waits` collects the milliseconds until each answer."""
    number = 0
    while True:
        number += 1
        started = time.perf_counter()
        await desk.handle(Event(f"chat-{number}", desk.person_id("ข"), Channel.TERMINAL, text="สวัสดี"))
        waits.append((time.perf_counter() - started) * 1000)


def announce_large_consultation(desk: DeskHarness) -> AnnounceConsultation:
    """The large consultation, open for another hour."""
    counted = make_large_consultation()
    questions = tuple(
        ConsultationQuestion(one.key, ConsultationQuestionKind(one.kind.value), one.title, one.options)
        for one in counted.questions
    )
    opens, closes = desk.now() - timedelta(days=1), desk.now() + timedelta(hours=1)
    return AnnounceConsultation(
        Consultation("BENCH2", counted.title, "", "", opens, closes, questions), "staff:x"
    )


async def measure_closing(count: int) -> Table:
    """Fill, close, count and render, once."""
    closed, published = Spans(), Spans()
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=HOME) as folder:
        home = Path(folder) / "var"
        async with open_desk(home, "service") as desk:
            act = announce_large_consultation(desk)
            await desk.commit_office_act(act)
            await asyncio.to_thread(insert_responses, home, desk, act.consultation.code, count)
            tune_gc()
            waits: list[float] = []
            chat = asyncio.create_task(chat_forever(desk, waits))
            await asyncio.sleep(1)
            alone = sorted(waits)[len(waits) // 2]
            waits.clear()
            with closed:
                await close_due_consultations(desk.store.committer, desk.now() + timedelta(hours=2))
            chat.cancel()
            with suppress(asyncio.CancelledError):
                await chat
            with published:
                query = GetConsultationResult(act.consultation.code)
                result = await make_result_handler(desk.store, OFFICE, "")(query, desk.now())
                assert result is not None
                render_results_page(parse_results(result.content))
    return Table(
        f"Consultation with {count:,} responses, closed and published",
        COLUMNS,
        [
            ["closed, and written anew without a hash", *closed.format_cells()],
            ["read, decrypted, counted, protected, and the page rendered", *published.format_cells()],
        ],
        f"once; meanwhile another person waits at most {max(waits):.0f} ms, and {alone:.0f} ms when nothing is closed;"
        f" at most {get_peak_megabytes()} MB",
    )


def measure_rendering(count: int, rounds: int) -> Table:
    """Count, protect and render responses that are in memory; and feedback."""
    rng, consultation = random.Random(7), make_large_consultation()
    responses = [make_full_response(rng, consultation) for _ in range(count)]
    themes = [CountedTheme(f"ข้อเสนอ {number}", 700 + number) for number in range(20)]
    topics = [PublishedTopic(f"t{number}", "เรื่อง", "topic") for number in range(9)]
    months, scores = [f"2569-{month:02}" for month in range(1, 10)], [None, 1, 2, 3, 4, 5]
    feedback = [
        CountedFeedback(rng.choice(months), f"t{rng.randrange(9)}", rng.choice(scores)) for _ in range(count)
    ]
    found: dict[str, Spans] = {}
    for _ in range(rounds):
        with found.setdefault("counted", Spans()):
            tally = count_responses(consultation, responses)
        with found.setdefault("protected", Spans()):
            suppression = ResponseSuppression(tally.responses, RULES.least, RULES.salt)
            for lines in tally.lines.values():
                for line in lines:
                    suppression.suppress_answers(line)
        with found.setdefault("counted, protected, and the page rendered", Spans()):
            results = build_results(consultation, responses, themes, RULES)
            render_results_page(results)
        for name in RESULTS_FILE_TYPES:
            with found.setdefault(name, Spans()):
                render_results_file(results, name)
        with found.setdefault(f"as many opinions on topics, counted for {len(months)} months", Spans()):
            build_feedback_years(feedback, topics, date(2026, 11, 1), RULES.least, RULES.salt)
    return Table(
        f"Results of {count:,} responses of {len(consultation.questions)} questions, in memory",
        COLUMNS,
        [[name, *spans.format_cells()] for name, spans in found.items()],
        f"{rounds} rounds; one question has 20 statements",
    )


def measure(sizes: Sizes) -> Iterable[Table]:
    """Measure closing and rendering."""
    prepare_process()
    yield asyncio.run(measure_closing(sizes.responses))
    yield measure_rendering(sizes.responses, sizes.rounds)
