"""Rate limits: wrong codes, and questions a person asks in a day."""

from sqlalchemy import select

from handlers.dialog.attempts import Attempts, GetAttempts, SaveAttempts
from handlers.questions.messages import (
    GetQuestionRate,
    SaveQuestionRate,
)
from storage import tables
from storage.db.batch import WriteBatch
from storage.db.read_batcher import ReadContext
from storage.serialization import ATTEMPTS_CODEC


async def get_attempts(query: GetAttempts, context: ReadContext) -> Attempts:
    """Return a person's wrong guesses."""
    return await _load_count(b"tries", query.person_id, context)


async def save_attempts(act: SaveAttempts, batch: WriteBatch) -> None:
    """Store a person's wrong guesses."""
    _save_count(b"tries", act.person_id, act.attempts, batch)


async def get_question_rate(query: GetQuestionRate, context: ReadContext) -> Attempts:
    """Return how many questions a person sent to the officers."""
    return await _load_count(b"asked", query.person_id, context)


async def save_question_rate(act: SaveQuestionRate, batch: WriteBatch) -> None:
    """Store how many questions a person sent."""
    _save_count(b"asked", act.person_id, act.attempts, batch)


async def _load_count(purpose: bytes, who: bytes, context: ReadContext) -> Attempts:
    """Return the newest count of a person, looked up under every daily key that still exists."""
    buckets = context.daily_keys.hash_for_all_days(purpose, who)
    column = tables.tries.c
    rows = await context.connection.execute(
        select(column.bucket, column.sealed).where(column.bucket.in_(buckets))
    )
    found = {buckets[row.bucket]: row for row in rows}
    if not found:
        return Attempts()
    day = max(found)
    row = found[day]
    cipher = context.daily_keys.ciphers[day]
    return ATTEMPTS_CODEC.validate_json(cipher.decrypt(row.sealed, "tries", row.bucket.hex(), "tries"))


def _save_count(purpose: bytes, who: bytes, count: Attempts, batch: WriteBatch) -> None:
    """Store a count of a person, under the key of the day."""
    day = batch.daily_keys.get_day(batch.now)
    bucket = batch.daily_keys.hash_for_day(day, purpose, who)
    cipher = batch.daily_keys.ciphers[day]
    sealed = cipher.encrypt(ATTEMPTS_CODEC.dump_json(count), "tries", bucket.hex(), "tries")
    batch.upsert("tries", bucket=bucket, day=day, sealed=sealed)
