"""Counts the voices of a consultation, question by question: exact figures, which nobody outside the office sees."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from ita_stats.voice import Asked, Consultation, Kind, Stance, Voice

SCALE = ("1", "2", "3", "4", "5")


@dataclass(frozen=True, slots=True)
class Pair:
    """How many voices have an account, and how many came by the web page without one."""

    account: int = 0
    web: int = 0

    @property
    def all(self) -> int:
        """Both."""
        return self.account + self.web

    def __sub__(self, other: "Pair") -> "Pair":
        return Pair(self.account - other.account, self.web - other.web)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was asked: a question, or one statement of it. cells: the voices of each possible answer.

    answered: who gave at least one answer; several: whether one voice may be in more than one cell.
    """

    code: str
    label: str
    cells: Mapping[str, Pair]
    labels: Mapping[str, str]
    answered: Pair
    several: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """The exact figures of a consultation: all voices, and the lines of each question in their order."""

    voices: Pair
    lines: Mapping[str, tuple[Line, ...]]


def counted(consultation: Consultation, voices: Sequence[Voice]) -> Tally:
    """The exact figures. Answers that a question does not have are as if they had not been given."""
    sides = [v for v in voices if v.has_account], [v for v in voices if not v.has_account]
    lines = {one.key: tuple(_lines(one, sides)) for one in consultation.questions}
    return Tally(Pair(*map(len, sides)), lines)


_Sides = tuple[Sequence[Voice], Sequence[Voice]]


def _lines(asked: Asked, sides: _Sides) -> Iterator[Line]:
    match asked.kind:
        case Kind.TEXT:
            return
        case Kind.STATEMENTS:
            yield from _statements(asked, sides)
        case Kind.CHOICES:
            yield _several(asked, sides)
        case _:
            yield _single(asked, sides)


def _single(asked: Asked, sides: _Sides) -> Line:
    """One answer of several. On a scale the options are 1 to 5, whatever the question calls them."""
    labels = {n: asked.options.get(n, n) for n in SCALE} if asked.kind is Kind.SCALE else dict(asked.options)
    found = [_picked(asked.key, side) for side in sides]
    cells = {code: Pair(*(one[frozenset((code,))] for one in found)) for code in labels}
    answered = Pair(sum(p.account for p in cells.values()), sum(p.web for p in cells.values()))
    return Line(asked.key, "", cells, labels, answered)


def _several(asked: Asked, sides: _Sides) -> Line:
    found, known = [_picked(asked.key, side) for side in sides], frozenset(asked.options)
    cells = {
        code: Pair(*(sum(n for picks, n in one.items() if code in picks) for one in found)) for code in known
    }
    answered = Pair(*(sum(n for picks, n in one.items() if picks & known) for one in found))
    cells = {code: cells[code] for code in asked.options}
    return Line(asked.key, "", cells, dict(asked.options), answered, several=True)


def _statements(asked: Asked, sides: _Sides) -> Iterator[Line]:
    found = [
        Counter(chain.from_iterable(v.stances[asked.key].items() for v in side if asked.key in v.stances))
        for side in sides
    ]
    for code, label in asked.options.items():
        cells = {stance.value: Pair(*(one[code, stance] for one in found)) for stance in Stance}
        answered = Pair(sum(p.account for p in cells.values()), sum(p.web for p in cells.values()))
        yield Line(f"{asked.key}/{code}", label, cells, {s.value: "" for s in Stance}, answered)


_NONE: frozenset[str] = frozenset()


def _picked(key: str, side: Sequence[Voice]) -> Counter[frozenset[str]]:
    """Equal answers together, so that a hundred thousand voices are a few dozen."""
    return Counter(v.picks.get(key, _NONE) for v in side)
