"""Questions of the service desk: sealed lines, a number for the office, a mark of the code for who asked."""

import secrets
from collections.abc import Sequence

from sqlalchemy import RowMapping, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.messages import ActorKind, Attempts
from handlers.dialog.events import Choice, Reply
from handlers.questions.faq_messages import PublishQuestion, UnpublishQuestion
from handlers.questions.messages import (
    AppendThreadLine,
    CloseQuestion,
    FindQuestionByNumber,
    FindThreadByCode,
    GetQuestionRate,
    ListOpenQuestions,
    QuestionState,
    QuestionThread,
    RateAnswer,
    Rating,
    ReplyAddress,
    SaveQuestionRate,
    SubmitQuestion,
    ThreadLine,
    ThreadLineKind,
)
from ita_stats.calendar import fiscal_year
from storage import tables
from storage.cases import subscriptions as news
from storage.cases import unsend_map as sent
from storage.crypto.daily_keys import DailyKeys
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.errors import ConflictError
from storage.questions.faq import POSTED, changed
from storage.serialization import LETTER, TRIES, OutboxMessage, enclosed
from storage.staff import notifications as notices
from storage.staff.members import actor

_COLUMN = tables.questions.c
_WAITS = tables.held_answers.c
_HELD = select(tables.questions, _WAITS.staff, _WAITS.due).outerjoin(tables.held_answers)
ANSWERED = (
    update(tables.questions)
    .where(_COLUMN.id == bindparam("question"))
    .values(
        seq=bindparam("to_seq"),
        state=bindparam("to_state"),
        touched_on=bindparam("on_day"),
        answered_on=bindparam("on_day"),
    )
)
REOPENED = (
    update(tables.questions)
    .where(_COLUMN.id == bindparam("question"))
    .values(
        seq=bindparam("to_seq"),
        state=bindparam("to_state"),
        touched_on=bindparam("on_day"),
        answer_by=bindparam("due"),
    )
)
RATE = (
    update(tables.questions)
    .where(_COLUMN.id == bindparam("question"), _COLUMN.rating.is_(None))
    .values(rating=bindparam("to_rating"))
)
CLOSED = (
    update(tables.questions)
    .where(_COLUMN.id == bindparam("question"))
    .values(state=bindparam("to_state"), touched_on=bindparam("on_day"))
)
PUBLISHED = (
    update(tables.questions).where(_COLUMN.id == bindparam("question")).values(board=bindparam("to_board"))
)


async def find_thread(
    query: FindThreadByCode, connection: AsyncConnection, seals: Keyring
) -> QuestionThread | None:
    """The thread of a code."""
    marks = seals.receipt_marks(query.receipt)
    row = (await connection.execute(select(_COLUMN.id).where(_COLUMN.receipt_mark.in_(marks)))).first()
    return await thread(row.id, connection, seals) if row else None


async def thread(question: str, connection: AsyncConnection, seals: Keyring) -> QuestionThread | None:
    """A question with all its lines."""
    found = await _threads([question], connection, seals)
    return found[0] if found else None


async def _threads(ids: Sequence[str], connection: AsyncConnection, seals: Keyring) -> list[QuestionThread]:
    """Questions with all their lines, in the order of their ids."""
    line = tables.question_lines.c
    of = select(tables.question_lines).where(line.question_id.in_(ids)).order_by(line.question_id, line.seq)
    lines: dict[str, list[ThreadLine]] = {}
    for one in (await connection.execute(of)).mappings():
        text = _opened(seals, one["question_id"], one["seq"], one["sealed"])
        read = ThreadLine(one["seq"], one["on"], ThreadLineKind(one["kind"]), text)
        lines.setdefault(one["question_id"], []).append(read)
    rows = (await connection.execute(_HELD.where(_COLUMN.id.in_(ids)))).mappings()
    found = {row["id"]: _thread(row, tuple(lines[row["id"]])) for row in rows}
    return [found[one] for one in ids if one in found]


def _thread(row: RowMapping, lines: tuple[ThreadLine, ...]) -> QuestionThread:
    return QuestionThread(
        row["id"],
        row["fiscal_year"],
        row["number"],
        QuestionState(row["state"]),
        row["asked_on"],
        row["answer_by"],
        Rating(row["rating"]) if row["rating"] else None,
        lines,
        "en" if row["lang"] == "en" else "th",
        row["bucket"],
        row["board"],
        row["staff"] or "",
        row["due"] or 0,
    )


