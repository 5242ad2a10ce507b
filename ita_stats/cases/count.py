"""Count timelines into the exact tables of a period: rows by month of receipt, states as of the cut-off."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import assert_never

from ita_stats.calendar import end_of_day, format_calendar_date, get_fiscal_year
from ita_stats.cases.fact import CaseState
from ita_stats.cases.model import (
    STATE_COLUMNS,
    UNKNOWN_COUNTS,
    Breakdown,
    DaysToClose,
    Footnote,
    Layout,
    MonthFigures,
    Period,
    StatisticsColumn,
    StatisticsRow,
    StatisticsTables,
    StatusCounts,
)
from ita_stats.cases.timeline import CaseTimeline, StateOnDay, TimelineCounts
from ita_stats.period import list_period_months, list_period_rows
from ita_stats.strings import build_footnote, get_statistics_text

NO_CASES = StatusCounts(0, 0, 0, 0)
MonthKey = tuple[int, int]
"""Year and month of receipt."""


def _get_column(state: CaseState) -> StatisticsColumn:
    match state:
        case CaseState.OPEN:
            return StatisticsColumn.IN_PROGRESS
        case CaseState.NOT_ACCEPTED:
            return StatisticsColumn.NOT_ACCEPTED
        case CaseState.CLOSED:
            return StatisticsColumn.DONE
        case _:
            assert_never(state)


COLUMNS_BY_STATE: Mapping[CaseState, StatisticsColumn] = {state: _get_column(state) for state in CaseState}
"""The column of each state; the rules of an office decide on closed cases that were forwarded."""


class SourceLine(StrEnum):
    """The lines of the split by source."""

    ONLINE = "online"
    LETTER = "letter"  # or sent by another body
    IN_PERSON = "in_person"  # or by telephone


class OutcomeLine(StrEnum):
    """The lines of the split by outcome."""

    SUBSTANTIATED = "substantiated"
    UNSUBSTANTIATED = "unsubstantiated"  # or not enough to go on
    OTHERWISE = "otherwise"


@dataclass(frozen=True, slots=True)
class CodeLabel:
    """A category, source or outcome, with its current name."""

    code: str
    th: str
    en: str


@dataclass(frozen=True, slots=True)
class CountingRules:
    """How an office counts.

    deadline_days: days it sets itself; forwarding_outcomes: outcomes by which a case goes to another body;
    forwarded_is_done: whether such a case is done, now; forwarded_by_year: the same for cases received in a fiscal
    year, for ever; threshold: lines of a split below it are folded; source_lines, outcome_lines: the line of a split
    in which a source or outcome is counted.
    """

    office_th: str
    office_en: str
    desk: str
    categories: tuple[CodeLabel, ...]
    sources: tuple[CodeLabel, ...]
    outcomes: tuple[CodeLabel, ...]
    forwarding_outcomes: frozenset[str]
    deadline_days: int
    forwarded_is_done: bool = True
    threshold: int = 5
    forwarded_by_year: Mapping[int, bool] = field(default_factory=dict)
    source_lines: Mapping[str, SourceLine] = field(default_factory=dict)
    outcome_lines: Mapping[str, OutcomeLine] = field(default_factory=dict)

    def classify(self, state: StateOnDay | None, received: MonthKey) -> StatisticsColumn | None:
        """Return the column in which a case of a month of receipt counts; None where it was not yet received."""
        if state is None:
            return None
        if state.outcome in self.forwarding_outcomes and not self.is_forwarded_done(received):
            return StatisticsColumn.IN_PROGRESS
        return COLUMNS_BY_STATE[state.state]

    def is_forwarded_done(self, received: MonthKey) -> bool:
        """Whether forwarded cases of a month of receipt are done: as the office counted in that fiscal year.

        Of a year in which this was not noted, as in the next one that was; after the last, as now.
        """
        if not self.forwarded_by_year:
            return self.forwarded_is_done
        year = get_fiscal_year(date(*received, 1))
        if year in self.forwarded_by_year:
            return self.forwarded_by_year[year]
        later = [noted for noted in self.forwarded_by_year if noted > year]
        return self.forwarded_by_year[min(later)] if later else self.forwarded_is_done


@dataclass(slots=True)
class StatusCounter:
    """Counts cases by column."""

    states: Counter[StatisticsColumn | None] = field(default_factory=Counter)

    @property
    def figures(self) -> StatusCounts:
        by = self.states
        return StatusCounts(by.total(), *(by[column] for column in STATE_COLUMNS))


def day_before_period(period: Period) -> date:
    """Return the day before a period. Cases that are open then are brought forward."""
    return period.first - timedelta(days=1)


def count_case_tables(
    timelines: TimelineCounts, rules: CountingRules, period: Period, layout: Layout
) -> StatisticsTables:
    """Count the exact tables of a period.

    timelines: must include `day_before_period(period)` among its days, and as the last day the cut-off.
    """
    as_of, eve = timelines.days[-1], timelines.days.index(day_before_period(period))
    inside: dict[CaseTimeline, int] = {}
    brought = carried = 0
    first, last = to_month_of_day(period.first), to_month_of_day(period.last)
    for timeline, cases in timelines.cases.items():
        now = rules.classify(timeline.states_on_days[-1], timeline.received)
        open_now = now is StatisticsColumn.IN_PROGRESS
        if timeline.received < first:
            then = rules.classify(timeline.states_on_days[eve], timeline.received)
            brought += cases * (then is StatisticsColumn.IN_PROGRESS)
            carried += cases * open_now
        elif timeline.received <= last:
            inside[timeline] = cases
            carried += cases * open_now
    by_month = _count_by_month(inside, rules)
    total = _sum_counts(by_month.values())
    return StatisticsTables(
        office_th=rules.office_th,
        office_en=rules.office_en,
        desk=rules.desk,
        period=period,
        cutoff=end_of_day(as_of),
        as_of=as_of,
        layout=layout,
        total=total,
        brought_forward=brought,
        carried_over=carried,
        rows=_count_rows(inside, by_month, rules, period, layout, as_of),
        months=tuple(_list_month_figures(by_month, period, as_of, is_shown=layout == "month")),
        categories=_count_breakdowns(
            inside, rules, _list_labels(rules.categories, (c.categories[-1] for c in inside)), 0
        ),
        sources=_count_breakdowns(inside, rules, _list_labels(rules.sources, (c.source for c in inside)), 1),
        outcomes=_count_outcomes(inside, rules),
        days=compute_days_to_close(timelines, rules, first, last),
        statement=None if total.received else build_nothing_received_statement(period, as_of),
        notes=build_counting_footnotes(rules, period, as_of),
        exact=True,
    )


def _list_month_figures(
    by_month: Mapping[MonthKey, StatusCounts], period: Period, as_of: date, *, is_shown: bool
) -> Iterator[MonthFigures]:
    for month in list_period_months(period):
        reached = month.first <= as_of
        figures = by_month.get((month.year, month.number), NO_CASES) if is_shown and reached else None
        yield MonthFigures(month.code, figures, reached=reached)


def build_nothing_received_statement(period: Period, as_of: date) -> str:
    """Return the Thai sentence that the ITA requires where nothing was received in the period.

    Before the period has ended it speaks of the days up to the cut-off only.
    """
    name = "nothing_yet" if as_of < period.last else "nothing"
    return get_statistics_text("statement", name, **build_date_fields(period, as_of))[0]


def compute_days_to_close(
    timelines: TimelineCounts, rules: CountingRules, first: MonthKey, last: MonthKey
) -> DaysToClose:
    """Return median and share within the deadline of done cases, received in the months from `first` to `last`."""
    took: Counter[int] = Counter()
    for closing, cases in timelines.days_to_close.items():
        column = rules.classify(closing.state, closing.received)
        if first <= closing.received <= last and column is StatisticsColumn.DONE:
            took[closing.days] += cases
    whole = took.total()
    if not whole:
        return DaysToClose(None, None, rules.deadline_days, protected=False)
    soon = sum(cases for days, cases in took.items() if days <= rules.deadline_days)
    return DaysToClose(compute_median(took), round(soon / whole, 4), rules.deadline_days, protected=False)


def build_counting_footnotes(rules: CountingRules, period: Period, as_of: date) -> tuple[Footnote, ...]:
    """Return the rules of counting, as footnotes."""
    not_reached = (build_footnote("not_reached"),) if list_period_months(period)[-1].first > as_of else ()
    return (
        build_footnote("rows"),
        build_footnote("cutoff", **build_date_fields(period, as_of)),
        *not_reached,
        *_build_forwarded_footnotes(rules, period),
        build_footnote("days", deadline=rules.deadline_days),
    )


def _build_forwarded_footnotes(rules: CountingRules, period: Period) -> list[Footnote]:
    """Return how forwarded cases count; where the fiscal years of the period differ, for each of them."""
    by_year = {
        month.first: rules.is_forwarded_done((month.year, month.number))
        for month in list_period_months(period)
    }
    names = {True: "forwarded_done", False: "forwarded_in_progress"}
    if len(set(by_year.values())) == 1:
        return [build_footnote(names[is_done], "forwarded") for is_done in set(by_year.values())]
    years = {get_fiscal_year(first): is_done for first, is_done in by_year.items()}
    return [
        build_footnote(f"{names[is_done]}_of_year", "forwarded", year=year) for year, is_done in years.items()
    ]


def build_date_fields(period: Period, as_of: date) -> dict[str, str]:
    """Return the period and its days, as they are filled into texts."""
    return {
        "period_th": period.label_th,
        "period_en": period.label_en,
        "day_th": format_calendar_date(as_of),
        "day_en": format_calendar_date(as_of, "en"),
        "first_th": format_calendar_date(period.first),
        "first_en": format_calendar_date(period.first, "en"),
    }


def to_month_of_day(day: date) -> MonthKey:
    """Return year and month of a day."""
    return (day.year, day.month)


def _count_by_month(
    timelines: Mapping[CaseTimeline, int], rules: CountingRules
) -> dict[tuple[int, int], StatusCounts]:
    tallies: dict[tuple[int, int], StatusCounter] = {}
    for timeline, cases in timelines.items():
        tallies.setdefault(timeline.received, StatusCounter()).states[
            rules.classify(timeline.states_on_days[-1], timeline.received)
        ] += cases
    return {month: tally.figures for month, tally in tallies.items()}


def _sum_counts(several: Iterable[StatusCounts]) -> StatusCounts:
    columns = list(zip(*(figures.cells for figures in several), strict=True))
    return StatusCounts(*(sum(cell or 0 for cell in column) for column in columns)) if columns else NO_CASES


def _count_rows(
    timelines: Mapping[CaseTimeline, int],
    by_month: Mapping[tuple[int, int], StatusCounts],
    rules: CountingRules,
    period: Period,
    layout: Layout,
    as_of: date,
) -> tuple[StatisticsRow, ...]:
    kinds = _list_labels(rules.categories, (c.categories[-1] for c in timelines))
    cells: Counter[tuple[tuple[int, int], str]] = Counter()
    for timeline, cases in timelines.items():
        cells[timeline.received, timeline.categories[-1]] += cases
    found = []
    for span in list_period_rows(period, layout):
        keys = [(month.year, month.number) for month in span.months]
        by_kind = {kind.code: sum(cells[key, kind.code] for key in keys) for kind in kinds}
        figures = _sum_counts(by_month.get(key, NO_CASES) for key in keys)
        months = tuple(month.code for month in span.months)
        if span.months[0].first > as_of:
            unknown = dict.fromkeys(by_kind)
            row = StatisticsRow(span.label_th, span.label_en, months, UNKNOWN_COUNTS, unknown, reached=False)
        else:
            row = StatisticsRow(span.label_th, span.label_en, months, figures, by_kind)
        found.append(row)
    return tuple(found)


def _list_labels(known: Iterable[CodeLabel], found: Iterable[str]) -> tuple[CodeLabel, ...]:
    """Return the office's list in its order, then codes that only older cases have: they are never dropped."""
    listed = {named.code: named for named in known}
    for code in sorted(set(found) - listed.keys()):
        names = (
            get_statistics_text("former", "code", code=code)
            if code
            else get_statistics_text("former", "none")
        )
        listed[code] = CodeLabel(code, *names)
    return tuple(listed.values())


