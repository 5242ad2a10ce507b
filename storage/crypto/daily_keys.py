"""Daily keys: what is hashed with one cannot be linked any more once the key is destroyed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.crypto.aead import HMAC_BYTES, Cipher, HmacKey, derive_key, generate_key
from storage.crypto.keyring import Keyring

MAX_DAILY_KEY_AGE = timedelta(days=1)
"""Yesterday's key is kept, since Telegram repeats an event for up to 24 hours. So a key lives 48 hours at most."""


@dataclass
class DailyKeys:
    """The keys of today and yesterday (UTC), with their hashers and ciphers."""

    keyring: Keyring
    hashers: dict[date, HmacKey] = field(default_factory=dict, repr=False)
    ciphers: dict[date, Cipher] = field(default_factory=dict, repr=False)
    legacy_days: frozenset[date] = frozenset()
    """Days with event hashes of an earlier version's format (see `storage.db.idempotency`)."""

    @staticmethod
    def get_day(now: datetime) -> date:
        """Return the day (UTC) whose key is used at an instant."""
        return now.astimezone(UTC).date()

    def use_keys(self, found: Mapping[date, bytes]) -> None:
        """Use keys that are on disk."""
        self.hashers = {day: HmacKey(derive_key(key, "mark")) for day, key in found.items()}
        self.ciphers = {
            day: Cipher({1: derive_key(key, "seal")}, self.keyring.desk) for day, key in found.items()
        }

    async def load_or_create(self, connection: AsyncConnection, now: datetime) -> dict[date, bytes]:
        """Return the stored keys, with today's created if missing. Pass them to `use_keys` after the commit."""
        today = self.get_day(now)
        rows = await connection.execute(select(tables.day_keys))
        found = {
            row.day: self.keyring.day.decrypt(row.sealed, "day_keys", str(row.day), "key") for row in rows
        }
        if today not in found:
            found[today] = generate_key()
            sealed = self.keyring.day.encrypt(found[today], "day_keys", str(today), "key")
            await connection.execute(tables.day_keys.insert(), {"day": today, "sealed": sealed})
        old = select(tables.events.c.day).where(func.length(tables.events.c.mark) == HMAC_BYTES).distinct()
        self.legacy_days = frozenset((await connection.execute(old)).scalars())
        return found

    def hash_for_all_days(self, *parts: bytes) -> dict[bytes, date]:
        """Return the hash of something under each key that still exists, with the key's day."""
        return {mark(*parts): day for day, mark in self.hashers.items()}

    def hash_for_day(self, day: date, *parts: bytes) -> bytes:
        """Return the hash of something under the key of a day."""
        return self.hashers[day](*parts)

    @staticmethod
    def get_oldest_day(now: datetime) -> date:
        """Return the oldest day whose key is kept. Earlier keys, and all rows hashed with them, are deleted."""
        return DailyKeys.get_day(now - MAX_DAILY_KEY_AGE)

    def evict_expired(self, now: datetime) -> None:
        """Drop expired keys from memory."""
        last = self.get_oldest_day(now)
        self.hashers = {day: mark for day, mark in self.hashers.items() if day >= last}
        self.ciphers = {day: cipher for day, cipher in self.ciphers.items() if day >= last}
