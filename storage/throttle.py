"""Rate limits: wrong codes, and questions a person asks in a day."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.messages import (
    Attempts,
    GetAttempts,
    SaveAttempts,
)
from handlers.questions.messages import (
    GetQuestionRate,
    SaveQuestionRate,
)
from storage import tables
from storage.crypto.daily_keys import DailyKeys
from storage.db.batch import WriteBatch
from storage.db.read_batcher import ReadContext
from storage.serialization import ATTEMPTS_CODEC


async def load_question_rate(
    query: GetQuestionRate, connection: AsyncConnection, days: DailyKeys
) -> Attempts:
    """Return how many questions a person sent, looked up under every daily key that still exists."""
    buckets = days.hash_for_all_days(b"asked", query.person_id)
    column = tables.tries.c
    rows = await connection.execute(select(column.bucket, column.sealed).where(column.bucket.in_(buckets)))
    found = {
        buckets[r.bucket]: days.ciphers[buckets[r.bucket]].decrypt(r.sealed, "tries", r.bucket.hex(), "tries")
        for r in rows
    }
    return ATTEMPTS_CODEC.validate_json(found[max(found)]) if found else Attempts()


async def save_question_rate(act: SaveQuestionRate, batch: WriteBatch) -> None:
    """Store how many questions a person sent, under the key of the day."""
    day = batch.daily_keys.get_day(batch.now)
    bucket = batch.daily_keys.hash_for_day(day, b"asked", act.person_id)
    sealed = batch.daily_keys.ciphers[day].encrypt(
        ATTEMPTS_CODEC.dump_json(act.attempts), "tries", bucket.hex(), "tries"
    )
    batch.upsert("tries", bucket=bucket, day=day, sealed=sealed)


async def get_attempts(query: GetAttempts, context: ReadContext) -> Attempts:
    """Return a person's wrong guesses, looked up under every daily key that still exists."""
    buckets = context.daily_keys.hash_for_all_days(b"tries", query.person_id)
    column = tables.tries.c
    rows = await context.connection.execute(
        select(column.bucket, column.sealed).where(column.bucket.in_(buckets))
    )
    found = {
        buckets[row.bucket]: context.daily_keys.ciphers[buckets[row.bucket]].decrypt(
            row.sealed, "tries", row.bucket.hex(), "tries"
        )
        for row in rows
    }
    return ATTEMPTS_CODEC.validate_json(found[max(found)]) if found else Attempts()


async def get_question_rate(query: GetQuestionRate, context: ReadContext) -> Attempts:
    """Return how many questions a person sent to the officers."""
    return await load_question_rate(query, context.connection, context.daily_keys)


async def save_attempts(act: SaveAttempts, batch: WriteBatch) -> None:
    """Store a person's wrong guesses, under the key of the day."""
    day = batch.daily_keys.get_day(batch.now)
    bucket = batch.daily_keys.hash_for_day(day, b"tries", act.person_id)
    sealed = batch.daily_keys.ciphers[day].encrypt(
        ATTEMPTS_CODEC.dump_json(act.attempts), "tries", bucket.hex(), "tries"
    )
    batch.upsert("tries", bucket=bucket, day=day, sealed=sealed)
