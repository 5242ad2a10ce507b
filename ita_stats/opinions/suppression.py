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

NO_ANSWER = ""
"""The cell of those who did not answer."""


@dataclass(frozen=True, slots=True)
class VisibleAnswers:
    """What is shown of a line: who answered, and each cell."""

    answered: ResponseCounts
    cells: Mapping[str, ResponseCounts]


@dataclass(frozen=True, slots=True)
class ResponseSuppression:
    """What protects the figures of one consultation. salt: a secret, so that the choice among equals tells nothing."""

    responses: AccountWebCounts
    least: int
    salt: bytes

    def has_too_few(self) -> bool:
        """Whether there are so few voices in all that only this may be told."""
        return self.responses.all < self.least

    @property
    def can_split(self) -> bool:
        """Whether voices with an account are told from those without. An empty side tells of nobody."""
        return not self._has_small(self.responses)

    @property
    def _is_plenty(self) -> bool:
        """Whether each side that is not empty has so many voices that cells of it can hide behind each other."""
        return all(not n or n >= 2 * self.least for n in (self.responses.account, self.responses.web))

    def get_total(self) -> ResponseCounts:
        """All voices; one side being empty or large enough tells nobody."""
        return _build_counts(self.responses, False, not self.can_split)

    def suppress_answers(self, line: AnswerCounts) -> VisibleAnswers:
        """A line, as much of it as may be shown."""
        return self._suppress_several(line) if line.allows_several else self._suppress_single(line)

    def suppress_theme(self, voices: int) -> int | None:
        """How many voices a theme has: told where neither those nor all others are a few."""
        return None if self._is_small(voices) or self._is_small(self.responses.all - voices) else voices

    def _suppress_single(self, line: AnswerCounts) -> VisibleAnswers:
        """Each voice in one cell, or silent."""
        cells = {**line.cells, NO_ANSWER: self.responses - line.answered}
        hidden = self._add_complementary(line, cells, {c for c, n in cells.items() if self._is_small(n.all)})
        split = set(cells)
        if self._is_plenty:
            small = hidden | {c for c, n in cells.items() if self._has_small(n)}
            split = self._add_complementary(line, cells, small, both=True)
        answered = (
            ResponseCounts()
            if NO_ANSWER in hidden
            else self._show_counts(line.answered, NO_ANSWER not in split)
        )
        told = {
            c: ResponseCounts() if c in hidden else self._show_counts(n, c not in split)
            for c, n in line.cells.items()
        }
        return VisibleAnswers(answered, told)

    def _add_complementary(
        self, line: AnswerCounts, cells: Mapping[str, AccountWebCounts], small: set[str], both: bool = False
    ) -> set[str]:
        """Small cells, and the next smallest until as many voices are hidden as are needed. both: on each side."""
        hidden, rest = set(small), self._sort_smallest_first(line, cells, small)
        while hidden and (wanting := self._find_lacking_sides([cells[c] for c in hidden], both)):
            found = next(c for c in rest if any(getattr(cells[c], side) for side in wanting))
            rest.remove(found)
            hidden.add(found)
        return hidden

    def _find_lacking_sides(self, hidden: Iterable[AccountWebCounts], both: bool) -> list[str]:
        """Of which sides too few voices are hidden. A side that is empty needs none."""
        sides = [s for s in ("account", "web") if getattr(self.responses, s)] if both else ["all"]
        enough = {side: min(2 * self.least - 1, getattr(self.responses, side)) for side in sides}
        return [side for side in sides if sum(getattr(n, side) for n in hidden) < enough[side]]

    def _sort_smallest_first(
        self, line: AnswerCounts, cells: Mapping[str, AccountWebCounts], small: set[str]
    ) -> list[str]:
        return sorted(cells.keys() - small, key=lambda c: (cells[c].all, self._hash_order(line.code, c)))

    def _suppress_several(self, line: AnswerCounts) -> VisibleAnswers:
        """Each voice in as many cells as it likes: all of the line, or all without the split, or cell by cell."""
        sides = ("account", "web")
        if self._can_show_all(line, "all"):
            apart = self.can_split and all(self._can_show_all(line, side) for side in sides)
            cells = {code: self._show_counts(n, apart) for code, n in line.cells.items()}
            return VisibleAnswers(self._show_counts(line.answered, apart), cells)
        cells = {}
        for code, n in line.cells.items():
            others = self.responses - n
            hidden = self._is_small(n.all) or self._is_small(others.all)
            split = hidden or not self.can_split or self._has_small(n) or self._has_small(others)
            cells[code] = _build_counts(n, hidden, split)
        # Who answered follows where one cell has everybody.
        everybody = self.responses in line.cells.values()
        return VisibleAnswers(self.get_total() if everybody else ResponseCounts(), cells)

    def _show_counts(self, n: AccountWebCounts, apart: bool) -> ResponseCounts:
        """A figure that is shown; that of everybody is known apart, too."""
        return self.get_total() if n == self.responses else _build_counts(n, False, not apart)

    def _can_show_all(self, line: AnswerCounts, side: str) -> bool:
        """Whether who answered may be shown beside every cell: no few were silent, or left a cell, or picked more."""
        answered: int = getattr(line.answered, side)
        picked = [getattr(n, side) for n in line.cells.values()]
        told = [getattr(self.responses, side) - answered, answered, sum(picked) - answered]
        told += [*picked, *(answered - n for n in picked)]
        return not any(map(self._is_small, told))

    def _is_small(self, number: int) -> bool:
        return 0 < number < self.least

    def _has_small(self, pair: AccountWebCounts) -> bool:
        return self._is_small(pair.account) or self._is_small(pair.web)

    def _hash_order(self, *names: str) -> bytes:
        """An order that nobody knows who has not the salt."""
        return sha256(b"\n".join([self.salt, *(name.encode() for name in names)])).digest()


def _build_counts(n: AccountWebCounts, hidden: bool, split: bool) -> ResponseCounts:
    if hidden:
        return ResponseCounts()
    if not n.all:
        return ResponseCounts(0, 0, 0)
    return ResponseCounts(n.all) if split else ResponseCounts(n.all, n.account, n.web)
