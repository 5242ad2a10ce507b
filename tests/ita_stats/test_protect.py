"""What is published can be taken together by anybody, and still tells no small figure."""

from collections.abc import Sequence
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from ita_stats import course, figures, period
from ita_stats.fact import Fact
from ita_stats.table import Layout, Tables
from tests.ita_stats import attack
from tests.ita_stats.registers import TERMS, year

SALT = b"a secret of the desk"
YEAR = period.parsed("fy2569", date.max)


def releases(facts: Sequence[Fact], layout: Layout = "month") -> list[Tables]:
    """A year of releases, each made in its turn, knowing those before as they were published."""
    made: list[Tables] = []
    for span in period.rows(YEAR, layout):
        wish = figures.wish(YEAR, span.months[-1].last, layout, made)
        made.append(figures.protected(course.courses(facts, wish.days), TERMS, wish, SALT))
    return made


def cells(tables: Tables) -> list[int | None]:
    """Every figure of the splits."""
    splits = (*tables.categories, *tables.sources, *tables.outcomes)
    found = [cell for split in splits for cell in split.figures.cells]
    return found + [cell for row in tables.rows for cell in row.categories.values()]


def broken(made: Sequence[Tables], reopened: bool = False) -> list[str]:
    """What an attacker works out from a year of releases."""
    categories, sources = (attack.on_labels(made, what).broken() for what in ("categories", "sources"))
    return [*categories, *sources, *attack.on_outcomes(made, reopened).broken()]


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    cases=st.sampled_from([1, 2, 3, 5, 8, 13, 25, 60]),
    weights=st.sampled_from([(6, 3, 1), (1, 0, 0), (5, 5, 5), (20, 1, 1)]),
    layout=st.sampled_from(["month", "quarter", "half"]),
)
def test_nobody_works_out_what_a_year_of_releases_hides(
    seed: int, cases: int, weights: tuple[int, ...], layout: Layout
) -> None:
    made = releases(year(seed, cases, weights), layout)
    assert not [cell for tables in made for cell in cells(tables) if cell is not None and 0 < cell < 5]
    assert broken(made) == []
