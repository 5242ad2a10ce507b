"""The tables of a period: exact for officers; for the public with exact rows, and splits that were told once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from ita_stats.calendar import format_calendar_date
from ita_stats.cases.count import CountingRules, count_case_tables, day_before_period
from ita_stats.cases.model import (
    Footnote,
    Layout,
    Period,
    StatisticsTables,
    ToldMeasures,
    ToldSplits,
    is_split_told,
)
from ita_stats.cases.splits import (
    OUTCOME_LABELS,
    SOURCE_LABELS,
    build_untold_lines,
    list_category_lines,
)
from ita_stats.cases.timeline import TimelineCounts
from ita_stats.strings import build_footnote


@dataclass(frozen=True, slots=True)
class TableRequest:
    """The tables that are wanted: of a period, as of a day, in rows of a layout."""

    period: Period
    as_of: date
    layout: Layout

    @property
    def days(self) -> tuple[date, ...]:
        """The days on which timelines must be known: the eve of the period, and the cut-off."""
        eve = day_before_period(self.period)
        return (eve, self.as_of) if eve < self.as_of else (self.as_of,)


def build_exact_tables(
    timelines: TimelineCounts, rules: CountingRules, request: TableRequest
) -> StatisticsTables:
    """Build the tables with everything that is known: for officers only. timelines: on the days of the request."""
    return count_case_tables(timelines, rules, request.period, request.layout)


def build_public_tables(
    timelines: TimelineCounts,
    rules: CountingRules,
    request: TableRequest,
    told: ToldSplits | None = None,
    told_in: str | None = None,
) -> StatisticsTables:
    """Build the tables as they may be published: exact rows, and only splits that were told once.

    told: the splits of a span that has settled; None where none has. told_in: the release that told them first.
    """
    exact = build_exact_tables(timelines, rules, request)
    rows = tuple(replace(row, categories={}) for row in exact.rows)
    tables = replace(exact, rows=rows, exact=False)
    if told is None:
        kinds = list_category_lines(
            rules, tuple(kind.code for kind in rules.categories), can_have_others=False
        )
        return replace(
            tables,
            categories=build_untold_lines(kinds),
            sources=build_untold_lines(SOURCE_LABELS),
            outcomes=build_untold_lines(OUTCOME_LABELS),
            days=replace(exact.days, median=None, within_deadline=None, protected=True),
            notes=(*_drop_days(exact.notes), build_footnote("splits_later", "splits")),
        )
    tables = replace(
        tables,
        categories=told.categories,
        sources=told.sources,
        outcomes=told.outcomes,
        days=told.days,
        splits=told.origin,
        splits_from=told_in if told.is_any_told else None,
        measures=told.measures,
    )
    return replace(tables, notes=(*_drop_days(exact.notes), *_build_split_notes(told)))


def _drop_days(notes: tuple[Footnote, ...]) -> Iterator[Footnote]:
    """Yield the notes without that on days, which speaks of the deadline that is in force now."""
    return (note for note in notes if note.code != "days")


def _build_split_notes(told: ToldSplits) -> Iterator[Footnote]:
    """Yield what the splits are about, and of each that is not told that there are too few cases."""
    origin, day = told.origin, told.origin.recorded_until
    dates = {
        "span_th": origin.span.label_th,
        "span_en": origin.span.label_en[0].lower() + origin.span.label_en[1:],
        "day_th": format_calendar_date(day),
        "day_en": format_calendar_date(day, "en"),
    }
    if told.is_any_told:
        yield build_footnote("splits_told", "splits", **dates)
    for code, lines in (("category", told.categories), ("source", told.sources), ("outcome", told.outcomes)):
        if not is_split_told(lines):
            yield build_footnote(f"{code}_untold", **dates)
    if told.days.within_deadline is not None or told.days.median_class is not None:
        yield build_footnote("days", deadline=told.days.deadline)
    if told.days.protected:
        yield build_footnote("days_untold", **dates)
    yield from _build_measure_notes(told.measures, dates)


def _build_measure_notes(told: ToldMeasures | None, dates: Mapping[str, str]) -> Iterator[Footnote]:
    """Yield what the measures are about, and that some are not told; nothing of a span that was not measured."""
    if told is None:
        return
    tables = (told.first_answer, told.came_back, told.satisfaction)
    if told.answer_class is not None or any(map(is_split_told, tables)):
        yield build_footnote("measures", deadline=told.deadline, **dates)
    if told.answer_class is None or not all(map(is_split_told, tables)):
        yield build_footnote("measures_untold", **dates)
