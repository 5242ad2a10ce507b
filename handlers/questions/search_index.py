"""Search index of the FAQ: which entries a question in Thai is about, and when none is.

Thai has no spaces between words, and people mistype, so texts are compared by n-grams of three and four characters:
BM25 (Robertson and Zaragoza 2009) with the weight of rare n-grams squared. There is no training and no download.
"""

import re
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import log, sqrt

from handlers.questions.stopwords import weigh_letters
from handlers.thai.grammar.particles import PLAIN_PARTICLES, join_particles
from handlers.thai.matching import fold_characters, remove_emphasis

NGRAM_SIZES = (3, 4)
"""Characters of an n-gram."""

BM25_K1, BM25_B = 1.2, 0.9
"""BM25's k1 and b: how soon repetitions of an n-gram stop counting, and how much long texts are penalized."""

MAX_POSTINGS = 12_000
"""Postings read for one question, rarest n-grams first: a few milliseconds, however large the FAQ."""

MAX_CANDIDATES = 16
"""Texts that are scored in full."""

MIN_SHARE, LONE_MATCH_FACTOR = 0.23, 1.3
"""Abstention threshold: share of the question in the best entry, times LONE_MATCH_FACTOR minus the score of the next
entry relative to the best. An entry that is as near as others shares what many have. Tuned on one half of the questions
in benchmarks/asked; docs/decisions/0017 has the figures of the other half.
"""

SURE_SHARE, SURE_MARGIN = 0.6, 0.5
"""Share of a sure answer, and how far the next score must be below it, relative to its score."""

MAX_QUERY_LENGTH = 2_000
"""Characters of a question that are used."""

_SEPARATORS = re.compile(r"[^\w\u0e00-\u0e7f]+")
_HYPHEN = re.compile(r"(?<=[a-z])-(?=[a-z])")  # e-mail
_POLITE_PHRASES = re.compile(
    r"^(?:สวัสดี|รบกวน|ขอ|สอบถาม|อยากทราบ|อยากรู้|อยากถาม|ถาม|หน่อย|ว่า|เรื่อง)*"
    rf"|(?:{join_particles(PLAIN_PARTICLES)}|ๆ)+$"
)
_LETTERS_OF_ONE_SOUND = str.maketrans("ศษใณฬญฎฏฐฑฒภฆซ", "สสไนลยดตถททพคส", "์")
"""Letters that are mistaken for each other, since they sound alike (การสึกษา), and the sign of a silent one, left out.
Both texts are folded, so that it does not matter that some of them sound alike in some words only."""

_NO_POSTINGS = array("I")


@dataclass(frozen=True, slots=True)
class IndexedEntry:
    """An entry to index. `texts`: the question, other ways to ask it, the answer; each is scored by itself."""

    id: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndexHit:
    """A hit. `sure`: it may be answered without asking.

    share: how much of the question it has, 0 to 1; n-grams are weighted by rarity and significance.
    """

    id: str
    score: float
    share: float
    sure: bool = False


