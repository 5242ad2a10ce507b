"""Sessions: encrypted rows on disk, live ones cached, and those that know a case in memory only."""

import secrets
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from sqlalchemy import BindParameter, bindparam, delete, select, update

from handlers.dialog.session import SESSION_IDLE_TIMEOUT, DialogTopic, Session
from storage import tables
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.db.epoch_minutes import to_epoch_minutes
from storage.db.read_batcher import ReadBatcher
from storage.db.sqlite import FetchRows, compile_sql, pad_to_power_of_two
from storage.errors import ConflictError
from storage.serialization import decode_session, encode_session

MAX_CACHED_SESSIONS = 20_000
DELETE_SESSION = delete(tables.sessions).where(tables.sessions.c.who == bindparam("who"))
_COLUMN = tables.sessions.c
MOVE_SESSION = (
    update(tables.sessions)
    .where(_COLUMN.who == bindparam("before"))
    .values(who=bindparam("after"), sealed=bindparam("content"))
)
_SELECT_SESSION = compile_sql(select(_COLUMN.version, _COLUMN.sealed).where(_COLUMN.who == bindparam("who")))


@cache
def _select_versions(count: int) -> str:
    people: list[BindParameter[bytes]] = [bindparam(f"p{number}") for number in range(count)]
    return compile_sql(select(_COLUMN.who, _COLUMN.version).where(_COLUMN.who.in_(people)))


def get_stored_version(session: Session | None) -> int:
    """Return the version that the row on disk must have; 0 for no row, as of every memory-only session."""
    return 0 if session is None else session.version


def _is_stored_whole(session: Session) -> bool:
    return not session.memory_only and session.without_memory_only_text() is session


@dataclass
class SessionStore:
    keyring: Keyring
    read_batcher: ReadBatcher = field(repr=False)
    _cached: "OrderedDict[bytes, Session]" = field(default_factory=OrderedDict, repr=False)
    _irreplaceable: "OrderedDict[bytes, Session]" = field(default_factory=OrderedDict, repr=False)
    """Sessions that stand nowhere else, or not whole, and whose loss the person would feel: they follow a case."""

    async def load(self, who: bytes) -> Session | None:
        """Return a person's session, cached or from disk; None where there is none.

        An expired draft gives a session with the topic `LAPSED`.
        """
        live = self._get_live(who)
        if live is not None:
            return live
        rows = await self.read_batcher.fetch(_SELECT_SESSION, (who,))
        if not rows:
            return None
        version, sealed = rows[0]
        if sealed is None:
            return Session(version=version, topic=DialogTopic.LAPSED)
        session = self.decode(who, sealed)
        self._cached[who] = session
        return session

    def _get_live(self, who: bytes) -> Session | None:
        return self._irreplaceable.get(who) or self._cached.get(who)

    def decode(self, who: bytes, sealed: bytes) -> Session:
        return decode_session(self.keyring.session.decrypt(sealed, "sessions", who.hex(), "talk"))

    async def check_versions(self, fetch: FetchRows, turns: Iterable[tuple[bytes, Session | None]]) -> None:
        """Check that each session is still the one its turn was decided on. Raises `ConflictError`.

        Commands in other processes write too, and a cancelled caller may have left a turn in the queue.
        """
        befores = dict[bytes, Session | None]()
        for who, before in turns:
            live = self._get_live(who)
            moved = (
                live is not before
                if before is not None and before.memory_only
                else live not in (None, before)
            )
            if who in befores or moved:
                raise ConflictError("this talk went on in the meantime")
            befores[who] = before
        people = pad_to_power_of_two(befores)
        stored = dict(await fetch(_select_versions(len(people)), people))
        for who, before in befores.items():
            if stored.get(who, 0) != get_stored_version(before):
                self._cached.pop(who, None)
                raise ConflictError("this talk went on elsewhere")

    def add_row(
        self, who: bytes, before: Session | None, session: Session | None, batch: WriteBatch
    ) -> Session | None:
        """Add the row of a session, or delete it where there is none to be stored; return it with its version.

        A first version is random, so that a deleted and recreated row is not taken for the older one.
        """
        stored = get_stored_version(before)
        if session is None or session.memory_only:
            if stored:
                batch.add_statement(DELETE_SESSION, who=who)
            return session if session is None else session.replace(version=0)
        session = session.replace(version=stored + 1 if stored else secrets.randbits(40) + 1)
        batch.upsert(
            "sessions",
            who=who,
            version=session.version,
            touched=to_epoch_minutes(session.at),
            drafting=session.has_draft or session.long_text is not None,
            sealed=self.encode(who, session),
        )
        return session

    def encode(self, who: bytes, session: Session) -> bytes:
        """Encrypt a session for its row, without what is kept in memory only."""
        content = encode_session(session.without_memory_only_text())
        return self.keyring.session.encrypt(content, "sessions", who.hex(), "talk")

    def move(self, before: bytes, after: bytes) -> None:
        """Let a session in memory belong to another person id, which has none."""
        for known in (self._cached, self._irreplaceable):
            session = known.pop(before, None)
            if session is not None:
                known[after] = session

    def cache_session(self, who: bytes, session: Session | None) -> None:
        """Cache a session that was written, until it is evicted or expires. None removes it.

        What is on disk or blank is evicted first: opening many talks must not evict somebody who follows a case.
        """
        self._cached.pop(who, None)
        self._irreplaceable.pop(who, None)
        if session is None:
            return
        replaceable = session.is_blank or _is_stored_whole(session)
        cache = self._cached if replaceable else self._irreplaceable
        cache[who] = session
        if len(self._cached) + len(self._irreplaceable) > MAX_CACHED_SESSIONS:
            (self._cached or self._irreplaceable).popitem(last=False)

    def evict_idle(self, now: datetime) -> None:
        """Evict sessions idle for `SESSION_IDLE_TIMEOUT`; memory-only ones, which know a case, end with it."""
        for known in (self._cached, self._irreplaceable):
            for who in [who for who, session in known.items() if now - session.at >= SESSION_IDLE_TIMEOUT]:
                del known[who]
