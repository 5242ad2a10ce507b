"""What comes of a consultation: its texts and themes, what the office answers, and the results as published."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, bindparam, delete, select, update

from handlers import thai
from handlers.consultations.messages import (
    Consultation,
    ConsultationPhase,
    ConsultationQuestionKind,
    FreeText,
    ListFreeTexts,
    ListThemes,
    PublishConsultationResult,
    SaveTheme,
    Theme,
)
from handlers.dialog.events import Act, Query, Reply, literal
from ita_stats.calendar import CalendarMonth, day_in_bangkok
from ita_stats.opinions import model as voice
from storage import tables
from storage.consultations.store import answers_of, opened
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.db.read_context import ReadContext
from storage.errors import ConflictError
from storage.serialization import LETTER, enclosed

THEME = TypeAdapter(Theme)
SOME = 1_000
"""Voices that are opened at a time."""

A_BREATH = 200
"""Voices that are opened before others get a turn."""

_BALLOT, _VOICE, _THEME = tables.ballots.c, tables.voices.c, tables.themes.c
_OPINION = tables.opinions.c
_AGAIN = (
    update(tables.themes)
    .where(_THEME.code == bindparam("of_code"), _THEME.place == bindparam("of_place"))
    .values(by=bindparam("to_by"), done=bindparam("to_done"), sealed=bindparam("to_sealed"))
)
_OUT = (
    update(tables.ballots)
    .where(_BALLOT.code == bindparam("of_code"))
    .values(phase=bindparam("to_phase"), result=bindparam("to_result"), published_on=bindparam("on_day"))
)
_TOLD = delete(tables.hearers).where(tables.hearers.c.code == bindparam("of_code"))


async def list_texts(query: ListFreeTexts, sight: ReadContext) -> tuple[FreeText, ...]:
    """What people wrote, numbered in the order of the random names of their voices."""
    return tuple(written for written, _ in await _texts(query.code, sight))


async def _texts(code: str, sight: ReadContext) -> list[tuple[FreeText, list[str]]]:
    """Each text once, with the voices that hold it; blanks, case and marks put aside (`thai.folded`)."""
    row = (await sight.connection.execute(select(tables.ballots).where(_BALLOT.code == code))).first()
    if row is None or row.phase == ConsultationPhase.OPEN.value:
        return []
    own = [one.key for one in opened(row).questions if one.kind is ConsultationQuestionKind.TEXT]
    found: dict[tuple[str, str], tuple[str, list[str]]] = {}
    given = select(tables.voices).where(_VOICE.code == code, _VOICE.mark.is_(None)).order_by(_VOICE.id)
    for at, one in enumerate((await sight.connection.execute(given)).all() if own else ()):
        if at % A_BREATH == 0:
            await asyncio.sleep(0)
        said = answers_of(one, sight.seals)
        for key in (key for key in own if said.get(key)):
            found.setdefault((key, thai.folded(said[key])), (said[key], []))[1].append(one.id)
    return [
        (FreeText(number, key, text, len(voices)), voices)
        for number, ((key, _), (text, voices)) in enumerate(found.items(), start=1)
    ]


async def list_themes(query: ListThemes, sight: ReadContext) -> tuple[Theme, ...]:
    """The themes of a consultation, with of how many people each is."""
    themes = await _themes(query.code, sight)
    if not any(one.texts for one in themes):
        return themes
    whose = {written.number: voices for written, voices in await _texts(query.code, sight)}
    people = [{voice for number in one.texts for voice in whose.get(number, ())} for one in themes]
    return tuple(replace(one, voices=len(some)) for one, some in zip(themes, people, strict=True))


async def _themes(code: str, sight: ReadContext) -> tuple[Theme, ...]:
    rows = await sight.connection.execute(
        select(tables.themes).where(_THEME.code == code).order_by(_THEME.place)
    )
    return tuple(
        THEME.validate_json(sight.seals.question.open(row.sealed, "themes", f"{code}/{row.place}", "theme"))
        for row in rows
    )


async def put_theme(act: SaveTheme, batch: WriteBatch) -> None:
    """Write a theme, new or again."""
    one = act.theme
    sealed = batch.seals.question.seal(THEME.dump_json(one), "themes", f"{act.code}/{one.place}", "theme")
    known = select(_THEME.id).where(_THEME.code == act.code, _THEME.place == one.place)
    if (await batch.connection.execute(known)).first() is None:
        row = {"place": one.place, "by": one.by, "done": one.done, "sealed": sealed}
        batch.insert("themes", id=secrets.token_hex(16), code=act.code, **row)
    else:
        batch.add(
            _AGAIN, of_code=act.code, of_place=one.place, to_by=one.by, to_done=one.done, to_sealed=sealed
        )
    await batch.note(act.by, "theme", act.code)


async def publish_result(act: PublishConsultationResult, batch: WriteBatch) -> None:
    """Keep the results as they are published, and lay a word ready for who wished to hear."""
    phase = select(_BALLOT.phase).where(_BALLOT.code == act.code)
    if (await batch.connection.execute(phase)).scalar() != ConsultationPhase.CLOSED.value:
        raise ConflictError("the results were published meanwhile")
    sealed = batch.seals.question.seal(act.result.content, "ballots", act.code, "result")
    batch.add(
        _OUT,
        of_code=act.code,
        to_phase=ConsultationPhase.PUBLISHED.value,
        to_result=sealed,
        on_day=day_in_bangkok(batch.now),
    )
    wished = select(tables.hearers).where(tables.hearers.c.code == act.code)
    link = literal(f"\n{act.result.address}") if act.result.address else literal("")
    told = Reply("consult.result", {"title": act.title, "link": link}, certain=True)
    for hearer in (await batch.connection.execute(wished)).all():
        opened_letter = batch.seals.waiting.open(hearer.sealed, "hearers", hearer.mark.hex(), "letter")
        letter = replace(LETTER.validate_json(opened_letter), says=(told,))
        row = secrets.token_hex(16)
        body = batch.seals.waiting.seal(enclosed(letter), "outbox", row, "letter")
        due = int(batch.now.timestamp())
        batch.insert("outbox", id=row, kind=letter.channel.value, due=due, attempts=0, sealed=body)
    batch.add(_TOLD, of_code=act.code)
    await batch.note(act.by, "consultation-published", act.code)


@dataclass
class ConsultationStatistics:
    """Public opinion as it is counted and shown."""

    seals: Keyring
    sight: Callable[[], Any]

    async def consultations(self) -> tuple[voice.CountedConsultation, ...]:
        """All that were ever announced, the newest first."""
        async with self.sight() as sight:
            rows = await sight.connection.execute(
                select(tables.ballots).order_by(_BALLOT.opens.desc(), _BALLOT.code)
            )
            return tuple(_counted(opened(row)) for row in rows.all())

    async def paper(self, code: str) -> bytes | None:
        """The PDF that came with a consultation; None where none did."""
        async with self.sight() as sight:
            paper = tables.papers.c
            content: bytes | None = await sight.connection.scalar(
                select(paper.content).where(paper.code == code)
            )
            return content

    async def voices(self, code: str) -> AsyncIterator[list[voice.AnonymousResponse]]:
        """The voices of a consultation, some at a time."""
        async with self.sight() as sight:
            row = (await sight.connection.execute(select(tables.ballots).where(_BALLOT.code == code))).one()
            texts = [one.key for one in opened(row).questions if one.kind is ConsultationQuestionKind.TEXT]
            # The next are read while these are opened and counted.
            reading = asyncio.ensure_future(_some(sight, code, ""))
            try:
                while given := await reading:
                    reading = asyncio.ensure_future(_some(sight, code, given[-1].id))
                    yield [
                        voice.AnonymousResponse(one.account, _counting(answers_of(one, self.seals), texts))
                        for one in given
                    ]
            finally:
                reading.cancel()
                await asyncio.wait([reading])

    async def themes(self, code: str) -> tuple[voice.CountedTheme, ...]:
        """The themes of a consultation, with the office's answers as they are now."""
        async with self.sight() as sight:
            known = await list_themes(ListThemes(code), sight)
        return tuple(
            voice.CountedTheme(
                one.name,
                one.voices,
                one.quotes,
                voice.ThemeDecision(one.taken.value) if one.taken else None,
                one.reason,
                one.by,
                one.done,
            )
            for one in known
        )

    async def result(self, code: str) -> bytes | None:
        """The results as they were published; None where they were not."""
        async with self.sight() as sight:
            query = select(_BALLOT.result).where(_BALLOT.code == code)
            sealed = (await sight.connection.execute(query)).scalar()
        return self.seals.question.open(sealed, "ballots", code, "result") if sealed else None

    async def opinions(self) -> tuple[voice.CountedFeedback, ...]:
        """What is counted of all opinions: month, topic and score, also where the words are erased already."""
        async with self.sight() as sight:
            rows = (
                await sight.connection.execute(select(_OPINION.said_on, _OPINION.topic, _OPINION.score))
            ).all()
        return tuple(
            voice.CountedFeedback(CalendarMonth.of(row.said_on).code, row.topic, row.score) for row in rows
        )


def _counted(ballot: Consultation) -> voice.CountedConsultation:
    questions = tuple(
        voice.CountedQuestion(one.key, voice.AnswerKind(one.kind.value), one.title, one.options)
        for one in ballot.questions
    )
    return voice.CountedConsultation(
        ballot.code, ballot.title, ballot.background, ballot.link, ballot.opens, ballot.closes, questions
    )


def _counting(answers: dict[str, str], texts: Iterable[str]) -> dict[str, str]:
    """Answers without those in people's own words."""
    for key in texts:
        answers.pop(key, None)
    return answers


async def _some(sight: ReadContext, code: str, last: str) -> Sequence[Row[Any]]:
    """The voices after one, in the order of their random names; written anew, so that an index has that order."""
    unmarked = select(tables.voices).where(_VOICE.code == code, _VOICE.mark.is_(None))
    after = unmarked.where(_VOICE.id > last).order_by(_VOICE.id).limit(SOME)
    return (await sight.connection.execute(after)).all()


READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    ListFreeTexts: list_texts,
    ListThemes: list_themes,
}

WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    SaveTheme: put_theme,
    PublishConsultationResult: publish_result,
}
