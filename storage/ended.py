"""Questions whose time is over: what is forgotten of them, and what officers are reminded of."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from handlers.question import State
from handlers.register import By
from handlers.turn import Say
from ita_stats.calendar import day_in_bangkok
from storage import news, notices, tables
from storage.batch import Batch
from storage.commit import Committer
from storage.questions import way_mark

SOON = timedelta(days=3)
"""How long before its day an officer is reminded of a question."""

_COLUMN = tables.questions.c


async def erase_questions(committer: Committer, now: datetime, after: timedelta) -> int:
    """Erase questions that ended so long ago, with their lines, code and way back; what was published stays."""
    last = day_in_bangkok(now - after)
    over = select(_COLUMN.id).where(_COLUMN.state != State.OPEN.value, _COLUMN.touched_on < last)
    line = tables.question_lines.c
    async with committer.transaction() as connection:
        ended = list((await connection.execute(over)).scalars())
        await connection.execute(delete(tables.question_lines).where(line.question_id.in_(ended)))
        held = tables.held_answers
        await connection.execute(delete(held).where(held.c.question_id.in_(ended)))
        await connection.execute(delete(tables.questions).where(_COLUMN.id.in_(ended)))
        batch = Batch(connection, committer.seals, committer.days, now)
        for question in ended:
            batch.add(news.FORGET_CASE, of_case=way_mark(committer.seals, question))
            await batch.note(By.CLOCK, "question-erased", question)
        await batch.flush()
    return len(ended)


async def forget_buckets(committer: Committer, now: datetime) -> int:
    """Forget who sent several questions on one day, when the key of that day is destroyed."""
    day = day_in_bangkok(now - timedelta(days=1))
    old = update(tables.questions).where(_COLUMN.asked_on < day, _COLUMN.bucket != "").values(bucket="")
    async with committer.transaction() as connection:
        return (await connection.execute(old)).rowcount


async def remind(committer: Committer, now: datetime) -> int:
    """Tell officers, once, how many questions are due within three days and how many are late."""
    today = day_in_bangkok(now)
    waiting = select(func.count()).where(_COLUMN.state == State.OPEN.value)
    async with committer.transaction() as connection:
        late = (await connection.execute(waiting.where(_COLUMN.answer_by < today))).scalar_one()
        due = waiting.where(_COLUMN.answer_by >= today, _COLUMN.answer_by <= today + SOON)
        soon = (await connection.execute(due)).scalar_one()
        if soon + late == 0:
            return 0
        batch = Batch(connection, committer.seals, committer.days, now, roster=committer.roster)
        told = await notices.tell_handlers(Say("inquiry.notice.due", {"soon": soon, "late": late}), batch)
        await batch.flush()
    return told
