"""How much of its splits an office with few cases sees in a span of three years: what the guide tells offices."""

import random
from collections import Counter
from statistics import mean

from ita_stats.disclosure.split_rule import fold_lines
from tests.house.source_tree import ROOT

OFFICES = {
    "lopsided": ((20, 5, 3), (18, 3, 2), (1, 5, 2)),
    "usual": ((6, 3, 1), (6, 4, 2), (2, 10, 3)),
    "even": ((1, 1, 1), (1, 1, 1), (1, 1, 1)),
}
"""Made-up offices: how often each line of the splits by category, source and outcome is met."""
CLOSED = 0.8
"""Share of cases that are closed at the end of the span: the split by outcome has only these."""


def measure_share_shown(weights: tuple[int, ...], cases: int, draws: int = 400) -> float:
    """The share of the lines of a split that are printed with a figure of their own, over random registers."""
    chance, shown = random.Random(cases), 0
    for _ in range(draws):
        counted = Counter(chance.choices(range(len(weights)), weights, k=cases))
        folded = fold_lines(
            {str(line): counted[line] for line in range(len(weights))}, 5, chance.randbytes(4)
        )
        shown += 0 if folded is None else len(folded.shown)
    return shown / draws / len(weights)


def measure_office(name: str, cases_a_year: int) -> int:
    """The percentage of an office's lines that are printed, of its three splits together."""
    cases, (kinds, sources, outcomes) = 3 * cases_a_year, OFFICES[name]
    closed = round(CLOSED * cases)
    splits = ((kinds, cases), (sources, cases), (outcomes, closed))
    return round(100 * mean(measure_share_shown(weights, count) for weights, count in splits))


def test_the_guide_tells_what_the_rule_shows() -> None:
    measured = {year: [measure_office(name, year) for name in OFFICES] for year in (10, 20, 40)}
    assert all(low < usual < even for low, usual, even in (measured[10], measured[20]))
    guide = (ROOT / "docs" / "statistics.md").read_text("utf-8")
    for low, usual, even in measured.values():
        assert f"{usual} % ({low}-{even} %)" in guide
