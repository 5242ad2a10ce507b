"""The key of each day: what is marked with it cannot be recognised once the key is destroyed."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.seal import Seal, fresh_key, mark
from storage.seals import Seals

KEPT = timedelta(days=2)
"""Telegram sends an event again for up to 24 hours; after that nobody has to know it any more."""


@dataclass
class Days:
    """The keys of the last days, newest first."""

    seals: Seals
    keys: dict[date, bytes] = field(default_factory=dict, repr=False)

    async def load(self, connection: AsyncConnection, now: datetime) -> date:
        """Read the keys, and make today's where there is none yet. Must run inside a writing transaction."""
        today = now.astimezone(UTC).date()
        if today in self.keys:
            return today
        rows = await connection.execute(select(tables.day_keys))
        self.keys = {
            row.day: self.seals.day.open(row.sealed, "day_keys", str(row.day), "key") for row in rows
        }
        if today not in self.keys:
            self.keys[today] = fresh_key()
            sealed = self.seals.day.seal(self.keys[today], "day_keys", str(today), "key")
            await connection.execute(tables.day_keys.insert(), {"day": today, "sealed": sealed})
        return today

    def marks(self, *parts: bytes) -> dict[bytes, date]:
        """The marks of something under each key that is still there."""
        return {mark(key, *parts): day for day, key in self.keys.items()}

    def mark(self, day: date, *parts: bytes) -> bytes:
        """The mark of something under the key of a day."""
        return mark(self.keys[day], *parts)

    def seal(self, day: date) -> Seal:
        """What seals under the key of a day, and opens nothing once that is destroyed."""
        return Seal({1: self.keys[day]}, self.seals.desk)

    async def destroy(self, connection: AsyncConnection, now: datetime) -> int:
        """Destroy the keys of days gone by, and all that was marked with them; gives how many rows that were."""
        last = (now.astimezone(UTC) - KEPT).date()
        gone = 0
        for table in (tables.events, tables.tries, tables.day_keys):
            gone += (await connection.execute(delete(table).where(table.c.day < last))).rowcount
        self.keys = {day: key for day, key in self.keys.items() if day >= last}
        return gone
