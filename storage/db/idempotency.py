"""Answers to the events of the last hour, so that a repeated event gets the same answer.

Rows of one transaction share pages, to dirty fewer B-tree pages: the answers are one encrypted row, and the hashes of
events are neighbours. A hash begins with `SHARED_HASH_BYTES` that are common to events of about the same time, and
ends with `OWN_HASH_BYTES` of its own.
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import TypeAlias

from sqlalchemy import BindParameter, bindparam, select

from handlers.dialog.effects import Answer
from storage import tables
from storage.crypto.aead import HmacKey
from storage.crypto.daily_keys import DailyKeys
from storage.db.batch import WriteBatch
from storage.db.epoch_minutes import to_epoch_minutes
from storage.db.sqlite import FetchRows, compile_sql, pad_to_power_of_two
from storage.errors import TamperedError
from storage.serialization import decode_answers, encode_answers

EVENT_ANSWER_TTL = timedelta(hours=1)

EventHashes: TypeAlias = Mapping[str, Mapping[bytes, date]]
"""The hashes of each event id, with the day whose key made them."""


SHARED_HASH_BYTES, OWN_HASH_BYTES = 4, 24
"""Bytes of a hash. An earlier version made hashes of `HMAC_BYTES`; they are looked for while a day has some."""

ULID_LENGTH, ULID_TAIL_LENGTH, COUNTER_TAIL_LENGTH = 26, 18, 2
"""LINE's event ids are ULIDs: 26 characters, of which the last 18 cover less than a second. Telegram's are counters."""


def hash_events(days: DailyKeys, events: Iterable[str]) -> EventHashes:
    """Return the hashes of events under each daily key that still exists."""
    hashes: dict[str, dict[bytes, date]] = {}
    for event in events:
        named = event.encode("utf-8", "surrogatepass")
        hashes[event] = own = {}
        for day, mark in days.hashers.items():
            own[_hash_with_shared_prefix(mark, named)] = day
            if day in days.legacy_days:
                own[mark(named)] = day
    return hashes


def _hash_with_shared_prefix(mark: HmacKey, named: bytes) -> bytes:
    own = ULID_TAIL_LENGTH if len(named.rpartition(b":")[2]) == ULID_LENGTH else COUNTER_TAIL_LENGTH
    return mark(b"near", named[:-own])[:SHARED_HASH_BYTES] + mark(named)[:OWN_HASH_BYTES]


@cache
def _select_answers(count: int) -> str:
    event, stored = tables.events, tables.answers
    marks: list[BindParameter[bytes]] = [bindparam(f"m{number}") for number in range(count)]
    joined = event.outerjoin(stored, event.c.answers == stored.c.id)
    return compile_sql(
        select(event.c.mark, stored.c.id, stored.c.sealed).select_from(joined).where(event.c.mark.in_(marks))
    )


async def find_event_answers(fetch: FetchRows, days: DailyKeys, marked: EventHashes) -> dict[str, Answer]:
    """Return which events were answered before, and the answers: empty where an answer has expired.

    Raises `TamperedError` where an event points at answers that do not include its own.
    """
    events = {mark: (event, day) for event, own in marked.items() for mark, day in own.items()}
    if not events:
        return {}
    found: dict[str, Answer] = {}
    asked = pad_to_power_of_two(events)
    for mark, row, sealed in await fetch(_select_answers(len(asked)), asked):
        event, day = events[mark]
        found[event] = Answer(duplicate=True)
        if sealed is not None:
            answers = decode_answers(days.ciphers[day].decrypt(sealed, "answers", str(row), "said"))
            if mark.hex() not in answers:
                raise TamperedError("an event points at the answers of others")
            found[event] = answers[mark.hex()]
    return found


def save_event_answers(answers: Iterable[tuple[str, Answer]], marked: EventHashes, batch: WriteBatch) -> None:
    """Store the answers of new events. An event that occurs twice among them is a conflict."""
    day, row = DailyKeys.get_day(batch.now), secrets.randbits(63)
    stored = dict[str, Answer]()
    for event, answer in answers:
        mark = next(own for own, of in marked[event].items() if of == day)
        stored[mark.hex()] = answer
        batch.insert("events", mark=mark, day=day, answers=row)
    sealed = batch.daily_keys.ciphers[day].encrypt(encode_answers(stored), "answers", str(row), "said")
    until = to_epoch_minutes(batch.now + EVENT_ANSWER_TTL)
    batch.insert("answers", id=row, day=day, until=until, sealed=sealed)
