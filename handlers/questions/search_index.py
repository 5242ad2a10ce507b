"""The nearest answer: which entries of a knowledge base a question in Thai is about, and when none is.

Thai has no spaces between words, and people mistype, so texts are compared by runs of three and four characters:
BM25 (Robertson and Zaragoza 2009) with the weight of rare runs squared. Nothing is learned and nothing is downloaded.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import log, sqrt

from handlers.questions.stopwords import weigh_letters

NGRAM_SIZES = (3, 4)
"""Characters of a run."""

BM25_K1, BM25_B = 1.2, 0.9
"""BM25's k1 and b: how soon a run that comes again counts no more, and how much a long text is held back."""

MAX_POSTINGS = 12_000
"""Places that one question looks at, rarest runs first: a few milliseconds, however large the base."""

MAX_CANDIDATES = 16
"""Texts of which the whole question is asked."""

MIN_SHARE, LONE_MATCH_FACTOR = 0.22, 1.3
"""How near an entry must be, or nobody knows the answer: its share of the question, times `ALONE` less the next one's
part of its score. An entry that is as near as others shares what many have. Tuned on one half of the questions in
benchmarks/asked; the figures of the other half stand in docs/decisions/0017."""

SURE_SHARE, SURE_MARGIN = 0.6, 0.5
"""The share of a sure answer, and how far the next one must be behind it: as a part of its score."""

MAX_QUERY_LENGTH = 2_000
"""Characters of a question that are looked at."""

_SEPARATORS = re.compile(r"[^\w\u0e00-\u0e7f]+")
_HYPHEN = re.compile(r"(?<=[a-z])-(?=[a-z])")  # e-mail
_REPEATED_LETTER = re.compile(r"([^\W\d])\1{2,}")  # มากกกก
_POLITE_PHRASES = re.compile(
    r"^(?:สวัสดี|รบกวน|ขอ|สอบถาม|อยากทราบ|อยากรู้|อยากถาม|ถาม|หน่อย|ว่า|เรื่อง)*"
    r"|(?:หน่อย|นะ|น่ะ|จ้า|จ้ะ|ฮะ|ครับผม|ครับ|คับ|ค่ะ|คะ|คร่า|ค้าบ|ๆ)+$"
)
_NO_POSTINGS = array("I")
_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


@dataclass(frozen=True, slots=True)
class IndexedEntry:
    """Something that can be found. texts: the question, other ways to ask it, the answer; each is looked at alone."""

    id: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndexHit:
    """An entry that is near. sure: it may be answered at once.

    share: how much of the question it has, 0 to 1, each run by how rare it is and how much it tells.
    """

    id: str
    score: float
    share: float
    sure: bool = False