def _count_breakdowns(
    timelines: Mapping[CaseTimeline, int], rules: CountingRules, kinds: Iterable[CodeLabel], which: int
) -> tuple[Breakdown, ...]:
    tallies: dict[str, StatusCounter] = {}
    for timeline, cases in timelines.items():
        code = timeline.source if which else timeline.categories[-1]
        column = rules.classify(timeline.states_on_days[-1], timeline.received)
        tallies.setdefault(code, StatusCounter()).states[column] += cases
    return tuple(Breakdown(k.code, k.th, k.en, tallies.get(k.code, StatusCounter()).figures) for k in kinds)


def _count_outcomes(timelines: Mapping[CaseTimeline, int], rules: CountingRules) -> tuple[Breakdown, ...]:
    tallies: dict[str, StatusCounter] = {}
    for timeline, cases in timelines.items():
        closed = timeline.closed_as
        if closed is not None:
            column = rules.classify(closed, timeline.received)
            tallies.setdefault(closed.outcome, StatusCounter()).states[column] += cases
    kinds = _list_labels(rules.outcomes, tallies)
    return tuple(Breakdown(k.code, k.th, k.en, tallies.get(k.code, StatusCounter()).figures) for k in kinds)


def compute_median(took: Mapping[int, int]) -> float:
    """Return the median of days, by the number of cases that took so many; between two middle values, their mean."""
    whole = sum(took.values())
    middle = (whole - 1) // 2, whole // 2
    seen, found = 0, list[int]()
    for days, cases in sorted(took.items()):
        found += [days for place in middle[len(found) :] if place < seen + cases]
        seen += cases
        if len(found) == len(middle):
            break
    return sum(found) / 2
