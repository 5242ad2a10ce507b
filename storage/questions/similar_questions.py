"""Open questions near each other: by their meaning where there is an encoder, else by letters.

The vectors of open questions are in memory only, and only of those that an officer looks at or that wait beside them:
from the vector of a text much of the text can be guessed.
"""

import asyncio
import math
from array import array
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from handlers.questions.messages import QuestionThread
from handlers.questions.search_index import IndexedEntry, NgramIndex
from handlers.questions.similar import MAX_SIMILAR
from storage.questions.meaning import MeaningReader, MeaningUnavailableError

MIN_COSINE = 0.8
"""Cosine from which two questions count as near: of such pairs of the tuning half of benchmarks/asked, 9 of 12 have the
same answer. An officer reads each before it is answered."""

MIN_COMMON_SHARE = 0.3
"""Share of the letters of each in the other from which two count as near where there is no encoder (3 of 6 pairs)."""

MAX_COMPARED = 60
"""Open questions that are compared, soonest due first."""

MAX_CHARACTERS_COMPARED = 300
"""Characters of each question that are compared by letters: what is asked stands at the beginning."""

TEXTS_AT_ONCE, SECONDS = 4, 3.0
"""Texts that are encoded in one request, and for how long an officer waits; what is known by then is used next time."""


@dataclass
class SimilarQuestions:
    """Finds open questions near one. vectors: of the texts of open questions, in memory."""

    vectors: dict[str, "array[float]"] = field(default_factory=dict)

    async def find(
        self, thread: QuestionThread, waiting: Sequence[QuestionThread], meaning: MeaningReader | None
    ) -> tuple[QuestionThread, ...]:
        """Return those of the waiting questions that are near one, nearest first."""
        others = [one for one in waiting if one.id != thread.id and _is_untouched(one)]
        if not others or not _is_untouched(thread):
            return ()
        texts = [thread.question, *(one.question for one in others)]
        self.vectors = {text: self.vectors[text] for text in texts if text in self.vectors}
        if meaning is not None:
            with suppress(MeaningUnavailableError, TimeoutError):
                async with asyncio.timeout(SECONDS):
                    await self._encode([text for text in texts if text not in self.vectors], meaning)
        if all(text in self.vectors for text in texts):
            vectors = [self.vectors[text] for text in texts]
            return await asyncio.to_thread(_rank_by_meaning, others, vectors)
        return await asyncio.to_thread(rank_by_letters, thread, others)

    async def _encode(self, texts: Sequence[str], meaning: MeaningReader) -> None:
        for at in range(0, len(texts), TEXTS_AT_ONCE):
            piece = texts[at : at + TEXTS_AT_ONCE]
            for text, vector in zip(piece, await meaning.embed(piece), strict=True):
                self.vectors[text] = array("f", vector)


def _rank_by_meaning(
    others: Sequence[QuestionThread], vectors: Sequence["array[float]"]
) -> tuple[QuestionThread, ...]:
    """Return the questions near one, nearest first. vectors: of the one, then of the others."""
    cosines = {
        one.id: _compute_cosine(vectors[0], vector) for one, vector in zip(others, vectors[1:], strict=True)
    }
    near = [one for one in others if cosines[one.id] >= MIN_COSINE]
    return tuple(sorted(near, key=lambda one: -cosines[one.id])[:MAX_SIMILAR])


def _is_untouched(thread: QuestionThread) -> bool:
    """Whether a thread is nothing but its question, to which no answer is on its way."""
    return len(thread.lines) == 1 and bool(thread.question) and not thread.scheduled_by


def _compute_cosine(one: "array[float]", other: "array[float]") -> float:
    def multiply(a: "array[float]", b: "array[float]") -> float:
        return sum(x * y for x, y in zip(a, b, strict=True))

    return multiply(one, other) / (math.sqrt(multiply(one, one) * multiply(other, other)) or 1.0)


def rank_by_letters(thread: QuestionThread, others: Sequence[QuestionThread]) -> tuple[QuestionThread, ...]:
    """Return the questions that share most of their letters with one, nearest first."""
    texts = {one.id: one.question[:MAX_CHARACTERS_COMPARED] for one in (thread, *others)}
    index = NgramIndex.build([IndexedEntry(name, (text,)) for name, text in texts.items()])
    there = {hit.id: hit.share for hit in index.rank(texts[thread.id], MAX_COMPARED)}

    def measure(one: QuestionThread) -> float:
        hits = index.rank(texts[one.id], MAX_COMPARED)
        back = next((hit.share for hit in hits if hit.id == thread.id), 0.0)
        return min(there.get(one.id, 0.0), back)

    common = {one.id: measure(one) for one in others}
    near = [one for one in others if common[one.id] >= MIN_COMMON_SHARE]
    return tuple(sorted(near, key=lambda one: -common[one.id])[:MAX_SIMILAR])
