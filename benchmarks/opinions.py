"""Render a results page with 10 questions and 100,000 responses: `python -m benchmarks.opinions`."""

import random
import resource
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TypeVar

from ita_stats.opinions.feedback import PublishedTopic, build_feedback_years
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

RESPONSE_COUNT = 100_000
TERMS = ResultsRules("สำนักงาน", "Office", b"salt")
T = TypeVar("T")


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


def run_timed(what: str, work: Callable[[], T]) -> T:
    """Run a step and print its wall-clock and CPU time."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    print(f"{what:44} {time.perf_counter() - wall:6.3f} s ({time.process_time() - cpu:.3f} s of processor)")
    return result


def main() -> None:
    """Generate responses, then count, protect and render a few times."""
    rng, consultation = random.Random(7), make_large_consultation()
    responses = [make_full_response(rng, consultation) for _ in range(RESPONSE_COUNT)]
    themes = [CountedTheme(f"ข้อเสนอ {n}", 700 + n) for n in range(20)]
    print(
        f"{RESPONSE_COUNT:,} voices, {len(consultation.questions)} questions, one of them with 20 statements"
    )
    for _ in range(3):
        tally = run_timed("counted", lambda: count_responses(consultation, responses))
        suppression = ResponseSuppression(tally.responses, TERMS.least, TERMS.salt)
        run_timed(
            "protected",
            lambda suppression=suppression, tally=tally: [
                suppression.suppress_answers(one) for two in tally.lines.values() for one in two
            ],
        )
        found = run_timed(
            "the whole page: counted, protected, shown",
            lambda: (
                one := build_results(consultation, responses, themes, TERMS),
                render_results_page(one),
            )[0],
        )
    for name in RESULTS_FILE_TYPES:
        run_timed(name, lambda name=name: render_results_file(found, name))
    opinions = [
        CountedFeedback(
            f"2569-{rng.randrange(1, 10):02}",
            f"t{rng.randrange(9)}",
            rng.choice([None, 1, 2, 3, 4, 5]),
        )
        for _ in range(RESPONSE_COUNT)
    ]
    topics = [PublishedTopic(f"t{n}", "เรื่อง", "topic") for n in range(9)]
    run_timed(
        f"{RESPONSE_COUNT:,} standing opinions",
        lambda: build_feedback_years(opinions, topics, date(2026, 11, 1), TERMS.least, TERMS.salt),
    )
    print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB, the voices included")


if __name__ == "__main__":
    main()
