"""The published figures of a question reveal no small group: small examples, checked in all possible worlds."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, product

import pytest

from ita_stats.opinions.results import ResponseCounts
from ita_stats.opinions.suppression import ResponseSuppression
from ita_stats.opinions.tally import AccountWebCounts, AnswerCounts
from tests.ita_stats.opinions.response_worlds import (
    SIDES,
    ResponseKind,
    collect_facts,
    enumerate_multiple_kinds,
    enumerate_single_kinds,
    enumerate_worlds,
    group_worlds_by_facts,
    list_printed_figures,
    publish_world,
)

SALTS = (b"", b"another", b"third")
ATTACKS = pytest.mark.full("attacks on published figures")


def list_unions(kinds: Sequence[ResponseKind]) -> list[tuple[int, ...]]:
    """Every group of people that answers and side define."""
    return [some for n in range(1, len(kinds)) for some in combinations(range(len(kinds)), n)]


def list_conjunctions(kinds: Sequence[ResponseKind]) -> list[tuple[int, ...]]:
    """Groups of people by the cells they are in and not in, and by side."""
    codes = sorted({code for _, cells in kinds for code in cells})
    found = set()
    for side in ("all", *SIDES):
        for wanted in product((True, False, None), repeat=len(codes)):
            want = dict(zip(codes, wanted, strict=True))
            found.add(
                tuple(
                    i
                    for i, (at, cells) in enumerate(kinds)
                    if side in {at, "all"} and all(w is None or (c in cells) is w for c, w in want.items())
                )
            )
        found.add(tuple(i for i, (at, cells) in enumerate(kinds) if side in {at, "all"} and cells))
    return sorted(found - {()})


def find_disclosures(
    kinds: Sequence[ResponseKind],
    is_several: bool,
    voices: int,
    least: int,
    groups: Sequence[tuple[int, ...]],
) -> Iterator[str]:
    """Small groups that the published figures reveal, and dashes with only one possible number."""
    every = [*enumerate_worlds(len(kinds), voices)]
    shown = {}
    for salt, world in product(SALTS, every):
        one = publish_world(world, kinds, is_several, least, salt)
        shown[collect_facts(kinds, *one)] = one
    for facts, like in group_worlds_by_facts(every, set(shown)):
        for group in groups:
            numbers = {sum(world[i] for i in group) for world in like}
            if numbers <= {*range(1, least)}:
                yield f"{[kinds[i] for i in group]} of {voices}: {numbers} by {facts}"
        for at, n in list_printed_figures(kinds, *shown[facts]):
            if n is None and at and len({sum(world[i] for i in at) for world in like}) < 2:
                yield f"the dash of {[kinds[i] for i in at]} by {facts}"


@pytest.mark.parametrize(("least", "most"), [(2, 7), pytest.param(3, 8, marks=ATTACKS)])
@pytest.mark.parametrize("cells", [1, 2])
def test_one_answer_of_several(cells: int, least: int, most: int) -> None:
    kinds = enumerate_single_kinds(cells)
    for voices in range(least, most + 1):
        assert [*find_disclosures(kinds, False, voices, least, list_unions(kinds))][:1] == []


def test_one_answer_of_three_where_nobody_is_told_apart() -> None:
    kinds = enumerate_single_kinds(3, ("account",))
    for voices in range(5, 15):
        assert [*find_disclosures(kinds, False, voices, 5, list_unions(kinds))][:1] == []


@pytest.mark.parametrize(("cells", "least", "most"), [(2, 2, 6), pytest.param(2, 3, 7, marks=ATTACKS)])
def test_several_answers(cells: int, least: int, most: int) -> None:
    kinds = enumerate_multiple_kinds(cells)
    for voices in range(least, most + 1):
        assert [*find_disclosures(kinds, True, voices, least, list_conjunctions(kinds))][:1] == []


@ATTACKS
@pytest.mark.parametrize(("least", "most"), [(2, 8), (3, 9)])
def test_several_answers_of_three_where_nobody_is_told_apart(least: int, most: int) -> None:
    kinds = enumerate_multiple_kinds(3, ("account",))
    for voices in range(least, most + 1):
        assert [*find_disclosures(kinds, True, voices, least, list_conjunctions(kinds))][:1] == []


@pytest.mark.parametrize(
    ("kinds", "is_several", "voices", "least"),
    [
        (enumerate_single_kinds(3, ("account",)), False, 9, 5),
        (enumerate_single_kinds(3, ("account",)), False, 13, 5),
        (enumerate_single_kinds(2), False, 7, 3),
        (enumerate_single_kinds(2), False, 9, 3),
        (enumerate_multiple_kinds(2, ("account",)), True, 9, 3),
        (enumerate_multiple_kinds(2), True, 7, 3),
    ],
    ids=["three-of-9", "three-of-13", "sides-of-7", "sides-of-9", "several-of-9", "several-sides-of-7"],
)
def test_a_dash_stays_open_to_who_knows_the_rules(
    kinds: Sequence[ResponseKind], is_several: bool, voices: int, least: int
) -> None:
    """Among the worlds that give the same publication for some secret, a hidden figure is not always small."""
    alike, shown = defaultdict[object, set[tuple[int, ...]]](set), {}
    for world in enumerate_worlds(len(kinds), voices):
        for salt in SALTS:
            told, sides = publish_world(world, kinds, is_several, least, salt)
            key = (*((code, told.cells[code]) for code in sorted(told.cells)), told.answered, sides)
            alike[key].add(world)
            shown[key] = told, sides
    assert len(alike) > 10
    for key, like in alike.items():
        for at, n in list_printed_figures(kinds, *shown[key]):
            numbers = {sum(world[i] for i in at) for world in like}
            assert n is not None or not at or not numbers <= {*range(1, least)}, key


def test_the_attack_finds_what_is_not_hidden() -> None:
    """If people without an answer were not counted, the figures would reveal one of them."""
    kinds = enumerate_single_kinds(1, ("account",))
    asked = AnswerCounts("q", "", {"0": AccountWebCounts(6)}, {"0": ""}, AccountWebCounts(6))
    told = ResponseSuppression(AccountWebCounts(6), 5, b"").suppress_answers(asked)
    every = [*enumerate_worlds(2, 8)]
    ((_, like),) = group_worlds_by_facts(every, {collect_facts(kinds, told, ResponseCounts(8))})
    assert {world[0] for world in like} == {2}


def make_suppression(account: int, web: int = 0) -> ResponseSuppression:
    return ResponseSuppression(AccountWebCounts(account, web), 5, b"salt")


def single_line(cells: dict[str, AccountWebCounts]) -> AnswerCounts:
    answered = AccountWebCounts(sum(n.account for n in cells.values()), sum(n.web for n in cells.values()))
    return AnswerCounts("q", "", cells, dict.fromkeys(cells, ""), answered)


def test_what_is_large_is_shown() -> None:
    told = make_suppression(60, 40).suppress_answers(
        single_line({"a": AccountWebCounts(30, 20), "b": AccountWebCounts(30, 20), "c": AccountWebCounts()})
    )
    assert told.answered == ResponseCounts(100, 60, 40)
    assert told.cells == {
        "a": ResponseCounts(50, 30, 20),
        "b": ResponseCounts(50, 30, 20),
        "c": ResponseCounts(0, 0, 0),
    }


def test_a_small_figure_takes_the_next_smallest_with_it() -> None:
    told = make_suppression(100).suppress_answers(
        single_line(
            {
                "a": AccountWebCounts(3),
                "b": AccountWebCounts(20),
                "c": AccountWebCounts(37),
                "d": AccountWebCounts(40),
            }
        )
    )
    assert {code: n.all for code, n in told.cells.items()} == {"a": None, "b": None, "c": 37, "d": 40}
    assert told.answered.all == 100


def test_a_small_split_is_hidden_and_its_sum_shown() -> None:
    cells = {"a": AccountWebCounts(20, 2), "b": AccountWebCounts(20, 8), "c": AccountWebCounts(30, 30)}
    told = make_suppression(70, 40).suppress_answers(single_line(cells))
    assert told.cells == {"a": ResponseCounts(22), "b": ResponseCounts(28), "c": ResponseCounts(60, 30, 30)}


def test_a_side_of_a_few_is_not_told_apart() -> None:
    few = make_suppression(60, 4)
    assert few.get_total() == ResponseCounts(64)
    assert few.suppress_answers(single_line({"a": AccountWebCounts(60, 4)})).cells["a"] == ResponseCounts(64)
    assert make_suppression(60, 0).get_total() == ResponseCounts(60, 60, 0)


def test_who_picked_nothing_of_several_does_not_hide_the_rest() -> None:
    cells = {"a": AccountWebCounts(30), "b": AccountWebCounts(50), "c": AccountWebCounts(2)}
    told = make_suppression(60).suppress_answers(
        AnswerCounts("q", "", cells, dict.fromkeys(cells, ""), AccountWebCounts(58), allows_several=True)
    )
    assert told.answered == ResponseCounts()
    assert {code: n.all for code, n in told.cells.items()} == {"a": 30, "b": 50, "c": None}


def test_a_theme_of_a_few_or_of_all_but_a_few_has_no_figure() -> None:
    assert [make_suppression(20).suppress_theme(n) for n in (0, 1, 4, 5, 15, 16, 19, 20)] == [
        0,
        None,
        None,
        5,
        15,
        None,
        None,
        20,
    ]
