"""How well a desk works: first answers counted by example and by a slow count, and what of it may be told."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest

from ita_stats.cases.fact import Fact, FactField
from ita_stats.cases.first_answer import AnswerRules, count_first_answers
from ita_stats.cases.measures import (
    MeasuredCounts,
    ReturnLine,
    SatisfactionLine,
    build_measures,
    build_untold_measures,
)
from ita_stats.cases.model import Breakdown, StatusCounts
from ita_stats.cases.splits import SpanRules
from ita_stats.disclosure.spans import SplitSpan
from tests.ita_stats.cases.sample_facts import VOCABULARY, CaseFactsWriter

SPAN = SplitSpan(2569, 1)
FIXED = SpanRules(SPAN, 5, 15, ("corruption",), can_have_others=False)
RULES = AnswerRules(SPAN, VOCABULARY, frozenset({"withdrawn"}))
ON = date(2026, 1, 10)


def count(*cases: CaseFactsWriter) -> Counter[int | None]:
    """Days to the first answer of cases."""
    grouped = [
        (
            "\n".join(fact.effective.isoformat() for fact in case.facts),
            "\n".join(fact.field for fact in case.facts),
            "\n".join(fact.value for fact in case.facts),
        )
        for case in cases
    ]
    took = Counter[int | None]()
    count_first_answers(grouped, RULES, took)
    return took


def file_case(on: date = ON) -> CaseFactsWriter:
    return CaseFactsWriter("a" * 32).add_filing(on)


def answer(case: CaseFactsWriter, day: int) -> CaseFactsWriter:
    case.add_fact(ON + timedelta(day), FactField.ANSWERED, "1")
    return case


def test_the_first_message_or_the_end_is_the_first_answer() -> None:
    assert count(file_case()) == {None: 1}
    assert count(answer(file_case(), 4)) == {4: 1}
    assert count(file_case().add_move(ON + timedelta(3), "screening")) == {None: 1}
    assert count(file_case().add_move(ON + timedelta(3), "not_accepted")) == {3: 1}
    assert count(answer(file_case().add_move(ON + timedelta(9), "closed", "forwarded"), 4)) == {4: 1}
    assert count(file_case().add_move(ON + timedelta(9), "closed", "substantiated")) == {9: 1}
    # A reporter who withdraws had no answer from the office; one that comes afterwards counts.
    withdrawn = file_case().add_move(ON + timedelta(2), "closed", "withdrawn")
    assert count(withdrawn) == {None: 1}
    assert count(answer(withdrawn, 6)) == {6: 1}


def test_cases_of_the_span_count_and_answers_until_it_settles() -> None:
    assert count(file_case(SPAN.first), file_case(SPAN.last)) == {None: 2}
    assert count(file_case(SPAN.first - timedelta(1)), file_case(SPAN.last + timedelta(1))) == {}
    cancelled = file_case()
    cancelled.add_fact(ON, FactField.RECEIVED, "0")
    assert count(cancelled) == {}
    for after, days in ((31, 31), (32, None)):
        late = CaseFactsWriter("b" * 32).add_filing(SPAN.last)
        late.add_fact(SPAN.last + timedelta(after), FactField.ANSWERED, "1")
        assert count(late) == {days: 1}
    assert count(answer(file_case(), -3)) == {0: 1}


@pytest.mark.parametrize("seed", range(20))
def test_the_count_agrees_with_a_slow_one(seed: int) -> None:
    chance = random.Random(seed)
    cases, expected = [], Counter[int | None]()
    for number in range(40):
        on = date(2025, 8, 1) + timedelta(chance.randrange(480))
        case, found = CaseFactsWriter(f"{number:032x}").add_filing(on), list[date]()
        step = on
        for _ in range(chance.randrange(4)):
            step += timedelta(chance.randrange(40))
            match chance.randrange(4):
                case 0:
                    case.add_fact(step, FactField.ANSWERED, "1")
                    found.append(step)
                case 1:
                    case.add_move(step, "investigating", "")
                case 2:
                    case.add_move(step, "not_accepted")
                    found.append(step)
                case _:
                    outcome = chance.choice(["withdrawn", "substantiated"])
                    case.add_move(step, "closed", outcome)
                    found += [step] if outcome != "withdrawn" else []
        cases.append(case)
        if SPAN.first <= on <= SPAN.last:
            in_time = [day for day in found if day <= SPAN.settling_day]
            expected[(min(in_time) - on).days if in_time else None] += 1
    assert count(*cases) == expected


def tell(
    answers: dict[int | None, int], online: int | None = 20, came_back: int = 8, **satisfaction: int
) -> tuple[
    dict[str, int | None], tuple[int, int | None] | None, dict[str, int | None], dict[str, int | None]
]:
    """What is told: first answers, the class of their median, who came back, how satisfied they were."""
    sources = (Breakdown("online", "", "", StatusCounts(online, None, None, None)),)
    told = build_measures(MeasuredCounts(answers, {}, came_back, satisfaction), sources, FIXED, b"salt")
    first, back, happy = (
        {line.code: line.figures.received for line in lines}
        for lines in (told.first_answer, told.came_back, told.satisfaction)
    )
    return first, told.answer_class, back, happy


def test_both_sides_are_five_or_nothing_is_told() -> None:
    assert tell({3: 10, None: 5})[:2] == ({"in_time": 10, "later": 5}, (0, 3))
    assert tell({3: 11, 15: 4, 16: 5})[0] == {"in_time": 15, "later": 5}
    assert tell({3: 11, None: 4})[0] == {"in_time": None, "later": None}
    assert tell({3: 4, None: 11})[:2] == ({"in_time": None, "later": None}, (31, None))
    assert tell({2: 4, 9: 4, 20: 4, None: 1})[1] is None  # four in the class of the median
    assert tell({})[:2] == ({"in_time": None, "later": None}, None)


def test_who_came_back_is_told_only_where_the_number_of_online_cases_is_shown() -> None:
    assert tell({}, 20, 8)[2] == {"came_back": 8, "not_seen": 12}
    assert tell({}, None, 8)[2] == {"came_back": None, "not_seen": None}
    assert tell({}, 20, 4)[2] == tell({}, 20, 16)[2] == {"came_back": None, "not_seen": None}
    # Cases that were opened and are in no figure, since they were recorded too late, are no more than there are.
    assert tell({}, 20, 25)[2] == {"came_back": None, "not_seen": None}


def test_satisfaction_is_told_only_where_it_is_told_who_came_back() -> None:
    answers = {"satisfied": 9, "neither": 3, "dissatisfied": 2}
    assert tell({}, 20, 14, **answers)[3] == {
        "satisfied": 9, "neither": None, "dissatisfied": None, "rest": 5,
    }  # fmt: skip
    assert set(tell({}, 20, 16, **answers)[3].values()) == {None}
    assert set(tell({}, 20, 14, satisfied=9)[3].values()) == {None}


def test_a_span_that_tells_none_has_no_figure() -> None:
    untold = build_untold_measures(FIXED)
    lines = (*untold.first_answer, *untold.came_back, *untold.satisfaction)
    assert {line.figures.received for line in lines} == {None}
    assert untold.answer_class is None
    assert {line.code for line in lines} >= {*ReturnLine, *SatisfactionLine}


def test_a_fact_that_was_answered_changes_no_other_figure() -> None:
    fact = Fact("a" * 32, 9, ON, ON, FactField.ANSWERED, "1")
    assert FactField(fact.field.value) is FactField.ANSWERED
