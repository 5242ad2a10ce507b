"""Count the questions of the service desk into the tables of a period, and add its opinions and consultations."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from ita_stats.calendar import (
    ENGLISH_MONTHS,
    THAI_SHORT_MONTHS,
    CalendarMonth,
    end_of_day,
    get_fiscal_year,
)
from ita_stats.cases.count import build_date_fields
from ita_stats.cases.model import (
    UNKNOWN_COUNTS,
    DaysToClose,
    Footnote,
    Layout,
    MonthFigures,
    Period,
    StatisticsRow,
    StatisticsTables,
    StatusCounts,
)
from ita_stats.disclosure.spans import SETTLING_TIME
from ita_stats.disclosure.split_rule import MIN_LEAST
from ita_stats.opinions.feedback import FeedbackSpan, FeedbackYear
from ita_stats.opinions.results import PublishedResults
from ita_stats.period import RowSpan, list_period_months, list_period_rows
from ita_stats.service.model import ConsultationCount, CountedThread, ServiceFigures, TopicCount
from ita_stats.strings import build_footnote, get_statistics_text

SERVICE_DESK = "service"
MIN_ANSWERED = 10
"""Answered questions from which on it is told how long answers took, as no split of fewer cases is."""


@dataclass(frozen=True, slots=True)
class ServiceRules:
    """How an office counts the questions that it was asked.

    deadline_days: calendar days that it sets itself; count_workdays: working days after the first day up to the second;
    threshold: shares and medians of fewer questions are suppressed.
    """

    office_th: str
    office_en: str
    deadline_days: int
    threshold: int
    count_workdays: Callable[[date, date], int]


def count_service_tables(
    threads: Iterable[CountedThread],
    rules: ServiceRules,
    period: Period,
    as_of: date,
    layout: Layout,
    figures: ServiceFigures,
) -> StatisticsTables:
    """Count the tables: rows by the month in which was asked, where the questions stand as of the cut-off.

    In the columns of every desk: received is asked, done is answered, in progress is waiting, not accepted
    is closed without one. Rows are exact, as those of cases.
    """
    known = [thread for thread in threads if thread.asked_on <= as_of]
    inside = [thread for thread in known if period.first <= thread.asked_on <= period.last]
    eve = period.first - timedelta(days=1)
    total = _count_threads(inside, as_of)
    days = _compute_days(inside, rules, period, as_of)
    return StatisticsTables(
        office_th=rules.office_th,
        office_en=rules.office_en,
        desk=SERVICE_DESK,
        period=period,
        cutoff=end_of_day(as_of),
        as_of=as_of,
        layout=layout,
        total=total,
        brought_forward=sum(t.asked_on <= eve and t.is_waiting(eve) for t in known),
        carried_over=sum(t.asked_on <= period.last and t.is_waiting(as_of) for t in known),
        rows=tuple(_build_row(span, inside, as_of) for span in list_period_rows(period, layout)),
        months=tuple(_build_month(month, inside, as_of, layout) for month in list_period_months(period)),
        categories=(),
        sources=(),
        outcomes=(),
        days=days,
        statement=None if total.received else _build_statement(period, as_of),
        notes=_build_notes(rules, period, as_of, figures, days),
        service=figures,
    )


def select_service_figures(
    years: Iterable[FeedbackYear], results: Iterable[PublishedResults], period: Period, as_of: date
) -> ServiceFigures:
    """Select what was published of opinions and consultations in a period, up to a cut-off.

    years: feedback as published by the cut-off; results: published results. Nothing is counted anew here, so that these
    figures tell nothing that is not published already.
    """
    spans = [
        (year, span)
        for year in years
        for span in year.spans
        if period.first <= span.last.last and span.first.first <= period.last and span.last.last <= as_of
    ]
    opinions = [
        TopicCount(
            topic.code, topic.th, topic.en, span.first.code, span.last.code, found.responses, found.mean
        )
        for year, span in sorted(spans, key=_get_first_month)
        for topic, found in zip(year.topics, span.topics, strict=True)
    ]
    closed = [
        ConsultationCount(one.code, one.title, one.closes.date(), one.voices.all if one.voices else None)
        for one in results
        if period.first <= one.closes.date() <= min(period.last, as_of)
    ]
    return ServiceFigures(tuple(opinions), tuple(sorted(closed, key=_get_closing_day)))


def _get_first_month(found: tuple[FeedbackYear, FeedbackSpan]) -> str:
    return found[1].first.code


def _get_closing_day(found: ConsultationCount) -> tuple[date, str]:
    return found.closed_on, found.code


def _count_threads(threads: Sequence[CountedThread], as_of: date) -> StatusCounts:
    waiting = sum(thread.is_waiting(as_of) for thread in threads)
    closed = sum(
        not thread.is_waiting(as_of) and thread.find_first_answer(as_of) is None for thread in threads
    )
    return StatusCounts(len(threads), len(threads) - waiting - closed, waiting, closed)


def _build_row(span: RowSpan, threads: Sequence[CountedThread], as_of: date) -> StatisticsRow:
    months = tuple(month.code for month in span.months)
    if span.months[0].first > as_of:
        return StatisticsRow(span.label_th, span.label_en, months, UNKNOWN_COUNTS, {}, reached=False)
    own = [t for t in threads if span.months[0].first <= t.asked_on <= span.months[-1].last]
    return StatisticsRow(span.label_th, span.label_en, months, _count_threads(own, as_of), {})


def _build_month(
    month: CalendarMonth, threads: Sequence[CountedThread], as_of: date, layout: Layout
) -> MonthFigures:
    reached = month.first <= as_of
    if layout != "month" or not reached:
        return MonthFigures(month.code, None, reached)
    own = [t for t in threads if month.first <= t.asked_on <= month.last]
    return MonthFigures(month.code, _count_threads(own, as_of))


def are_days_told(period: Period, as_of: date) -> bool:
    """Whether it is told how long answers took: of a whole fiscal year, from a month after it on, and then unchanged.

    Medians and shares of successive months, or of periods that overlap, would tell the days of single answers.
    """
    is_fiscal_year = period.code == f"fy{get_fiscal_year(period.first)}"
    return is_fiscal_year and as_of >= period.last + SETTLING_TIME


def _compute_days(
    threads: Sequence[CountedThread], rules: ServiceRules, period: Period, as_of: date
) -> DaysToClose:
    """Return the median of working days to the first answer, and the share answered within the deadline.

    Of what was answered a month after the period, whatever later cut-off is asked for. Suppressed where fewer than
    `MIN_ANSWERED` were answered; the share also where few were late, or few in time.
    """
    day = min(as_of, period.last + SETTLING_TIME)
    found = [(t.asked_on, first) for t in threads if (first := t.find_first_answer(day)) is not None]
    if not found:
        return DaysToClose(None, None, rules.deadline_days, protected=False)
    if len(found) < MIN_ANSWERED or not are_days_told(period, as_of):
        return DaysToClose(None, None, rules.deadline_days, protected=True)
    middle = float(median(rules.count_workdays(asked, first) for asked, first in found))
    soon = sum((first - asked).days <= rules.deadline_days for asked, first in found)
    if min(soon, len(found) - soon) < max(rules.threshold, MIN_LEAST):
        return DaysToClose(middle, None, rules.deadline_days, protected=True)
    return DaysToClose(middle, round(soon / len(found), 4), rules.deadline_days, protected=False)


def _build_statement(period: Period, as_of: date) -> str:
    name = "no_questions_yet" if as_of < period.last else "no_questions"
    return get_statistics_text("statement", name, **build_date_fields(period, as_of))[0]


def _build_notes(
    rules: ServiceRules, period: Period, as_of: date, figures: ServiceFigures, days: DaysToClose
) -> tuple[Footnote, ...]:
    notes = [
        build_footnote("service_rows"),
        build_footnote("cutoff", **build_date_fields(period, as_of)),
    ]
    if list_period_months(period)[-1].first > as_of:
        notes.append(build_footnote("not_reached"))
    notes.append(build_footnote("service_days", deadline=rules.deadline_days))
    if days.protected and not are_days_told(period, as_of):
        notes.append(build_footnote("service_days_later"))
    elif days.protected:
        notes.append(build_footnote("service_days_withheld", answered=MIN_ANSWERED, least=MIN_LEAST))
    if figures.opinions or figures.consultations:
        notes.append(build_footnote("service_opinions", most=rules.threshold - 1))
    return tuple(notes)


def format_topic_span(topic: TopicCount) -> tuple[str, str]:
    """Return the months of a part of a year in Thai and English."""
    first, last = CalendarMonth.from_code(topic.first), CalendarMonth.from_code(topic.last)
    return (
        f"{THAI_SHORT_MONTHS[first.number - 1]} {first.buddhist_year} - "
        f"{THAI_SHORT_MONTHS[last.number - 1]} {last.buddhist_year}",
        f"{ENGLISH_MONTHS[first.number - 1][:3]} {first.year} - {ENGLISH_MONTHS[last.number - 1][:3]} {last.year}",
    )
