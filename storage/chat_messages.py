"""Ids of the messages in each person's chat, so that they can be deleted there: encrypted, for 48 hours at most.

A row is hashed and encrypted with the key of its day and names neither case nor person; when the daily key is
destroyed, the row is deleted too. Ids are collected in memory and written by `flush` once in a while: what a crash
loses can only not be deleted later.
"""

import asyncio
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from sqlalchemy import BindParameter, bindparam, delete, select

from storage import tables
from storage.crypto.daily_keys import DailyKeys
from storage.db.batch import INSERT_BY_TABLE
from storage.db.group_commit import GroupCommitWriter
from storage.db.sqlite import compile_sql

_DELETE_CHAT_MESSAGES = delete(tables.traces).where(tables.traces.c.id == bindparam("row"))


@dataclass
class ChatMessageLog:
    """The known message ids of each chat, by `Event.person_id`.

    starts_empty: an earlier run left no rows, so that persons without writes in this run need no query.
    """

    committer: GroupCommitWriter
    starts_empty: bool = False
    _written: dict[date, set[bytes]] = field(default_factory=dict, repr=False)
    """Persons with rows on disk, by the day of the key; dropped with that key."""

    _unwritten: dict[bytes, set[int]] = field(default_factory=dict, repr=False)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    """Held while writing: `pop_all` must wait for a write under way, else it would miss those ids."""

    def record(self, who: bytes, message: int) -> None:
        """Remember a message of a person's chat. Written by the next `flush`."""
        self._unwritten.setdefault(who, set()).add(message)

    async def flush(self, now: datetime | None = None) -> None:
        """Write the ids recorded since the last time. Without `now`, use the newest known daily key."""
        async with self._lock:
            fresh, self._unwritten = self._unwritten, {}
            try:
                if fresh:
                    await self._write(fresh, now)
            except BaseException:  # keep the ids for the next flush
                for who, messages in fresh.items():
                    self._unwritten.setdefault(who, set()).update(messages)
                raise

    async def _write(self, fresh: Mapping[bytes, set[int]], now: datetime | None) -> None:
        days = self.committer.daily_keys
        if now is not None:
            await self.committer.ensure_daily_key(now)
        day = DailyKeys.get_day(now) if now is not None else max(days.hashers)
        rows = []
        for who, messages in fresh.items():
            row = secrets.token_hex(16)
            sealed = days.ciphers[day].encrypt(
                json.dumps(sorted(messages)).encode(), "traces", row, "messages"
            )
            rows.append(
                {"id": row, "bucket": days.hash_for_day(day, b"traces", who), "day": day, "sealed": sealed}
            )
        await self.committer.write(INSERT_BY_TABLE["traces"], *rows)
        self._written = {one: marks for one, marks in self._written.items() if one in days.hashers}
        self._written.setdefault(day, set()).update(fresh)

    async def pop_all(self, who: bytes) -> list[int]:
        """Return all known message ids of a person's chat, sorted, and forget them."""
        async with self._lock:
            written = set[int]()
            if not self.starts_empty or any(who in marks for marks in self._written.values()):
                written = await self._pop_written(who)
            return sorted(written | self._unwritten.pop(who, set()))

    async def _pop_written(self, who: bytes) -> set[int]:
        days, known = self.committer.daily_keys, set[int]()
        marks = days.hash_for_all_days(b"traces", who)
        rows = await self.committer.sessions.read_batcher.fetch(_select_messages(len(marks)), tuple(marks))
        for row, day, sealed in rows:
            cipher = days.ciphers[date.fromisoformat(day)]
            known.update(json.loads(cipher.decrypt(sealed, "traces", row, "messages")))
        if rows:
            await self.committer.write(_DELETE_CHAT_MESSAGES, *({"row": row} for row, _, _ in rows))
        for marked in self._written.values():
            marked.discard(who)
        return known


@cache
def _select_messages(count: int) -> str:
    column = tables.traces.c
    marks: list[BindParameter[bytes]] = [bindparam(f"m{number}") for number in range(count)]
    return compile_sql(select(column.id, column.day, column.sealed).where(column.bucket.in_(marks)))
