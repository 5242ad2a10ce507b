"""Consultations: what is asked, in clear; what was answered, sealed, and tied to an account only until it closes."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers import thai
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
from handlers.dialog.events import Act, Query
from handlers.questions.messages import ReplyAddress
from storage import tables
from storage.cases import subscriptions as news
from storage.crypto.aead import fresh_key, mark
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.db.read_context import ReadContext
from storage.errors import ConflictError
from storage.serialization import OutboxMessage, enclosed

ASKED = TypeAdapter(Consultation)
ANSWERS = TypeAdapter(dict[str, str])
ADDS = "+"
"""How the key of an answer ends that is a statement which the person adds."""

_COLUMN = tables.ballots.c
_VOICE = tables.voices.c
_PHASE = (
    update(tables.ballots).where(_COLUMN.code == bindparam("of_code")).values(phase=bindparam("to_phase"))
)
_ASK = update(tables.ballots).where(_COLUMN.code == bindparam("of_code")).values(asked=bindparam("to_asked"))
_CHANGE = (
    update(tables.voices)
    .where(_VOICE.id == bindparam("of_id"))
    .values(account=bindparam("to_account"), sealed=bindparam("to_sealed"))
)
_PUT_AWAY = delete(tables.statements).where(tables.statements.c.id == bindparam("of_id"))


async def list_ballots(_: ListConsultations, sight: ReadContext) -> tuple[Consultation, ...]:
    """All, the newest first."""
    newest = select(tables.ballots).order_by(_COLUMN.opens.desc(), _COLUMN.code)
    return tuple(opened(row) for row in (await sight.connection.execute(newest)).all())


async def find_ballot(query: FindConsultation, sight: ReadContext) -> Consultation | None:
    """The consultation of a code."""
    row = await row_of(query.code, sight.connection)
    return opened(row) if row else None


async def find_voice(query: FindResponse, sight: ReadContext) -> Mapping[str, str] | None:
    """What a person answered, as long as their mark can be made."""
    row = await row_of(query.code, sight.connection)
    if row is None or row.key is None:
        return None
    own = _mark(row, query.who, sight.seals)
    one = select(tables.voices).where(_VOICE.code == query.code, _VOICE.mark == own)
    given = (await sight.connection.execute(one)).first()
    return answers_of(given, sight.seals) if given else None


async def put_ballot(act: AnnounceConsultation, batch: WriteBatch) -> None:
    """Announce a consultation, with the key that ties voices to accounts."""
    one = act.ballot
    key = batch.seals.question.seal(fresh_key(), "ballots", one.code, "key")
    batch.insert(
        "ballots",
        code=one.code,
        phase=ConsultationPhase.OPEN.value,
        opens=minute(one.opens),
        closes=minute(one.closes),
        asked=ASKED.dump_json(one).decode(),
        key=key,
        result=None,
        published_on=None,
    )
    if act.paper:
        batch.insert("papers", code=one.code, content=act.paper)
    await batch.note(act.by, "consultation-announced", one.code)


async def give_voice(act: SubmitResponse, batch: WriteBatch) -> None:
    """Keep a voice, in the place of the person's former one. Raises Conflict where it has closed."""
    row = await row_of(act.code, batch.connection)
    if row is None or row.key is None or not opened(row).is_open(batch.now):
        raise ConflictError("the consultation has closed")
    own = _mark(row, act.who, batch.seals)
    before = select(_VOICE.id).where(_VOICE.code == act.code, _VOICE.mark == own)
    voice = (await batch.connection.execute(before)).scalar()
    answers = {key: said for key, said in act.answers.items() if not key.endswith(ADDS)}
    if voice is None:
        voice = secrets.token_hex(16)
        content = sealed(batch.seals, voice, answers)
        batch.insert("voices", id=voice, code=act.code, mark=own, account=act.has_account, sealed=content)
    else:
        batch.add(
            _CHANGE, of_id=voice, to_account=act.has_account, to_sealed=sealed(batch.seals, voice, answers)
        )
    for key, words in act.answers.items():
        if key.endswith(ADDS):
            await _suggest(batch, act.code, key.removesuffix(ADDS), words)
    _listen(batch, act.code, act.back)


