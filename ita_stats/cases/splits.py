"""Count the splits of a span that is over, and fold what is few: they are told once, and never counted again."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ita_stats.cases.count import (
    CodeLabel,
    CountingRules,
    OutcomeLine,
    SourceLine,
    compute_median,
    to_month_of_day,
)
from ita_stats.cases.model import (
    REST_CODE,
    Breakdown,
    DaysToClose,
    SplitsOrigin,
    StatisticsColumn,
    StatusCounts,
    ToldSplits,
)
from ita_stats.cases.timeline import Closing, TimelineCounts
from ita_stats.disclosure.spans import SplitSpan
from ita_stats.disclosure.split_rule import find_median_class, find_share_within, fold_lines
from ita_stats.strings import get_statistics_text

OTHER_CODE = "other"
"""Code of the category that takes what has no line of its own: an office's, or one that stands for added codes."""


@dataclass(frozen=True, slots=True)
class SpanRules:
    """What is fixed for a span, as it was on its first day.

    categories: codes that were in force throughout; can_have_others: whether other codes were in force meanwhile.
    """

    span: SplitSpan
    hide_below: int
    deadline_days: int
    categories: tuple[str, ...]
    can_have_others: bool


def count_splits(
    timelines: TimelineCounts, rules: CountingRules, fixed: SpanRules, salt: bytes
) -> ToldSplits:
    """Count the splits of a span as they may be told.

    timelines: as of the last day of the span, of the facts that were recorded until its settling day. salt: a secret of
    the desk.
    """
    first, last = to_month_of_day(fixed.span.first), to_month_of_day(fixed.span.last)
    inside = {one: n for one, n in timelines.cases.items() if first <= one.received <= last}
    closings = select_closings(timelines, rules, fixed.span)
    kinds = list_category_lines(rules, fixed.categories, can_have_others=fixed.can_have_others)
    codes = {kind.code for kind in kinds}
    by_kind, by_source, by_outcome = Counter[str](), Counter[str](), Counter[str]()
    for timeline, cases in inside.items():
        code = timeline.categories[-1]
        by_kind[code if code in codes else OTHER_CODE] += cases
        by_source[rules.source_lines.get(timeline.source, SourceLine.LETTER)] += cases
    for closing, cases in closings.items():
        by_outcome[rules.outcome_lines.get(closing.state.outcome, OutcomeLine.OTHERWISE)] += cases
    return ToldSplits(
        SplitsOrigin(fixed.span.period, fixed.span.settling_day),
        build_lines(by_kind, kinds, fixed, salt + b"category"),
        build_lines(by_source, SOURCE_LABELS, fixed, salt + b"source"),
        build_lines(by_outcome, OUTCOME_LABELS, fixed, salt + b"outcome"),
        _tell_days(closings, fixed),
    )


def select_closings(
    timelines: TimelineCounts, rules: CountingRules, span: SplitSpan
) -> Mapping[Closing, int]:
    """Return the closings in a span of cases that count as done."""
    first, last = to_month_of_day(span.first), to_month_of_day(span.last)
    return {
        one: n
        for one, n in timelines.days_to_close.items()
        if first <= one.closed <= last and rules.classify(one.state, one.received) is StatisticsColumn.DONE
    }


def list_category_lines(
    rules: CountingRules, codes: tuple[str, ...], *, can_have_others: bool
) -> tuple[CodeLabel, ...]:
    """Return the lines of the split by category: the codes, and one for all others where others can occur."""
    names = {kind.code: kind for kind in rules.categories}
    lines = [names.get(code, CodeLabel(code, code, code)) for code in codes if code != OTHER_CODE]
    if OTHER_CODE in codes:
        lines.append(names.get(OTHER_CODE, _label("line", OTHER_CODE)))
    elif can_have_others:
        lines.append(_label("line", OTHER_CODE))
    return tuple(lines)


def _label(group: str, code: str) -> CodeLabel:
    return CodeLabel(code, *get_statistics_text(group, code))


SOURCE_LABELS = tuple(_label("source_line", line) for line in SourceLine)
OUTCOME_LABELS = tuple(_label("outcome_line", line) for line in OutcomeLine)
"""The lines of the splits by source and by outcome, in order."""


def build_untold_splits(rules: CountingRules, fixed: SpanRules) -> ToldSplits:
    """Return the splits of a span that tells none, for whatever reason."""
    kinds = list_category_lines(rules, fixed.categories, can_have_others=fixed.can_have_others)
    return ToldSplits(
        SplitsOrigin(fixed.span.period, fixed.span.settling_day),
        build_untold_lines(kinds),
        build_untold_lines(SOURCE_LABELS),
        build_untold_lines(OUTCOME_LABELS),
        DaysToClose(None, None, fixed.deadline_days, protected=True),
    )


def build_untold_lines(labels: tuple[CodeLabel, ...]) -> tuple[Breakdown, ...]:
    """Return the lines of a split that is not told: without any figure."""
    return tuple(_build_line(label, None) for label in labels)


def _build_line(label: CodeLabel, cases: int | None) -> Breakdown:
    return Breakdown(label.code, label.th, label.en, StatusCounts(cases, None, None, None))


def build_lines(
    cases: Mapping[str, int], labels: tuple[CodeLabel, ...], fixed: SpanRules, salt: bytes
) -> tuple[Breakdown, ...]:
    """Return the lines of a split as it may be told: those that are few as one, or without any figure."""
    counted = {label.code: cases.get(label.code, 0) for label in labels}
    # A code that could not occur, and yet did, has no line: then nothing is told rather than too much.
    is_complete = sum(counted.values()) == sum(cases.values())
    secret = salt + fixed.span.period.code.encode()
    folded = fold_lines(counted, fixed.hide_below, secret) if is_complete else None
    if folded is None:
        return build_untold_lines(labels)
    lines = tuple(_build_line(label, folded.shown.get(label.code)) for label in labels)
    return lines if folded.rest is None else (*lines, _build_line(_label("line", REST_CODE), folded.rest))


def _tell_days(closings: Mapping[Closing, int], fixed: SpanRules) -> DaysToClose:
    took: Counter[int] = Counter()
    for closing, cases in closings.items():
        took[closing.days] += cases
    if not took:
        return DaysToClose(None, None, fixed.deadline_days, protected=True)
    share = find_share_within(took, fixed.deadline_days, fixed.hide_below)
    middle = find_median_class(compute_median(took), took, fixed.hide_below)
    return DaysToClose(
        None, share, fixed.deadline_days, protected=share is None or middle is None, median_class=middle
    )
