"""The nearest of many known questions and answers: pairs and threes of letters, counted by how rare they are."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import log

from handlers import thai

SURE, NEAR = 0.55, 0.3
"""Shares of the question's own weight that an entry must hold."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What can be found, under all its wordings."""

    id: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """An entry that is near a question. score: 0 to 1; sure: near enough to answer straight away."""

    id: str
    score: float
    sure: bool


@dataclass
class Index:
    """All entries by their letters."""

    _posts: dict[str, set[int]] = field(default_factory=dict)
    _ids: list[str] = field(default_factory=list)

    @staticmethod
    def of(entries: Iterable[Entry]) -> "Index":
        """Build an index."""
        index = Index()
        for entry in entries:
            index._ids.append(entry.id)
            for gram in {gram for text in entry.texts for gram in grams(text)}:
                index._posts.setdefault(gram, set()).add(len(index._ids) - 1)
        return index

    def nearest(self, question: str, most: int = 3) -> tuple[Found, ...]:
        """The nearest entries, best first; none where none is near."""
        wanted = grams(question)
        weights = {g: log(1 + len(self._ids) / len(self._posts.get(g, "x"))) for g in wanted}
        whole = sum(weights.values())
        scores = Counter[int]()
        for gram in wanted:
            for place in self._posts.get(gram, ()):
                scores[place] += weights[gram]  # type: ignore[assignment]
        best = [Found(self._ids[p], s / whole, s / whole >= SURE) for p, s in scores.most_common(most)]
        return tuple(found for found in best if found.score >= NEAR)


def grams(text: str) -> set[str]:
    """The threes of letters of a text, without its spaces and signs."""
    plain = "".join(c for c in thai.folded(text) if unicodedata.category(c)[0] in "LMN")
    return {plain[at : at + 3] for at in range(len(plain) - 2)}
