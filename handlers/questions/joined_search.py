"""The answers that a question is about, found by two readers: letters and meaning.

Letters find names, numbers and misspelt words; meaning finds what is asked in other words, in spoken Thai or English.
How near an entry is, is its cosine in meaning, and something for what it shares in letters. Whether anything is near
enough is told by meaning alone: spoken questions share few letters with their answer, and questions that have none
share as many. The constants were tuned on one half of benchmarks/asked; docs/decisions/0038 has the other half.
"""

from collections.abc import Mapping
from dataclasses import replace

from handlers.questions.search_index import IndexHit, NgramIndex

SHARE_WEIGHT, SCORE_WEIGHT = 0.2, 0.04
"""What letters add to a cosine: for the share of the question that an entry has, and for its score by letters relative
to the best."""

MIN_SIMILARITY, MIN_SIMILARITY_ACROSS = 0.58, 0.44
"""Cosine of the entry nearest in meaning, below which nothing is offered: for a question in Thai, and for one in
another language, which is farther from the same answer in Thai."""

MIN_WHOLE_SHARE, MIN_WHOLE_SIMILARITY = 0.85, 0.45
"""Share of a question's letters in the nearest entry from which a smaller cosine is enough: what is misspelt has little
meaning for the encoder."""

MAX_LETTER_HITS = 16


def find_answers(
    index: NgramIndex, question: str, similarities: Mapping[str, float] | None, most: int = 3
) -> tuple[IndexHit, ...]:
    """Return the entries that a question may be about, nearest first; none where nothing is near enough.

    similarities: the entries nearest in meaning, each with its cosine; None or none where letters answer alone.
    """
    by_letters = index.search(question, most)
    if not similarities:
        return by_letters
    first = by_letters[0] if by_letters else None
    if first is not None and index.has_exact_text(question, first.id):
        return by_letters
    ranked = rank_jointly(index, question, similarities)[:most]
    nearest, least = ranked[0], get_least_similarity(question)
    is_whole = nearest.share >= MIN_WHOLE_SHARE and similarities.get(nearest.id, 0.0) >= MIN_WHOLE_SIMILARITY
    if max(similarities.values()) < least and not (is_whole and by_letters):
        return ()
    sure = (
        first is not None
        and first.sure
        and first.id == nearest.id
        and similarities.get(first.id, 0.0) >= least
    )
    return (replace(nearest, sure=sure), *ranked[1:])


def get_least_similarity(question: str) -> float:
    """Return the cosine that an entry needs to be near a question."""
    return (
        MIN_SIMILARITY
        if any("\u0e01" <= letter <= "\u0e4e" for letter in question)
        else MIN_SIMILARITY_ACROSS
    )


def rank_jointly(index: NgramIndex, question: str, similarities: Mapping[str, float]) -> list[IndexHit]:
    """Return the entries near a question by either reader, nearest first, however far.

    An entry that is not among the nearest in meaning counts as the farthest of them.
    """
    letters = {hit.id: hit for hit in index.rank(question, MAX_LETTER_HITS)}
    best_score = max((hit.score for hit in letters.values()), default=0.0) or 1.0
    farthest = min(similarities.values())

    def measure(entry: str) -> IndexHit:
        hit = letters.get(entry, IndexHit(entry, 0.0, 0.0))
        added = SHARE_WEIGHT * hit.share + SCORE_WEIGHT * hit.score / best_score
        return IndexHit(entry, similarities.get(entry, farthest) + added, hit.share)

    measured = [measure(entry) for entry in {**letters, **similarities}]
    return sorted(measured, key=lambda hit: (-hit.score, hit.id))
