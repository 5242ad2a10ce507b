"""Decides which figures of a consultation are not shown, so that nobody can work out the voices of fewer than a few.

The rules, of which docs/decisions/0022 has the proof. `least` is below how many nothing is told (5).
A line whose cells and silent voices sum to all voices: small cells are hidden (1 to least - 1), and with them the
next smallest until the hidden ones hold enough voices together: `least` would do, and twice as many less one leave
open, too, which of two is the small one, to who knows these rules. With accounts told apart: what is small on either
side is hidden on both, and further cells until each side hides enough. Where a voice may be in several cells, each
stands for itself, so long as who answered is not shown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from ita_stats.opinions.results import ResponseCounts
from ita_stats.opinions.tally import AccountWebCounts, AnswerCounts

SILENT = ""
"""The cell of those who did not answer."""


@dataclass(frozen=True, slots=True)
class VisibleAnswers:
    """What is shown of a line: who answered, and each cell."""

    answered: ResponseCounts
    cells: Mapping[str, ResponseCounts]


@dataclass(frozen=True, slots=True)
class ResponseSuppression:
    """What protects the figures of one consultation. salt: a secret, so that the choice among equals tells nothing."""

    voices: AccountWebCounts
    least: int
    salt: bytes

    def is_few(self) -> bool:
        """Whether there are so few voices in all that only this may be told."""
        return self.voices.all < self.least

    @property
    def apart(self) -> bool:
        """Whether voices with an account are told from those without. An empty side tells of nobody."""
        return not self._small(self.voices)

    @property
    def _is_plenty(self) -> bool:
        """Whether each side that is not empty has so many voices that cells of it can hide behind each other."""
        return all(not n or n >= 2 * self.least for n in (self.voices.account, self.voices.web))

    def of_all(self) -> ResponseCounts:
        """All voices; one side being empty or large enough tells nobody."""
        return _figures(self.voices, False, not self.apart)

    def over(self, line: AnswerCounts) -> VisibleAnswers:
        """A line, as much of it as may be shown."""
        return self._several(line) if line.several else self._single(line)

    def theme(self, voices: int) -> int | None:
        """How many voices a theme has: told where neither those nor all others are a few."""
        return None if self._is_small(voices) or self._is_small(self.voices.all - voices) else voices

    def _single(self, line: AnswerCounts) -> VisibleAnswers:
        """Each voice in one cell, or silent."""
        cells = {**line.cells, SILENT: self.voices - line.answered}
        hidden = self._until(line, cells, {c for c, n in cells.items() if self._is_small(n.all)})
        split = set(cells)
        if self._is_plenty:
            small = hidden | {c for c, n in cells.items() if self._small(n)}
            split = self._until(line, cells, small, both=True)
        answered = ResponseCounts() if SILENT in hidden else self._told(line.answered, SILENT not in split)
        told = {
            c: ResponseCounts() if c in hidden else self._told(n, c not in split)
            for c, n in line.cells.items()
        }
        return VisibleAnswers(answered, told)

    def _until(
        self, line: AnswerCounts, cells: Mapping[str, AccountWebCounts], small: set[str], both: bool = False
    ) -> set[str]:
        """Small cells, and the next smallest until as many voices are hidden as are needed. both: on each side."""
        hidden, rest = set(small), self._smallest_first(line, cells, small)
        while hidden and (wanting := self._wanting([cells[c] for c in hidden], both)):
            found = next(c for c in rest if any(getattr(cells[c], side) for side in wanting))
            rest.remove(found)
            hidden.add(found)
        return hidden

    def _wanting(self, hidden: Iterable[AccountWebCounts], both: bool) -> list[str]:
        """Of which sides too few voices are hidden. A side that is empty needs none."""
        sides = [s for s in ("account", "web") if getattr(self.voices, s)] if both else ["all"]
        enough = {side: min(2 * self.least - 1, getattr(self.voices, side)) for side in sides}
        return [side for side in sides if sum(getattr(n, side) for n in hidden) < enough[side]]

    def _smallest_first(
        self, line: AnswerCounts, cells: Mapping[str, AccountWebCounts], small: set[str]
    ) -> list[str]:
        return sorted(cells.keys() - small, key=lambda c: (cells[c].all, self._chance(line.code, c)))

    def _several(self, line: AnswerCounts) -> VisibleAnswers:
        """Each voice in as many cells as it likes: all of the line, or all without the split, or cell by cell."""
        sides = ("account", "web")
        if self._whole(line, "all"):
            apart = self.apart and all(self._whole(line, side) for side in sides)
            cells = {code: self._told(n, apart) for code, n in line.cells.items()}
            return VisibleAnswers(self._told(line.answered, apart), cells)
        cells = {}
        for code, n in line.cells.items():
            others = self.voices - n
            hidden = self._is_small(n.all) or self._is_small(others.all)
            split = hidden or not self.apart or self._small(n) or self._small(others)
            cells[code] = _figures(n, hidden, split)
        # Who answered follows where one cell has everybody.
        everybody = self.voices in line.cells.values()
        return VisibleAnswers(self.of_all() if everybody else ResponseCounts(), cells)

    def _told(self, n: AccountWebCounts, apart: bool) -> ResponseCounts:
        """A figure that is shown; that of everybody is known apart, too."""
        return self.of_all() if n == self.voices else _figures(n, False, not apart)

    def _whole(self, line: AnswerCounts, side: str) -> bool:
        """Whether who answered may be shown beside every cell: no few were silent, or left a cell, or picked more."""
        answered: int = getattr(line.answered, side)
        picked = [getattr(n, side) for n in line.cells.values()]
        told = [getattr(self.voices, side) - answered, answered, sum(picked) - answered]
        told += [*picked, *(answered - n for n in picked)]
        return not any(map(self._is_small, told))

    def _is_small(self, number: int) -> bool:
        return 0 < number < self.least

    def _small(self, pair: AccountWebCounts) -> bool:
        return self._is_small(pair.account) or self._is_small(pair.web)

    def _chance(self, *names: str) -> bytes:
        """An order that nobody knows who has not the salt."""
        return sha256(b"\n".join([self.salt, *(name.encode() for name in names)])).digest()


def _figures(n: AccountWebCounts, hidden: bool, split: bool) -> ResponseCounts:
    if hidden:
        return ResponseCounts()
    if not n.all:
        return ResponseCounts(0, 0, 0)
    return ResponseCounts(n.all) if split else ResponseCounts(n.all, n.account, n.web)
