"""Measure how well FAQ answers are found, on questions of one's own: `ita-bot faq eval ASK.json --base BASE`.

The base is a list of texts (JSON), or a FAQ file (TOML, CSV) as for `ita-bot faq import`.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.errors import ImportFileError
from bot.importers.faq_file import FaqFileError, load_faq_file
from handlers.questions.joined_search import find_answers, get_least_similarity, rank_jointly
from handlers.questions.search_index import IndexedEntry, IndexHit, NgramIndex
from storage.questions.faq import SIMILAR_TEXTS
from storage.questions.meaning import MeaningReader, MeaningUnavailableError

T = TypeVar("T")
MAX_RANK = 10
"""Ranks considered for the mean reciprocal rank; an answer beyond counts as not found."""


class EvaluationFileError(ImportFileError):
    """A file of questions or entries cannot be read or has a wrong format."""


class EvaluationQuestion(BaseModel):
    """A question with the id of the entry that answers it; None if no entry does."""

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
    """Numbers of questions by outcome: answered at once, or offered up to three answers to pick from.

    The rest got nothing. The `wrong` fields: the expected answer was not among them.
    """

    at_once: int = 0
    at_once_wrong: int = 0
    offered: int = 0
    offered_wrong: int = 0


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """The result of an evaluation.

    abstained_right: unanswerable questions without an answer. abstained_wrong: answerable questions without one.
    milliseconds: search time of each question, sorted. known, unknown: outcomes of answerable and unanswerable ones.
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


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """Questions, and the entries among which their answers are."""

    questions: Sequence[EvaluationQuestion]
    entries: Sequence[IndexedEntry]


class QuestionSearch(Protocol):
    """A way to search: what is answered or offered, and the nearest entries however far."""

    async def search(self, question: str) -> tuple[Sequence[IndexHit], Sequence[str]]: ...


@dataclass(frozen=True)
class LetterSearch:
    """Searches by letters alone."""

    index: NgramIndex

    async def search(self, question: str) -> tuple[Sequence[IndexHit], Sequence[str]]:
        """Return what is answered or offered, and the nearest entries however far."""
        ranked = [entry.id for entry in self.index.rank(question, MAX_RANK)]
        return self.index.search(question), ranked


@dataclass(frozen=True)
class MeaningSearch:
    """Searches by meaning, joined with letters or alone. owners: the entry of each text that the reader has loaded."""

    index: NgramIndex
    reader: MeaningReader
    owners: Sequence[str]
    joined: bool = True

    async def search(self, question: str) -> tuple[Sequence[IndexHit], Sequence[str]]:
        """Return what is answered or offered, and the nearest entries however far."""
        similarities = dict[str, float]()
        for hit in await self.reader.find_nearest(question, SIMILAR_TEXTS):
            similarities.setdefault(self.owners[hit.place], hit.similarity)
        if self.joined:
            ranked = [hit.id for hit in rank_jointly(self.index, question, similarities)]
            return find_answers(self.index, question, similarities), ranked[:MAX_RANK]
        ranked = list(similarities)
        near = bool(ranked) and similarities[ranked[0]] >= get_least_similarity(question)
        hits = [IndexHit(entry, similarities[entry], 0.0) for entry in ranked[:3]]
        return hits if near else [], ranked[:MAX_RANK]


def load_evaluation_set(ask: Path, base: Path) -> EvaluationSet:
    """Load questions and entries. Raises EvaluationFileError."""
    questions, entries = _load_json(ask, EVALUATION_QUESTIONS), _load_base(base)
    known = {entry.id for entry in entries}
    for number, question in enumerate(questions, start=1):
        if question.expected is not None and question.expected not in known:
            raise EvaluationFileError(
                f"{ask}: ข้อที่ {number} / question {number}: “{question.expected}” ไม่มีในฐาน / is not in the base"
            )
    return EvaluationSet(questions, entries)


async def evaluate_readers(
    asked: EvaluationSet, meaning: MeaningReader | None
) -> dict[str, EvaluationResult]:
    """Search for every question, by letters, by meaning and by both. The last one is what citizens get.

    Letters alone where there is no reader of meanings now.
    """
    started_at = time.perf_counter()
    index = NgramIndex.build(asked.entries)
    seconds = time.perf_counter() - started_at
    results = {"letters": await _evaluate_questions(asked.questions, LetterSearch(index), seconds)}
    if meaning is None:
        return results
    owners = [entry.id for entry in asked.entries for _ in entry.texts]
    started_at = time.perf_counter()
    try:
        await meaning.load(await meaning.embed([text for entry in asked.entries for text in entry.texts]))
    except MeaningUnavailableError:
        return results
    seconds = time.perf_counter() - started_at
    for name, joined in (("meaning", False), ("joined", True)):
        search = MeaningSearch(index, meaning, owners, joined)
        results[name] = await _evaluate_questions(asked.questions, search, seconds)
    return results


