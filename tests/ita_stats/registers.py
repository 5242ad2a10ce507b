"""Registers made for counting: the facts of cases as the desk, an import or a correction would write them."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import strategies as st

from ita_stats.cases.count import Named, Terms
from ita_stats.cases.fact import Fact, Field

CATEGORIES = ("corruption", "misconduct", "other")
SOURCES = ("web", "line", "letter", "walk_in")
OUTCOMES = ("substantiated", "unsubstantiated", "insufficient", "forwarded", "withdrawn")
OCTOBER = date(2025, 10, 1)
"""The first day of fiscal year 2569."""


def named(codes: tuple[str, ...]) -> tuple[Named, ...]:
    """Things to count, each called by its code."""
    return tuple(Named(code, code, code) for code in codes)


TERMS = Terms(
    "สำนักงาน", "Office", "complaints", named(CATEGORIES), named(SOURCES), named(OUTCOMES), deadline=15
)


@dataclass
class Writer:
    """Writes the facts of one case."""

    about: str
    facts: list[Fact] = field(default_factory=list)

    def state(self, on: date, name: Field, value: str, recorded: date | None = None) -> None:
        """The next fact."""
        self.facts.append(Fact(self.about, len(self.facts), on, recorded or on, name, value))

    def filed(self, on: date, category: str = "corruption", source: str = "web") -> "Writer":
        """As the desk writes a complaint that comes in."""
        self.state(on, Field.RECEIVED, "1")
        self.state(on, Field.CATEGORY, category)
        self.state(on, Field.SOURCE, source)
        self.state(on, Field.STATUS, "received")
        return self

    def moved(self, on: date, status: str, outcome: str | None = None) -> "Writer":
        """As the desk writes a step."""
        self.state(on, Field.STATUS, status)
        if outcome is not None:
            self.state(on, Field.OUTCOME, outcome)
        return self


def year(seed: int, cases: int, weights: tuple[int, ...] = (6, 3, 1), reopening: float = 0.0) -> list[Fact]:
    """A fiscal year of a desk with so many cases."""
    chance = random.Random(seed)
    facts: list[Fact] = []
    for number in range(cases):
        on = OCTOBER + timedelta(chance.randrange(365))
        case = Writer(f"{number:032x}").filed(
            on, chance.choices(CATEGORIES, weights)[0], chance.choices(SOURCES, (6, 4, 1, 1))[0]
        )
        if chance.random() < 0.8:
            on += timedelta(chance.randrange(40))
            if chance.random() < 0.2:
                case.moved(on, "not_accepted")
            else:
                case.moved(on, "screening").moved(on, "investigating")
                if chance.random() < 0.8:
                    on += timedelta(chance.randrange(60))
                    case.moved(on, "closed", chance.choice(OUTCOMES))
                    if chance.random() < reopening:
                        case.moved(on + timedelta(chance.randrange(60)), "investigating", "")
        facts += case.facts
    return facts


def cases_at_random() -> st.SearchStrategy[list[Fact]]:
    """Any facts at all about a few cases: out of order, backdated, corrected, struck out, incomplete."""
    days = st.dates(date(2025, 8, 1), date(2026, 11, 30))

    def said(name: Field, values: tuple[str, ...]) -> st.SearchStrategy[tuple[Field, str]]:
        return st.tuples(st.just(name), st.sampled_from(values))

    statement = st.one_of(
        said(Field.RECEIVED, ("1", "1", "1", "0")),
        said(Field.CATEGORY, (*CATEGORIES, "former")),
        said(Field.SOURCE, SOURCES),
        said(Field.STATUS, ("received", "screening", "investigating", "closed", "closed", "not_accepted")),
        said(Field.OUTCOME, (*OUTCOMES, "")),
        said(Field.REASON, ("policy", "")),
    )
    case = st.tuples(st.booleans(), days, st.lists(st.tuples(days, statement), max_size=8))
    return st.lists(case, max_size=12).map(_written)


def _written(cases: list[tuple[bool, date, list[tuple[date, tuple[Field, str]]]]]) -> list[Fact]:
    facts: list[Fact] = []
    for number, (in_order, first, said) in enumerate(cases):
        case = Writer(f"{number:032x}").filed(first)
        for on, (name, value) in sorted(said, key=lambda s: s[0]) if in_order else said:
            case.state(max(on, first) if in_order else on, name, value, date(2026, 11, 30))
        facts += case.facts
    return facts
