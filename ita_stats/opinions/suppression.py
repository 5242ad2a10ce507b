"""Suppression of a consultation's figures, so that nobody can derive the answers of fewer than `least` people.

docs/decisions/0022 has the proof of these rules; `least` is 5 by default.
A question with one answer a person: the cells and those who gave none add up to all responses. Small cells (1 to
least - 1) are suppressed, and with them the next smallest, until the suppressed cells hold 2 * least - 1 responses
together. `least` would do; this many also leave open which of two cells is the small one, to a reader who knows the
rules. Split by account: what is small on either side is suppressed on both, and further cells until each side
suppresses enough. A question with several answers a person: each cell is decided by itself, as long as the number of
people who answered is suppressed.
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
    """The shown figures of a question: the number who answered, and each cell."""

    answered: ResponseCounts
    cells: Mapping[str, ResponseCounts]


@dataclass(frozen=True, slots=True)
class ResponseSuppression:
    """Suppresses a consultation's figures. `salt`: a secret, so that choices among equal cells reveal nothing."""

    responses: AccountWebCounts
    least: int
    salt: bytes

    def has_too_few(self) -> bool:
        """Whether there are so few responses that only this may be published."""
        return self.responses.all < self.least

    @property
    def can_split(self) -> bool:
        """Whether figures may be split by account. An empty side reveals nobody."""
        return not self._has_small(self.responses)

    @property
    def _is_plenty(self) -> bool:
        """Whether each non-empty side has enough responses for its cells to hide behind each other."""
        return all(not n or n >= 2 * self.least for n in (self.responses.account, self.responses.web))

    def get_total(self) -> ResponseCounts:
        """Return the counts of all responses. They are safe where each side is empty or large enough."""
        return _build_counts(self.responses, False, not self.can_split)

    def suppress_answers(self, line: AnswerCounts) -> VisibleAnswers:
        """Return the figures of a question that may be shown."""
        return self._suppress_several(line) if line.allows_several else self._suppress_single(line)

    def suppress_theme(self, writers: int) -> int | None:
        """Return a theme's number of responses, shown where neither they nor all others are a few."""
        return None if self._is_small(writers) or self._is_small(self.responses.all - writers) else writers

    def _suppress_single(self, line: AnswerCounts) -> VisibleAnswers:
        """Suppress a question with one answer a person."""
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
        shown = {
            c: ResponseCounts() if c in hidden else self._show_counts(n, c not in split)
            for c, n in line.cells.items()
        }
        return VisibleAnswers(answered, shown)

    def _add_complementary(
        self, line: AnswerCounts, cells: Mapping[str, AccountWebCounts], small: set[str], both: bool = False
    ) -> set[str]:
        """Return small cells with the next smallest, until enough responses are suppressed. `both`: on each side."""
        hidden, rest = set(small), self._sort_smallest_first(line, cells, small)
        while hidden and (wanting := self._find_lacking_sides([cells[c] for c in hidden], both)):
            found = next(c for c in rest if any(getattr(cells[c], side) for side in wanting))
            rest.remove(found)
            hidden.add(found)
        return hidden

    def _find_lacking_sides(self, hidden: Iterable[AccountWebCounts], both: bool) -> list[str]:
        """Return the sides of which too few responses are suppressed. An empty side needs none."""
        sides = [s for s in ("account", "web") if getattr(self.responses, s)] if both else ["all"]
        enough = {side: min(2 * self.least - 1, getattr(self.responses, side)) for side in sides}
        return [side for side in sides if sum(getattr(n, side) for n in hidden) < enough[side]]

    def _sort_smallest_first(
        self, line: AnswerCounts, cells: Mapping[str, AccountWebCounts], small: set[str]
    ) -> list[str]:
        return sorted(cells.keys() - small, key=lambda c: (cells[c].all, self._hash_order(line.code, c)))

    def _suppress_several(self, line: AnswerCounts) -> VisibleAnswers:
        """Suppress a question with several answers a person: show all, or all unsplit, or decide cell by cell."""
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
        # The number who answered follows where one cell has everybody.
        everybody = self.responses in line.cells.values()
        return VisibleAnswers(self.get_total() if everybody else ResponseCounts(), cells)

    def _show_counts(self, n: AccountWebCounts, apart: bool) -> ResponseCounts:
        """Return the counts of a shown cell. A cell with everybody is split like the total, which is known."""
        return self.get_total() if n == self.responses else _build_counts(n, False, not apart)

    def _can_show_all(self, line: AnswerCounts, side: str) -> bool:
        """Whether the number who answered may be shown with every cell.

        It may not where a few people were silent, left out a cell, or picked further ones.
        """
        answered: int = getattr(line.answered, side)
        picked = [getattr(n, side) for n in line.cells.values()]
        numbers = [getattr(self.responses, side) - answered, answered, sum(picked) - answered]
        numbers += [*picked, *(answered - n for n in picked)]
        return not any(map(self._is_small, numbers))

    def _is_small(self, number: int) -> bool:
        return 0 < number < self.least

    def _has_small(self, pair: AccountWebCounts) -> bool:
        return self._is_small(pair.account) or self._is_small(pair.web)

    def _hash_order(self, *names: str) -> bytes:
        """Return a sort key that cannot be predicted without the salt."""
        return sha256(b"\n".join([self.salt, *(name.encode() for name in names)])).digest()


def _build_counts(n: AccountWebCounts, hidden: bool, split: bool) -> ResponseCounts:
    if hidden:
        return ResponseCounts()
    if not n.all:
        return ResponseCounts(0, 0, 0)
    return ResponseCounts(n.all) if split else ResponseCounts(n.all, n.account, n.web)
