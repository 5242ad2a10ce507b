"""Consultations and feedback in the types that `ita_stats` counts."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from handlers.consultations.messages import (
    Consultation,
    ConsultationQuestionKind,
    ListThemes,
)
from ita_stats.calendar import CalendarMonth
from ita_stats.opinions.model import (
    AnonymousResponse,
    AnswerKind,
    CountedConsultation,
    CountedFeedback,
    CountedQuestion,
    CountedTheme,
    ThemeDecision,
)
from storage import tables
from storage.consultations.results import (
    RESPONSE_SLICE,
    list_themes,
)
from storage.consultations.store import decode_consultation, decode_consultations, decode_response_answers
from storage.crypto.keyring import Keyring
from storage.db.read_batcher import ReadContext

_CONSULTATION_COLUMN, _RESPONSE_COLUMN = tables.ballots.c, tables.voices.c
_FEEDBACK_COLUMN = tables.opinions.c


@dataclass
class ConsultationStatistics:
    """Reads consultations and feedback for statistics."""

    keyring: Keyring
    open_read_context: Callable[[], Any]

    async def load_consultations(self) -> tuple[CountedConsultation, ...]:
        """Return all consultations ever announced, newest first."""
        async with self.open_read_context() as context:
            rows = await context.connection.execute(
                select(tables.ballots).order_by(_CONSULTATION_COLUMN.opens.desc(), _CONSULTATION_COLUMN.code)
            )
            found, _ = decode_consultations(rows.all())
        return tuple(map(_to_statistics_consultation, found))

    async def load_background_pdf(self, code: str) -> bytes | None:
        """Return the background PDF of a consultation; None where it has none."""
        async with self.open_read_context() as context:
            paper = tables.papers.c
            content: bytes | None = await context.connection.scalar(
                select(paper.content).where(paper.code == code)
            )
            return content

    async def stream_responses(self, code: str) -> AsyncIterator[list[AnonymousResponse]]:
        """Yield the responses of a closed consultation in slices, without free texts."""
        async with self.open_read_context() as context:
            row = (
                await context.connection.execute(
                    select(tables.ballots).where(_CONSULTATION_COLUMN.code == code)
                )
            ).one()
            texts = [
                one.key
                for one in decode_consultation(row).questions
                if one.kind is ConsultationQuestionKind.TEXT
            ]
            # Read the next slice while this one is decrypted and counted.
            reading = asyncio.ensure_future(_load_responses_after(context, code, ""))
            try:
                while given := await reading:
                    reading = asyncio.ensure_future(_load_responses_after(context, code, given[-1].id))
                    yield [
                        AnonymousResponse(
                            one.account, _drop_texts(decode_response_answers(one, self.keyring), texts)
                        )
                        for one in given
                    ]
            finally:
                reading.cancel()
                await asyncio.wait([reading])

    async def load_themes(self, code: str) -> tuple[CountedTheme, ...]:
        """Return the themes of a consultation, with the office's current answers."""
        async with self.open_read_context() as context:
            known = await list_themes(ListThemes(code), context)
        return tuple(
            CountedTheme(
                one.name,
                one.voices,
                one.quotes,
                ThemeDecision(one.taken.value) if one.taken else None,
                one.reason,
                one.by,
                one.done,
            )
            for one in known
        )

    async def load_result(self, code: str) -> bytes | None:
        """Return the results as published; None where they are not."""
        async with self.open_read_context() as context:
            query = select(_CONSULTATION_COLUMN.result).where(_CONSULTATION_COLUMN.code == code)
            sealed = (await context.connection.execute(query)).scalar()
        return self.keyring.question.decrypt(sealed, "ballots", code, "result") if sealed else None

    async def load_feedback(self) -> tuple[CountedFeedback, ...]:
        """Return month, topic and score of all feedback, also of entries whose text was deleted."""
        async with self.open_read_context() as context:
            rows = (
                await context.connection.execute(
                    select(_FEEDBACK_COLUMN.said_on, _FEEDBACK_COLUMN.topic, _FEEDBACK_COLUMN.score)
                )
            ).all()
        return tuple(
            CountedFeedback(CalendarMonth.from_date(row.said_on).code, row.topic, row.score) for row in rows
        )


def _to_statistics_consultation(ballot: Consultation) -> CountedConsultation:
    questions = tuple(
        CountedQuestion(one.key, AnswerKind(one.kind.value), one.title, one.options)
        for one in ballot.questions
    )
    return CountedConsultation(
        ballot.code, ballot.title, ballot.background, ballot.link, ballot.opens, ballot.closes, questions
    )


def _drop_texts(answers: dict[str, str], texts: Iterable[str]) -> dict[str, str]:
    """Remove the free texts of answers."""
    for key in texts:
        answers.pop(key, None)
    return answers


async def _load_responses_after(context: ReadContext, code: str, last: str) -> Sequence[Row[Any]]:
    """Return the next slice by random id. Closed responses are rewritten, so the index has that order."""
    unmarked = select(tables.voices).where(_RESPONSE_COLUMN.code == code, _RESPONSE_COLUMN.mark.is_(None))
    after = unmarked.where(_RESPONSE_COLUMN.id > last).order_by(_RESPONSE_COLUMN.id).limit(RESPONSE_SLICE)
    return (await context.connection.execute(after)).all()
