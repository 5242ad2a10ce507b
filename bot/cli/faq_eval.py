"""How well the nearest answer is found, on anybody's own questions: `ita-bot faq eval ASK.json --base BASE`.

The base is a list of texts (JSON), or an office's own file of answers (TOML, CSV) as `ita-bot faq import` takes it.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.importers.faq_file import FaqFileError, load
from handlers.questions.search_index import IndexedEntry, IndexHit, NgramIndex

T = TypeVar("T")
DEEPEST = 10
"""Places that are looked at for the mean reciprocal rank; one that is found later counts as not found."""


class EvaluationFileError(Exception):
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


ASKED, TEXTS = TypeAdapter(list[EvaluationQuestion]), TypeAdapter(list[EvaluationEntry])


@dataclass(frozen=True, slots=True)
class AnswerOutcomes:
    """What a person meets who asks, in questions: an answer at once, up to three to pick from, or nothing."""

    at_once: int = 0
    at_once_wrong: int = 0
    offered: int = 0
    offered_without: int = 0


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """What was found. right and wrong: questions that nobody should, and that somebody should, have answered.

    known, unknown: what is met by who asks what is known, and by who asks what is not.
    """

    first: float
    third: float
    reciprocal: float
    answerable: int
    abstained_right: int
    abstained_wrong: int
    milliseconds: tuple[float, ...]
    built: float
    known: AnswerOutcomes
    unknown: AnswerOutcomes


def evaluated(ask: Path, base: Path) -> EvaluationResult:
    """Ask every question of a file. Raises Unusable."""
    asked, entries = _read(ask, ASKED), _base(base)
    known = {entry.id for entry in entries}
    for number, one in enumerate(asked, start=1):
        if one.expected is not None and one.expected not in known:
            raise EvaluationFileError(
                f"{ask}: ข้อที่ {number} / question {number}: “{one.expected}” ไม่มีในฐาน / is not in the base"
            )
    began = time.perf_counter()
    index = NgramIndex.of(entries)
    return _figures(asked, index, time.perf_counter() - began)


def _base(path: Path) -> list[IndexedEntry]:
    if path.suffix.lower() not in {".toml", ".csv"}:
        return [IndexedEntry(text.id, (text.text,)) for text in _read(path, TEXTS)]
    try:
        return [IndexedEntry(one.id, one.texts) for one in load(path)]
    except FaqFileError as trouble:
        raise EvaluationFileError(str(trouble)) from None


def _figures(asked: Sequence[EvaluationQuestion], index: NgramIndex, built: float) -> EvaluationResult:
    ranks, times, met = list[int](), list[float](), {True: AnswerOutcomes(), False: AnswerOutcomes()}
    nothing = {True: 0, False: 0}
    for one in asked:
        began = time.perf_counter()
        answers = index.nearest(one.question)
        times.append((time.perf_counter() - began) * 1000)
        known = one.expected is not None
        met[known] = _after(met[known], answers, one.expected)
        nothing[known] += not answers
        if known:
            found = [entry.id for entry in index.ranked(one.question, DEEPEST)]
            ranks.append(found.index(one.expected) + 1 if one.expected in found else 0)
    count = len(ranks) or 1
    return EvaluationResult(
        first=sum(rank == 1 for rank in ranks) / count,
        third=sum(1 <= rank <= 3 for rank in ranks) / count,
        reciprocal=sum(1 / rank for rank in ranks if rank) / count,
        answerable=len(ranks),
        abstained_right=nothing[False],
        abstained_wrong=nothing[True],
        milliseconds=tuple(sorted(times)),
        built=built,
        known=met[True],
        unknown=met[False],
    )


def _after(met: AnswerOutcomes, answers: Sequence[IndexHit], expected: str | None) -> AnswerOutcomes:
    """What was met, with one question more."""
    if not answers:
        return met
    if answers[0].sure:
        right = answers[0].id == expected
        return replace(met, at_once=met.at_once + right, at_once_wrong=met.at_once_wrong + (not right))
    within = expected in [one.id for one in answers]
    return replace(met, offered=met.offered + within, offered_without=met.offered_without + (not within))


def told(figures: EvaluationResult) -> Iterator[str]:
    """The figures, a line each."""
    unanswerable = len(figures.milliseconds) - figures.answerable
    yield f"R@1 {figures.first:.4f}"
    yield f"R@3 {figures.third:.4f}"
    yield f"MRR {figures.reciprocal:.4f}"
    yield (
        f"abstained right {figures.abstained_right} of {unanswerable}, "
        f"wrong {figures.abstained_wrong} of {figures.answerable}"
    )
    times = figures.milliseconds or (0.0,)
    yield (
        f"milliseconds p50 {times[len(times) // 2]:.2f}, p95 {times[len(times) * 95 // 100]:.2f}, "
        f"index {figures.built * 1000:.0f}"
    )
    known, unknown = figures.known, figures.unknown
    yield (
        f"known {figures.answerable}: at once right {known.at_once}, at once wrong {known.at_once_wrong}, "
        f"offered {known.offered}, offered others {known.offered_without}, nothing {figures.abstained_wrong}"
    )
    yield (
        f"unknown {unanswerable}: at once {unknown.at_once_wrong}, offered {unknown.offered_without}, "
        f"nothing {figures.abstained_right}"
    )


def _read(path: Path, form: TypeAdapter[T]) -> T:
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