async def list_questions(
    query: ListOpenQuestions, connection: AsyncConnection, seals: Keyring
) -> tuple[QuestionThread, ...]:
    """Questions that wait, soonest due first."""
    waiting = (
        select(_COLUMN.id)
        .where(_COLUMN.state == QuestionState.OPEN.value)
        .order_by(_COLUMN.answer_by, _COLUMN.fiscal_year, _COLUMN.number)
        .limit(query.most)
        .offset(query.at)
    )
    ids = list((await connection.execute(waiting)).scalars())
    return tuple(await _threads(ids, connection, seals))


async def find_number(
    query: FindQuestionByNumber, connection: AsyncConnection, seals: Keyring
) -> QuestionThread | None:
    """The question of a register number, of the newest year that has it."""
    of = (
        select(_COLUMN.id).where(_COLUMN.number == query.number).order_by(_COLUMN.fiscal_year.desc()).limit(1)
    )
    if query.fiscal_year:
        of = of.where(_COLUMN.fiscal_year == query.fiscal_year)
    found = (await connection.execute(of)).scalar()
    return await thread(found, connection, seals) if found else None


async def close_question(act: CloseQuestion, batch: WriteBatch) -> None:
    """Close a question without an answer."""
    batch.add(CLOSED, question=act.thread, to_state=QuestionState.CLOSED.value, on_day=act.on)
    await batch.note(ActorKind.OFFICE, "question-closed", act.thread)


def _opened(seals: Keyring, question: str, seq: int, sealed: bytes) -> str:
    return seals.question.open(sealed, "question_lines", f"{question}/{seq}", "text").decode()


async def find_asked(query: GetQuestionRate, connection: AsyncConnection, days: DailyKeys) -> Attempts:
    """How much a person sent, under the key of any day that is still there."""
    buckets = days.marks(b"asked", query.who)
    column = tables.tries.c
    rows = await connection.execute(select(column.bucket, column.sealed).where(column.bucket.in_(buckets)))
    found = {
        buckets[r.bucket]: days.seals[buckets[r.bucket]].open(r.sealed, "tries", r.bucket.hex(), "tries")
        for r in rows
    }
    return TRIES.validate_json(found[max(found)]) if found else Attempts()


async def set_asked(act: SaveQuestionRate, batch: WriteBatch) -> None:
    """Keep how much a person sent, under the key of the day."""
    day = batch.days.day(batch.now)
    bucket = batch.days.mark(day, b"asked", act.who)
    sealed = batch.days.seals[day].seal(TRIES.dump_json(act.tries), "tries", bucket.hex(), "tries")
    batch.put("tries", bucket=bucket, day=day, sealed=sealed)


async def ask_office(act: SubmitQuestion, batch: WriteBatch) -> None:
    """Enter a question: its row, its first line, where the answer goes, and an audit line."""
    question, year = secrets.token_hex(16), fiscal_year(act.on)
    bucket = batch.days.mark(batch.days.day(batch.now), b"bucket", act.who).hex()[:4].upper()
    batch.insert(
        "questions",
        id=question,
        fiscal_year=year,
        number=(number := await batch.number(year)),
        receipt_mark=batch.seals.receipt_mark(act.receipt),
        state=QuestionState.OPEN.value,
        seq=1,
        asked_on=act.on,
        answer_by=act.answer_by,
        answered_on=None,
        touched_on=act.on,
        rating=None,
        bucket=bucket,
        lang=act.lang,
        board="",
    )
    _write(batch, question, 1, act.on, ThreadLineKind.ASKED, act.text)
    sent.remember(question, act.sent, batch)
    _keep_way(batch, question, act.back)
    await notices.tell_all("inquiry.notice.new", year, number, act.answer_by, batch)
    await batch.note(ActorKind.REPORTER, "asked", question)


