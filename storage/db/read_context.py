"""What a reading needs."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.dialog.events import NEVER
from storage.crypto.daily_keys import DailyKeys
from storage.crypto.keyring import Keyring


@dataclass(frozen=True, slots=True)
class ReadContext:
    """A connection that sees one instant, and what opens what it sees. now: the instant of the question."""

    connection: AsyncConnection
    keyring: Keyring
    daily_keys: DailyKeys
    now: datetime = NEVER
