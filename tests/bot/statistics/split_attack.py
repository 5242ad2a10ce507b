"""Two readers of everything that an office printed: one knows arithmetic and what is usual, the other knows the rule.

Both are written without regard to how splits are counted and stored: they read releases as published.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations_with_replacement, pairwise, product

import highspy

from ita_stats.cases.model import REST_CODE, Breakdown, StatisticsTables

DIMENSIONS = ("categories", "sources", "outcomes")
MEASURES = ("first_answer", "came_back", "satisfaction")
"""What is told of how well the desk worked, in the same way."""
TableKey = tuple[str, str, str]
"""Dimension, what is split, and until when it was recorded."""
FEW = 5


@dataclass(frozen=True)
class PrintedSplit:
    """A split as printed: the cases of shown lines, the folded lines, and what these have together (None: untold)."""

    shown: Mapping[str, int]
    folded: tuple[str, ...]
    rest: int | None

    @property
    def total(self) -> int:
        """All cases of a split that is told."""
        return sum(self.shown.values()) + (self.rest or 0)


def read_split(lines: Sequence[Breakdown]) -> PrintedSplit | None:
    """Read a split; None where it is not told."""
    figures = {line.code: line.figures.received for line in lines}
    if all(figure is None for figure in figures.values()):
        return None
    rest = figures.pop(REST_CODE, None)
    return PrintedSplit(
        {code: figure for code, figure in figures.items() if figure is not None},
        tuple(code for code, figure in figures.items() if figure is None),
        rest,
    )


def read_told_splits(published: Sequence[StatisticsTables]) -> dict[TableKey, PrintedSplit]:
    """Read every split of all files. Raises AssertionError where two files tell one split in two ways."""
    found: dict[TableKey, PrintedSplit] = {}
    for number, tables in enumerate(published):
        for name in (*DIMENSIONS, *MEASURES):
            lines = getattr(tables if name in DIMENSIONS else tables.measures, name, ())
            split = read_split(lines)
            if split is None:
                continue
            if tables.splits is not None:
                key = (name, tables.splits.span.code, tables.splits.recorded_until.isoformat())
            else:  # of an earlier version: of its own period
                key = (name, f"{tables.period.code} {tables.layout} {number}", tables.as_of.isoformat())
            assert found.setdefault(key, split) == split, f"{key} is told twice"
    return found


Term = tuple[TableKey, str, float]
"""A line of a split, with its factor in a sum."""


class ArithmeticReader:
    """Integer programming: every line is an unknown of each split, every printed figure an equation.

    Rows and totals are split by nothing, so they add no equation; and what becomes of a case later is in no split but
    that of its last closing, so whether closed cases stay closed adds none either.

    growths: pairs of splits of which the later one is taken to have the cases of the earlier and some more.
    """

    def __init__(
        self, told: Mapping[TableKey, PrintedSplit], growths: Sequence[tuple[TableKey, TableKey]] = ()
    ) -> None:
        self.solver = highspy.Highs()
        self.solver.setOptionValue("output_flag", False)
        self.columns: dict[tuple[TableKey, str], int] = {}
        self.folded = [(key, line) for key, split in told.items() for line in split.folded]
        for key, split in told.items():
            for line in (*split.shown, *split.folded):
                self.columns[key, line] = len(self.columns)
                value = split.shown.get(line)
                self.solver.addVar(*((0, 10_000) if value is None else (value, value)))
                self.solver.changeColIntegrality(self.columns[key, line], highspy.HighsVarType.kInteger)
            if split.rest is not None:
                self._add_row(split.rest, split.rest, [(key, line, 1.0) for line in split.folded])
        self._add_known_sums(told)
        for one, later in growths:
            for line in (*told[one].shown, *told[one].folded):
                self._add_row(0, highspy.kHighsInf, [(later, line, 1.0), (one, line, -1.0)])

    def _add_known_sums(self, told: Mapping[TableKey, PrintedSplit]) -> None:
        """Who came back was told online, and whose first answer was counted was received: a sum for each."""
        for (name, *rest), split in told.items():
            beside = {"came_back": ("sources", ["online"]), "first_answer": ("sources", None)}.get(name)
            if beside is None or (key := (beside[0], rest[0], rest[1])) not in told:
                continue
            lines = beside[1] or [*told[key].shown, *told[key].folded]
            self._add_row(split.total, split.total, [(key, line, 1.0) for line in lines])

    def _add_row(self, low: float, high: float, parts: Sequence[Term]) -> None:
        index = [self.columns[key, line] for key, line, _ in parts]
        self.solver.addRow(low, high, len(index), index, [factor for *_, factor in parts])

    def find_solved_cells(self) -> list[tuple[TableKey, str]]:
        """The folded lines that can only be one number."""
        return [cell for cell in self.folded if self.find_value([(*cell, 1.0)]) is not None]

    def find_value(self, parts: Sequence[Term]) -> int | None:
        """The only value that a sum of lines can have; None where it can have several, or nothing fits at all."""
        low, high = (self._find_least(parts, sign) for sign in (1.0, -1.0))
        return low if low is not None and high is not None and low == -high else None

    def _find_least(self, parts: Sequence[Term], sign: float) -> int | None:
        for column in range(len(self.columns)):
            self.solver.changeColCost(column, 0.0)
        for key, line, factor in parts:
            self.solver.changeColCost(self.columns[key, line], sign * factor)
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return round(self.solver.getInfo().objective_function_value)


def find_solved_growths(told: Mapping[TableKey, PrintedSplit]) -> list[tuple[TableKey, str, int]]:
    """What a few cases were that came between two splits of a span: lines that grew by a known number of few."""
    found = []
    for one, later in pairwise(sorted(told)):
        few = 0 < told[later].total - told[one].total < FEW
        if one[:2] != later[:2] or not few:
            continue
        lines = {*told[one].shown, *told[one].folded} & {*told[later].shown, *told[later].folded}
        pair = {one: told[one], later: told[later]}
        reader = ArithmeticReader(pair, [(one, later)])
        for line in sorted(lines):
            grown = reader.find_value([(later, line, 1.0), (one, line, -1.0)])
            found += [(later, line, grown)] if grown and grown < FEW else []
    return found


@cache
def find_possible_values(
    split: tuple[tuple[int, ...], int, int], least: int, own: int = 0
) -> tuple[int, ...]:
    """The values that a folded line may have, for who knows the rule (docs/decisions/0026-splits-told-once.md).

    split: the shown figures, the number of folded lines, and what these have together; own: cases of the line that the
    reader knows. Every way in which the folded lines may be a few lines below `least` and the smallest others that
    joined is tried; of equal lines any may have joined.
    """
    shown, lines, rest = split
    return tuple(
        sorted(
            {
                value
                for values in _list_partitions(rest, lines)
                if _may_be_folded(values, min(shown), least)
                for value in values
                if value >= own
            }
        )
    )


def _list_partitions(rest: int, lines: int) -> Iterator[tuple[int, ...]]:
    """All ways in which so many lines have `rest` cases together, in ascending order."""
    if lines > 4:  # five lines and more are plenty: values of the two smallest are varied only
        yield from _list_spread(rest, lines)
        return
    for values in combinations_with_replacement(range(rest + 1), lines - 1):
        last = rest - sum(values)
        if last >= (values[-1] if values else 0):
            yield (*values, last)


def _list_spread(rest: int, lines: int) -> Iterator[tuple[int, ...]]:
    for values in product(range(min(rest, 6) + 1), repeat=lines - 1):
        if sum(values) <= rest:
            yield tuple(sorted((*values, rest - sum(values))))


def _may_be_folded(values: Sequence[int], smallest_shown: int, least: int) -> bool:
    """Whether lines of these values, and no others, are folded."""
    few = [value for value in values if value < least]
    joined = sorted(value for value in values if value >= least)
    if not few or (joined and joined[-1] > smallest_shown):
        return False
    for count in range(len(joined) + 1):
        rest = [*few, *joined[:count]]
        reveals = (
            len(rest) < 2
            or sum(rest) < least
            or (len(rest) >= 3 and max(rest) < least and sum(rest) > (least - 1) * len(rest) - 2)
        )
        if not reveals:
            return count == len(joined)
    return False


def find_solved_by_rule(
    told: Mapping[TableKey, PrintedSplit], least_by_span: Mapping[str, int]
) -> list[TableKey]:
    """The splits of which somebody who knows the rule can tell a folded line, also with a case of their own."""
    found = []
    for key, split in told.items():
        if split.rest is None or key[1] not in least_by_span:
            continue
        asked = (tuple(sorted(split.shown.values())), len(split.folded), split.rest)
        if any(len(find_possible_values(asked, least_by_span[key[1]], own)) < 2 for own in (0, 1)):
            found.append(key)
    return found
