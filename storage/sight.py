"""What a reading needs."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.turn import NEVER
from storage.days import Days
from storage.seals import Seals


@dataclass(frozen=True, slots=True)
class Sight:
    """A connection that sees one instant, and what opens what it sees. now: the instant of the question."""

    connection: AsyncConnection
    seals: Seals
    days: Days
    now: datetime = NEVER
