"""The rule of what is folded, by example, and attacked for every small table by who knows it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from itertools import product
from math import factorial

import pytest

from ita_stats.disclosure.split_rule import FoldedLines, find_median_class, find_share_within, fold_lines

Rule = Callable[[Mapping[str, int], int, bytes], FoldedLines | None]
LINES = "abcde"


def list_secrets(lines: int) -> list[bytes]:
    """Secrets by which equal lines are taken in each order that there is."""
    orders: dict[tuple[str, ...], bytes] = {}
    number = 0
    while len(orders) < factorial(lines):
        secret = number.to_bytes(4)
        order = sorted(LINES[:lines], key=lambda line: sha256(secret + line.encode()).digest())
        orders.setdefault(tuple(order), secret)
        number += 1
    return [*orders.values()]


SECRETS = {lines: list_secrets(lines) for lines in (2, 3, 4, 5)}


def fold(*cases: int, least: int = 5) -> tuple[str, int | None] | None:
    """What is folded of lines a, b, c …, and how many cases they have together; None where nothing is told."""
    folded = fold_lines(dict(zip(LINES, cases, strict=False)), least, b"secret")
    return None if folded is None else ("".join(folded.folded), folded.rest)


@pytest.mark.parametrize(
    ("cases", "folded"),
    [
        ((3, 3, 3), None),  # below ten
        ((10, 5, 5), ("", None)),
        ((10, 0, 0), None),  # the two together are fewer than five, and nothing would remain
        ((10, 3, 2), ("bc", 5)),
        ((10, 8, 2), ("bc", 10)),  # one line alone is known
        ((10, 8, 0, 0), ("bcd", 8)),
        ((9, 4, 4), ("bc", 8)),  # two lines: it may also be 3 and 5
        ((9, 7, 4, 4, 4), ("bcde", 19)),  # three lines of four each would be known
        ((9, 7, 4, 4, 3), ("bcde", 18)),
        ((9, 7, 4, 3, 3), ("cde", 10)),
        ((4, 4, 4), None),
        ((6, 4, 4), ("bc", 8)),
        ((6, 5), ("", None)),
        ((10, 4), None),
    ],
)
def test_few_stand_together(cases: tuple[int, ...], folded: tuple[str, int | None] | None) -> None:
    assert fold(*cases) == folded


def test_an_office_may_fold_more_and_never_less() -> None:
    assert fold(9, 9, 30, 40, least=10) == ("ab", 18)
    assert fold(9, 9, 9, 30, 40, least=10) == ("abcd", 57)
    assert fold(10, 4, 3, least=2) == ("bc", 7)


def test_a_secret_decides_which_of_equal_lines_joins() -> None:
    told = [fold_lines({"a": 7, "b": 7, "c": 1}, 5, bytes([n])) for n in range(20)]
    assert {(one.folded, one.rest) for one in told if one} == {(("a", "c"), 8), (("b", "c"), 8)}


def list_solved(rule: Rule, lines: int, most: int, *, less_own: bool = False) -> set[tuple[int, ...]]:
    """The tables of which somebody who knows the rule can tell a folded line.

    Every table of so many lines with up to `most` cases is grouped by what may be printed of it, whatever the secret;
    of a split that is not told, by the number of cases, which the rows tell.
    less_own: the reader knows one case of a folded line, and tells how many others it has.
    """
    alike: dict[tuple[object, tuple[str, ...], object], set[tuple[int, ...]]] = defaultdict(set)
    for table in product(range(most + 1), repeat=lines):
        if less_own < sum(table) <= most:  # no case, or the reader's own only, is known anyhow
            for told in _list_told(rule, table):
                if told is None:
                    alike[sum(table), tuple(LINES[:lines]), None].add(table)
                else:
                    alike[tuple(sorted(told.shown.items())), told.folded, told.rest].add(table)
    found = set()
    for (_, folded, _), tables in alike.items():
        for place in map(LINES.index, folded):
            for known in (0, 1) if less_own else (0,):
                possible = [table for table in tables if table[place] >= known]
                if len({table[place] for table in possible}) == 1:
                    found |= set(possible)
    return found


def _list_told(rule: Rule, table: tuple[int, ...]) -> Iterator[FoldedLines | None]:
    """What the rule tells of a table, for secrets that order its lines in every way, where lines are equal."""
    cases = dict(zip(LINES, table, strict=False))
    secrets = SECRETS[len(table)] if len(set(table)) < len(table) else SECRETS[len(table)][:1]
    for secret in secrets:
        yield rule(cases, 5, secret)


@pytest.mark.parametrize(
    ("lines", "most"),
    [
        (2, 40),
        (3, 24),
        pytest.param(4, 24, marks=pytest.mark.full("attacks on published figures")),
        pytest.param(5, 20, marks=pytest.mark.proof("attacks on published figures")),
    ],
)
def test_nobody_who_knows_the_rule_can_tell_a_folded_line(lines: int, most: int) -> None:
    assert list_solved(fold_lines, lines, most) == set()
    assert list_solved(fold_lines, lines, most, less_own=True) == set()


def fold_plainly(cases: Mapping[str, int], hide_below: int, _: bytes) -> FoldedLines | None:
    """A rule that looks as good: what is few stands together, and one more line where that is one line."""
    few = [line for line in cases if cases[line] < hide_below]
    others = sorted((line for line in cases if line not in few), key=lambda line: cases[line])
    if len(few) == 1 and others:
        few.append(others.pop(0))
    shown = {line: count for line, count in cases.items() if line not in few}
    return FoldedLines(shown, tuple(few), sum(cases[line] for line in few) if few else None)


def test_the_attack_solves_a_plainer_rule() -> None:
    assert (11, 0, 0) in list_solved(fold_plainly, 3, 12)


def test_the_attack_solves_the_rule_where_the_order_of_equal_lines_is_known() -> None:
    def fold_in_order(cases: Mapping[str, int], hide_below: int, _: bytes) -> FoldedLines | None:
        return fold_lines(cases, hide_below, SECRETS[3][0])

    assert list_solved(fold_in_order, 3, 14)


@pytest.mark.parametrize(("soon", "late", "share"), [(5, 5, 0.5), (5, 4, None), (4, 5, None), (0, 9, None)])
def test_a_share_is_told_where_five_were_in_time_and_five_late(
    soon: int, late: int, share: float | None
) -> None:
    assert find_share_within({15: soon, 16: late}, 15, 5) == share


@pytest.mark.parametrize(
    ("median", "days", "middle"),
    [
        (3.0, {3: 5, 200: 4}, None),  # nine: at most four took longer than the deadline, or with five none
        (3.0, {3: 6, 200: 4}, (0, 15)),
        (3.0, {3: 4, 20: 3, 40: 4}, None),
        (15.5, {15: 6, 16: 6}, (16, 30)),
        (200.0, {200: 10}, (181, None)),
    ],
)
def test_a_median_is_told_as_a_class_of_five(
    median: float, days: dict[int, int], middle: tuple[int, int | None] | None
) -> None:
    assert find_median_class(median, days, 5) == middle
