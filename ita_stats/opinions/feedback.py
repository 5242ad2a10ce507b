"""Feedback on the office's work, by topic and fiscal year: counts and means, with suppression.

A year is published in spans, each once its months are over and enough responses came in them. A span is counted by
itself and never again. So no figure grows by one response from one day to the next, and nothing can be subtracted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ita_stats.calendar import CalendarMonth, first_month_of_fiscal_year, get_fiscal_year
from ita_stats.opinions.model import CountedFeedback
from ita_stats.opinions.results import VisibleCount
from ita_stats.opinions.suppression import ResponseSuppression
from ita_stats.opinions.tally import SCALE_SCORES, AccountWebCounts, AnswerCounts

MONTHS_PER_QUARTER = 3
PLENTY_FACTOR = 2
"""A span ends with the quarter in which it reaches this many times `least` responses."""


@dataclass(frozen=True, slots=True)
class PublishedTopic:
    """A service of the office, as named in office.toml."""

    code: str
    th: str
    en: str


@dataclass(frozen=True, slots=True)
class TopicFeedback:
    """The feedback on a topic in a span. `mean`: of 1 to 5, to one decimal; None where it is suppressed."""

    responses: VisibleCount
    mean: float | None


@dataclass(frozen=True, slots=True)
class FeedbackSpan:
    """A part of a fiscal year: first and last month, number of responses, and figures of each topic in order."""

    first: CalendarMonth
    last: CalendarMonth
    responses: int
    topics: tuple[TopicFeedback, ...]


@dataclass(frozen=True, slots=True)
class FeedbackYear:
    """A fiscal year (Buddhist Era). `topics`: the office's current ones, and others that feedback was given on."""

    year: int
    topics: tuple[PublishedTopic, ...]
    spans: tuple[FeedbackSpan, ...]
    least: int


def build_feedback_years(
    opinions: Iterable[CountedFeedback],
    topics: Sequence[PublishedTopic],
    today: date,
    least: int,
    salt: bytes,
) -> tuple[FeedbackYear, ...]:
    """Return the fiscal years of which something can be published, newest first. `today`: the date in Bangkok.

    A topic that the office no longer has is named by its code.
    """
    by_month: dict[str, list[CountedFeedback]] = {}
    for one in opinions:
        by_month.setdefault(one.month, []).append(one)
    names = {topic.code: topic for topic in topics}
    for one in (one for several in by_month.values() for one in several):
        names.setdefault(one.topic, PublishedTopic(one.topic, one.topic, one.topic))
    found = (
        FeedbackYear(
            year, tuple(names.values()), tuple(_build_spans(year, by_month, names, today, least, salt)), least
        )
        for year in sorted(
            {get_fiscal_year(CalendarMonth.from_code(month).first) for month in by_month}, reverse=True
        )
    )
    return tuple(year for year in found if year.spans)


def _build_spans(
    year: int,
    by_month: Mapping[str, Sequence[CountedFeedback]],
    names: Mapping[str, PublishedTopic],
    today: date,
    least: int,
    salt: bytes,
) -> Iterator[FeedbackSpan]:
    """Yield the spans: quarters that are over, merged until they have enough responses."""
    first, entries = first_month_of_fiscal_year(year), list[CountedFeedback]()
    start = first
    for quarter in range(4):
        months = [first + (quarter * MONTHS_PER_QUARTER + n) for n in range(MONTHS_PER_QUARTER)]
        if months[-1].last >= today:
            return
        entries += [one for month in months for one in by_month.get(month.code, ())]
        if len(entries) >= PLENTY_FACTOR * least or (quarter == 3 and len(entries) >= least):
            yield _build_span(start, months[-1], entries, names, least, salt)
            start, entries = months[-1] + 1, []


def _build_span(
    first: CalendarMonth,
    last: CalendarMonth,
    entries: Sequence[CountedFeedback],
    names: Mapping[str, PublishedTopic],
    least: int,
    salt: bytes,
) -> FeedbackSpan:
    found = Counter(one.topic for one in entries)
    cells = {code: AccountWebCounts(found[code]) for code in names}
    suppression = ResponseSuppression(
        AccountWebCounts(len(entries)), least, salt + f"{first.code} {last.code}".encode()
    )
    shown = suppression.suppress_answers(
        AnswerCounts("topics", "", cells, dict.fromkeys(names, ""), suppression.responses)
    ).cells
    scores = {code: [one.score for one in entries if one.topic == code] for code in names}
    return FeedbackSpan(
        first,
        last,
        len(entries),
        tuple(
            TopicFeedback(shown[code].all, _compute_mean(shown[code].all, scores[code], least))
            for code in names
        ),
    )


def _compute_mean(shown: VisibleCount, scores: Sequence[int | None], least: int) -> float | None:
    """Return the mean to one decimal; None where it would reveal scores of a few people (see `is_safe_mean`)."""
    given = [score for score in scores if score is not None]
    if not shown or len(given) < least:
        return None
    mean = round(sum(given) / len(given), 1)
    return mean if is_safe_mean(mean, shown, least) else None


def is_safe_mean(mean: float, responses: int, least: int) -> bool:
    """Whether a mean of so many responses, some possibly without a score, reveals no score that only a few gave.

    For each score there must be possible answers in which nobody gave it, others in which `least` people did, and
    others in which everybody gave a score; in each, the sum of scores must round to this mean.
    """
    near = range(int(responses * (mean - 0.1)), int(responses * (mean + 0.1)) + 2)
    sums = [total for total in near if round(total / responses, 1) == mean]
    return bool(sums) and all(
        any(_is_possible_without(total, responses, score) for total in sums)
        and any(_is_possible_sum(total - least * score, responses - least) for total in sums)
        for score in map(int, SCALE_SCORES)
    )


def _is_possible_sum(total: int, responses: int) -> bool:
    """Whether so many scores from 1 to 5 can have a sum."""
    return 0 <= responses <= total <= 5 * responses


def _is_possible_without(total: int, responses: int, score: int) -> bool:
    """Whether so many scores, none of them `score`, can have a sum: the whole range, except the gap beside an end."""
    if score in {1, 5}:
        least, most = (2, 5) if score == 1 else (1, 4)
        return least * responses <= total <= most * responses
    beside = {2: responses + 1, 4: 5 * responses - 1}.get(score)
    return _is_possible_sum(total, responses) and total != beside
