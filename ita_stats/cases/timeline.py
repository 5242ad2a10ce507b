"""Timelines of anonymous cases: the state of each on some days, derived from its facts.

A fact holds from its effective day on, whenever it was recorded; of two with the same effective day, the later
written one holds. So a correction is a later fact with an earlier day, and any past day can be counted again.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import NamedTuple

from ita_stats.calendar import CalendarMonth
from ita_stats.cases.fact import CaseState, Fact, FactField, FactVocabulary, UnknownFactError


class StateOnDay(NamedTuple):
    """The state of a case; of a closed one its outcome, empty where there is none. A tuple: it is hashed often."""

    state: CaseState
    outcome: str = ""


STATES: Mapping[CaseState, StateOnDay] = {state: StateOnDay(state) for state in CaseState}
OPEN_STATE, CLOSED_STATE = STATES[CaseState.OPEN], STATES[CaseState.CLOSED]
_SORTED_FIELDS = frozenset({FactField.CATEGORY, FactField.STATUS, FactField.OUTCOME})
FACT_SEPARATOR = "\n"
GroupedFacts = tuple[str, str, str]
"""The facts of a case in the order of `seq`: effective days (ISO), fields and values, each newline-separated."""
StageKey = tuple[str, ...]
"""The stage of each fact of a case. A stage is named by its last day: see `TimelineBuilder`."""
FactTuple = tuple[str, str, str]
"""A fact of one case: effective day (ISO), field, value."""


@dataclass(frozen=True, slots=True)
class CaseTimeline:
    """What cases have in common that are counted alike.

    received: (year, month) of receipt; categories, states_on_days: on each day that is counted, None where the case
    was not received yet.
    """

    received: tuple[int, int]
    categories: tuple[str, ...]
    source: str
    states_on_days: tuple[StateOnDay | None, ...]

    @property
    def closed_as(self) -> StateOnDay | None:
        """The state on the last day, if the case is closed then."""
        last = self.states_on_days[-1]
        return last if last is not None and last.state is CaseState.CLOSED else None


class Closing(NamedTuple):
    """How a case was closed that is closed on the last day. A tuple: it is hashed often.

    received, closed: (year, month) of receipt and of the last closing; days: from the one to the other.
    """

    received: tuple[int, int]
    state: StateOnDay
    days: int
    closed: tuple[int, int]


@dataclass(frozen=True, slots=True)
class TimelineCounts:
    """How many cases have each timeline, of those received by the last day.

    days: in order, the last is the cut-off; days_to_close: closed cases by how and when they were closed last.
    """

    days: tuple[date, ...]
    vocabulary: FactVocabulary
    cases: Counter[CaseTimeline] = field(default_factory=Counter)
    days_to_close: Counter[Closing] = field(default_factory=Counter)

    def add(self, pieces: Sequence[FactTuple]) -> None:
        """Count a case, by its facts in the order in which they were written. Raises UnknownFactError."""
        for _, name, value in pieces:
            self.vocabulary.check(name, value)
        ends = [day.isoformat() for day in self.days]
        timeline = build_timeline(pieces, ends, self.vocabulary)
        if timeline is None:
            return
        self.cases[timeline] += 1
        if timeline.closed_as is not None:
            closed, took = find_last_closing(pieces, ends[-1], self.vocabulary)
            self.days_to_close[
                Closing(timeline.received, timeline.closed_as, took, to_month_key(closed))
            ] += 1


@dataclass(slots=True)
class FactPattern:
    """Cases whose facts are the same but for the days.

    closing_index: the fact that closed them; 0 where none did, None where they need the slow path.
    duration_counts: number of cases by stages and days to close.
    """

    closing_index: int | None
    stage_counts: dict[StageKey, int] = field(default_factory=dict)
    duration_counts: dict[tuple[StageKey, int], int] = field(default_factory=dict)


@dataclass(slots=True)
class TimelineBuilder:
    """Counts the grouped facts of cases. Same result as `TimelineCounts.add` for each case, but faster.

    Facts in the order of their days are moved to the last day of their stage: a span in which there is no counted day
    and no end of a month. So few distinct cases remain, and `build_timeline` runs once for each of these.
    """

    timelines: TimelineCounts
    _stages: dict[str, str] = field(default_factory=dict)
    _day_ordinals: dict[str, int] = field(default_factory=dict)
    _patterns: dict[tuple[str, str], FactPattern] = field(default_factory=dict)

    def add(self, cases: Iterable[GroupedFacts]) -> None:
        """Count cases by pattern, and by the stages of their days."""
        kinds, stage, number = self._patterns, self._stages.__getitem__, self._day_ordinals
        for written, fields, values in cases:
            days = written.split(FACT_SEPARATOR)
            try:
                kind = kinds[fields, values]
                shape = tuple(map(stage, days))
            except KeyError:
                kind = self._register_pattern(days, fields, values)
                shape = tuple(map(stage, days))
            if kind.closing_index is None or days != sorted(days):
                self.timelines.add(split_facts(days, fields, values))
                continue
            kind.stage_counts[shape] = kind.stage_counts.get(shape, 0) + 1
            if kind.closing_index:
                ending = shape, number[days[kind.closing_index]] - number[days[0]]
                kind.duration_counts[ending] = kind.duration_counts.get(ending, 0) + 1

    def build(self) -> TimelineCounts:
        """Return the timelines of all cases. Nothing can be added afterwards."""
        found, ends = self.timelines, [day.isoformat() for day in self.timelines.days]
        for (fields, values), kind in self._patterns.items():
            folds = {
                shape: build_timeline(split_facts(shape, fields, values), ends, found.vocabulary)
                for shape in kind.stage_counts
            }
            for shape, cases in kind.stage_counts.items():
                timeline = folds[shape]
                if timeline is not None:
                    found.cases[timeline] += cases
            for (shape, days), cases in kind.duration_counts.items():
                timeline = folds[shape]
                closed = None if timeline is None else timeline.closed_as
                if timeline is not None and closed is not None:
                    month = to_month_key(shape[kind.closing_index or 0])
                    found.days_to_close[Closing(timeline.received, closed, days, month)] += cases
        return found

    def _register_pattern(self, days: list[str], fields: str, values: str) -> FactPattern:
        for day in days:
            self._stages[day] = self._find_stage(day)
            self._day_ordinals[day] = date.fromisoformat(day).toordinal()
        closing = _find_closing_index(fields, values, self.timelines.vocabulary)
        return self._patterns.setdefault((fields, values), FactPattern(closing))

    def _find_stage(self, day: str) -> str:
        ends = [end for end in (asked.isoformat() for asked in self.timelines.days) if end >= day]
        return min([*ends, CalendarMonth(int(day[:4]), int(day[5:7])).last.isoformat()])


def _find_closing_index(fields: str, values: str, vocabulary: FactVocabulary) -> int | None:
    """Return which fact closed a case (0: none did); None for a case received or closed more than once."""
    facts = list(zip(fields.split(FACT_SEPARATOR), values.split(FACT_SEPARATOR), strict=True))
    for name, value in facts:
        vocabulary.check(name, value)
    begun = [name for name, _ in facts if name == FactField.RECEIVED]
    ended = [
        place
        for place, (name, value) in enumerate(facts)
        if name == FactField.STATUS and vocabulary.states[value] is CaseState.CLOSED
    ]
    if facts[0] != (FactField.RECEIVED, "1") or len(begun) > 1 or len(ended) > 1:
        return None
    return ended[0] if ended else 0


def count_timelines(
    facts: Iterable[Fact], days: Sequence[date], vocabulary: FactVocabulary
) -> TimelineCounts:
    """Count the timelines of cases on some days. `facts`: in any order; `days`: in order, the last is the cut-off.

    Raises UnknownFactError.
    """
    found = TimelineCounts(tuple(days), vocabulary)
    by_case = sorted(facts, key=attrgetter("about", "seq"))
    for about, own in groupby(by_case, key=attrgetter("about")):
        try:
            found.add([(f.effective.isoformat(), f.field.value, f.value) for f in own])
        except UnknownFactError as unknown:
            raise UnknownFactError(unknown.field, unknown.value, about) from None
    return found


def split_facts(days: Iterable[str], fields: str, values: str) -> list[FactTuple]:
    """Zip the days, fields and values of a case into facts."""
    return list(zip(days, fields.split(FACT_SEPARATOR), values.split(FACT_SEPARATOR), strict=True))


def build_timeline(
    pieces: Iterable[FactTuple], ends: Sequence[str], vocabulary: FactVocabulary
) -> CaseTimeline | None:
    """Build the timeline of one case, from its facts in the order in which they were written.

    None where it is not received by the last day. Of several days of receipt the last written counts; "0" instead of
    "1" cancels a case that was entered by mistake.
    """
    by_field = _group_by_field(pieces)
    receipts = by_field.get(FactField.RECEIVED, [])
    if not receipts or receipts[-1][2] != "1" or receipts[-1][0] > ends[-1]:
        return None
    received, sources = receipts[-1][0], by_field.get(FactField.SOURCE, [])
    categories, statuses = by_field.get(FactField.CATEGORY, []), by_field.get(FactField.STATUS, [])
    outcomes = by_field.get(FactField.OUTCOME, [])
    steps = [(day, STATES[vocabulary.states[to]]) for day, _, to in statuses]
    return CaseTimeline(
        to_month_key(received),
        tuple([_find_value(categories, end) for end in ends])
        if len(categories) > 1
        else (categories[0][2] if categories else "",) * len(ends),
        sources[-1][2] if sources else "",
        tuple([_find_state(steps, outcomes, end) if received <= end else None for end in ends]),
    )


def to_month_key(day: str) -> tuple[int, int]:
    """Return year and month of an ISO day."""
    return int(day[:4]), int(day[5:7])


def find_last_closing(pieces: Iterable[FactTuple], end: str, vocabulary: FactVocabulary) -> tuple[str, int]:
    """Return the day (ISO) of the closing that holds at the end of a day, and the days to it from receipt.

    Never below 0 days, as a backdated register would give. Of two "closed" in a row the first counts; of a reopened
    case the last closing.
    """
    by_field = _group_by_field(pieces)
    received = closed = by_field[FactField.RECEIVED][-1][0]
    was_closed = False
    for day, _, to in by_field.get(FactField.STATUS, []):
        is_closed = vocabulary.states[to] is CaseState.CLOSED
        if day <= end and is_closed and not was_closed:
            closed = day
        was_closed = is_closed
    return closed, max(0, (date.fromisoformat(closed) - date.fromisoformat(received)).days)


def _group_by_field(pieces: Iterable[FactTuple]) -> dict[str, list[FactTuple]]:
    """Group facts by field, sorted by effective day; within a day, and for receipts, in the order written."""
    found: dict[str, list[FactTuple]] = {}
    for piece in pieces:
        found.setdefault(piece[1], []).append(piece)
    for name, own in found.items():
        if len(own) > 1 and name in _SORTED_FIELDS:
            own.sort(key=itemgetter(0))
    return found


def _find_value(steps: list[FactTuple], end: str) -> str:
    """Return the value that holds at the end of a day; before the first fact, its value, for backdated cases."""
    value = steps[0][2] if steps else ""
    for day, _, to in steps:
        if day > end:
            break
        value = to
    return value


def _find_state(steps: list[tuple[str, StateOnDay]], outcomes: list[FactTuple], end: str) -> StateOnDay:
    """Return the state that holds at the end of a day. steps: the states in order, each with its first day."""
    state = OPEN_STATE
    for day, to in steps:
        if day > end:
            break
        state = to
    if state is CLOSED_STATE and outcomes and outcomes[0][0] <= end:
        return _close_with(_find_value(outcomes, end))
    return state


@cache
def _close_with(outcome: str) -> StateOnDay:
    return StateOnDay(CaseState.CLOSED, outcome)
