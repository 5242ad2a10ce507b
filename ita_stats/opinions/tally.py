"""Counts the voices of a consultation, question by question: exact figures, which nobody outside the office sees."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from ita_stats.voice import Asked, Consultation, Kind, Stance, Voice

TOGETHER = 2_000
"""Voices that are put in together."""
_NONE: frozenset[str] = frozenset()
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


@dataclass(frozen=True, slots=True)
class Box:
    """A ballot box: voices are put in, some at a time, and only how many said the same is kept of them.

    Of a hundred thousand voices so much memory is needed as of those that are put in together.
    """

    consultation: Consultation
    _sides: Counter[bool] = field(default_factory=Counter)
    _picks: dict[tuple[str, bool], Counter[frozenset[str]]] = field(default_factory=dict)
    _stances: dict[tuple[str, bool], Counter[tuple[str, Stance]]] = field(default_factory=dict)

    def put(self, voices: Iterable[Voice]) -> None:
        """Put in some voices. Answers that a question does not have are as if they had not been given."""
        sides: dict[bool, list[Voice]] = {True: [], False: []}
        for voice in voices:
            sides[voice.has_account].append(voice)
        for account, side in sides.items():
            self._sides[account] += len(side)
            for one in self.consultation.questions:
                key = one.key
                if one.kind is Kind.STATEMENTS:
                    said = (v.stances[key].items() for v in side if key in v.stances)
                    self._stances.setdefault((key, account), Counter()).update(chain.from_iterable(said))
                elif one.kind is not Kind.TEXT:
                    self._picks.setdefault((key, account), Counter()).update(
                        [v.picks.get(key, _NONE) for v in side]
                    )

    def opened(self) -> Tally:
        """The exact figures of all that was put in."""
        voices = Pair(self._sides[True], self._sides[False])
        return Tally(voices, {one.key: tuple(self._lines(one)) for one in self.consultation.questions})

    def _lines(self, asked: Asked) -> Iterator[Line]:
        """The lines of a question: equal answers were put together, so a hundred thousand voices are a few dozen."""
        none = Counter[frozenset[str]]()
        picks = [self._picks.get((asked.key, account), none) for account in (True, False)]
        match asked.kind:
            case Kind.TEXT:
                return
            case Kind.STATEMENTS:
                unsaid = Counter[tuple[str, Stance]]()
                stances = [self._stances.get((asked.key, account), unsaid) for account in (True, False)]
                yield from _statements(asked, stances)
            case Kind.CHOICES:
                yield _several(asked, picks)
            case _:
                yield _single(asked, picks)


def counted(consultation: Consultation, voices: Iterable[Voice]) -> Tally:
    """The exact figures of a consultation."""
    box, left = Box(consultation), iter(voices)
    while several := [*islice(left, TOGETHER)]:
        box.put(several)
    return box.opened()


def _single(asked: Asked, found: Sequence[Counter[frozenset[str]]]) -> Line:
    """One answer of several. On a scale the options are 1 to 5, whatever the question calls them."""
    labels = {n: asked.options.get(n, n) for n in SCALE} if asked.kind is Kind.SCALE else dict(asked.options)
    cells = {code: Pair(*(one[frozenset((code,))] for one in found)) for code in labels}
    answered = Pair(sum(p.account for p in cells.values()), sum(p.web for p in cells.values()))
    return Line(asked.key, "", cells, labels, answered)


def _several(asked: Asked, found: Sequence[Counter[frozenset[str]]]) -> Line:
    known = frozenset(asked.options)
    cells = {
        code: Pair(*(sum(n for picks, n in one.items() if code in picks) for one in found)) for code in known
    }
    answered = Pair(*(sum(n for picks, n in one.items() if picks & known) for one in found))
    cells = {code: cells[code] for code in asked.options}
    return Line(asked.key, "", cells, dict(asked.options), answered, several=True)


def _statements(asked: Asked, found: Sequence[Counter[tuple[str, Stance]]]) -> Iterator[Line]:
    for code, label in asked.options.items():
        cells = {stance.value: Pair(*(one[code, stance] for one in found)) for stance in Stance}
        answered = Pair(sum(p.account for p in cells.values()), sum(p.web for p in cells.values()))
        yield Line(f"{asked.key}/{code}", label, cells, {s.value: "" for s in Stance}, answered)
