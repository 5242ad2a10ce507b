"""Which lines of a split are printed as one, and what is told of days. Rules are in decision 0026.

A reader knows these rules and everything that was published; whatever is folded has at least two possible values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

MIN_CASES_OF_A_SPLIT = 10
"""Below it no split is told."""
MIN_LEAST = 5
"""`hide_below` of an office, or this where it is less."""
MEDIAN_CLASSES = ((0, 15), (16, 30), (31, 60), (61, 90), (91, 180), (181, None))
"""Classes of days, both ends included; the last has no end."""

ANSWER_CLASSES = ((0, 3), (4, 7), (8, 15), (16, 30), (31, None))
"""Classes of days to the first answer."""

MedianClass = tuple[int, int | None]
"""The first and the last day of a class."""


@dataclass(frozen=True, slots=True)
class FoldedLines:
    """A split as it may be told. shown: cases by line; rest: the cases of the folded lines together, None if none."""

    shown: Mapping[str, int]
    folded: tuple[str, ...] = ()
    rest: int | None = None

    @property
    def total(self) -> int:
        """All cases of the split."""
        return sum(self.shown.values()) + (self.rest or 0)


def fold_lines(cases: Mapping[str, int], hide_below: int, secret: bytes) -> FoldedLines | None:
    """Fold the lines that are few into one. None: no split may be told.

    cases: those of every line that could occur, zeros too. secret: of the desk and of this split. It decides which of
    equal lines joins, since that would tell a line of which the reader knows that it cannot have joined.
    """
    least = max(hide_below, MIN_LEAST)
    if sum(cases.values()) < MIN_CASES_OF_A_SPLIT:
        return None
    folded = [line for line, count in cases.items() if count < least]
    others = [line for line in cases if line not in folded]
    others.sort(key=lambda line: (cases[line], sha256(secret + line.encode()).digest()))
    while folded and others and _is_revealing([cases[line] for line in folded], least):
        folded.append(others.pop(0))
    if not others:
        return None
    names = tuple(line for line in cases if line in folded)
    shown = {line: count for line, count in cases.items() if line not in folded}
    return FoldedLines(shown, names, sum(cases[line] for line in names) if names else None)


def _is_revealing(rest: list[int], least: int) -> bool:
    """Whether one more line must join the rest: it is one line, few cases, or so many that each of its lines shows."""
    if len(rest) < 2 or sum(rest) < least:
        return True
    return len(rest) >= 3 and max(rest) < least and sum(rest) > (least - 1) * len(rest) - 2


def find_share_within(days: Mapping[int, int], deadline: int, hide_below: int) -> float | None:
    """Return the share within the deadline, from 0 to 1. None where too few were in time, or too few late.

    days: closed cases by the days that they took.
    """
    least, whole = max(hide_below, MIN_LEAST), sum(days.values())
    soon = sum(cases for took, cases in days.items() if took <= deadline)
    return round(soon / whole, 4) if min(soon, whole - soon) >= least else None


def find_median_class(
    median: float,
    days: Mapping[int, int],
    hide_below: int,
    classes: tuple[MedianClass, ...] = MEDIAN_CLASSES,
) -> MedianClass | None:
    """Return the class in which a median lies; None where too few cases are in that class, or are counted at all.

    median: in days, of `days`: closed cases by the days that they took. A half day belongs to the class above. Of fewer
    than ten, a class with nearly all of them would tell how many were in time where that share is not told.
    """
    if sum(days.values()) < MIN_CASES_OF_A_SPLIT:
        return None
    first, last = next(one for one in classes if one[1] is None or median <= one[1])
    inside = sum(cases for took, cases in days.items() if first <= took and (last is None or took <= last))
    return (first, last) if inside >= max(hide_below, MIN_LEAST) else None
