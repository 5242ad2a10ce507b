"""Facts about questions: appended with each step, and read in the type that `ita_stats` counts. Days only, no text."""

from datetime import date
from typing import assert_never

from sqlalchemy import bindparam, func, insert, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.questions.messages import ThreadLineKind
from ita_stats.service.model import CountedThread, QuestionStep
from storage import tables
from storage.db.batch import WriteBatch

_FACT, _QUESTION = tables.question_facts, tables.questions.c
_EARLIER = _FACT.alias("earlier")
# Literal numbers: a statement of a batch takes named parameters only (`storage.db.batch`).
_NEXT_SEQ = select(func.coalesce(func.max(_EARLIER.c.seq), literal_column("0")) + literal_column("1")).where(
    _EARLIER.c.about == _QUESTION.about
)
_APPEND_FACT = insert(_FACT).from_select(
    ["about", "seq", "on", "step"],
    select(
        _QUESTION.about,
        _NEXT_SEQ.scalar_subquery(),
        bindparam("on_day", type_=_FACT.c.on.type),
        bindparam("new_step"),
    ).where(_QUESTION.id == bindparam("question")),
)


def append_question_fact(batch: WriteBatch, question: str, on: date, step: QuestionStep) -> None:
    """Append what happened with a question that is stored already."""
    batch.add_statement(_APPEND_FACT, question=question, on_day=on, new_step=step.value)


def get_question_step(kind: ThreadLineKind) -> QuestionStep:
    """Return what a line of a thread is for the statistics."""
    match kind:
        case ThreadLineKind.ASKED | ThreadLineKind.MORE:
            return QuestionStep.ASKED
        case ThreadLineKind.ANSWER:
            return QuestionStep.ANSWERED
        case _:
            assert_never(kind)


async def load_counted_threads(connection: AsyncConnection) -> list[CountedThread]:
    """Return every question that was ever asked, in no order: what was erased is still counted."""
    fact = _FACT.c
    found: dict[str, list[tuple[date, QuestionStep]]] = {}
    for row in await connection.execute(
        select(fact.about, fact.on, fact.step).order_by(fact.about, fact.seq)
    ):
        found.setdefault(row.about, []).append((row.on, QuestionStep(row.step)))
    return [CountedThread(tuple(steps)) for steps in found.values()]
