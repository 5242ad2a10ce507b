"""All releases taken together reveal no small figure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ita_stats.cases.fact import Fact, FactField
from ita_stats.cases.model import Layout, StatisticsTables, StatusCounts
from ita_stats.cases.tables import build_exact_tables, build_protected_tables, build_table_request
from ita_stats.period import list_period_months, list_period_rows, parse_period
from tests.ita_stats.cases.sample_facts import (
    FISCAL_YEAR_START,
    TERMS,
    CaseFactsWriter,
    count_facts,
    make_year_of_facts,
)
from tests.ita_stats.disclosure.release_attack import attack_labels, attack_outcomes
from tests.properties import examples

SALT = b"a secret of the desk"
YEAR = parse_period("fy2569", date.max)
WHOLE = build_table_request(YEAR, YEAR.last, "month", [])


def make_releases(facts: Sequence[Fact], layout: Layout = "month") -> list[StatisticsTables]:
    """A year of releases, each made with knowledge of the earlier ones as published."""
    made: list[StatisticsTables] = []
    for span in list_period_rows(YEAR, layout):
        wish = build_table_request(YEAR, span.months[-1].last, layout, made)
        made.append(build_protected_tables(count_facts(facts, wish.days), TERMS, wish, SALT))
    return made


def cells(tables: StatisticsTables) -> list[int | None]:
    """Every figure of the breakdowns."""
    splits = (*tables.categories, *tables.sources, *tables.outcomes)
    found = [cell for split in splits for cell in split.figures.cells]
    return found + [cell for row in tables.rows for cell in row.categories.values()]


def find_exposed_figures(made: Sequence[StatisticsTables], reopened: bool = False) -> list[str]:
    """What an attacker infers from a year of releases."""
    categories, sources = (attack_labels(made, what).find_exposed() for what in ("categories", "sources"))
    return [*categories, *sources, *attack_outcomes(made, reopened).find_exposed()]


@examples(10)
@given(
    seed=st.integers(0, 10**6),
    cases=st.sampled_from([1, 2, 3, 5, 8, 13, 25, 60]),
    weights=st.sampled_from([(6, 3, 1), (1, 0, 0), (5, 5, 5), (20, 1, 1)]),
    layout=st.sampled_from(["month", "quarter", "half"]),
)
def test_nobody_works_out_what_a_year_of_releases_hides(
    seed: int, cases: int, weights: tuple[int, ...], layout: Layout
) -> None:
    made = make_releases(make_year_of_facts(seed, cases, weights), layout)
    assert not [cell for tables in made for cell in cells(tables) if cell is not None and 0 < cell < 5]
    assert find_exposed_figures(made) == []


@pytest.mark.full("attacks on published figures")
@examples(4)
@given(seed=st.integers(0, 10**6), cases=st.sampled_from([3, 13, 40]))
def test_nor_where_months_quarters_and_the_year_are_all_released(seed: int, cases: int) -> None:
    facts, made = make_year_of_facts(seed, cases), list[StatisticsTables]()
    for number, month in enumerate(list_period_months(YEAR)[:6], 1):
        texts = [
            "fy2569",
            month.code,
            *(["2569Q1"] if number == 3 else []),
            *(["2569H1"] if number == 6 else []),
        ]
        for text in texts:
            wish = build_table_request(parse_period(text, date.max), month.last, "month", made)
            made.append(build_protected_tables(count_facts(facts, wish.days), TERMS, wish, SALT))
    assert [attack_labels(made, what).find_exposed() for what in ("categories", "sources")] == [[], []]


def test_the_attacker_works_out_what_is_badly_hidden() -> None:
    exact = build_exact_tables(count_facts(make_year_of_facts(7, 40), WHOLE.days), TERMS, WHOLE)
    bare = replace(exact.categories[0], figures=StatusCounts(None, *exact.categories[0].figures.cells[1:]))
    badly = replace(exact, categories=(bare, *exact.categories[1:]))
    assert attack_labels([badly], "categories").find_exposed() == ["fy2569 2026-09-30 corruption received"]


def test_what_is_large_is_shown() -> None:
    tables = make_releases(make_year_of_facts(1, 3000))[-1]
    assert None not in cells(tables)
    assert not tables.days.protected
    assert [note.code for note in tables.notes] == ["rows", "cutoff", "forwarded", "days"]


def test_where_nothing_was_received_nothing_is_hidden() -> None:
    for tables in make_releases([]):
        assert set(cells(tables)) == {0}
        assert tables.statement


def test_a_small_figure_hides_no_more_of_a_large_table_than_it_must() -> None:
    facts = [
        f
        for n in range(100)
        for f in CaseFactsWriter(f"a{n}").add_filing(FISCAL_YEAR_START, "corruption").facts
    ]
    facts += [
        f
        for n in range(80)
        for f in CaseFactsWriter(f"b{n}").add_filing(FISCAL_YEAR_START, "misconduct", "line").facts
    ]
    facts += [
        f
        for n in range(2)
        for f in CaseFactsWriter(f"c{n}").add_filing(FISCAL_YEAR_START, "other", "line").facts
    ]
    tables = _make_first_tables(facts)
    row = list(tables.rows[0].categories.values())
    assert (row.count(None), row[2]) == (2, None)
    assert [one.figures.received for one in tables.categories] == row
    assert tables.notes[-1].code == "protected"


def test_a_table_with_nothing_but_dashes_says_why_and_where_the_year_is() -> None:
    case = (
        CaseFactsWriter("a").add_filing(FISCAL_YEAR_START).add_move(FISCAL_YEAR_START, "closed", "withdrawn")
    )
    codes = [note.code for note in _make_first_tables(case.facts).notes]
    withheld = [f"{name}_withheld" for name in ("rows", "category", "source", "outcome", "days")]
    assert codes == ["rows", "cutoff", "forwarded", "days", "protected", *withheld]
    quarter = _make_first_tables(case.facts, "2569Q1")
    assert "ปีงบประมาณ พ.ศ. 2569" in next(
        note.th for note in quarter.notes if note.code == "category_withheld"
    )


def test_what_grew_by_a_few_is_hidden_until_more_came() -> None:
    def came(*by_month: int) -> list[Fact]:
        days = [
            month.first
            for month, count in zip(list_period_months(YEAR), by_month, strict=False)
            for _ in range(count)
        ]
        return [
            f
            for n, day in enumerate(days)
            for f in CaseFactsWriter(f"w{n}").add_filing(day, source="web").facts
        ] + [
            f
            for n in range(40)
            for m, _ in enumerate(by_month)
            for f in CaseFactsWriter(f"l{n}.{m}")
            .add_filing(list_period_months(YEAR)[m].first, source="line")
            .facts
        ]

    web = [
        next(one.figures.received for one in tables.sources if one.code == "web")
        for tables in make_releases(came(20, 2, 2, 2, 9))[:5]
    ]
    assert web[0] == 20
    assert web[1] is web[2] is None
    assert web[3] == 26


@pytest.mark.parametrize(("late", "median", "share"), [(0, 3.0, 1.0), (2, 3.0, None), (6, 20.0, 0.4545)])
def test_few_that_were_late_are_not_told(late: int, median: float, share: float | None) -> None:
    took = [3] * (5 if late == 6 else 8) + [20] * late
    facts = []
    for n, days in enumerate(took):
        facts += (
            CaseFactsWriter(f"{n}")
            .add_filing(FISCAL_YEAR_START)
            .add_move(FISCAL_YEAR_START + timedelta(days), "closed", "withdrawn")
            .facts
        )
    days_ = _make_first_tables(facts).days
    assert (days_.median, days_.within_deadline, days_.protected) == (median, share, share is None)


def test_forwarded_cases_in_hand_may_be_any_of_those_in_hand() -> None:
    facts = [f for n in range(30) for f in CaseFactsWriter(f"a{n}").add_filing(FISCAL_YEAR_START).facts]
    facts += [
        f
        for n in range(2)
        for f in CaseFactsWriter(f"b{n}")
        .add_filing(FISCAL_YEAR_START)
        .add_move(FISCAL_YEAR_START, "closed", "forwarded")
        .facts
    ]
    tables = _make_first_tables(facts, forwarded_is_done=False)
    forwarded = next(one.figures for one in tables.outcomes if one.code == "forwarded")
    assert forwarded.cells == (None, 0, None, 0)
    assert tables.total.cells == (32, 0, 32, 0)


def test_the_same_secret_chooses_the_same() -> None:
    facts = make_year_of_facts(3, 25)
    assert make_releases(facts, "quarter") == make_releases(facts[::-1], "quarter")


def test_one_kind_alone_is_the_row_itself_and_hides_nothing() -> None:
    wish = build_table_request(YEAR, date(2025, 12, 31), "month", [])
    one = replace(TERMS, categories=TERMS.categories[:1])
    found = build_protected_tables(
        count_facts(CaseFactsWriter("a").add_filing(FISCAL_YEAR_START).facts, wish.days),
        one,
        wish,
        SALT,
    )
    assert found.categories[0].figures == found.total


def test_all_of_one_kind_is_hidden_since_the_end_of_each_would_tell_its_kind() -> None:
    facts = [
        f
        for n in range(30)
        for f in CaseFactsWriter(f"{n}").add_filing(FISCAL_YEAR_START, "misconduct").facts
    ]
    assert {cell for one in _make_first_tables(facts).categories for cell in one.figures.cells[:2]} == {
        None,
        0,
    }


def test_corrected_labels_are_counted_and_not_moved() -> None:
    facts = [
        f
        for n in range(12)
        for f in CaseFactsWriter(f"a{n}").add_filing(FISCAL_YEAR_START, "misconduct").facts
    ]
    case = CaseFactsWriter("b").add_filing(FISCAL_YEAR_START, "corruption")
    case.add_fact(date(2026, 1, 5), FactField.CATEGORY, "other")
    made = make_releases([*facts, *case.facts])
    assert not [cell for tables in made for cell in cells(tables) if cell is not None and 0 < cell < 5]


def _make_first_tables(facts: Sequence[Fact], text: str = "fy2569", **terms: bool) -> StatisticsTables:
    """Tables without earlier releases."""
    wish = build_table_request(parse_period(text, date.max), date(2025, 12, 31), "month", [])
    return build_protected_tables(count_facts(facts, wish.days), replace(TERMS, **terms), wish, SALT)
