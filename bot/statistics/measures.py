"""Count how well a desk worked in a span: sums alone leave the database."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import assert_never

from bot.statistics.tables import CASES_PER_STEP, FACT_VOCABULARY
from handlers.complaints.lifecycle import CaseOutcome
from handlers.complaints.ratings.messages import Satisfaction
from ita_stats.cases.first_answer import AnswerRules, count_first_answers
from ita_stats.cases.measures import MeasuredCounts, SatisfactionLine
from ita_stats.cases.timeline import Closing
from ita_stats.disclosure.spans import SplitSpan
from storage.db.pieces import iterate_pieces
from storage.store import Store

WITHDRAWALS = frozenset({CaseOutcome.WITHDRAWN.value})


def get_satisfaction_line(answer: Satisfaction) -> SatisfactionLine:
    """Return the line in which an answer counts."""
    match answer:
        case Satisfaction.SATISFIED:
            return SatisfactionLine.SATISFIED
        case Satisfaction.NEITHER:
            return SatisfactionLine.NEITHER
        case Satisfaction.DISSATISFIED:
            return SatisfactionLine.DISSATISFIED
        case _:
            assert_never(answer)


async def count_measures(store: Store, span: SplitSpan, closings: Mapping[Closing, int]) -> MeasuredCounts:
    """Count first answers, reporters who came back, and how satisfied they were. closings: those of the span."""
    closed = Counter[int]()
    for closing, cases in closings.items():
        closed[closing.days] += cases
    rules, took = AnswerRules(span, FACT_VOCABULARY, WITHDRAWALS), Counter[int | None]()
    async for facts in store.stream_grouped_facts(span.settling_day):
        for several in iterate_pieces(facts, CASES_PER_STEP):
            count_first_answers(several, rules, took)
            await asyncio.sleep(0)
    sums = await store.load_yearly_sums(span.first, span.last)
    return MeasuredCounts(
        took,
        closed,
        await store.count_returns(span.first, span.last),
        {get_satisfaction_line(one).value: sums.get(one.value, 0) for one in Satisfaction},
    )