def _load_base(path: Path) -> list[IndexedEntry]:
    if path.suffix.lower() not in {".toml", ".csv"}:
        return [IndexedEntry(text.id, (text.text,)) for text in _load_json(path, EVALUATION_ENTRIES)]
    try:
        return [IndexedEntry(entry.id, entry.searchable_texts) for entry in load_faq_file(path)]
    except FaqFileError as trouble:
        raise EvaluationFileError(str(trouble)) from None


async def _evaluate_questions(
    questions: Sequence[EvaluationQuestion], search: QuestionSearch, index_seconds: float
) -> EvaluationResult:
    ranks, times, outcomes = list[int](), list[float](), {True: AnswerOutcomes(), False: AnswerOutcomes()}
    unanswered = {True: 0, False: 0}
    for question in questions:
        started_at = time.perf_counter()
        answers, found = await search.search(question.question)
        times.append((time.perf_counter() - started_at) * 1000)
        known = question.expected is not None
        outcomes[known] = _add_outcome(outcomes[known], answers, question.expected)
        unanswered[known] += not answers
        if known:
            ranks.append(found.index(question.expected) + 1 if question.expected in found else 0)
    count = len(ranks) or 1
    return EvaluationResult(
        recall_at_1=sum(rank == 1 for rank in ranks) / count,
        recall_at_3=sum(1 <= rank <= 3 for rank in ranks) / count,
        mean_reciprocal_rank=sum(1 / rank for rank in ranks if rank) / count,
        answerable=len(ranks),
        abstained_right=unanswered[False],
        abstained_wrong=unanswered[True],
        milliseconds=tuple(sorted(times)),
        index_seconds=index_seconds,
        known=outcomes[True],
        unknown=outcomes[False],
    )


def _add_outcome(
    outcomes: AnswerOutcomes, answers: Sequence[IndexHit], expected: str | None
) -> AnswerOutcomes:
    """Add one question to the outcomes."""
    if not answers:
        return outcomes
    if answers[0].sure:
        right = answers[0].id == expected
        return replace(
            outcomes, at_once=outcomes.at_once + right, at_once_wrong=outcomes.at_once_wrong + (not right)
        )
    within = expected in [hit.id for hit in answers]
    return replace(
        outcomes, offered=outcomes.offered + within, offered_wrong=outcomes.offered_wrong + (not within)
    )


def format_evaluations(results: Mapping[str, EvaluationResult]) -> Iterator[str]:
    """Yield the last result as lines of text, then one line for each of them where there are several."""
    *_, last = results.values()
    yield from format_evaluation(last)
    if len(results) > 1:
        for name, result in results.items():
            known, unknown, count = result.known, result.unknown, result.answerable or 1
            nobody_knows = (len(result.milliseconds) - result.answerable) or 1
            yield (
                f"{name}: R@1 {result.recall_at_1:.3f}, R@3 {result.recall_at_3:.3f}, "
                f"known answered or offered {(known.at_once + known.offered) / count:.0%}, "
                f"unknown answered or offered {(unknown.at_once_wrong + unknown.offered_wrong) / nobody_knows:.0%}, "
                f"at once and wrong {known.at_once_wrong + unknown.at_once_wrong}"
            )


def format_evaluation(result: EvaluationResult) -> Iterator[str]:
    """Yield the result as lines of text."""
    unanswerable = len(result.milliseconds) - result.answerable
    yield f"R@1 {result.recall_at_1:.4f}"
    yield f"R@3 {result.recall_at_3:.4f}"
    yield f"MRR {result.mean_reciprocal_rank:.4f}"
    yield (
        f"abstained right {result.abstained_right} of {unanswerable}, "
        f"wrong {result.abstained_wrong} of {result.answerable}"
    )
    times = result.milliseconds or (0.0,)
    yield (
        f"milliseconds p50 {times[len(times) // 2]:.2f}, p95 {times[len(times) * 95 // 100]:.2f}, "
        f"index {result.index_seconds * 1000:.0f}"
    )
    known, unknown = result.known, result.unknown
    yield (
        f"known {result.answerable}: at once right {known.at_once}, at once wrong {known.at_once_wrong}, "
        f"offered {known.offered}, offered others {known.offered_wrong}, nothing {result.abstained_wrong}"
    )
    yield (
        f"unknown {unanswerable}: at once {unknown.at_once_wrong}, offered {unknown.offered_wrong}, "
        f"nothing {result.abstained_right}"
    )


def _load_json(path: Path, adapter: TypeAdapter[T]) -> T:
    try:
        return adapter.validate_json(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except OSError as trouble:
        raise EvaluationFileError(f"{path}: เปิดไม่ได้ / cannot be opened ({trouble.strerror})") from None
    except ValidationError as trouble:
        first = trouble.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "1"
        raise EvaluationFileError(
            f"{path}: รูปแบบไม่ถูกต้องที่ / not as it should be at {place}: {first['msg']}"
        ) from None
