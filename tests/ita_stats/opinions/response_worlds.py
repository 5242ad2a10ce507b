"""An attacker who enumerates every world: all ways in which a number of people could have answered one question.

Written independently of the suppression code. A world gives each kind of response a count; a kind says on
which side (account or web) the response is and which cells it is counted in. What is published fits some worlds;
what can be inferred is what these have in common.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product

from ita_stats.opinions.results import ResponseCounts
from ita_stats.opinions.suppression import ResponseSuppression, VisibleAnswers
from ita_stats.opinions.tally import AccountWebCounts, AnswerCounts

ResponseKind = tuple[str, frozenset[str]]
"""The side of a response, and the cells that it is counted in."""
World = tuple[int, ...]
"""The number of responses of each kind."""
Facts = tuple[tuple[tuple[int, ...], int], ...]
"""What is known: indices of kinds whose counts sum to a number."""
SIDES = ("account", "web")


def enumerate_single_kinds(cells: int, sides: Sequence[str] = SIDES) -> list[ResponseKind]:
    """Kinds with at most one answer."""
    answers = [frozenset[str](), *(frozenset((str(n),)) for n in range(cells))]
    return [*product(sides, answers)]


def enumerate_multiple_kinds(cells: int, sides: Sequence[str] = SIDES) -> list[ResponseKind]:
    """Kinds with any set of answers."""
    codes = [str(n) for n in range(cells)]
    answers = [frozenset(some) for n in range(cells + 1) for some in combinations(codes, n)]
    return [*product(sides, answers)]


def enumerate_worlds(kinds: int, voices: int) -> Iterator[World]:
    """Every way to distribute a number of responses over the kinds."""
    if kinds == 1:
        yield (voices,)
        return
    for first in range(voices + 1):
        for rest in enumerate_worlds(kinds - 1, voices - first):
            yield first, *rest


def count_world(
    world: World, kinds: Sequence[ResponseKind], is_several: bool
) -> tuple[AnswerCounts, AccountWebCounts]:
    """The counts of a world, and its number of responses."""

    def pair(has: Callable[[frozenset[str]], bool]) -> AccountWebCounts:
        return AccountWebCounts(
            *(
                sum(n for n, (at, cells) in zip(world, kinds, strict=True) if at == s and has(cells))
                for s in SIDES
            )
        )

    codes = sorted({code for _, cells in kinds for code in cells})
    cells = {code: pair(lambda cells, code=code: code in cells) for code in codes}
    labels = dict.fromkeys(codes, "")
    return AnswerCounts("q", "", cells, labels, pair(bool), is_several), pair(lambda _: True)


def publish_world(
    world: World, kinds: Sequence[ResponseKind], is_several: bool, least: int, salt: bytes
) -> tuple[VisibleAnswers, ResponseCounts]:
    """What is published of a world."""
    counts, voices = count_world(world, kinds, is_several)
    suppression = ResponseSuppression(voices, least, salt)
    return suppression.suppress_answers(counts), suppression.get_total()


def find_kinds(
    kinds: Sequence[ResponseKind], has: Callable[[frozenset[str]], bool], side: str
) -> tuple[int, ...]:
    """The indices of the kinds that a figure counts."""
    return tuple(i for i, (at, cells) in enumerate(kinds) if side in {at, "all"} and has(cells))


def list_printed_figures(
    kinds: Sequence[ResponseKind], shown: VisibleAnswers, voices: ResponseCounts
) -> Iterator[tuple[tuple[int, ...], int | None]]:
    """Each printed figure with the kinds that it counts; None if it is a dash.

    An empty side has no column.
    """
    has_both_sides = voices.account != 0 and voices.web != 0
    for side in ("all", *SIDES) if has_both_sides else ("all",):
        yield find_kinds(kinds, lambda _: True, side), getattr(voices, side)
        if side == "all" or shown.answered.all is not None:
            yield find_kinds(kinds, bool, side), getattr(shown.answered, side)
        for code, cell in shown.cells.items():
            yield find_kinds(kinds, lambda cells, code=code: code in cells, side), getattr(cell, side)


def collect_facts(kinds: Sequence[ResponseKind], shown: VisibleAnswers, voices: ResponseCounts) -> Facts:
    """The printed figures as sums of kinds."""
    sides = [(find_kinds(kinds, lambda _: True, side), getattr(voices, side)) for side in SIDES]
    return tuple((at, n) for at, n in [*list_printed_figures(kinds, shown, voices), *sides] if n is not None)


def group_worlds_by_facts(every: Sequence[World], found: set[Facts]) -> Iterator[tuple[Facts, list[World]]]:
    """For every publication that some world leads to: all worlds that it fits."""
    by_form = defaultdict[tuple[tuple[int, ...], ...], set[tuple[int, ...]]](set)
    for facts in found:
        by_form[tuple(at for at, _ in facts)].add(tuple(n for _, n in facts))
    for form, wanted in by_form.items():
        like = defaultdict[tuple[int, ...], list[World]](list)
        for world in every:
            like[tuple(sum(world[i] for i in at) for at in form)].append(world)
        for numbers in wanted:
            yield tuple(zip(form, numbers, strict=True)), like[numbers]
