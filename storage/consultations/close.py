"""A consultation closes: the key that ties voices to accounts is destroyed, and every voice is written anew.

First, in one transaction, the key goes and no voice is taken any more. Then voices are written anew a few at a time,
each under a new random name, which is its place in the table, and without a mark; killed in between, the clock goes on.
Until all are, the phase says open and the key is gone: nothing is counted yet.
"""

import secrets
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from handlers.consultations.messages import CloseConsultation, ConsultationPhase
from storage import tables
from storage.consultations.store import (
    decode_response_answers,
    encrypt_response_answers,
    find_consultation_row,
    to_epoch_minutes,
)
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.errors import ConflictError

REWRITE_SLICE = 2_000
"""Voices that are written anew at a time: others wait for no longer than that takes."""

_CONSULTATION_COLUMN, _RESPONSE_COLUMN = tables.ballots.c, tables.voices.c


async def close_consultation(act: CloseConsultation, batch: WriteBatch) -> None:
    """Close, as an officer wishes; what is too much for one transaction is left to the clock. Raises Conflict."""
    await stop_responses(batch, act.code, act.by)
    await anonymize_responses(batch, act.code)


async def stop_responses(batch: WriteBatch, code: str, by: str) -> None:
    """Take no voice any more, and destroy the key. Raises Conflict where that was done."""
    row = await find_consultation_row(code, batch.connection)
    if row is None or row.phase != ConsultationPhase.OPEN.value or row.key is None:
        raise ConflictError("it has closed meanwhile")
    closes = min(row.closes, to_epoch_minutes(batch.now))
    closed = update(tables.ballots).where(_CONSULTATION_COLUMN.code == code).values(key=None, closes=closes)
    await batch.connection.execute(closed)
    waiting = delete(tables.statements).where(tables.statements.c.code == code)
    await batch.connection.execute(waiting)
    await batch.audit(by, "consultation-closed", code)


async def anonymize_responses(batch: WriteBatch, code: str) -> bool:
    """Write some voices anew; once none has a mark, the consultation is closed, which is told."""
    marked = (
        select(tables.voices)
        .where(_RESPONSE_COLUMN.code == code, _RESPONSE_COLUMN.mark.is_not(None))
        .limit(REWRITE_SLICE)
    )
    some = (await batch.connection.execute(marked)).all()
    if some:
        gone = delete(tables.voices).where(_RESPONSE_COLUMN.id.in_([one.id for one in some]))
        await batch.connection.execute(gone)
        await batch.connection.execute(
            insert(tables.voices), [_make_anonymous_row(one, batch.keyring) for one in some]
        )
    if len(some) == REWRITE_SLICE:
        return False
    await batch.connection.execute(
        update(tables.ballots)
        .where(_CONSULTATION_COLUMN.code == code)
        .values(phase=ConsultationPhase.CLOSED.value)
    )
    return True


def _make_anonymous_row(voice: Row[Any], seals: Keyring) -> dict[str, object]:
    own = secrets.token_hex(16)
    again = encrypt_response_answers(seals, own, decode_response_answers(voice, seals))
    return {"id": own, "code": voice.code, "mark": None, "account": voice.account, "sealed": again}
