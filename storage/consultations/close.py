"""Closing a consultation: destroy the key that links responses to accounts, and rewrite every response.

First, in one transaction, the key is destroyed and no more responses are accepted. Then responses are rewritten in
slices, each under a new random id (its place in the table) and without a hash of the person; after a crash the
scheduled job continues. Until all are rewritten the phase is open while the key is gone: nothing is counted yet.
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
)
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.db.epoch_minutes import to_epoch_minutes
from storage.errors import ConflictError

REWRITE_SLICE = 80
"""Responses rewritten in one transaction. Each is two rows, one deleted and one written, of `MAX_PIECE_ROWS`; the rest
is for what is written beside them, such as the answer to the officer who closes.
"""

_CONSULTATION_COLUMN, _RESPONSE_COLUMN = tables.ballots.c, tables.voices.c


async def close_consultation(act: CloseConsultation, batch: WriteBatch) -> None:
    """Close a consultation for an officer; the scheduled job does the rest of a large one. Raises `ConflictError`."""
    await stop_responses(batch, act.code, act.by)
    await anonymize_responses(batch, act.code)


async def stop_responses(batch: WriteBatch, code: str, by: str) -> None:
    """Stop accepting responses, and destroy the key. Raises `ConflictError` where that was done."""
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
    """Rewrite a slice of responses. True once none has a hash and the consultation is closed."""
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


def _make_anonymous_row(voice: Row[Any], keyring: Keyring) -> dict[str, object]:
    own = secrets.token_hex(16)
    again = encrypt_response_answers(keyring, own, decode_response_answers(voice, keyring))
    return {"id": own, "code": voice.code, "mark": None, "account": voice.account, "sealed": again}