@dataclass(frozen=True)
class NgramIndex:
    """A base made ready for questions. It never changes: another base is another index.

    places: for each run, where it stands, as text number << 8 | how often, ascending. lengths: what BM25 adds for
    each text. owners: the entry of each text; firsts: the first text of each entry;
    sizes: the runs of each text.
    """

    entry_ids: Sequence[str]
    postings: Mapping[str, "array[int]"]
    length_norms: "array[float]"
    text_owners: "array[int]"
    first_texts: "array[int]"
    text_sizes: "array[int]"

    @classmethod
    def build(cls, entries: Iterable[IndexedEntry]) -> "NgramIndex":
        """The index of a base."""
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
        """The entries that a question may be about, the nearest first; none where nobody knows."""
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
        told = IndexHit(first.id, first.score, first.share, sure)
        return (told, *(one for _, one in others[: most - 1] if one.share >= first.share / 2))

    def rank(self, question: str, most: int) -> list[IndexHit]:
        """The nearest entries, whatever their distance."""
        return [found for _, found in self._find_top(question, most)]

    def _find_top(self, question: str, most: int) -> list[tuple[int, IndexHit]]:
        """The nearest entries, each with its number."""
        spoken = _strip_politeness(question[:MAX_QUERY_LENGTH])
        tells = _weigh_ngrams(spoken)
        rare = self._weigh_rarity(tells)
        weights = {run: weight * sqrt(tells[run]) for run, weight in rare.items()}
        best = dict[int, float]()
        for text in self._preselect_texts(weights):
            owner = self.text_owners[text]
            best[owner] = max(best.get(owner, 0.0), self._score_text(text, weights))
        top = sorted(best, key=lambda owner: (-best[owner], owner))[:most]
        shares = {run: weight * tells[run] for run, weight in rare.items()}
        whole = sum(shares.values())
        return [
            (o, IndexHit(self.entry_ids[o], best[o], self._compute_share(o, shares) / whole)) for o in top
        ]

    def _weigh_rarity(self, asked: Iterable[str]) -> dict[str, float]:
        """The runs of a question by how rare they are; one that stands nowhere weighs most."""
        texts = len(self.text_owners)

        def inverse_frequency(standing: int) -> float:
            return log(1 + (texts - standing + 0.5) / (standing + 0.5))

        return {run: inverse_frequency(len(self.postings.get(run, ()))) for run in asked}

    def _preselect_texts(self, weights: Mapping[str, float]) -> list[int]:
        """The texts that have the most of the rarer runs: those that are worth to be looked at in full."""
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
        """BM25 of a text."""
        often = ((self._count_ngram(run, text), weight) for run, weight in weights.items())
        return sum(weight**2 * count / (count + self.length_norms[text]) for count, weight in often)

    def _is_exact_match(self, question: str, owner: int) -> bool:
        """Whether a question is, word for word, a text of an entry."""
        asked = split_ngrams(question[:MAX_QUERY_LENGTH])
        same = (text for text in self._text_range(owner) if self.text_sizes[text] == len(asked))
        return any(all(self._count_ngram(run, text) for run in asked) for text in same)

    def _has_names(self, question: str, owner: int) -> bool:
        """Whether an entry has what a question says in Latin letters or numbers, which are names: TCAS, ม.6."""
        names = (
            r for r, tells in _weigh_ngrams(question[:MAX_QUERY_LENGTH]).items() if r.isascii() and tells == 1
        )
        return all(any(self._count_ngram(run, text) for text in self._text_range(owner)) for run in names)

    def _text_range(self, owner: int) -> range:
        return range(self.first_texts[owner], self.first_texts[owner + 1])

    def _compute_share(self, owner: int, shares: Mapping[str, float]) -> float:
        """How much of a question stands anywhere in an entry."""
        texts = self._text_range(owner)
        return sum(
            much for run, much in shares.items() if any(self._count_ngram(run, text) for text in texts)
        )

    def _count_ngram(self, run: str, text: int) -> int:
        """How often a run stands in a text."""
        places = self.postings.get(run, _NO_POSTINGS)
        at = bisect_left(places, text << 8)
        return places[at] & 255 if at < len(places) and places[at] >> 8 == text else 0


def split_ngrams(text: str) -> list[str]:
    """The runs of a text, within its words: case, width, Thai digits and letters held down do not matter."""
    found = list[str]()
    for word in _split_words(text):
        for size in _choose_sizes(word):
            found += [word[at : at + size] for at in range(len(word) - size + 1)]
    return found


def _split_words(text: str) -> list[str]:
    # NFKC takes ำ apart, and people type it both ways: apart is one way.
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_THAI_DIGITS)
    return [word for word in _SEPARATORS.split(_HYPHEN.sub("", _REPEATED_LETTER.sub(r"\1", plain))) if word]


def _choose_sizes(word: str) -> Sequence[int]:
    return NGRAM_SIZES if len(word) >= NGRAM_SIZES[0] else (len(word),)


def _weigh_ngrams(text: str) -> dict[str, float]:
    """How much each run of a text tells of what it is about: the mean of its letters, where it tells most."""
    found = dict[str, float]()
    for word in _split_words(text):
        tells = weigh_letters(word)
        for size in _choose_sizes(word):
            for at in range(len(word) - size + 1):
                run = word[at : at + size]
                found[run] = max(found.get(run, 0.0), sum(tells[at : at + size]) / size)
    return found


def _strip_politeness(question: str) -> str:
    """A question without what is said out of politeness and tells nothing of it; itself where that is all.

    A word that would be left without a run stays whole: what is left of it would be found in no text.
    """
    told = ((_POLITE_PHRASES.sub("", word), word) for word in question.split())
    return " ".join(cut if len(cut) >= NGRAM_SIZES[0] else word for cut, word in told if cut) or question
