"""How well a desk worked in a span, as it may be told: once, with its splits, by the same rule (decision 0055)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ita_stats.cases.count import CodeLabel, SourceLine, compute_median
from ita_stats.cases.model import Breakdown, ToldMeasures, is_split_told
from ita_stats.cases.splits import SpanRules, build_lines, build_untold_lines
from ita_stats.disclosure.split_rule import (
    ANSWER_CLASSES,
    MIN_CASES_OF_A_SPLIT,
    MIN_LEAST,
    MedianClass,
    find_median_class,
)
from ita_stats.strings import get_statistics_text


class AnswerLine(StrEnum):
    """The lines of cases received by when their reporter had an answer."""

    IN_TIME = "in_time"
    LATER = "later"  # or not by the settling day, or withdrawn before


class ReturnLine(StrEnum):
    """The lines of cases told online by whether they were opened again with their code."""

    CAME_BACK = "came_back"
    NOT_SEEN = "not_seen"


class SatisfactionLine(StrEnum):
    """What reporters can answer to whether the office took good care of their case, and the lines that count it."""

    SATISFIED = "satisfied"
    NEITHER = "neither"
    DISSATISFIED = "dissatisfied"


NOT_ANSWERED_DAYS = 1_000_000
"""Stands for cases without an answer: they are in the last class, whose name says so."""


@dataclass(frozen=True, slots=True)
class MeasuredCounts:
    """What was counted in a span. Sums only: nothing in it belongs to a case.

    answers: cases received by days to their first answer, None where there was none; closings: those of the span, by
    days; came_back: cases told online that
    were opened again with their code; satisfaction: answers by line.
    """

    answers: Mapping[int | None, int]
    closings: Mapping[int, int]
    came_back: int
    satisfaction: Mapping[str, int]


def build_measures(
    counts: MeasuredCounts, sources: tuple[Breakdown, ...], fixed: SpanRules, salt: bytes
) -> ToldMeasures:
    """Build the measures as they may be told. sources: the split by source of the span, as it is told."""
    in_time = sum(n for days, n in counts.answers.items() if days is not None and days <= fixed.deadline_days)
    by_answer = {
        AnswerLine.IN_TIME.value: in_time,
        AnswerLine.LATER.value: sum(counts.answers.values()) - in_time,
    }
    came_back = _tell_came_back(counts, sources, fixed, salt)
    # Who answers has come back: where it is not told how many did, the number of answers would tell of it.
    satisfaction = (
        build_lines(Counter(counts.satisfaction), SATISFACTION_LABELS, fixed, salt + b"satisfaction")
        if is_split_told(came_back)
        else build_untold_lines(SATISFACTION_LABELS)
    )
    is_safe = _is_safe_beside_closings(counts.closings, fixed)
    return ToldMeasures(
        fixed.deadline_days,
        build_lines(by_answer, ANSWER_LABELS, fixed, salt + b"answer")
        if is_safe
        else build_untold_lines(ANSWER_LABELS),
        _find_answer_class(counts, fixed) if is_safe else None,
        came_back,
        satisfaction,
    )


def _is_safe_beside_closings(closings: Mapping[int, int], fixed: SpanRules) -> bool:
    """Whether first answers may be told, for what they tell of closings.

    Who was answered late was not closed in time. Where nearly all were closed in time, which the median tells while
    the share is not told, an upper bound on how many that were would leave one number; and so would telling first
    answers only where it would not.
    """
    closed, least = sum(closings.values()), max(fixed.hide_below, MIN_LEAST)
    soon = sum(n for days, n in closings.items() if days <= fixed.deadline_days)
    return closed < MIN_CASES_OF_A_SPLIT or closed - soon >= least


def build_untold_measures(fixed: SpanRules) -> ToldMeasures:
    """Return the measures of a span that tells none, for whatever reason."""
    untold = (build_untold_lines(labels) for labels in (ANSWER_LABELS, RETURN_LABELS, SATISFACTION_LABELS))
    answers, returns, satisfaction = untold
    return ToldMeasures(fixed.deadline_days, answers, None, returns, satisfaction)


def _tell_came_back(
    counts: MeasuredCounts, sources: tuple[Breakdown, ...], fixed: SpanRules, salt: bytes
) -> tuple[Breakdown, ...]:
    """Of the cases that were told online, and only where their number is shown: else the sum would tell it."""
    online = next((line.figures.received for line in sources if line.code == SourceLine.ONLINE), None)
    if online is None:
        return build_untold_lines(RETURN_LABELS)
    came_back = min(counts.came_back, online)
    cases = {ReturnLine.CAME_BACK.value: came_back, ReturnLine.NOT_SEEN.value: online - came_back}
    return build_lines(cases, RETURN_LABELS, fixed, salt + b"return")


def _find_answer_class(counts: MeasuredCounts, fixed: SpanRules) -> MedianClass | None:
    took = {NOT_ANSWERED_DAYS if days is None else days: n for days, n in counts.answers.items() if n}
    return find_median_class(compute_median(took), took, fixed.hide_below, ANSWER_CLASSES) if took else None


def _label(group: str, code: str) -> CodeLabel:
    return CodeLabel(code, *get_statistics_text(group, code))


ANSWER_LABELS = tuple(_label("answer_line", line) for line in AnswerLine)
RETURN_LABELS = tuple(_label("return_line", line) for line in ReturnLine)
SATISFACTION_LABELS = tuple(_label("satisfaction_line", line) for line in SatisfactionLine)
"""The lines of each measure, in order."""
