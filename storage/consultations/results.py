"""Results of a consultation: its free texts and themes, the office's answers, and the published results."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, bindparam, delete, select, update

from handlers.consultations.messages import (
    ConsultationPhase,
    ConsultationQuestionKind,
    FreeText,
    ListFreeTexts,
    ListThemes,
    PublishConsultationResult,
    SaveTheme,
    Theme,
)
from handlers.dialog.effects import Act, Query
from handlers.dialog.replies import MUST_ARRIVE, Reply, raw_text
from handlers.thai.matching import normalize_stored_words
from ita_stats.calendar import to_bangkok_date
from storage import tables
from storage.cases.subscriptions import decode_address
from storage.consultations.store import decode_consultation, decode_response_answers
from storage.db.batch import WriteBatch
from storage.db.read_batcher import ReadContext
from storage.errors import ConflictError
from storage.outgoing.rows import enqueue_message
from storage.unreadable_rows import decode_rows

THEME_CODEC = TypeAdapter(Theme)
RESPONSE_SLICE = 1_000
"""Responses decrypted at a time."""

YIELD_EVERY = 200
"""Responses decrypted before other tasks may run."""

_CONSULTATION_COLUMN, _RESPONSE_COLUMN, _THEME_COLUMN = tables.ballots.c, tables.voices.c, tables.themes.c
_FEEDBACK_COLUMN = tables.opinions.c
_UPDATE_THEME = (
    update(tables.themes)
    .where(_THEME_COLUMN.code == bindparam("of_code"), _THEME_COLUMN.place == bindparam("of_place"))
    .values(by=bindparam("to_by"), done=bindparam("to_done"), sealed=bindparam("to_sealed"))
)
_UPDATE_PUBLISHED = (
    update(tables.ballots)
    .where(_CONSULTATION_COLUMN.code == bindparam("of_code"))
    .values(phase=bindparam("to_phase"), result=bindparam("to_result"), published_on=bindparam("on_day"))
)
_DELETE_RESULT_SUBSCRIPTIONS = delete(tables.hearers).where(tables.hearers.c.code == bindparam("of_code"))


async def list_free_texts(query: ListFreeTexts, context: ReadContext) -> tuple[FreeText, ...]:
    """Return the free texts, numbered in the order of the random ids of their responses."""
    return tuple(written for written, _ in await _load_free_texts(query.code, context))


async def _load_free_texts(code: str, context: ReadContext) -> list[tuple[FreeText, list[str]]]:
    """Return each distinct text (see `normalize_stored_words`) once, with the ids of its responses."""
    row = (
        await context.connection.execute(select(tables.ballots).where(_CONSULTATION_COLUMN.code == code))
    ).first()
    if row is None or row.phase == ConsultationPhase.OPEN.value:
        return []
    own = [one.key for one in decode_consultation(row).questions if one.kind is ConsultationQuestionKind.TEXT]
    found: dict[tuple[str, str], tuple[str, list[str]]] = {}
    given = (
        select(tables.voices)
        .where(_RESPONSE_COLUMN.code == code, _RESPONSE_COLUMN.mark.is_(None))
        .order_by(_RESPONSE_COLUMN.id)
    )
    for at, one in enumerate((await context.connection.execute(given)).all() if own else ()):
        if at % YIELD_EVERY == 0:
            await asyncio.sleep(0)
        answers = decode_response_answers(one, context.keyring)
        for key in (key for key in own if answers.get(key)):
            found.setdefault((key, normalize_stored_words(answers[key])), (answers[key], []))[1].append(
                one.id
            )
    return [
        (FreeText(number, key, text, len(voices)), voices)
        for number, ((key, _), (text, voices)) in enumerate(found.items(), start=1)
    ]


async def list_themes(query: ListThemes, context: ReadContext) -> tuple[Theme, ...]:
    """Return the themes of a consultation, with the number of people behind each."""
    themes = await _load_themes(query.code, context)
    if not any(one.texts for one in themes):
        return themes
    whose = {written.number: voices for written, voices in await _load_free_texts(query.code, context)}
    people = [{voice for number in one.texts for voice in whose.get(number, ())} for one in themes]
    return tuple(replace(one, voices=len(some)) for one, some in zip(themes, people, strict=True))


async def _load_themes(code: str, context: ReadContext) -> tuple[Theme, ...]:
    rows = await context.connection.execute(
        select(tables.themes).where(_THEME_COLUMN.code == code).order_by(_THEME_COLUMN.place)
    )

    def decode(row: Row[Any]) -> Theme:
        place = f"{code}/{row.place}"
        return THEME_CODEC.validate_json(
            context.keyring.question.decrypt(row.sealed, "themes", place, "theme")
        )

    found, _ = decode_rows("themes", rows, decode, lambda row: f"{code}/{row.place}")
    return tuple(found)


async def save_theme(act: SaveTheme, batch: WriteBatch) -> None:
    """Insert or update a theme."""
    one = act.theme
    sealed = batch.keyring.question.encrypt(
        THEME_CODEC.dump_json(one), "themes", f"{act.code}/{one.place}", "theme"
    )
    known = select(_THEME_COLUMN.id).where(_THEME_COLUMN.code == act.code, _THEME_COLUMN.place == one.place)
    if (await batch.connection.execute(known)).first() is None:
        row = {"place": one.place, "by": one.by, "done": one.done, "sealed": sealed}
        batch.insert("themes", id=secrets.token_hex(16), code=act.code, **row)
    else:
        batch.add_statement(
            _UPDATE_THEME,
            of_code=act.code,
            of_place=one.place,
            to_by=one.by,
            to_done=one.done,
            to_sealed=sealed,
        )
    await batch.audit(act.by, "theme", act.code)


async def publish_consultation_result(act: PublishConsultationResult, batch: WriteBatch) -> None:
    """Store the results as published, and enqueue notifications to subscribers. Raises `ConflictError`."""
    phase = select(_CONSULTATION_COLUMN.phase).where(_CONSULTATION_COLUMN.code == act.code)
    if (await batch.connection.execute(phase)).scalar() != ConsultationPhase.CLOSED.value:
        raise ConflictError("the results were published meanwhile")
    sealed = batch.keyring.question.encrypt(act.result.content, "ballots", act.code, "result")
    batch.add_statement(
        _UPDATE_PUBLISHED,
        of_code=act.code,
        to_phase=ConsultationPhase.PUBLISHED.value,
        to_result=sealed,
        on_day=to_bangkok_date(batch.now),
    )
    wished = select(tables.hearers).where(tables.hearers.c.code == act.code)
    link = raw_text(f"\n{act.result.url}") if act.result.url else raw_text("")
    notification = Reply("consult.result", MUST_ARRIVE, {"title": act.title, "link": link})
    for hearer in (await batch.connection.execute(wished)).all():
        address = decode_address("hearers", hearer.sealed, hearer.mark, batch.keyring)
        if address is not None:
            enqueue_message(replace(address, says=(notification,)), batch)
    batch.add_statement(_DELETE_RESULT_SUBSCRIPTIONS, of_code=act.code)
    await batch.audit(act.by, "consultation-published", act.code)


RESULT_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    ListFreeTexts: list_free_texts,
    ListThemes: list_themes,
}

RESULT_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    SaveTheme: save_theme,
    PublishConsultationResult: publish_consultation_result,
}