async def add_line(act: AppendThreadLine, batch: WriteBatch) -> None:
    """Append to a thread; an answer is laid ready for the chat that asked. Raises Conflict where it was erased."""
    found = await thread(act.thread, batch.connection, batch.seals)
    if found is None:
        raise ConflictError("the question was erased meanwhile")
    _write(batch, act.thread, act.seq, act.on, act.kind, act.text)
    sent.remember(act.thread, act.sent, batch)
    touched = {"question": act.thread, "to_seq": act.seq, "on_day": act.on}
    if act.kind is ThreadLineKind.ANSWER:
        batch.add(ANSWERED, to_state=QuestionState.ANSWERED.value, **touched)
    else:
        batch.add(REOPENED, to_state=QuestionState.OPEN.value, due=act.answer_by, **touched)
    _keep_way(batch, act.thread, act.back)
    if act.kind is ThreadLineKind.ANSWER:
        await _deliver(batch, found, act.text)
    await batch.note(actor(act.staff) if act.staff else act.by, f"question-{act.kind}", act.thread)


async def rate(act: RateAnswer, batch: WriteBatch) -> None:
    """Keep how satisfied a person was; the first time counts."""
    batch.add(RATE, question=act.thread, to_rating=act.rating.value)


async def post(act: PublishQuestion, batch: WriteBatch) -> None:
    """Publish a question, or put another text in the place of the former one."""
    sealed = batch.seals.question.seal(POSTED.dump_json(act.post), "board", act.post.id, "post")
    batch.put(
        "board",
        id=act.post.id,
        asked_on=act.post.asked_on,
        answered_on=act.post.answered_on,
        sealed=sealed,
    )
    if act.question:
        batch.add(PUBLISHED, question=act.question, to_board=act.post.id)
    changed(batch)
    await batch.note(ActorKind.OFFICE, "published", act.post.id)


async def unpost(act: UnpublishQuestion, batch: WriteBatch) -> None:
    """Take a question from the board. Raises Conflict where it is not there."""
    column = tables.board.c
    gone = await batch.connection.execute(delete(tables.board).where(column.id == act.post))
    if not gone.rowcount:
        raise ConflictError("it was taken from the board before")
    await batch.connection.execute(update(tables.questions).where(_COLUMN.board == act.post).values(board=""))
    changed(batch)
    await batch.note(actor(act.staff), "unpublished", act.post)


def _write(batch: WriteBatch, question: str, seq: int, on: object, kind: ThreadLineKind, text: str) -> None:
    sealed = batch.seals.question.seal(text.encode(), "question_lines", f"{question}/{seq}", "text")
    batch.insert("question_lines", question_id=question, seq=seq, on=on, kind=kind.value, sealed=sealed)


def way_mark(seals: Keyring, question: str) -> bytes:
    """The mark under which the way back of a question stands."""
    return seals.who("answer of a question", question)


def _keep_way(batch: WriteBatch, question: str, back: ReplyAddress | None) -> None:
    """Keep where the answer goes: sealed, under a mark of the question that only our keys can make."""
    if back is None:
        return
    at = way_mark(batch.seals, question)
    letter = enclosed(OutboxMessage(back.channel, back.back, back.lang, ()))
    sealed = batch.seals.waiting.seal(letter, "addresses", at.hex(), "letter")
    batch.put("addresses", mark=at, person=news.person(batch.seals, back.who), sealed=sealed)


async def _deliver(batch: WriteBatch, found: QuestionThread, answer: str) -> None:
    at = way_mark(batch.seals, found.id)
    query = select(tables.addresses.c.sealed).where(tables.addresses.c.mark == at)
    sealed = (await batch.connection.execute(query)).scalar()
    if sealed is None:
        return  # asked on a page, or the person wished to hear no more: the code finds it
    way = LETTER.validate_json(batch.seals.waiting.open(sealed, "addresses", at.hex(), "letter"))
    letter = OutboxMessage(way.channel, way.back, way.lang, (_said(found, answer),))
    row = secrets.token_hex(16)
    body = batch.seals.waiting.seal(enclosed(letter), "outbox", row, "letter")
    due = int(batch.now.timestamp())
    batch.insert("outbox", id=row, kind=way.channel.value, due=due, attempts=0, sealed=body)


def _said(found: QuestionThread, answer: str) -> Reply:
    ratings = () if found.rating else tuple(rating.value for rating in Rating)
    choices = tuple(Choice(f"/q.{found.id}.{what}", f"choice.{what}") for what in ("more", *ratings))
    return found.answered(answer, choices)
