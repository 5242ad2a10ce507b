"""Where talks stand: sealed rows, and the ones in use in memory; those that know a case in memory only."""

import secrets
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.turn import IDLE, Session, Topic
from storage import tables
from storage.database import Database
from storage.moments import minute
from storage.seal import Vault
from storage.snapshots import session_json, session_of

MOST = 20_000
"""Sessions in memory; the one that was used longest ago goes first."""

_ONE = select(tables.sessions.c.version, tables.sessions.c.sealed).where(
    tables.sessions.c.who == bindparam("person")
)
_VERSIONS = select(tables.sessions.c.who, tables.sessions.c.version).where(
    tables.sessions.c.who.in_(bindparam("people", expanding=True))
)
_DATA_VERSION = text("PRAGMA data_version")


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one person's session: the row to put or None to delete it, and what memory keeps."""

    who: bytes
    row: dict[str, Any] | None
    had_row: bool
    after: Session | None


class Sessions:
    """The sessions of a desk.

    Memory is believed as long as no other program wrote: SQLite tells by `PRAGMA data_version`, once a batch.
    """

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault
        self._known: OrderedDict[bytes, Session | None] = OrderedDict()
        self._data_version = -1
        self._epoch = 0

    async def of(self, who: bytes) -> Session | None:
        """Where a person's talk stands; None for one who has none. Raises Tampered."""
        while who not in self._known:
            epoch = self._epoch
            async with self._database.reading() as connection:
                row = (await connection.execute(_ONE, {"person": who})).first()
            if epoch == self._epoch:  # else something was forgotten meanwhile, and this may be it
                self._remember(who, self._read(who, *row) if row else None)
        self._known.move_to_end(who)
        return self._known[who]

    def _read(self, who: bytes, version: int, sealed: bytes | None) -> Session:
        if sealed is None:
            return Session(version=version, topic=Topic.LAPSED)
        return session_of(self._vault.sessions.open(sealed, "sessions", who.hex(), "session"), version)

    def open_row(self, who: bytes, version: int, sealed: bytes) -> Session:
        """A stored session, opened. Raises Tampered."""
        return self._read(who, version, sealed)

    async def stale(
        self, connection: AsyncConnection, seen: Iterable[tuple[bytes, Session | None]]
    ) -> set[bytes]:
        """Whose session is no longer the one that was decided on. Within the writing transaction."""
        version = (await connection.execute(_DATA_VERSION)).scalar_one()
        if version != self._data_version:
            self._data_version = version
            self._distrust()
        stale, doubtful = set[bytes](), dict[bytes, Session | None]()
        for who, before in seen:
            known = self._known.get(who, Session)  # the class itself: nothing is known
            if known is Session or _stored(known) == 0:
                doubtful[who] = before
            if known is not Session and known is not before and known != before:
                stale.add(who)
        if doubtful:
            rows = await connection.execute(_VERSIONS, {"people": list(doubtful)})
            stored: dict[bytes, int] = dict(rows.tuples().all())
            missed = {w for w, before in doubtful.items() if stored.get(w, 0) != _stored(before)}
            self.forget(missed)
            stale |= missed
        return stale

    def change(self, who: bytes, before: Session | None, after: Session | None, at: datetime) -> Change:
        """What a turn makes of a session: sealed for its row, or no row for one that must not be written."""
        had = _stored(before)
        if after is None:
            return Change(who, None, had > 0, None)
        if after.receipt is not None:
            return Change(who, None, had > 0, replace(after, version=0))
        # A first version is random, so that a row that went and came again is never taken for the older one.
        after = replace(after, version=had + 1 if had else secrets.randbits(40) + 1)
        sealed = self._vault.sessions.seal(session_json(after), "sessions", who.hex(), "session")
        lapses = minute(at + IDLE) + 1
        row = {
            "who": who,
            "version": after.version,
            "lapses_minute": lapses,
            "drafting": after.drafting,
            "sealed": sealed,
        }
        return Change(who, row, had > 0, after)

    def written(self, changes: Iterable[Change]) -> None:
        """Keep in memory what was committed."""
        for change in changes:
            self._remember(change.who, change.after)

    def forget(self, people: Iterable[bytes]) -> None:
        """Read these from the database next time."""
        self._epoch += 1
        for who in people:
            self._known.pop(who, None)

    def forget_idle(self, now: datetime) -> int:
        """Drop the sessions that exist in memory only and lapsed; returns how many."""
        idle = [w for w, s in self._known.items() if s and s.receipt is not None and s.lapsed(now)]
        self.forget(idle)
        return len(idle)

    def _distrust(self) -> None:
        self.forget([w for w, s in self._known.items() if s is None or s.receipt is None])

    def _remember(self, who: bytes, session: Session | None) -> None:
        self._known[who] = session
        self._known.move_to_end(who)
        if len(self._known) > MOST:
            self._known.popitem(last=False)


def _stored(session: Session | None) -> int:
    """The version that the row of a session must have; 0 for no row."""
    return 0 if session is None or session.receipt is not None else session.version
