"""What a correction shows and hides does not reveal the few cases that were corrected."""

from collections.abc import Iterator
from datetime import date

import pytest

from ita_stats.cases.fact import Fact
from ita_stats.cases.model import StatisticsTables
from ita_stats.cases.tables import build_protected_tables, build_table_request
from ita_stats.period import parse_period
from tests.ita_stats.cases.sample_facts import TERMS, CaseFactsWriter, count_facts, make_year_of_facts

END = date(2026, 9, 30)
SALT = b"a salt"


def make_corrected_tables(
    facts: list[Fact], published: list[StatisticsTables], text: str = "fy2569", as_of: date = END
) -> StatisticsTables:
    wish = build_table_request(parse_period(text, as_of), as_of, "month", published)
    return build_protected_tables(count_facts(facts, wish.days), TERMS, wish, SALT)


def cells(tables: StatisticsTables) -> Iterator[tuple[str, int | None]]:
    """Every figure of the breakdowns, with its place."""
    for row in tables.rows:
        yield from ((f"{row.months}/{code}", figure) for code, figure in row.categories.items())
    for name, splits in (("c", tables.categories), ("s", tables.sources), ("o", tables.outcomes)):
        for split in splits:
            yield from ((f"{name}/{split.code}/{i}", cell) for i, cell in enumerate(split.figures.cells))


@pytest.mark.parametrize(
    "seed",
    [0, *(pytest.param(n, marks=pytest.mark.full("attacks on published figures")) for n in range(1, 6))],
)
@pytest.mark.parametrize("count", [60, 400])
def test_no_figure_that_is_shown_twice_grew_by_few(seed: int, count: int) -> None:
    facts = make_year_of_facts(seed, count)
    first = make_corrected_tables(facts, [])
    late = [
        fact
        for n in range(1 + seed % 3)
        for fact in CaseFactsWriter(f"{n + 10**6:032x}").add_filing(date(2026, 2, 10), "misconduct").facts
    ]
    second = make_corrected_tables(facts + late, [first])
    before = dict(cells(first))
    grown = [
        abs(figure - was)
        for place, figure in cells(second)
        if figure is not None and (was := before[place]) is not None
    ]
    assert not {1, 2, 3, 4} & set(grown)
    assert second.total.received == (first.total.received or 0) + 1 + seed % 3


def test_where_nothing_was_corrected_nothing_more_is_hidden() -> None:
    facts = make_year_of_facts(3, 400)
    first = make_corrected_tables(facts, [], as_of=date(2026, 8, 31))
    kept = make_corrected_tables(
        [f for f in facts if f.effective <= date(2026, 8, 31)], [], as_of=date(2026, 8, 31)
    )
    assert first == kept
    assert any(figure for _, figure in cells(make_corrected_tables(facts, [first])))
