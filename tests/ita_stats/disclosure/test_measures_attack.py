"""Measures beside the splits, attacked for every small register by who knows the rules: nothing hidden has one value.

A register is how many cases were first answered in time or not, closed in time, closed late or not closed. Known are
the rules, the cases received and done (exact rows), and everything that may be told of both; hidden is whatever is not
told. Who has one of the cases subtracts it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise

import pytest

from ita_stats.cases.count import compute_median
from ita_stats.cases.measures import MeasuredCounts, build_measures
from ita_stats.cases.model import Breakdown, StatusCounts, ToldMeasures
from ita_stats.cases.splits import SpanRules
from ita_stats.disclosure.spans import SplitSpan
from ita_stats.disclosure.split_rule import MedianClass, find_median_class, find_share_within, fold_lines
from tests.ita_stats.disclosure.test_split_rule import LINES, SECRETS

ATTACKS = "attacks on published figures"
FIXED = SpanRules(SplitSpan(2569, 1), 5, 15, ("corruption",), can_have_others=False)
IN_TIME, LATE = 9, 40
JOINT = (
    (IN_TIME, IN_TIME),
    (IN_TIME, LATE),
    (IN_TIME, None),
    (LATE, LATE),
    (LATE, None),
    (None, None),
)
"""Days to the first answer and to the closing of a case: a closing is an answer, so none is before it."""


def list_registers(cases: int, kinds: int) -> Iterator[tuple[int, ...]]:
    """All ways in which cases can be of some kinds."""
    for bars in combinations(range(cases + kinds - 1), kinds - 1):
        ends = (-1, *bars, cases + kinds - 1)
        yield tuple(later - one - 1 for one, later in pairwise(ends))


def tell(
    answers: Counter[int | None], closings: Counter[int], online: int | None = None, came_back: int = 0
) -> ToldMeasures:
    sources = (Breakdown("online", "", "", StatusCounts(online, None, None, None)),)
    return build_measures(MeasuredCounts(answers, closings, came_back, {}), sources, FIXED, b"")


def read(lines: tuple[Breakdown, ...]) -> tuple[int | None, ...]:
    return tuple(line.figures.received for line in lines)


def tell_closings(closings: Counter[int]) -> tuple[float | None, MedianClass | None]:
    if not closings.total():
        return None, None
    return find_share_within(closings, 15, 5), find_median_class(compute_median(closings), closings, 5)


@pytest.mark.parametrize("most", [11, pytest.param(20, marks=pytest.mark.full(ATTACKS))])
def test_answers_and_closings_together_tell_nothing_that_is_hidden(most: int) -> None:
    alike: dict[object, set[tuple[int, int]]] = defaultdict(set)
    for cases in range(1, most + 1):
        for register in list_registers(cases, len(JOINT)):
            answers, closings = Counter[int | None](), Counter[int]()
            for (answered, closed), n in zip(JOINT, register, strict=True):
                answers[answered] += n
                if closed is not None:
                    closings[closed] += n
            told = tell(answers, closings)
            share, middle = tell_closings(closings)
            printed = (cases, closings.total(), read(told.first_answer), told.answer_class, share, middle)
            alike[printed].add((answers[IN_TIME], closings[IN_TIME]))
    for (cases, done, first_answer, _, share, _), registers in alike.items():  # type: ignore[misc]
        for own in (0, 1):
            if first_answer[0] is None and cases > own:
                assert len({n for n, _ in registers if own <= n <= cases}) > 1, (cases, done, share)
            if share is None and done > own:
                assert len({n for _, n in registers if own <= n <= done}) > 1, (cases, done, first_answer)


@pytest.mark.parametrize(
    ("least", "most"),
    [(5, 12), *(pytest.param(least, 18, marks=pytest.mark.full(ATTACKS)) for least in (6, 8))],
)
def test_whatever_an_office_hides_below_first_answers_tell_nothing_that_is_hidden(
    least: int, most: int
) -> None:
    """Days of every class: that none is told for a class with few in it tells nothing either."""
    days, fixed = (2, 6, 12, 20, None), replace(FIXED, hide_below=least)
    alike: dict[object, set[int]] = defaultdict(set)
    for cases in range(1, most + 1):
        for register in list_registers(cases, len(days)):
            answers = {day: n for day, n in zip(days, register, strict=True) if n}
            told = build_measures(MeasuredCounts(answers, {}, 0, {}), (), fixed, b"")
            alike[cases, read(told.first_answer), told.answer_class].add(sum(register[:3]))
    for (cases, first_answer, _), counts in alike.items():  # type: ignore[misc]
        for own in (0, 1):
            if first_answer[0] is None and cases > own:
                assert len({n for n in counts if own <= n <= cases}) > 1, (cases, least)


SOURCES = ("online", "letter", "in_person")


def list_splits(register: tuple[int, ...]) -> Iterator[tuple[object, int | None]]:
    """What may be told of a split by source, whatever line joins of equal ones; and the figure of the online cases."""
    for secret in SECRETS[3] if len(set(register)) < len(register) else SECRETS[3][:1]:
        folded = fold_lines(dict(zip(LINES, register, strict=False)), 5, secret)
        if folded is None:
            yield None, None
        else:
            names = dict(zip(LINES, SOURCES, strict=False))
            shown = tuple((names[line], n) for line, n in folded.shown.items())
            yield (shown, tuple(names[line] for line in folded.folded), folded.rest), folded.shown.get("a")


def test_who_came_back_and_where_reports_came_from_tell_nothing_that_is_hidden() -> None:
    """Online, letter, in person, and how many online reporters came back: also for who takes letters never to come."""
    alike: dict[object, set[tuple[int, ...]]] = defaultdict(set)
    for cases in range(10, 19):
        for register in list_registers(cases, 3):
            for split, shown in list_splits(register):
                for came_back in range(register[0] + 1):
                    told = tell(Counter(), Counter(), shown, came_back)
                    alike[cases, split, read(told.came_back)].add((*register, came_back))
    for (_, split, back), registers in alike.items():  # type: ignore[misc]
        for own in (0, 1):
            for place in map(SOURCES.index, SOURCES if split is None else split[1]):
                assert len({one[place] for one in registers if one[place] >= own}) > 1, (split, back)
            if back[0] is None:
                assert len({one[3] for one in registers if one[3] >= own}) > 1


def test_a_plainer_rule_is_solved() -> None:
    """Were it told of all that were received who came back, the number of letters would follow."""
    alike: dict[object, set[int]] = defaultdict(set)
    for register in list_registers(26, 3):
        for split, _ in list_splits(register):
            for came_back in range(register[0] + 1):
                told = fold_lines({"came_back": came_back, "not_seen": 26 - came_back}, 5, b"")
                if split is not None and told is not None and "letter" in split[1]:  # type: ignore[index]
                    alike[split, tuple(told.shown.items())].add(register[1])
    assert any(len(values) == 1 for values in alike.values())
