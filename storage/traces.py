"""Which messages stand in a person's chat, so that they can be deleted there: for 48 hours at most, and sealed.

A row is marked and sealed with the key of its day and knows neither case nor person; when the key goes, it goes.
Notes are gathered in memory and written once in a while: one that a crash loses can only not be deleted later.
"""

import json
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from sqlalchemy import BindParameter, bindparam, delete, select

from storage import tables
from storage.batch import INSERTS
from storage.commit import Committer
from storage.database import sql
from storage.days import Days

_DROP = delete(tables.traces).where(tables.traces.c.id == bindparam("row"))


@dataclass
class Traces:
    """The messages that are known of each chat, by the person's mark (`Event.who`).

    untouched: an earlier run left none, so that what was not written by this one need not be looked for.
    """

    committer: Committer
    untouched: bool = False
    _written: set[bytes] = field(default_factory=set, repr=False)
    _fresh: dict[bytes, set[int]] = field(default_factory=dict, repr=False)

    def note(self, who: bytes, message: int) -> None:
        """A message stands in a person's chat."""
        self._fresh.setdefault(who, set()).add(message)

    async def flush(self, now: datetime | None = None) -> None:
        """Write what was noted since the last time; without an instant, under the newest key that is known."""
        fresh, self._fresh = self._fresh, {}
        if not fresh:
            return
        days = self.committer.days
        if now is not None:
            await self.committer.today(now)
        day = Days.day(now) if now is not None else max(days.marking)
        rows = []
        for who, messages in fresh.items():
            row = secrets.token_hex(16)
            sealed = days.seals[day].seal(json.dumps(sorted(messages)).encode(), "traces", row, "messages")
            rows.append({"id": row, "bucket": days.mark(day, b"traces", who), "day": day, "sealed": sealed})
        await self.committer.write(INSERTS["traces"], *rows)
        self._written |= fresh.keys()

    async def take(self, who: bytes) -> list[int]:
        """All messages that are known of a person's chat; from now on none is."""
        known = self._fresh.pop(who, set())
        if self.untouched and who not in self._written:
            return sorted(known)
        self._written.discard(who)
        days = self.committer.days
        marks = days.marks(b"traces", who)
        rows = await self.committer.talks.glance.rows(_of(len(marks)), tuple(marks))
        for row, day, sealed in rows:
            seal = days.seals[date.fromisoformat(day)]
            known.update(json.loads(seal.open(sealed, "traces", row, "messages")))
        if rows:
            await self.committer.write(_DROP, *({"row": row} for row, _, _ in rows))
        return sorted(known)


@cache
def _of(count: int) -> str:
    column = tables.traces.c
    marks: list[BindParameter[bytes]] = [bindparam(f"m{number}") for number in range(count)]
    return sql(select(column.id, column.day, column.sealed).where(column.bucket.in_(marks)))
