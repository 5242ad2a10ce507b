"""Consultations: questions in clear; responses encrypted, and linked to an account only until it closes."""

import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.consultations.messages import (
    AnnounceConsultation,
    Consultation,
    ConsultationPhase,
    ConsultationQuestion,
    ConsultationQuestionKind,
    FindConsultation,
    FindResponse,
    ListConsultations,
    ListPendingStatements,
    ModerateStatement,
    PendingStatement,
    SubmitResponse,
)
from handlers.dialog.effects import Act, Listing, Query
from handlers.questions.messages import ReplyAddress
from handlers.thai.matching import normalize_stored_words
from storage import tables
from storage.cases.subscriptions import encode_address, hash_subscriber
from storage.crypto.aead import generate_key, hmac_sha256
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.db.epoch_minutes import from_epoch_minutes, to_epoch_minutes
from storage.db.read_batcher import ReadContext
from storage.errors import ConflictError
from storage.serialization import OutboxMessage
from storage.unreadable_rows import decode_rows, reading_row

CONSULTATION_CODEC = TypeAdapter(Consultation)
RESPONSE_ANSWERS_CODEC = TypeAdapter(dict[str, str])
ADDED_STATEMENT_SUFFIX = "+"
"""Suffix of an answer's key where the answer is a statement that the person adds."""

_COLUMN = tables.ballots.c
_RESPONSE_COLUMN = tables.voices.c
_UPDATE_PHASE = (
    update(tables.ballots).where(_COLUMN.code == bindparam("of_code")).values(phase=bindparam("to_phase"))
)
_UPDATE_CONSULTATION = (
    update(tables.ballots).where(_COLUMN.code == bindparam("of_code")).values(asked=bindparam("to_asked"))
)
_UPDATE_RESPONSE = (
    update(tables.voices)
    .where(_RESPONSE_COLUMN.id == bindparam("of_id"))
    .values(account=bindparam("to_account"), sealed=bindparam("to_sealed"))
)
_DELETE_STATEMENT = delete(tables.statements).where(tables.statements.c.id == bindparam("of_id"))


async def list_consultations(_: ListConsultations, context: ReadContext) -> Listing[Consultation]:
    """Return all consultations, newest first."""
    newest = select(tables.ballots).order_by(_COLUMN.opens.desc(), _COLUMN.code)
    found, unreadable = decode_consultations((await context.connection.execute(newest)).all())
    return Listing(tuple(found), tuple(unreadable))


async def find_consultation(query: FindConsultation, context: ReadContext) -> Consultation | None:
    """Find a consultation by its code."""
    row = await find_consultation_row(query.code, context.connection)
    return decode_consultation(row) if row else None


async def find_response(query: FindResponse, context: ReadContext) -> Mapping[str, str] | None:
    """Return what a person answered; None once the consultation's key is destroyed."""
    row = await find_consultation_row(query.code, context.connection)
    if row is None or row.key is None:
        return None
    own = _hash_respondent(row, query.person_id, context.keyring)
    one = select(tables.voices).where(_RESPONSE_COLUMN.code == query.code, _RESPONSE_COLUMN.mark == own)
    given = (await context.connection.execute(one)).first()
    return decode_response_answers(given, context.keyring) if given else None


async def announce_consultation(act: AnnounceConsultation, batch: WriteBatch) -> None:
    """Insert a consultation, with a new key that links responses to accounts."""
    one = act.consultation
    key = batch.keyring.question.encrypt(generate_key(), "ballots", one.code, "key")
    batch.insert(
        "ballots",
        code=one.code,
        phase=ConsultationPhase.OPEN.value,
        opens=to_epoch_minutes(one.opens),
        closes=to_epoch_minutes(one.closes),
        asked=CONSULTATION_CODEC.dump_json(one).decode(),
        key=key,
        result=None,
        published_on=None,
    )
    if act.background_pdf:
        batch.insert("papers", code=one.code, content=act.background_pdf)
    await batch.audit(act.by, "consultation-announced", one.code)


async def submit_response(act: SubmitResponse, batch: WriteBatch) -> None:
    """Store a response, replacing the person's former one. Raises `ConflictError` where it has closed."""
    row = await find_consultation_row(act.code, batch.connection)
    if row is None or row.key is None or not decode_consultation(row).is_open(batch.now):
        raise ConflictError("the consultation has closed")
    own = _hash_respondent(row, act.person_id, batch.keyring)
    before = select(_RESPONSE_COLUMN.id).where(
        _RESPONSE_COLUMN.code == act.code, _RESPONSE_COLUMN.mark == own
    )
    voice = (await batch.connection.execute(before)).scalar()
    answers = {key: answer for key, answer in act.answers.items() if not key.endswith(ADDED_STATEMENT_SUFFIX)}
    if voice is None:
        voice = secrets.token_hex(16)
        content = encrypt_response_answers(batch.keyring, voice, answers)
        batch.insert("voices", id=voice, code=act.code, mark=own, account=act.has_account, sealed=content)
    else:
        batch.add_statement(
            _UPDATE_RESPONSE,
            of_id=voice,
            to_account=act.has_account,
            to_sealed=encrypt_response_answers(batch.keyring, voice, answers),
        )
    for key, words in act.answers.items():
        if key.endswith(ADDED_STATEMENT_SUFFIX):
            await _add_statement(batch, act.code, key.removesuffix(ADDED_STATEMENT_SUFFIX), words)
    _subscribe_to_result(batch, act.code, act.reply_address)


