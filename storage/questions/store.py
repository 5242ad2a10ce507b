"""Questions of the service desk: encrypted lines, a register number, and a keyed hash of the asker's code."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import RowMapping, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.messages import ActorKind
from handlers.dialog.effects import Listing
from handlers.dialog.events import parse_lang
from handlers.dialog.replies import Choice, Reply
from handlers.questions.faq_messages import PublishQuestion, UnpublishQuestion
from handlers.questions.messages import (
    AppendThreadLine,
    CloseQuestion,
    FindQuestionByNumber,
    FindThreadByCode,
    GetThread,
    ListOpenQuestions,
    QuestionState,
    QuestionThread,
    RateAnswer,
    Rating,
    ReplyAddress,
    SubmitQuestion,
    ThreadLine,
    ThreadLineKind,
)
from handlers.staff.workspace.messages import MOST_COUNTED, CountWaitingQuestions
from ita_stats.calendar import get_fiscal_year
from ita_stats.service.model import QuestionStep
from storage import tables
from storage.cases.subscriptions import load_address, save_address
from storage.cases.unsend import record_message_origins
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.db.read_batcher import ReadContext
from storage.errors import ConflictError, UnreadableRowError
from storage.outgoing.rows import enqueue_message
from storage.questions.faq import PUBLISHED_QUESTION_CODEC, bump_catalogue_version
from storage.questions.statistics_source import append_question_fact, get_question_step
from storage.serialization import OutboxMessage
from storage.staff.members import format_actor
from storage.staff.notifications import notify_of_new_question
from storage.unreadable_rows import decode_rows, reading_row

_COLUMN = tables.questions.c
_SCHEDULED_COLUMN = tables.held_answers.c
_SELECT_QUESTION = select(tables.questions, _SCHEDULED_COLUMN.staff, _SCHEDULED_COLUMN.due).outerjoin(
    tables.held_answers
)
_UPDATE_QUESTION = update(tables.questions).where(_COLUMN.id == bindparam("question"))
SET_QUESTION_CLOSED = _UPDATE_QUESTION.values(state=bindparam("to_state"), touched_on=bindparam("on_day"))
SET_QUESTION_ANSWERED = SET_QUESTION_CLOSED.values(seq=bindparam("to_seq"), answered_on=bindparam("on_day"))
SET_QUESTION_REOPENED = SET_QUESTION_CLOSED.values(seq=bindparam("to_seq"), answer_by=bindparam("due"))
SET_QUESTION_RATING = _UPDATE_QUESTION.where(_COLUMN.rating.is_(None)).values(rating=bindparam("to_rating"))
SET_QUESTION_PUBLISHED = _UPDATE_QUESTION.values(board=bindparam("to_board"))


async def find_thread_by_code(query: FindThreadByCode, context: ReadContext) -> QuestionThread | None:
    """Return the thread of a code; None where there is none."""
    marks = context.keyring.list_receipt_hashes(query.receipt)
    found = await context.connection.scalar(select(_COLUMN.id).where(_COLUMN.receipt_mark.in_(marks)))
    try:
        return await load_thread(found, context.connection, context.keyring) if found else None
    except UnreadableRowError as error:
        # No number: the log would tell at which second the asker of a question came.
        raise UnreadableRowError(error.table, "") from None


async def get_thread(query: GetThread, context: ReadContext) -> QuestionThread | None:
    """Return the thread with an id; None where there is none."""
    return await load_thread(query.id, context.connection, context.keyring)


async def load_thread(question: str, connection: AsyncConnection, keyring: Keyring) -> QuestionThread | None:
    """Return a question with all its lines; None where there is none. Raises `UnreadableRowError`."""
    rows, lines = await _load_rows([question], connection)
    for row in rows:
        with reading_row("questions", _get_number(row)):
            return _row_to_thread(row, lines.get(question, ()), keyring)
    return None


async def _load_rows(
    ids: Sequence[str], connection: AsyncConnection
) -> tuple[list[RowMapping], Mapping[str, Sequence[RowMapping]]]:
    """Return the rows of questions, in the order of `ids`, and the rows of their lines by id."""
    line = tables.question_lines.c
    of = select(tables.question_lines).where(line.question_id.in_(ids)).order_by(line.question_id, line.seq)
    lines: dict[str, list[RowMapping]] = {}
    for one in (await connection.execute(of)).mappings():
        lines.setdefault(one["question_id"], []).append(one)
    rows = (await connection.execute(_SELECT_QUESTION.where(_COLUMN.id.in_(ids)))).mappings()
    return sorted(rows, key=lambda row: ids.index(row["id"])), lines


def _get_number(row: RowMapping) -> str:
    return f"{row['number']}/{row['fiscal_year']}"


def _decode_line(row: RowMapping, keyring: Keyring) -> ThreadLine:
    text = _decrypt_line(keyring, row["question_id"], row["seq"], row["sealed"])
    return ThreadLine(row["seq"], row["on"], ThreadLineKind(row["kind"]), text)


def _row_to_thread(row: RowMapping, lines: Iterable[RowMapping], keyring: Keyring) -> QuestionThread:
    return QuestionThread(
        row["id"],
        row["fiscal_year"],
        row["number"],
        QuestionState(row["state"]),
        row["asked_on"],
        row["answer_by"],
        Rating(row["rating"]) if row["rating"] else None,
        tuple(_decode_line(line, keyring) for line in lines),
        parse_lang(row["lang"]),
        row["bucket"],
        row["board"],
        row["staff"] or "",
        row["due"] or 0,
    )


async def list_open_questions(query: ListOpenQuestions, context: ReadContext) -> Listing[QuestionThread]:
    """Return open questions, soonest due first. One of which a line cannot be read is not shown in part."""
    waiting = (
        select(_COLUMN.id)
        .where(_COLUMN.state == QuestionState.OPEN.value)
        .order_by(_COLUMN.answer_by, _COLUMN.fiscal_year, _COLUMN.number)
        .limit(query.limit)
        .offset(query.offset)
    )
    ids = list((await context.connection.execute(waiting)).scalars())
    rows, lines = await _load_rows(ids, context.connection)
    found, unreadable = decode_rows(
        "questions",
        rows,
        lambda row: _row_to_thread(row, lines.get(row["id"], ()), context.keyring),
        _get_number,
    )
    return Listing(tuple(found), tuple(unreadable))


async def count_waiting_questions(query: CountWaitingQuestions, context: ReadContext) -> int:  # noqa: ARG001
    """Count the open questions for which no answer waits to be sent."""
    open_ = _COLUMN.state == QuestionState.OPEN.value
    unwritten = _SCHEDULED_COLUMN.question_id.is_(None)
    found = (
        select(_COLUMN.id)
        .outerjoin(tables.held_answers)
        .where(open_, unwritten)
        .limit(MOST_COUNTED)
        .subquery()
    )
    return int((await context.connection.execute(select(func.count()).select_from(found))).scalar_one())


async def find_question_by_number(query: FindQuestionByNumber, context: ReadContext) -> QuestionThread | None:
    """Find a question by register number, of the newest year that has it unless a year is given."""
    of = (
        select(_COLUMN.id).where(_COLUMN.number == query.number).order_by(_COLUMN.fiscal_year.desc()).limit(1)
    )
    if query.fiscal_year:
        of = of.where(_COLUMN.fiscal_year == query.fiscal_year)
    found = await context.connection.scalar(of)
    return await load_thread(found, context.connection, context.keyring) if found else None


async def close_question(act: CloseQuestion, batch: WriteBatch) -> None:
    """Close a question without an answer."""
    batch.add_statement(
        SET_QUESTION_CLOSED, question=act.thread, to_state=QuestionState.CLOSED.value, on_day=act.on
    )
    append_question_fact(batch, act.thread, act.on, QuestionStep.CLOSED)
    await batch.audit(ActorKind.OFFICE, "question-closed", act.thread)


def _decrypt_line(keyring: Keyring, question: str, seq: int, sealed: bytes) -> str:
    return keyring.question.decrypt(sealed, "question_lines", f"{question}/{seq}", "text").decode()


async def submit_question(act: SubmitQuestion, batch: WriteBatch) -> None:
    """Insert a question: its row, first line, reply address and audit line; notify officers."""
    question, about, year = secrets.token_hex(16), secrets.token_hex(16), get_fiscal_year(act.on)
    bucket = (
        batch.daily_keys.hash_for_day(batch.daily_keys.get_day(batch.now), b"bucket", act.person_id)
        .hex()[:4]
        .upper()
    )
    batch.insert(
        "questions",
        id=question,
        fiscal_year=year,
        number=(number := await batch.allocate_number(year)),
        receipt_mark=batch.keyring.hash_receipt(act.receipt),
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
        about=about,
    )
    batch.insert("question_facts", about=about, seq=1, on=act.on, step=QuestionStep.ASKED.value)
    _insert_line(batch, question, 1, act.on, ThreadLineKind.ASKED, act.text)
    record_message_origins(question, act.message_origins, batch)
    _save_reply_address(batch, question, act.reply_address)
    await notify_of_new_question(year, number, act.answer_by, batch)
    await batch.audit(ActorKind.REPORTER, "asked", question)


async def append_thread_line(act: AppendThreadLine, batch: WriteBatch) -> None:
    """Append a line; an answer is enqueued to the asker. Raises `ConflictError` where the question was deleted."""
    found = await load_thread(act.thread, batch.connection, batch.keyring)
    if found is None:
        raise ConflictError("the question was erased meanwhile")
    _insert_line(batch, act.thread, act.seq, act.on, act.kind, act.text)
    append_question_fact(batch, act.thread, act.on, get_question_step(act.kind))
    record_message_origins(act.thread, act.message_origins, batch)
    touched = {"question": act.thread, "to_seq": act.seq, "on_day": act.on}
    if act.kind is ThreadLineKind.ANSWER:
        batch.add_statement(SET_QUESTION_ANSWERED, to_state=QuestionState.ANSWERED.value, **touched)
    else:
        batch.add_statement(
            SET_QUESTION_REOPENED, to_state=QuestionState.OPEN.value, due=act.answer_by, **touched
        )
    _save_reply_address(batch, act.thread, act.reply_address)
    if act.kind is ThreadLineKind.ANSWER:
        await _enqueue_answer(batch, found, act.text)
    await batch.audit(format_actor(act.staff) if act.staff else act.by, f"question-{act.kind}", act.thread)


async def rate_answer(act: RateAnswer, batch: WriteBatch) -> None:
    """Store how satisfied a person was. The first rating counts."""
    batch.add_statement(SET_QUESTION_RATING, question=act.thread, to_rating=act.rating.value)


async def publish_question(act: PublishQuestion, batch: WriteBatch) -> None:
    """Publish a question, or replace its published text."""
    sealed = batch.keyring.question.encrypt(
        PUBLISHED_QUESTION_CODEC.dump_json(act.published), "board", act.published.id, "post"
    )
    batch.upsert(
        "board",
        id=act.published.id,
        asked_on=act.published.asked_on,
        answered_on=act.published.answered_on,
        sealed=sealed,
    )
    if act.thread:
        batch.add_statement(SET_QUESTION_PUBLISHED, question=act.thread, to_board=act.published.id)
    bump_catalogue_version(batch)
    await batch.audit(ActorKind.OFFICE, "published", act.published.id)


async def unpublish_question(act: UnpublishQuestion, batch: WriteBatch) -> None:
    """Remove a published question. Raises `ConflictError` where it is not published."""
    column = tables.board.c
    gone = await batch.connection.execute(delete(tables.board).where(column.id == act.published_id))
    if not gone.rowcount:
        raise ConflictError("it was taken from the board before")
    await batch.connection.execute(
        update(tables.questions).where(_COLUMN.board == act.published_id).values(board="")
    )
    bump_catalogue_version(batch)
    await batch.audit(format_actor(act.staff), "unpublished", act.published_id)


def _insert_line(
    batch: WriteBatch, question: str, seq: int, on: object, kind: ThreadLineKind, text: str
) -> None:
    sealed = batch.keyring.question.encrypt(text.encode(), "question_lines", f"{question}/{seq}", "text")
    batch.insert("question_lines", question_id=question, seq=seq, on=on, kind=kind.value, sealed=sealed)


def hash_reply_address(keyring: Keyring, question: str) -> bytes:
    """Return the hash under which a question's reply address is stored."""
    return keyring.hash_id("answer of a question", question)


def _save_reply_address(batch: WriteBatch, question: str, back: ReplyAddress | None) -> None:
    """Store where the answer goes: encrypted, under a keyed hash of the question."""
    if back is None:
        return
    message = OutboxMessage(back.channel, back.reply_to, back.lang, ())
    save_address(hash_reply_address(batch.keyring, question), back.person_id, message, batch)


async def _enqueue_answer(batch: WriteBatch, found: QuestionThread, answer: str) -> None:
    way = await load_address(hash_reply_address(batch.keyring, found.id), batch)
    if way is not None:  # else asked on the web, or unsubscribed: the code finds the answer
        enqueue_message(replace(way, says=(_build_answer_reply(found, answer),)), batch)


def _build_answer_reply(found: QuestionThread, answer: str) -> Reply:
    ratings = () if found.rating else tuple(rating.value for rating in Rating)
    choices = tuple(Choice(f"/q.{found.id}.{what}", f"choice.{what}") for what in ("more", *ratings))
    return found.format_answer(answer, choices)
