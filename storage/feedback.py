"""Feedback: encrypted texts under a register number, without duplicates of one person on one day."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.messages import ActorKind
from handlers.dialog.effects import Listing, Query
from handlers.feedback.messages import (
    Feedback,
    FindFeedback,
    FindFeedbackContact,
    ListFeedback,
    NewFeedbackNumber,
    RecordContactAccess,
    SubmitFeedback,
)
from handlers.thai.matching import normalize_stored_words
from storage import tables
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.db.number_floors import NumberKind, select_number_floor
from storage.db.read_batcher import ReadBatcher, ReadContext
from storage.db.sqlite import compile_sql
from storage.staff.members import format_actor
from storage.unreadable_rows import decode_rows, reading_row


@dataclass(frozen=True, slots=True)
class FeedbackContent:
    """The encrypted part of a feedback entry."""

    text: str = ""
    wish: str = ""


FEEDBACK_CODEC = TypeAdapter(FeedbackContent)
_COLUMN = tables.opinions.c
_SELECT_LAST_NUMBER = compile_sql(
    select(func.max(_COLUMN.number), select_number_floor()).where(_COLUMN.fiscal_year == 0)
)


@dataclass
class FeedbackNumbers:
    """Allocates feedback numbers, each one once, in this process and beside others."""

    read_batcher: ReadBatcher = field(repr=False)
    _last_allocated: dict[int, int] = field(default_factory=dict)

    async def allocate(self, query: NewFeedbackNumber) -> int:
        """Return the next free number of a fiscal year.

        Where another process wrote the number first, the commit raises `ConflictError` and the turn is decided again.
        """
        year = query.fiscal_year
        rows = await self.read_batcher.fetch(_SELECT_LAST_NUMBER, (NumberKind.OPINION.value, year, year))
        last = max(rows[0][0] or 0, rows[0][1] or 0, self._last_allocated.get(query.fiscal_year, 0))
        self._last_allocated[query.fiscal_year] = last + 1
        return last + 1


async def submit_feedback(act: SubmitFeedback, batch: WriteBatch) -> None:
    """Insert feedback, unless the same person sent the same words on the same day."""
    words = normalize_stored_words(f"{act.topic} {act.text} {act.wish}")
    twin = batch.keyring.hash_id(
        "the words of an opinion", words if act.text or act.wish else secrets.token_hex(16)
    )
    sender = batch.daily_keys.hash_for_day(
        batch.daily_keys.get_day(batch.now), b"opinion", act.person_id, twin
    )
    if (await batch.connection.execute(select(_COLUMN.id).where(_COLUMN.sender == sender))).first():
        return
    own = secrets.token_hex(16)
    batch.insert(
        "opinions",
        id=own,
        fiscal_year=act.fiscal_year,
        number=act.number,
        topic=act.topic,
        score=act.score,
        said_on=act.on,
        twin=twin,
        sender=sender,
        sealed=_encrypt_field(
            batch.keyring, own, "words", FEEDBACK_CODEC.dump_json(FeedbackContent(act.text, act.wish))
        ),
        contact=_encrypt_field(batch.keyring, own, "contact", act.contact.encode()) if act.contact else None,
    )
    await batch.audit(ActorKind.REPORTER, "opinion", own)


async def list_feedback(query: ListFeedback, context: ReadContext) -> Listing[Feedback]:
    """List feedback, newest first. Entries with the same words are grouped."""
    newest = (
        select(func.max(_COLUMN.said_on).label("on"), func.count().label("many"), _COLUMN.twin)
        .where(_COLUMN.sealed.is_not(None))
        .group_by(_COLUMN.twin)
        .order_by(func.max(_COLUMN.said_on).desc(), _COLUMN.twin)
        .limit(query.limit)
        .offset(query.offset)
    )
    rows = []
    for group in (await context.connection.execute(newest)).all():
        one = (
            select(tables.opinions)
            .where(_COLUMN.twin == group.twin, _COLUMN.sealed.is_not(None))
            .order_by(_COLUMN.fiscal_year.desc(), _COLUMN.number.desc())
            .limit(1)
        )
        rows.append(((await context.connection.execute(one)).one(), group.many - 1))
    found, unreadable = decode_rows(
        "opinions",
        rows,
        lambda one: _decode_feedback(one[0], context.keyring, like=one[1]),
        lambda one: f"{one[0].number}/{one[0].fiscal_year}",
    )
    return Listing(tuple(found), tuple(unreadable))


async def find_feedback(query: FindFeedback, context: ReadContext) -> Feedback | None:
    """Return the feedback entry of a number, unless its text was erased."""
    row = await _find_feedback_row(query.number, query.fiscal_year, context.connection)
    if row is None:
        return None
    like = select(func.count()).where(_COLUMN.twin == row.twin, _COLUMN.sealed.is_not(None))
    others = (await context.connection.execute(like)).scalar_one() - 1
    with reading_row("opinions", f"{row.number}/{row.fiscal_year}"):
        return _decode_feedback(row, context.keyring, others)


async def find_feedback_contact(query: FindFeedbackContact, context: ReadContext) -> str:
    """Return the author's contact; empty where none was left. Raises `UnreadableRowError`."""
    row = await _find_feedback_row(query.number, query.fiscal_year, context.connection)
    if row is None or row.contact is None:
        return ""
    with reading_row("opinions", f"{row.number}/{row.fiscal_year}"):
        return context.keyring.question.decrypt(row.contact, "opinions", row.id, "contact").decode()


async def record_contact_access(act: RecordContactAccess, batch: WriteBatch) -> None:
    """Record in the audit trail who read the contact."""
    row = await _find_feedback_row(act.number, act.fiscal_year, batch.connection)
    await batch.audit(format_actor(act.staff), "contact-opened", row.id if row else "")


async def _find_feedback_row(number: int, fiscal_year: int, connection: AsyncConnection) -> Row[Any] | None:
    """Find feedback by number; where `fiscal_year` is 0, the newest year that has the number."""
    one = (
        select(tables.opinions)
        .where(_COLUMN.number == number, _COLUMN.sealed.is_not(None))
        .order_by(_COLUMN.fiscal_year.desc())
        .limit(1)
    )
    if fiscal_year:
        one = one.where(_COLUMN.fiscal_year == fiscal_year)
    return (await connection.execute(one)).first()


def _encrypt_field(keyring: Keyring, own: str, what: str, words: bytes) -> bytes:
    return keyring.question.encrypt(words, "opinions", own, what)


def _decode_feedback(row: Row[Any], keyring: Keyring, like: int) -> Feedback:
    words = FEEDBACK_CODEC.validate_json(keyring.question.decrypt(row.sealed, "opinions", row.id, "words"))
    on: date = row.said_on
    reachable = row.contact is not None
    return Feedback(
        row.fiscal_year, row.number, row.topic, row.score, on, words.text, words.wish, reachable, like
    )


FEEDBACK_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    ListFeedback: list_feedback,
    FindFeedback: find_feedback,
    FindFeedbackContact: find_feedback_contact,
}