async def _suggest(batch: WriteBatch, code: str, question: str, words: str) -> None:
    twin = batch.seals.who("a statement", code, question, thai.folded(words))
    column = tables.statements.c
    known = select(column.id).where(column.code == code, column.twin == twin)
    if (await batch.connection.execute(known)).first() is None:
        own = secrets.token_hex(16)
        content = batch.seals.question.seal(words.encode(), "statements", own, "text")
        batch.insert("statements", id=own, code=code, question=question, twin=twin, sealed=content)


def _listen(batch: WriteBatch, code: str, back: ReplyAddress | None) -> None:
    """Keep where a person wishes to hear of the result: apart from the voice, under another mark."""
    if back is None:
        return
    at = batch.seals.who("hears of a result", code, back.who.hex())
    letter = enclosed(OutboxMessage(back.channel, back.back, back.lang, ()))
    sealed = batch.seals.waiting.seal(letter, "hearers", at.hex(), "letter")
    batch.put("hearers", mark=at, code=code, person=news.person(batch.seals, back.who), sealed=sealed)


async def list_statements(_: ListPendingStatements, sight: ReadContext) -> tuple[PendingStatement, ...]:
    """What citizens added and nobody has read."""
    rows = await sight.connection.execute(
        select(tables.statements).order_by(tables.statements.c.id).limit(50)
    )
    return tuple(
        PendingStatement(
            row.id,
            row.code,
            row.question,
            sight.seals.question.open(row.sealed, "statements", row.id, "text").decode(),
        )
        for row in rows
    )


async def judge_statement(act: ModerateStatement, batch: WriteBatch) -> None:
    """Let a statement join its question, or put it away; either way it waits no more."""
    one = select(tables.statements).where(tables.statements.c.id == act.id)
    row = (await batch.connection.execute(one)).first()
    if row is None:
        raise ConflictError("another officer was faster")
    batch.add(_PUT_AWAY, of_id=act.id)
    if act.joins:
        ballot = opened(await row_of(row.code, batch.connection))
        words = batch.seals.question.open(row.sealed, "statements", row.id, "text").decode()
        questions = tuple(_joined(one, words) if one.key == row.question else one for one in ballot.questions)
        asked = ASKED.dump_json(replace(ballot, questions=questions)).decode()
        batch.add(_ASK, of_code=row.code, to_asked=asked)
    await batch.note(act.by, "statement-joined" if act.joins else "statement-refused", row.code)


def _joined(question: ConsultationQuestion, words: str) -> ConsultationQuestion:
    if question.kind is not ConsultationQuestionKind.STATEMENTS:
        return question
    return replace(question, options={**question.options, f"s{len(question.options) + 1}": words})


def opened(row: Row[Any] | None) -> Consultation:
    """A consultation from its row, with its phase and closing as they are now."""
    if row is None:
        raise ConflictError("the consultation is gone")
    closes = datetime.fromtimestamp(row.closes * 60, UTC)
    return replace(ASKED.validate_json(row.asked), phase=ConsultationPhase(row.phase), closes=closes)


def answers_of(voice: Row[Any], seals: Keyring) -> dict[str, str]:
    """What a voice answers, by question."""
    return ANSWERS.validate_json(seals.question.open(voice.sealed, "voices", voice.id, "answers"))


def sealed(seals: Keyring, voice: str, answers: Mapping[str, str]) -> bytes:
    """What a voice answers, for its row."""
    return seals.question.seal(ANSWERS.dump_json(dict(answers)), "voices", voice, "answers")


def _mark(row: Row[Any], who: bytes, seals: Keyring) -> bytes:
    key = seals.question.open(row.key, "ballots", row.code, "key")
    return mark(key, b"voice", who)


async def row_of(code: str, connection: AsyncConnection) -> Row[Any] | None:
    """The row of a consultation."""
    return (await connection.execute(select(tables.ballots).where(_COLUMN.code == code))).first()


def minute(instant: datetime) -> int:
    """Minutes since 1970."""
    return int(instant.timestamp()) // 60


READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    ListConsultations: list_ballots,
    FindConsultation: find_ballot,
    FindResponse: find_voice,
    ListPendingStatements: list_statements,
}

WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    AnnounceConsultation: put_ballot,
    SubmitResponse: give_voice,
    ModerateStatement: judge_statement,
}
