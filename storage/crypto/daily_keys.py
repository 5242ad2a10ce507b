"""The key of each day: what is marked with it cannot be recognised once the key is destroyed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.crypto.aead import WHOLE, Cipher, HmacKey, derived, fresh_key
from storage.crypto.keyring import Keyring

OLDEST = timedelta(days=1)
"""Yesterday's key is still there: Telegram sends an event again for up to 24 hours. So a key lives 48 hours at most."""


@dataclass
class DailyKeys:
    """The keys of today and yesterday (UTC), and what they mark and seal with."""

    of: Keyring
    marking: dict[date, HmacKey] = field(default_factory=dict, repr=False)
    seals: dict[date, Cipher] = field(default_factory=dict, repr=False)
    before: frozenset[date] = frozenset()
    """Days some of whose events were marked as an earlier version did (`storage.said`)."""

    @staticmethod
    def day(now: datetime) -> date:
        """The day whose key is used at an instant."""
        return now.astimezone(UTC).date()

    def learn(self, found: Mapping[date, bytes]) -> None:
        """Use keys that are on the disk."""
        self.marking = {day: HmacKey(derived(key, "mark")) for day, key in found.items()}
        self.seals = {day: Cipher({1: derived(key, "seal")}, self.of.desk) for day, key in found.items()}

    async def loaded(self, connection: AsyncConnection, now: datetime) -> dict[date, bytes]:
        """The stored keys, today's made where there is none; to be kept once they are on the disk."""
        today = self.day(now)
        rows = await connection.execute(select(tables.day_keys))
        found = {row.day: self.of.day.open(row.sealed, "day_keys", str(row.day), "key") for row in rows}
        if today not in found:
            found[today] = fresh_key()
            sealed = self.of.day.seal(found[today], "day_keys", str(today), "key")
            await connection.execute(tables.day_keys.insert(), {"day": today, "sealed": sealed})
        old = select(tables.events.c.day).where(func.length(tables.events.c.mark) == WHOLE).distinct()
        self.before = frozenset((await connection.execute(old)).scalars())
        return found

    def marks(self, *parts: bytes) -> dict[bytes, date]:
        """The marks of something under each key that is still there."""
        return {mark(*parts): day for day, mark in self.marking.items()}

    def mark(self, day: date, *parts: bytes) -> bytes:
        """The mark of something under the key of a day."""
        return self.marking[day](*parts)

    async def destroy(self, connection: AsyncConnection, now: datetime) -> int:
        """Destroy the keys of days gone by and all that was marked with them; gives how many rows that were."""
        last = self.day(now - OLDEST)
        if (
            await connection.execute(select(tables.day_keys.c.day).where(tables.day_keys.c.day < last))
        ).first() is None:
            return 0
        gone = 0
        for table in (tables.events, tables.answers, tables.tries, tables.traces, tables.day_keys):
            gone += (await connection.execute(delete(table).where(table.c.day < last))).rowcount
        return gone

    def forget(self, now: datetime) -> None:
        """Forget the keys that were destroyed."""
        last = self.day(now - OLDEST)
        self.marking = {day: mark for day, mark in self.marking.items() if day >= last}
        self.seals = {day: seal for day, seal in self.seals.items() if day >= last}
