"""Days from receipt to the first answer: the office's first message, or the end of the case where that is earlier."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from ita_stats.cases.fact import CaseState, FactField, FactVocabulary
from ita_stats.cases.timeline import FactTuple, GroupedFacts, split_facts
from ita_stats.disclosure.spans import SplitSpan


@dataclass(frozen=True, slots=True)
class AnswerRules:
    """Which cases are counted, and what is an answer.

    span: the cases are those received in it; withdrawals: outcomes by which a reporter ends a case, which is no answer.
    """

    span: SplitSpan
    vocabulary: FactVocabulary
    withdrawals: frozenset[str]


def count_first_answers(cases: Iterable[GroupedFacts], rules: AnswerRules, took: Counter[int | None]) -> None:
    """Add cases to `took`: by days to the first answer, None where there was none by the settling day of the span."""
    first, last = rules.span.first.isoformat(), rules.span.last.isoformat()
    for days, fields, values in cases:
        facts = split_facts(days.split("\n"), fields, values)
        receipts = [(day, value) for day, name, value in facts if name == FactField.RECEIVED]
        if receipts and receipts[-1][1] == "1" and first <= receipts[-1][0] <= last:
            took[_find_days(receipts[-1][0], facts, rules)] += 1


def _find_days(received: str, facts: list[FactTuple], rules: AnswerRules) -> int | None:
    until = rules.span.settling_day.isoformat()
    answers = [day for day, name, value in facts if name == FactField.ANSWERED and value == "1"]
    answers += _list_ends(facts, rules)
    known = [day for day in answers if day <= until]
    # Never below 0 days, as a backdated register would give.
    return max(0, (date.fromisoformat(min(known)) - date.fromisoformat(received)).days) if known else None


def _list_ends(facts: list[FactTuple], rules: AnswerRules) -> Iterable[str]:
    """Yield the days on which the office ended the case. The outcome stands behind the status, as it is written."""
    nothing: FactTuple = ("", "", "")
    for (day, name, value), (_, next_name, outcome) in pairwise([*facts, nothing]):
        ended = name == FactField.STATUS and rules.vocabulary.states[value] is not CaseState.OPEN
        if ended and not (next_name == FactField.OUTCOME and outcome in rules.withdrawals):
            yield day