async def _add_statement(batch: WriteBatch, code: str, question: str, words: str) -> None:
    twin = batch.keyring.hash_id("a statement", code, question, normalize_stored_words(words))
    column = tables.statements.c
    known = select(column.id).where(column.code == code, column.twin == twin)
    if (await batch.connection.execute(known)).first() is None:
        own = secrets.token_hex(16)
        content = batch.keyring.question.encrypt(words.encode(), "statements", own, "text")
        batch.insert("statements", id=own, code=code, question=question, twin=twin, sealed=content)


def _subscribe_to_result(batch: WriteBatch, code: str, back: ReplyAddress | None) -> None:
    """Store where to notify a person of the result: apart from the response, under another hash."""
    if back is None:
        return
    at = batch.keyring.hash_id("hears of a result", code, back.person_id.hex())
    message = OutboxMessage(back.channel, back.reply_to, back.lang, ())
    sealed = encode_address("hearers", at, message, batch.keyring)
    batch.upsert(
        "hearers",
        mark=at,
        code=code,
        person=hash_subscriber(batch.keyring, back.person_id),
        sealed=sealed,
    )


async def list_pending_statements(
    _: ListPendingStatements, context: ReadContext
) -> tuple[PendingStatement, ...]:
    """Return up to 50 statements that citizens added and nobody has moderated."""
    rows = await context.connection.execute(
        select(tables.statements).order_by(tables.statements.c.id).limit(50)
    )

    def decode(row: Row[Any]) -> PendingStatement:
        text = context.keyring.question.decrypt(row.sealed, "statements", row.id, "text").decode()
        return PendingStatement(row.id, row.code, row.question, text)

    return tuple(decode_rows("statements", rows, decode, lambda row: row.id)[0])


async def moderate_statement(act: ModerateStatement, batch: WriteBatch) -> None:
    """Add a statement to its question, or reject it. Raises `ConflictError` where it was moderated before."""
    one = select(tables.statements).where(tables.statements.c.id == act.id)
    row = (await batch.connection.execute(one)).first()
    if row is None:
        raise ConflictError("another officer was faster")
    batch.add_statement(_DELETE_STATEMENT, of_id=act.id)
    if act.accepted:
        ballot = decode_consultation(await find_consultation_row(row.code, batch.connection))
        words = batch.keyring.question.decrypt(row.sealed, "statements", row.id, "text").decode()
        questions = tuple(
            _add_option(one, words) if one.key == row.question else one for one in ballot.questions
        )
        asked = CONSULTATION_CODEC.dump_json(replace(ballot, questions=questions)).decode()
        batch.add_statement(_UPDATE_CONSULTATION, of_code=row.code, to_asked=asked)
    await batch.audit(act.by, "statement-joined" if act.accepted else "statement-refused", row.code)


def _add_option(question: ConsultationQuestion, words: str) -> ConsultationQuestion:
    if question.kind is not ConsultationQuestionKind.STATEMENTS:
        return question
    return replace(question, options={**question.options, f"s{len(question.options) + 1}": words})


def decode_consultations(rows: Iterable[Row[Any]]) -> tuple[list[Consultation], list[str]]:
    """Decode the consultations of a list; return them, and the codes of those that cannot be read."""
    return decode_rows("ballots", rows, decode_consultation, lambda row: row.code)


def decode_consultation(row: Row[Any] | None) -> Consultation:
    """Decode a consultation. Phase and closing time are those of the row, which may have changed since."""
    if row is None:
        raise ConflictError("the consultation is gone")
    closes = from_epoch_minutes(row.closes)
    with reading_row("ballots", row.code):
        asked = CONSULTATION_CODEC.validate_json(row.asked)
        return replace(asked, phase=ConsultationPhase(row.phase), closes=closes)


def decode_response_answers(voice: Row[Any], keyring: Keyring) -> dict[str, str]:
    """Decrypt a response: answers by question key."""
    return RESPONSE_ANSWERS_CODEC.validate_json(
        keyring.question.decrypt(voice.sealed, "voices", voice.id, "answers")
    )


def encrypt_response_answers(keyring: Keyring, voice: str, answers: Mapping[str, str]) -> bytes:
    """Encrypt a response for its row."""
    return keyring.question.encrypt(
        RESPONSE_ANSWERS_CODEC.dump_json(dict(answers)), "voices", voice, "answers"
    )


def _hash_respondent(row: Row[Any], who: bytes, keyring: Keyring) -> bytes:
    key = keyring.question.decrypt(row.key, "ballots", row.code, "key")
    return hmac_sha256(key, b"voice", who)


async def find_consultation_row(code: str, connection: AsyncConnection) -> Row[Any] | None:
    """Return the row of a consultation; None where there is none."""
    return (await connection.execute(select(tables.ballots).where(_COLUMN.code == code))).first()


CONSULTATION_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    ListConsultations: list_consultations,
    FindConsultation: find_consultation,
    FindResponse: find_response,
    ListPendingStatements: list_pending_statements,
}

CONSULTATION_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    AnnounceConsultation: announce_consultation,
    SubmitResponse: submit_response,
    ModerateStatement: moderate_statement,
}
