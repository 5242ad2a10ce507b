"""How well the nearest answer is found, on anybody's own questions: `ita-bot faq eval ASK.json --base BASE`.

The base is a list of texts (JSON), or an office's own file of answers (TOML, CSV) as `ita-bot faq import` takes it.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.errors import ImportFileError
from bot.importers.faq_file import FaqFileError, load_faq_file
from handlers.questions.search_index import IndexedEntry, IndexHit, NgramIndex

T = TypeVar("T")
MAX_RANK = 10
"""Places that are looked at for the mean reciprocal rank; one that is found later counts as not found."""


class EvaluationFileError(ImportFileError):
    """A file that is not what it should be."""


class EvaluationQuestion(BaseModel):
    """A question and the entry that answers it; None where nobody knows."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)
    question: str = Field(min_length=1)
    expected: str | None


class EvaluationEntry(BaseModel):
    """An entry of the base."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)
    id: str
    text: str = Field(min_length=1)


EVALUATION_QUESTIONS, EVALUATION_ENTRIES = (
    TypeAdapter(list[EvaluationQuestion]),
    TypeAdapter(list[EvaluationEntry]),
)


@dataclass(frozen=True, slots=True)
class AnswerOutcomes:
    """What a person meets who asks, in questions: an answer at once, up to three to pick from, or nothing."""

    at_once: int = 0
    at_once_wrong: int = 0
    offered: int = 0
    offered_wrong: int = 0


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """What was found. right and wrong: questions that nobody should, and that somebody should, have answered.

    known, unknown: what is met by who asks what is known, and by who asks what is not.
    """

    recall_at_1: float
    recall_at_3: float
    mean_reciprocal_rank: float
    answerable: int
    abstained_right: int
    abstained_wrong: int
    milliseconds: tuple[float, ...]
    index_seconds: float
    known: AnswerOutcomes
    unknown: AnswerOutcomes


def evaluate_faq(ask: Path, base: Path) -> EvaluationResult:
    """Ask every question of a file. Raises Unusable."""
    asked, entries = _load_json(ask, EVALUATION_QUESTIONS), _load_base(base)
    known = {entry.id for entry in entries}
    for number, one in enumerate(asked, start=1):
        if one.expected is not None and one.expected not in known:
            raise EvaluationFileError(
                f"{ask}: ข้อที่ {number} / question {number}: “{one.expected}” ไม่มีในฐาน / is not in the base"
            )
    began = time.perf_counter()
    index = NgramIndex.build(entries)
    return _evaluate_questions(asked, index, time.perf_counter() - began)


def _load_base(path: Path) -> list[IndexedEntry]:
    if path.suffix.lower() not in {".toml", ".csv"}:
        return [IndexedEntry(text.id, (text.text,)) for text in _load_json(path, EVALUATION_ENTRIES)]
    try:
        return [IndexedEntry(one.id, one.searchable_texts) for one in load_faq_file(path)]
    except FaqFileError as trouble:
        raise EvaluationFileError(str(trouble)) from None


def _evaluate_questions(
    asked: Sequence[EvaluationQuestion], index: NgramIndex, built: float
) -> EvaluationResult:
    ranks, times, met = list[int](), list[float](), {True: AnswerOutcomes(), False: AnswerOutcomes()}
    nothing = {True: 0, False: 0}
    for one in asked:
        began = time.perf_counter()
        answers = index.search(one.question)
        times.append((time.perf_counter() - began) * 1000)
        known = one.expected is not None
        met[known] = _add_outcome(met[known], answers, one.expected)
        nothing[known] += not answers
        if known:
            found = [entry.id for entry in index.rank(one.question, MAX_RANK)]
            ranks.append(found.index(one.expected) + 1 if one.expected in found else 0)
    count = len(ranks) or 1
    return EvaluationResult(
        recall_at_1=sum(rank == 1 for rank in ranks) / count,
        recall_at_3=sum(1 <= rank <= 3 for rank in ranks) / count,
        mean_reciprocal_rank=sum(1 / rank for rank in ranks if rank) / count,
        answerable=len(ranks),
        abstained_right=nothing[False],
        abstained_wrong=nothing[True],
        milliseconds=tuple(sorted(times)),
        index_seconds=built,
        known=met[True],
        unknown=met[False],
    )


def _add_outcome(met: AnswerOutcomes, answers: Sequence[IndexHit], expected: str | None) -> AnswerOutcomes:
    """What was met, with one question more."""
    if not answers:
        return met
    if answers[0].sure:
        right = answers[0].id == expected
        return replace(met, at_once=met.at_once + right, at_once_wrong=met.at_once_wrong + (not right))
    within = expected in [one.id for one in answers]
    return replace(met, offered=met.offered + within, offered_wrong=met.offered_wrong + (not within))


def format_evaluation(figures: EvaluationResult) -> Iterator[str]:
    """The figures, a line each."""
    unanswerable = len(figures.milliseconds) - figures.answerable
    yield f"R@1 {figures.recall_at_1:.4f}"
    yield f"R@3 {figures.recall_at_3:.4f}"
    yield f"MRR {figures.mean_reciprocal_rank:.4f}"
    yield (
        f"abstained right {figures.abstained_right} of {unanswerable}, "
        f"wrong {figures.abstained_wrong} of {figures.answerable}"
    )
    times = figures.milliseconds or (0.0,)
    yield (
        f"milliseconds p50 {times[len(times) // 2]:.2f}, p95 {times[len(times) * 95 // 100]:.2f}, "
        f"index {figures.index_seconds * 1000:.0f}"
    )
    known, unknown = figures.known, figures.unknown
    yield (
        f"known {figures.answerable}: at once right {known.at_once}, at once wrong {known.at_once_wrong}, "
        f"offered {known.offered}, offered others {known.offered_wrong}, nothing {figures.abstained_wrong}"
    )
    yield (
        f"unknown {unanswerable}: at once {unknown.at_once_wrong}, offered {unknown.offered_wrong}, "
        f"nothing {figures.abstained_right}"
    )


def _load_json(path: Path, form: TypeAdapter[T]) -> T:
    try:
        return form.validate_json(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except OSError as trouble:
        raise EvaluationFileError(f"{path}: เปิดไม่ได้ / cannot be opened ({trouble.strerror})") from None
    except ValidationError as trouble:
        first = trouble.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "1"
        raise EvaluationFileError(
            f"{path}: รูปแบบไม่ถูกต้องที่ / not as it should be at {place}: {first['msg']}"
        ) from None
