"""The counts are exact: compared with a naive count, and for the cases that offices ask about."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.statistics.tables import FACT_VOCABULARY
from handlers.complaints.lifecycle import ENDED_STATUSES, CaseOutcome, CaseStatus
from ita_stats.calendar import CalendarMonth
from ita_stats.cases.count import NO_CASES
from ita_stats.cases.fact import CaseState, Fact, FactField, UnknownFactError
from ita_stats.cases.model import (
    STATE_COLUMNS,
    UNKNOWN_COUNTS,
    Breakdown,
    Layout,
    StatisticsColumn,
    StatisticsTables,
    StatusCounts,
)
from ita_stats.cases.tables import TableRequest, build_exact_tables
from ita_stats.cases.timeline import (
    StateOnDay,
    TimelineBuilder,
    TimelineCounts,
)
from ita_stats.period import parse_period
from tests.ita_stats.cases.naive_count import count_naively
from tests.ita_stats.cases.sample_facts import (
    CATEGORIES,
    FISCAL_YEAR_START,
    OUTCOMES,
    TERMS,
    VOCABULARY,
    CaseFactsWriter,
    arbitrary_facts,
    count_facts,
    make_year_of_facts,
)
from tests.properties import examples

YEAR_END = date(2026, 9, 30)


def tables(
    facts: Sequence[Fact],
    text: str = "fy2569",
    as_of: date = YEAR_END,
    layout: Layout = "month",
    **terms: bool,
) -> StatisticsTables:
    """The exact tables of some facts."""
    wish = TableRequest(parse_period(text, as_of), as_of, layout)
    return build_exact_tables(count_facts(facts, wish.days), replace(TERMS, **terms), wish)


def split(found: tuple[Breakdown, ...], code: str) -> StatusCounts:
    """The figures of a code."""
    return next(one.figures for one in found if one.code == code)


def tally(states: Counter[str]) -> tuple[int, int, int, int]:
    """The four figures by status."""
    return states.total(), states["done"], states["in_progress"], states["not_accepted"]


@examples(150)
@given(
    arbitrary_facts(),
    st.sampled_from(["fy2569", "2569H1", "2569Q2", "cy2569H1", "2568-11", "2568-08..2569-03"]),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.sampled_from(["month", "quarter", "half"]),
)
def test_the_same_register_counted_slowly_gives_the_same(
    facts: list[Fact], text: str, as_of: date, layout: Layout
) -> None:
    assert compare_with_slow_count(facts, text, as_of, layout) > 40


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(n, marks=pytest.mark.full("figures counted slowly")) for n in range(1, 40))]
)
def test_of_a_hundred_thousand_figures_none_is_wrong(seed: int) -> None:
    """In `make check`: forty times this many."""
    chance, compared = random.Random(seed), 0
    while compared < 2_500:
        facts = make_year_of_facts(chance.randrange(10**6), chance.randrange(150), reopening=0.1)
        text = chance.choice(["fy2569", "2569H1", "2569Q2", "cy2569H1", "2568-11", "2568-08..2569-03"])
        as_of = date(2026, 1, 1) + timedelta(chance.randrange(365))
        compared += compare_with_slow_count(facts, text, as_of, chance.choice(["month", "quarter", "half"]))


def compare_with_slow_count(facts: list[Fact], text: str, as_of: date, layout: Layout) -> int:
    """Assert that every figure of a period is what a slow count finds; return how many were compared."""
    wanted = parse_period(text, as_of)
    found = tables(facts, text, as_of, layout)
    slow = count_naively(facts, wanted.first, wanted.last, as_of, TERMS.deadline_days)
    cases = slow["cases"]
    assert isinstance(cases, list)
    assert found.total.cells == tally(Counter(state for _, state, *_ in cases))
    compared = len(found.total.cells)
    for row in found.rows:
        own = [case for case in cases if case[0] in row.months]
        if CalendarMonth.from_date(as_of).code < row.months[0]:
            assert (row.reached, row.figures, own) == (False, UNKNOWN_COUNTS, [])
            assert set(row.categories.values()) == {None}
            continue
        assert row.reached
        assert row.figures.cells == tally(Counter(case[1] for case in own))
        assert {c: n for c, n in row.categories.items() if n} == Counter(case[2] for case in own)
        compared += len(row.figures.cells) + len(row.categories)
    for one in found.categories:
        assert one.figures.cells == tally(Counter(case[1] for case in cases if case[2] == one.code))
    for one in found.sources:
        assert one.figures.cells == tally(Counter(case[1] for case in cases if case[3] == one.code))
    for one in found.outcomes:
        assert one.figures.received == sum(case[4] == one.code for case in cases)
    compared += 4 * len(found.categories) + 4 * len(found.sources) + len(found.outcomes)
    assert (found.brought_forward, found.carried_over) == (slow["brought_forward"], slow["carried_over"])
    assert (found.days.median, found.days.within_deadline) == (slow["median"], slow["within"])
    assert (found.statement is not None) == (not cases)
    return compared + 4


@examples(150)
@given(
    arbitrary_facts(),
    st.lists(st.dates(date(2025, 9, 1), date(2026, 12, 31)), min_size=1, max_size=4, unique=True),
)
def test_gathered_from_what_is_written_is_the_same_as_folded_case_by_case(
    facts: list[Fact], days: list[date]
) -> None:
    whole = count_facts(facts, sorted(days))
    gathering = TimelineBuilder(TimelineCounts(tuple(sorted(days)), VOCABULARY))
    by_case: dict[str, list[Fact]] = {}
    for fact in facts:
        by_case.setdefault(fact.about, []).append(fact)
    gathering.add(
        tuple(
            "\n".join(said)
            for said in zip(*((f.effective.isoformat(), f.field, f.value) for f in own), strict=True)
        )
        for own in by_case.values()
    )
    found = gathering.build()
    assert (found.cases, found.days_to_close) == (whole.cases, whole.days_to_close)


@given(arbitrary_facts(), st.sampled_from(["month", "quarter", "half"]))
@examples(50)
def test_what_was_received_is_done_or_in_hand_or_not_accepted(facts: list[Fact], layout: Layout) -> None:
    found = tables(facts, layout=layout)
    lines = [
        found.total,
        *(row.figures for row in found.rows),
        *(s.figures for s in found.categories + found.sources),
    ]
    for line in lines:
        received, *stand = line.cells
        assert received == sum(cell or 0 for cell in stand)
    assert sum(row.figures.received or 0 for row in found.rows) == found.total.received
    assert sum(one.figures.received or 0 for one in found.outcomes) == found.total.done


def test_the_words_of_a_case_are_those_of_its_life() -> None:
    assert VOCABULARY == FACT_VOCABULARY
    counted = VOCABULARY.states
    assert {status for status in CaseStatus if counted[status] is not CaseState.OPEN} == ENDED_STATUSES
    assert TERMS.forwarding_outcomes == {CaseOutcome.FORWARDED.value}
    assert set(OUTCOMES) == {o.value for o in CaseOutcome}
    for status in CaseStatus:
        for outcome in CaseOutcome:
            case = (
                CaseFactsWriter("a")
                .add_filing(FISCAL_YEAR_START)
                .add_move(FISCAL_YEAR_START, status.value, outcome.value)
            )
            for is_done in (True, False):
                found = tables(case.facts, forwarded_is_done=is_done)
                still_open = outcome is CaseOutcome.FORWARDED and not is_done
                expected = {
                    CaseStatus.CLOSED: "in_progress" if still_open else "done",
                    CaseStatus.NOT_ACCEPTED: "not_accepted",
                }.get(status, "in_progress")
                assert getattr(found.total, expected) == 1


@pytest.mark.parametrize("unknown", [("paused", None), ("closed", "settled"), ("investigating", "settled")])
@pytest.mark.parametrize("in_order", [True, False])
def test_a_state_or_outcome_that_nobody_knows_is_not_counted_in_silence(
    unknown: tuple[str, str | None], in_order: bool
) -> None:
    case = CaseFactsWriter("5ec4e7").add_filing(FISCAL_YEAR_START)
    case.add_move(FISCAL_YEAR_START + timedelta(9 if in_order else -9), *unknown)
    with pytest.raises(UnknownFactError) as told:
        count_facts(case.facts, [YEAR_END])
    assert told.value.about == "5ec4e7"
    assert "5ec4e7" in str(told.value)
    assert not {"paused", "settled"} & set(str(told.value).split())
    gathering = TimelineBuilder(TimelineCounts((YEAR_END,), VOCABULARY))
    written = zip(*((f.effective.isoformat(), f.field, f.value) for f in case.facts), strict=True)
    days, names, values = ("\n".join(column) for column in written)
    with pytest.raises(UnknownFactError):
        gathering.add([(days, names, values)])


def test_the_columns_are_the_figures_of_a_line() -> None:
    assert [column.value for column in StatisticsColumn] == [one.name for one in fields(StatusCounts)]
    assert set(STATE_COLUMNS) == set(StatisticsColumn) - {StatisticsColumn.RECEIVED}
    counted = {
        TERMS.classify(StateOnDay(state, outcome), (2026, 1))
        for state in CaseState
        for outcome in (*OUTCOMES, "")
    }
    assert counted == set(STATE_COLUMNS)


def test_a_day_in_the_past_is_answered_as_it_was() -> None:
    case = CaseFactsWriter("a").add_filing(date(2025, 10, 5)).add_move(date(2025, 11, 5), "screening")
    case.add_move(date(2025, 12, 5), "closed", "substantiated").add_move(
        date(2026, 1, 5), "investigating", ""
    )
    case.add_move(date(2026, 2, 5), "closed", "withdrawn")
    at = {
        day: tables(case.facts, as_of=day)
        for day in (date(2025, 12, 4), date(2025, 12, 5), date(2026, 1, 5), YEAR_END)
    }
    assert [t.total.cells for t in at.values()] == [(1, 0, 1, 0), (1, 1, 0, 0), (1, 0, 1, 0), (1, 1, 0, 0)]
    assert at[date(2025, 12, 5)].days.median == 61
    assert at[YEAR_END].days.median == 123
    assert split(at[YEAR_END].outcomes, "withdrawn").received == 1
    assert split(at[YEAR_END].outcomes, "substantiated").received == 0


def test_a_correction_is_a_later_fact_with_an_earlier_day() -> None:
    case = (
        CaseFactsWriter("a").add_filing(date(2025, 11, 2)).add_move(date(2025, 12, 20), "closed", "forwarded")
    )
    case.add_fact(date(2025, 10, 30), FactField.RECEIVED, "1", date(2026, 1, 7))
    case.add_fact(date(2025, 10, 30), FactField.CATEGORY, "other", date(2026, 1, 7))
    case.add_fact(date(2025, 11, 2), FactField.CATEGORY, "misconduct", date(2026, 1, 8))
    case.add_fact(date(2025, 12, 10), FactField.STATUS, "closed", date(2026, 1, 9))
    found = tables(case.facts)
    assert [row.figures.received for row in found.rows[:2]] == [1, 0]
    assert split(found.categories, "misconduct").received == 1
    assert found.days.median == 41


def test_a_case_entered_by_mistake_is_struck_out() -> None:
    case = CaseFactsWriter("a").add_filing(FISCAL_YEAR_START)
    case.add_fact(FISCAL_YEAR_START, FactField.RECEIVED, "0", date(2025, 10, 9))
    assert tables(case.facts).total == NO_CASES


def test_a_category_recoded_in_mid_year_counts_from_its_day_and_a_former_code_is_not_dropped() -> None:
    case = CaseFactsWriter("a").add_filing(FISCAL_YEAR_START, "former")
    case.add_fact(date(2026, 1, 1), FactField.CATEGORY, "misconduct")
    assert split(tables(case.facts, as_of=date(2025, 12, 31)).categories, "former").received == 1
    later = tables(case.facts)
    assert split(later.categories, "misconduct").received == 1
    assert [one.code for one in later.categories] == list(CATEGORIES)


@pytest.mark.parametrize(("is_done", "cells"), [(True, (1, 1, 0, 0)), (False, (1, 0, 1, 0))])
def test_forwarded_counts_as_the_office_says(is_done: bool, cells: tuple[int, ...]) -> None:
    case = (
        CaseFactsWriter("a")
        .add_filing(FISCAL_YEAR_START)
        .add_move(FISCAL_YEAR_START + timedelta(3), "closed", "forwarded")
    )
    found = tables(case.facts, forwarded_is_done=is_done)
    assert found.total.cells == cells
    assert split(found.outcomes, "forwarded").cells == cells
    assert (found.days.median is None) == (not is_done)
    assert ("แล้วเสร็จ" in found.notes[2].th) == is_done


def test_the_sentence_stands_only_where_the_whole_period_had_nothing() -> None:
    case = CaseFactsWriter("a").add_filing(date(2025, 11, 2))
    assert tables(case.facts).statement is None
    assert tables(case.facts).rows[0].figures == NO_CASES
    nothing = tables(case.facts, "2568-12")
    assert nothing.statement == "ไม่มีเรื่องร้องเรียน เดือนธันวาคม 2568"
    assert nothing.carried_over == nothing.brought_forward == 1
    assert "ถึงวันที่ 15 ธันวาคม 2568" in (tables([], "2568-12", date(2025, 12, 15)).statement or "")


def test_percentages_are_of_what_was_received() -> None:
    facts = [f for n in range(3) for f in CaseFactsWriter(str(n)).add_filing(FISCAL_YEAR_START).facts]
    facts += (
        CaseFactsWriter("c")
        .add_filing(FISCAL_YEAR_START)
        .add_move(FISCAL_YEAR_START, "closed", "withdrawn")
        .facts
    )
    assert tables(facts).percentages == {"done": 25.0, "in_progress": 75.0, "not_accepted": 0.0}
    assert tables([]).percentages["done"] is None


def test_a_coarse_layout_shows_no_single_month() -> None:
    found = tables(CaseFactsWriter("a").add_filing(FISCAL_YEAR_START).facts, layout="half")
    assert [len(row.months) for row in found.rows] == [6, 6]
    assert {month.figures for month in found.months} == {None}
