"""Sample registers for counting: facts of cases as the desk, an import or a correction would write them."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import strategies as st

from ita_stats.cases.count import CodeLabel, CountingRules, OutcomeLine, SourceLine
from ita_stats.cases.fact import CaseState, Fact, FactField, FactVocabulary
from ita_stats.cases.timeline import TimelineCounts, count_timelines

CATEGORIES = ("corruption", "misconduct", "other")
SOURCES = ("web", "line", "letter", "walk_in")
OUTCOMES = ("substantiated", "unsubstantiated", "insufficient", "forwarded", "withdrawn")
VOCABULARY = FactVocabulary(
    {
        **dict.fromkeys(("received", "screening", "investigating"), CaseState.OPEN),
        "closed": CaseState.CLOSED,
        "not_accepted": CaseState.NOT_ACCEPTED,
    },
    frozenset(OUTCOMES),
)
FISCAL_YEAR_START = date(2025, 10, 1)
"""The first day of fiscal year 2569."""


def make_labels(codes: tuple[str, ...]) -> tuple[CodeLabel, ...]:
    """Labels to count by; the code is also the name."""
    return tuple(CodeLabel(code, code, code) for code in codes)


SOURCE_LINES = {
    "web": SourceLine.ONLINE,
    "line": SourceLine.ONLINE,
    "letter": SourceLine.LETTER,
    "walk_in": SourceLine.IN_PERSON,
}
OUTCOME_LINES = {
    "substantiated": OutcomeLine.SUBSTANTIATED,
    "unsubstantiated": OutcomeLine.UNSUBSTANTIATED,
    "insufficient": OutcomeLine.UNSUBSTANTIATED,
    "forwarded": OutcomeLine.OTHERWISE,
    "withdrawn": OutcomeLine.OTHERWISE,
}
TERMS = CountingRules(
    "สำนักงาน",
    "Office",
    "complaints",
    make_labels(CATEGORIES),
    make_labels(SOURCES),
    make_labels(OUTCOMES),
    frozenset({"forwarded"}),
    deadline_days=15,
    source_lines=SOURCE_LINES,
    outcome_lines=OUTCOME_LINES,
)


def count_facts(facts: Iterable[Fact], days: Sequence[date]) -> TimelineCounts:
    """The courses of cases, of the states and outcomes that the desk has."""
    return count_timelines(facts, days, VOCABULARY)


@dataclass
class CaseFactsWriter:
    """Writes the facts of one case."""

    about: str
    facts: list[Fact] = field(default_factory=list)

    def add_fact(self, on: date, name: FactField, value: str, recorded: date | None = None) -> None:
        self.facts.append(Fact(self.about, len(self.facts), on, recorded or on, name, value))

    def add_filing(self, on: date, category: str = "corruption", source: str = "web") -> "CaseFactsWriter":
        """The facts that the desk writes for a new complaint."""
        self.add_fact(on, FactField.RECEIVED, "1")
        self.add_fact(on, FactField.CATEGORY, category)
        self.add_fact(on, FactField.SOURCE, source)
        self.add_fact(on, FactField.STATUS, "received")
        return self

    def add_move(self, on: date, status: str, outcome: str | None = None) -> "CaseFactsWriter":
        """The facts that the desk writes for a lifecycle step."""
        self.add_fact(on, FactField.STATUS, status)
        if outcome is not None:
            self.add_fact(on, FactField.OUTCOME, outcome)
        return self


def make_year_of_facts(
    seed: int, cases: int, weights: tuple[int, ...] = (6, 3, 1), reopening: float = 0.0
) -> list[Fact]:
    """A fiscal year of facts of `cases` cases."""
    chance = random.Random(seed)
    facts: list[Fact] = []
    for number in range(cases):
        on = FISCAL_YEAR_START + timedelta(chance.randrange(365))
        case = CaseFactsWriter(f"{number:032x}").add_filing(
            on, chance.choices(CATEGORIES, weights)[0], chance.choices(SOURCES, (6, 4, 1, 1))[0]
        )
        if chance.random() < 0.8:
            on += timedelta(chance.randrange(40))
            if chance.random() < 0.2:
                case.add_move(on, "not_accepted")
            else:
                case.add_move(on, "screening").add_move(on, "investigating")
                if chance.random() < 0.8:
                    on += timedelta(chance.randrange(60))
                    case.add_move(on, "closed", chance.choice(OUTCOMES))
                    if chance.random() < reopening:
                        case.add_move(on + timedelta(chance.randrange(60)), "investigating", "")
        facts += case.facts
    return facts


def arbitrary_facts() -> st.SearchStrategy[list[Fact]]:
    """Arbitrary facts about a few cases: out of order, backdated, corrected, deleted, incomplete."""
    days = st.dates(date(2025, 8, 1), date(2026, 11, 30))

    def facts_of(name: FactField, values: tuple[str, ...]) -> st.SearchStrategy[tuple[FactField, str]]:
        return st.tuples(st.just(name), st.sampled_from(values))

    statement = st.one_of(
        facts_of(FactField.RECEIVED, ("1", "1", "1", "0")),
        facts_of(FactField.CATEGORY, (*CATEGORIES, "former")),
        facts_of(FactField.SOURCE, SOURCES),
        facts_of(
            FactField.STATUS, ("received", "screening", "investigating", "closed", "closed", "not_accepted")
        ),
        facts_of(FactField.OUTCOME, (*OUTCOMES, "")),
        facts_of(FactField.REASON, ("policy", "")),
    )
    case = st.tuples(st.booleans(), days, st.lists(st.tuples(days, statement), max_size=8))
    return st.lists(case, max_size=12).map(_to_facts)


def _to_facts(cases: list[tuple[bool, date, list[tuple[date, tuple[FactField, str]]]]]) -> list[Fact]:
    facts: list[Fact] = []
    for number, (in_order, first, said) in enumerate(cases):
        case = CaseFactsWriter(f"{number:032x}").add_filing(first)
        for on, (name, value) in sorted(said, key=lambda s: s[0]) if in_order else said:
            case.add_fact(max(on, first) if in_order else on, name, value, date(2026, 11, 30))
        facts += case.facts
    return facts
