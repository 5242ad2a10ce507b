"""Questions in the type that `ita_stats` counts: days only, no text and no code."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.questions.messages import QuestionState, ThreadLineKind
from ita_stats.service.model import CountedThread
from storage import tables


async def load_counted_threads(connection: AsyncConnection) -> list[CountedThread]:
    """Return every question that is kept, in no order. What was erased is not counted any more."""
    question, line = tables.questions.c, tables.question_lines.c
    lines: dict[str, list[tuple[date, bool]]] = {}
    rows = await connection.execute(
        select(line.question_id, line.on, line.kind).order_by(line.question_id, line.seq)
    )
    for row in rows:
        lines.setdefault(row.question_id, []).append((row.on, row.kind == ThreadLineKind.ANSWER.value))
    known = await connection.execute(
        select(question.id, question.asked_on, question.state, question.touched_on)
    )
    return [
        CountedThread(
            tuple(lines.get(row.id, [(row.asked_on, False)])),
            row.touched_on if row.state == QuestionState.CLOSED.value else None,
        )
        for row in known
    ]