@dataclass(frozen=True)
class NgramIndex:
    """An immutable index: a changed FAQ is another index.

    postings: by n-gram, where it occurs, as text number << 8 | count, ascending. length_norms: BM25's length term of
    each text. text_owners: the entry of each text; first_texts: the first text of each entry; text_sizes: number of
    n-grams of each text.
    """

    entry_ids: Sequence[str]
    postings: Mapping[str, "array[int]"]
    length_norms: "array[float]"
    text_owners: "array[int]"
    first_texts: "array[int]"
    text_sizes: "array[int]"

    @classmethod
    def build(cls, entries: Iterable[IndexedEntry]) -> "NgramIndex":
        """Build the index of entries."""
        ids, owners, sizes, firsts = list[str](), array("I"), array("I"), array("I")
        places: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        for number, entry in enumerate(entries):
            ids.append(entry.id)
            firsts.append(len(owners))
            for text in entry.texts:
                often, place = Counter(split_ngrams(text)), len(owners) << 8
                for run, count in often.items():
                    places[run].append(place | (count if count < 256 else 255))
                owners.append(number)
                sizes.append(often.total())
        mean = sum(sizes) / len(sizes) if sizes else 1
        lengths = array("f", (BM25_K1 * (1 - BM25_B + BM25_B * size / (mean or 1)) for size in sizes))
        firsts.append(len(owners))
        return cls(ids, dict(places), lengths, owners, firsts, sizes)

    def search(self, question: str, most: int = 3) -> tuple[IndexHit, ...]:
        """Return the entries that a question may be about, nearest first; none where nothing is near enough."""
        found = self._find_top(question, max(most, 2))
        if not found:
            return ()
        (owner, first), *others = found
        behind = others[0][1].score / first.score if others and first.score else 0.0
        stands = behind < 1 and self._is_exact_match(question, owner)
        if not stands and first.share * (LONE_MATCH_FACTOR - behind) < MIN_SHARE:
            return ()
        sure = stands or (
            first.share >= SURE_SHARE and behind <= 1 - SURE_MARGIN and self._has_names(question, owner)
        )
        nearest = IndexHit(first.id, first.score, first.share, sure)
        return (nearest, *(one for _, one in others[: most - 1] if one.share >= first.share / 2))

    def rank(self, question: str, most: int) -> list[IndexHit]:
        """Return the nearest entries, however far."""
        return [found for _, found in self._find_top(question, most)]

    def has_exact_text(self, question: str, entry: str) -> bool:
        """Whether a question is word for word a text of an entry."""
        return self._is_exact_match(question, self.entry_ids.index(entry))

    def _find_top(self, question: str, most: int) -> list[tuple[int, IndexHit]]:
        """Return the nearest entries, each with its number."""
        spoken = _strip_politeness(question[:MAX_QUERY_LENGTH])
        significance = _weigh_ngrams(spoken)
        rare = self._weigh_rarity(significance)
        weights = {run: weight * sqrt(significance[run]) for run, weight in rare.items()}
        best = dict[int, float]()
        for text in self._preselect_texts(weights):
            owner = self.text_owners[text]
            best[owner] = max(best.get(owner, 0.0), self._score_text(text, weights))
        top = sorted(best, key=lambda owner: (-best[owner], owner))[:most]
        shares = {run: weight * significance[run] for run, weight in rare.items()}
        whole = sum(shares.values())
        return [
            (o, IndexHit(self.entry_ids[o], best[o], self._compute_share(o, shares) / whole)) for o in top
        ]

    def _weigh_rarity(self, asked: Iterable[str]) -> dict[str, float]:
        """Return the n-grams of a question with their inverse document frequency; unknown ones weigh most."""
        texts = len(self.text_owners)

        def inverse_frequency(standing: int) -> float:
            return log(1 + (texts - standing + 0.5) / (standing + 0.5))

        return {run: inverse_frequency(len(self.postings.get(run, ()))) for run in asked}

    def _preselect_texts(self, weights: Mapping[str, float]) -> list[int]:
        """Return the texts with most of the rarer n-grams, which are worth scoring in full."""
        scores, lengths, looked_at = defaultdict[int, float](float), self.length_norms, 0
        known = [run for run in weights if run in self.postings]
        for run in sorted(known, key=lambda run: len(self.postings[run])):
            places, weight = self.postings[run], weights[run] ** 2
            looked_at += len(places)
            if looked_at > MAX_POSTINGS and scores:
                break
            for place in places:
                text, often = place >> 8, place & 255
                scores[text] += weight * often / (often + lengths[text])
        return nlargest(MAX_CANDIDATES, scores, key=scores.__getitem__)

    def _score_text(self, text: int, weights: Mapping[str, float]) -> float:
        often = ((self._count_ngram(run, text), weight) for run, weight in weights.items())
        return sum(weight**2 * count / (count + self.length_norms[text]) for count, weight in often)

    def _is_exact_match(self, question: str, owner: int) -> bool:
        """Whether a question is literally a text of an entry."""
        asked = split_ngrams(question[:MAX_QUERY_LENGTH])
        same = (text for text in self._text_range(owner) if self.text_sizes[text] == len(asked))
        return any(all(self._count_ngram(run, text) for run in asked) for text in same)

    def _has_names(self, question: str, owner: int) -> bool:
        """Whether an entry has the question's Latin letters and numbers, which are names: TCAS, ม.6."""
        names = (
            r
            for r, weight in _weigh_ngrams(question[:MAX_QUERY_LENGTH]).items()
            if r.isascii() and weight == 1
        )
        return all(any(self._count_ngram(run, text) for text in self._text_range(owner)) for run in names)

    def _text_range(self, owner: int) -> range:
        return range(self.first_texts[owner], self.first_texts[owner + 1])

    def _compute_share(self, owner: int, shares: Mapping[str, float]) -> float:
        """Return how much of a question occurs anywhere in an entry."""
        texts = self._text_range(owner)
        return sum(
            much for run, much in shares.items() if any(self._count_ngram(run, text) for text in texts)
        )

    def _count_ngram(self, run: str, text: int) -> int:
        """Return how often an n-gram occurs in a text."""
        places = self.postings.get(run, _NO_POSTINGS)
        at = bisect_left(places, text << 8)
        return places[at] & 255 if at < len(places) and places[at] >> 8 == text else 0


def split_ngrams(text: str) -> list[str]:
    """Return the n-grams of a text, within words. Case, width, Thai digits and repeated letters are normalized."""
    found = list[str]()
    for word in _split_words(text):
        for size in _choose_sizes(word):
            found += [word[at : at + size] for at in range(len(word) - size + 1)]
    return found


def _split_words(text: str) -> list[str]:
    # The thresholds were tuned with ำ in its two parts.
    plain = (
        remove_emphasis(fold_characters(text)).replace("ำ", "\u0e4d\u0e32").translate(_LETTERS_OF_ONE_SOUND)
    )
    return [word for word in _SEPARATORS.split(_HYPHEN.sub("", plain)) if word]


def _choose_sizes(word: str) -> Sequence[int]:
    return NGRAM_SIZES if len(word) >= NGRAM_SIZES[0] else (len(word),)


def _weigh_ngrams(text: str) -> dict[str, float]:
    """Return the significance of each n-gram: the mean over its letters, at its most significant occurrence."""
    found = dict[str, float]()
    for word in _split_words(text):
        significance = weigh_letters(word)
        for size in _choose_sizes(word):
            for at in range(len(word) - size + 1):
                run = word[at : at + size]
                found[run] = max(found.get(run, 0.0), sum(significance[at : at + size]) / size)
    return found


def _strip_politeness(question: str) -> str:
    """Remove polite phrases from a question, unless nothing else is left.

    A word that would become shorter than an n-gram is kept whole: its rest would be found in no text.
    """
    pairs = ((_POLITE_PHRASES.sub("", word), word) for word in question.split())
    return " ".join(cut if len(cut) >= NGRAM_SIZES[0] else word for cut, word in pairs if cut) or question
