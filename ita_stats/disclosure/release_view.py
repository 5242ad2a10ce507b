"""What a reader sees of the register in each release: the lines of its tables, and the cases counted in them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ita_stats.cases.count import CountingRules, MonthKey
from ita_stats.cases.fact import CaseState
from ita_stats.cases.model import Layout, Period, StatisticsColumn
from ita_stats.cases.timeline import OPEN_STATE, CaseTimeline, StateOnDay
from ita_stats.disclosure.alternatives import CaseGroup, DisclosureModel, GroupKey, TableCell, TableLine
from ita_stats.period import list_period_rows

LabelPath = tuple[str, ...]
StatePath = tuple[StateOnDay | None, ...]
OPEN_LABEL = CaseState.OPEN.value
"""The label of open cases beside those of outcomes, never published."""
VisibleStateCounts = Mapping[tuple[MonthKey, LabelPath, LabelPath], int]
"""How many cases of a month have a label and a state in each release ("" where they are not counted)."""


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """One release: its period and rows, and which of the days that were asked about is its cut-off."""

    period: Period
    rows: tuple[tuple[MonthKey, ...], ...]
    day_index: int

    @classmethod
    def from_period(cls, period: Period, layout: Layout, day: int) -> "ReleaseView":
        """The release of a period as of a day, by the day's place among those asked about."""
        spans = list_period_rows(period, layout)
        return cls(period, tuple(tuple((m.year, m.number) for m in span.months) for span in spans), day)

    def find_row(self, month: MonthKey) -> int | None:
        """The row that a month is in."""
        return next((i for i, months in enumerate(self.rows) if month in months), None)


def count_visible_cases(
    courses: Mapping[CaseTimeline, int], terms: CountingRules, editions: Sequence[ReleaseView], what: str
) -> VisibleStateCounts:
    """The cases as they are counted in each release, by category or source. what: "category" or "source"."""
    found: Counter[tuple[MonthKey, LabelPath, LabelPath]] = Counter()
    inside: dict[MonthKey, list[bool]] = {}
    for course, cases in courses.items():
        within = inside.setdefault(
            course.received, [e.find_row(course.received) is not None for e in editions]
        )
        if not any(within):
            continue
        states = tuple(
            (terms.classify(course.states_on_days[e.day_index]) or "") if there else ""
            for e, there in zip(editions, within, strict=True)
        )
        labels = (
            (course.source,) * len(editions)
            if what == "source"
            else tuple(course.categories[e.day_index] for e in editions)
        )
        found[course.received, labels, states] += cases
    return found


def build_disclosure_model(
    counts: VisibleStateCounts, editions: Sequence[ReleaseView], labels: Sequence[str], small: int, rows: bool
) -> DisclosureModel:
    """The world of a split by label. rows: whether the split is published by row as well.

    A case whose label was corrected between two releases is counted, and never moved.
    """
    groups: dict[GroupKey, CaseGroup] = {}
    standings: dict[int, dict[GroupKey, Counter[tuple[str, str]]]] = {k: {} for k in range(len(editions))}
    values: Counter[TableCell] = Counter()
    for (month, path, states), cases in counts.items():
        present = tuple(k for k, state in enumerate(states) if state)
        for k in present:
            for line in _list_lines(editions[k], k, month, states[k], rows):
                values[TableCell(line, path[k])] += cases
        moved = {path[k] for k in present}
        if len(moved) != 1:
            continue
        key = (month, present)
        if key not in groups:
            lines = tuple(x for k in present for x in _list_lines(editions[k], k, month, "", rows))
            groups[key] = CaseGroup(lines, tuple(labels), Counter())
        groups[key].label_counts[path[present[0]]] += cases
        for k in present:
            standings[k].setdefault(key, Counter())[path[k], states[k]] += cases
    days = tuple(edition.day_index for edition in editions)
    return DisclosureModel(
        tuple(labels), groups, dict(standings), values, _sum_lines(values), small, cutoff_indexes=days
    )


def count_states_by_month(courses: Mapping[CaseTimeline, int]) -> Counter[tuple[MonthKey, StatePath]]:
    """How many cases of a month stood so on each day."""
    found: Counter[tuple[MonthKey, StatePath]] = Counter()
    for course, cases in courses.items():
        found[course.received, course.states_on_days] += cases
    return found


def build_outcome_model(
    cases_stood: Mapping[tuple[MonthKey, StatePath], int],
    terms: CountingRules,
    editions: Sequence[ReleaseView],
    labels: Sequence[str],
    small: int,
) -> DisclosureModel:
    """The world of the split by outcome: each time that a case stood closed is one unit, from release to release.

    Where forwarded cases count as in progress, what is open may be forwarded for all a reader knows: "open" is a
    label that is never published.
    """
    counts: Counter[tuple[MonthKey, tuple[int, ...], StateOnDay]] = Counter()
    for (month, path), cases in cases_stood.items():
        standings = [path[e.day_index] if e.find_row(month) is not None else None for e in editions]
        for standing, run in _find_runs(standings):
            if standing is None or standing.state is CaseState.NOT_ACCEPTED:
                continue
            if standing.state is CaseState.CLOSED or not terms.forwarded_is_done:
                counts[month, run, standing] += cases
    columns = {label: terms.classify(StateOnDay(CaseState.CLOSED, label)) for label in labels}
    done = tuple(label for label in labels if columns[label] is StatisticsColumn.DONE)
    others = tuple(label for label in labels if columns[label] is not StatisticsColumn.DONE)
    groups: dict[GroupKey, CaseGroup] = {}
    values: Counter[TableCell] = Counter()
    for (month, run, standing), cases in counts.items():
        label = OPEN_LABEL if standing == OPEN_STATE else standing.outcome
        lines = tuple(TableLine(k, "received", "") for k in run)
        kind = done if label in done else (*others, OPEN_LABEL)
        group = groups.setdefault((month, run, kind), CaseGroup(lines, kind, Counter()))
        group.label_counts[label] += cases
        for line in lines:
            values[TableCell(line, label)] += cases
    found = DisclosureModel(tuple(labels), groups, {}, values, _sum_lines(values), small)
    found.hidden |= {cell for cell in values if cell.label == OPEN_LABEL}
    return found


def _list_lines(edition: ReleaseView, k: int, month: MonthKey, state: str, rows: bool) -> list[TableLine]:
    found = [TableLine(k, "received", "")]
    if rows:
        found.append(TableLine(k, "row", str(edition.find_row(month))))
    return [*found, TableLine(k, "state", state)] if state else found


def _sum_lines(values: Counter[TableCell]) -> Counter[TableLine]:
    totals: Counter[TableLine] = Counter()
    for cell, value in values.items():
        totals[cell.line] += value
    return totals


def _find_runs(standings: Sequence[StateOnDay | None]) -> list[tuple[StateOnDay | None, tuple[int, ...]]]:
    """The runs of releases in which a case stood the same."""
    found: list[tuple[StateOnDay | None, list[int]]] = []
    for k, standing in enumerate(standings):
        if found and found[-1][0] == standing and found[-1][1][-1] == k - 1:
            found[-1][1].append(k)
        else:
            found.append((standing, [k]))
    return [(standing, tuple(run)) for standing, run in found]
