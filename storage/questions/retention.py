"""Scheduled jobs of questions: delete what ended long ago, and remind officers of what is due."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.messages import ActorKind
from handlers.dialog.replies import Choice, Phrase
from handlers.questions.messages import QuestionState
from handlers.staff.permissions import Role, ServiceCommandName
from ita_stats.calendar import to_bangkok_date
from storage import tables
from storage.cases.subscriptions import DELETE_CASE_SUBSCRIPTION
from storage.db.batch import WriteBatch
from storage.db.group_commit import GroupCommitWriter
from storage.db.pieces import execute_in_pieces, first_rows
from storage.questions.store import hash_reply_address
from storage.staff.notifications import notify_case_workers
from storage.staff.pushes import PushKind, StaffPush

_COLUMN = tables.questions.c
_QUESTIONS_A_PIECE = 20
"""Questions deleted in one transaction: with their lines, well under the rows of a piece."""


async def delete_ended_questions(committer: GroupCommitWriter, now: datetime, after: timedelta) -> int:
    """Delete questions that ended at least `after` ago; return their number.

    Their lines, code and reply address go; what was published stays, and so do the nameless facts that are counted.
    """
    count = 0
    while erased := await _delete_some_questions(committer, now, to_bangkok_date(now - after)):
        count += erased
    return count


async def _delete_some_questions(committer: GroupCommitWriter, now: datetime, last: date) -> int:
    """Delete up to `_QUESTIONS_A_PIECE` questions that were last touched before a day; return their number."""
    over = select(_COLUMN.id).where(_COLUMN.state != QuestionState.OPEN.value, _COLUMN.touched_on < last)
    line = tables.question_lines.c
    async with committer.transaction() as connection:
        ended = list((await connection.execute(over.limit(_QUESTIONS_A_PIECE))).scalars())
        await connection.execute(delete(tables.question_lines).where(line.question_id.in_(ended)))
        held = tables.held_answers
        await connection.execute(delete(held).where(held.c.question_id.in_(ended)))
        await connection.execute(delete(tables.questions).where(_COLUMN.id.in_(ended)))
        batch = WriteBatch(connection, committer.keyring, committer.daily_keys, now)
        for question in ended:
            batch.add_statement(
                DELETE_CASE_SUBSCRIPTION, of_case=hash_reply_address(committer.keyring, question)
            )
            await batch.audit(ActorKind.CLOCK, "question-erased", question)
        await batch.flush()
    return len(ended)


async def clear_question_buckets(committer: GroupCommitWriter, now: datetime) -> int:
    """Clear the buckets that show a person's questions of one day, when that day's key is destroyed."""
    day = to_bangkok_date(now - timedelta(days=1))
    old = first_rows(tables.questions, and_(_COLUMN.asked_on < day, _COLUMN.bucket != ""))
    return await execute_in_pieces(committer, update(tables.questions).where(old).values(bucket=""))


async def remind_of_due_questions(
    committer: GroupCommitWriter, now: datetime, before: int, climbs: int
) -> int:
    """Tell officers how many questions are due soon and how many are late; return the number of recipients.

    before: days that count as soon. climbs: days after which late questions are reported to supervisors too.

    Supervisors also get everything where there is no officer.
    """
    today = to_bangkok_date(now)
    async with committer.transaction() as connection:
        ahead = today + timedelta(days=before)
        soon = await _count_open_questions(connection, _COLUMN.answer_by >= today, _COLUMN.answer_by <= ahead)
        late = await _count_open_questions(connection, _COLUMN.answer_by < today)
        if soon + late == 0:
            return 0
        batch = WriteBatch(connection, committer.keyring, committer.daily_keys, now, roster=committer.roster)
        due = _make_due_push(Phrase("inquiry.notice.due", {"soon": soon, "late": late}))
        recipients = await notify_case_workers(due, batch, {Role.OFFICER})
        if not recipients:
            recipients = await notify_case_workers(due, batch)
        elif climbed := await _count_open_questions(
            connection, _COLUMN.answer_by <= today - timedelta(days=climbs)
        ):
            say = _make_due_push(Phrase("inquiry.notice.climbed", {"late": climbed, "days": climbs}))
            recipients += await notify_case_workers(say, batch, {Role.SUPERVISOR})
        await batch.flush()
    return recipients


async def remind_of_old_answers(committer: GroupCommitWriter, now: datetime, count: int, days: int) -> int:
    """Tell officers how many answers nobody has checked for so many days; return the number of recipients."""
    if not count:
        return 0
    checked = ServiceCommandName.CHECK
    say = Phrase("inquiry.notice.old_answers", {"count": count, "days": days})
    push = StaffPush(PushKind.DUE, say, (Choice(f"/{checked}", checked.label_key),))
    async with committer.transaction() as connection:
        batch = WriteBatch(connection, committer.keyring, committer.daily_keys, now, roster=committer.roster)
        recipients = await notify_case_workers(push, batch, {Role.OFFICER})
        if not recipients:
            recipients = await notify_case_workers(push, batch)
        await batch.flush()
    return recipients


def _make_due_push(notice: Phrase) -> StaffPush:
    listed = ServiceCommandName.QUESTIONS
    return StaffPush(PushKind.DUE, notice, (Choice(f"/{listed}", listed.label_key),))


async def _count_open_questions(connection: AsyncConnection, *where: ColumnElement[bool]) -> int:
    count = select(func.count()).where(_COLUMN.state == QuestionState.OPEN.value, *where)
    return (await connection.execute(count)).scalar_one()
