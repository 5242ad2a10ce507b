"""Splits of a span are counted right: compared with a slow count of each line, written independently."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given

from ita_stats.cases.fact import Fact, FactField
from ita_stats.cases.model import REST_CODE, Breakdown
from ita_stats.cases.splits import SpanRules, count_splits
from ita_stats.disclosure.spans import SplitSpan
from ita_stats.disclosure.split_rule import fold_lines
from tests.ita_stats.cases.naive_count import get_first_value, get_received_on, get_state_on, get_value_on
from tests.ita_stats.cases.sample_facts import (
    CATEGORIES,
    FISCAL_YEAR_START,
    OUTCOME_LINES,
    SOURCE_LINES,
    TERMS,
    CaseFactsWriter,
    arbitrary_facts,
    count_facts,
    make_year_of_facts,
)
from tests.properties import examples

SPAN = SplitSpan(2569, 1)
RULES = SpanRules(SPAN, 5, 15, CATEGORIES, can_have_others=False)


def find_last_closing(facts: Sequence[Fact], on: date) -> date:
    """The day of the last change from not closed to closed."""
    moves = sorted((f for f in facts if f.field is FactField.STATUS), key=lambda f: (f.effective, f.seq))
    closed, found = False, None
    for move in moves:
        if move.effective <= on and move.value == "closed" and not closed:
            found = move.effective
        closed = move.value == "closed"
    assert found is not None
    return found


def count_lines(facts: Sequence[Fact]) -> dict[str, Counter[str]]:
    """The cases of each line, case by case."""
    cases, found = defaultdict(list), defaultdict[str, Counter[str]](Counter)
    for fact in facts:
        cases[fact.about].append(fact)
    for own in cases.values():
        day = get_received_on(own)
        if day is None or day > SPAN.last:
            continue
        if day >= SPAN.first:
            kind = get_first_value(own, FactField.CATEGORY, SPAN.last)
            found["categories"][kind if kind in CATEGORIES else "other"] += 1
            source = max((f for f in own if f.field is FactField.SOURCE), key=lambda f: f.seq).value
            found["sources"][SOURCE_LINES[source]] += 1
        if get_state_on(own, SPAN.last) == "done" and SPAN.first <= find_last_closing(own, SPAN.last):
            outcome = get_value_on(own, FactField.OUTCOME, SPAN.last)
            found["outcomes"][OUTCOME_LINES.get(outcome, OUTCOME_LINES["withdrawn"])] += 1
    return found


def check_lines(lines: Sequence[Breakdown], counted: Counter[str]) -> None:
    """What is told of a split is what was counted: shown lines one by one, folded ones together."""
    told = {line.code: line.figures.received for line in lines}
    rest = told.pop(REST_CODE, None)
    shown = {code: figure for code, figure in told.items() if figure is not None}
    assert shown == {code: counted[code] for code in shown}
    assert {line.figures.cells[1:] for line in lines} == {(None, None, None)}
    if shown:
        assert (rest or 0) == sum(counted[code] for code in told if code not in shown)
        assert sum(shown.values()) + (rest or 0) == counted.total()
    else:
        codes = dict.fromkeys(told, 0) | counted
        assert fold_lines(codes, 5, b"") is None


@examples(100)
@given(arbitrary_facts(), arbitrary_facts())
def test_a_split_is_what_a_slow_count_finds(facts: list[Fact], more: list[Fact]) -> None:
    several = [
        replace(fact, about=f"{copy}{fact.about[1:]}")
        for copy, part in (("a", facts), ("b", facts), ("c", more))
        for fact in part
    ]
    told = count_splits(count_facts(several, (SPAN.last,)), TERMS, RULES, b"salt")
    slow = count_lines(several)
    for name in ("categories", "sources", "outcomes"):
        check_lines(getattr(told, name), slow[name])


@pytest.mark.parametrize("seed", range(4))
def test_so_is_that_of_a_whole_year(seed: int) -> None:
    facts = make_year_of_facts(seed, 150, reopening=0.4)
    told = count_splits(count_facts(facts, (SPAN.last,)), TERMS, RULES, b"salt")
    slow = count_lines(facts)
    for name in ("categories", "sources", "outcomes"):
        check_lines(getattr(told, name), slow[name])
        assert any(line.figures.received for line in getattr(told, name))


def test_an_outcome_counts_in_the_span_of_its_last_closing() -> None:
    """Received before the span and closed in it: 12 count. Closed before it, or open again at its end: none do."""
    before, inside = FISCAL_YEAR_START - timedelta(90), FISCAL_YEAR_START + timedelta(30)
    facts = []
    for number in range(12):
        late = CaseFactsWriter(f"a{number}").add_filing(before).add_move(inside, "closed", "withdrawn")
        early = CaseFactsWriter(f"b{number}").add_filing(before).add_move(before, "closed", "withdrawn")
        again = CaseFactsWriter(f"c{number}").add_filing(before).add_move(before, "closed", "substantiated")
        again.add_move(inside, "investigating", "").add_move(
            inside + timedelta(9), "closed", "unsubstantiated"
        )
        opened = CaseFactsWriter(f"d{number}").add_filing(inside).add_move(inside, "closed", "withdrawn")
        opened.add_move(inside + timedelta(9), "investigating", "")
        facts += late.facts + early.facts + again.facts + opened.facts
    told = count_splits(count_facts(facts, (SPAN.last,)), TERMS, RULES, b"salt")
    figures = {line.code: line.figures.received for line in told.outcomes}
    assert sum(figure or 0 for figure in figures.values()) == 24
    assert told.days.median_class == (91, 180)
    assert sum(line.figures.received or 0 for line in told.categories) == 0
