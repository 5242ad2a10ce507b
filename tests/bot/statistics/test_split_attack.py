"""Whatever disturbs an office, all of its files together tell no folded line, and no case that came late."""

from pathlib import Path

import pytest

from tests.bot.statistics.disturbed_office import DisturbedOffice
from tests.bot.statistics.split_attack import (
    ArithmeticReader,
    find_possible_values,
    find_solved_by_rule,
    find_solved_growths,
    read_told_splits,
)

ATTACKS = "attacks on published figures"
QUICK_SEEDS = (5, 16)
"""Offices of which several splits are told, with folded lines."""
SEEDS = [
    *QUICK_SEEDS,
    *(pytest.param(n, marks=pytest.mark.full(ATTACKS)) for n in (0, 4, 7, 8, 9, 12, 13, 17)),
    *(pytest.param(n, marks=pytest.mark.proof(ATTACKS)) for n in range(100, 300)),
]


@pytest.mark.parametrize("seed", SEEDS)
def test_all_files_of_a_disturbed_office_tell_nothing_that_is_folded(seed: int, tmp_path: Path) -> None:
    office = DisturbedOffice(seed, tmp_path / "var").run()
    told = read_told_splits(office.published)
    assert ArithmeticReader(told).find_solved_cells() == []
    assert find_solved_growths(told) == []
    assert find_solved_by_rule(told, office.least_by_span) == []
    spans = [code for dimension, code, _ in told if dimension == "categories"]
    assert len(spans) == len(set(spans)), "a span is told once"
    if seed in QUICK_SEEDS:
        assert any(split.folded for split in told.values()), "there is something to attack"


def test_the_attack_solves_an_office_that_tells_its_splits_anew(tmp_path: Path) -> None:
    office = DisturbedOffice(4, tmp_path, retelling=True).run()
    assert find_solved_growths(read_told_splits(office.published[-24:]))


def test_who_knows_the_rule_solves_a_plainer_one() -> None:
    assert find_possible_values(((9,), 2, 0), 5) == ()  # the rule prints no such split
    assert find_possible_values(((9,), 2, 8), 5) == (0, 1, 2, 3, 4, 5, 6, 7, 8)
    assert find_possible_values(((9,), 3, 12), 5, own=1)
    assert find_possible_values(((12,), 3, 12), 5) != (4,)
