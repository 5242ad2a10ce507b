"""What is known to everybody, and the index by which it is found: rows on the disk, the index in memory.

The index is built from the rows when it is first asked for, and again when the shelf's version has changed, which
every writer changes in its own transaction; so a command beside a running server is seen at the next question.
"""

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from pydantic import TypeAdapter
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.questions.faq_messages import FaqCatalogue, FaqEntry, PublishedQuestion, SaveFaqEntry
from handlers.questions.messages import AnswerMatch, FindKnownAnswers
from handlers.questions.search_index import IndexedEntry, NgramIndex
from storage import tables
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch

KNOWN = TypeAdapter(FaqEntry)
POSTED = TypeAdapter(PublishedQuestion)
SHELF = 1
MOST = 3
OWN, PUBLIC = "k.", "b."
"""How the ids of matches begin: of an entry of the office's own, or of a question on the board."""


@dataclass
class FaqIndex:
    """The shelf of a desk and its index."""

    seals: Keyring
    reader: AsyncEngine
    _version: bytes | None = None
    _day: date | None = None
    _shelf: FaqCatalogue = field(default_factory=FaqCatalogue)
    _matches: dict[str, AnswerMatch] = field(default_factory=dict)
    _index: NgramIndex = field(default_factory=lambda: NgramIndex.of(()))
    _building: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def shelf(self) -> FaqCatalogue:
        """All that is known, with what is turned off or out of date."""
        async with self._building:
            await self._refresh()
        return self._shelf

    async def touched(self) -> bool:
        """Whether anything was ever laid on the shelf."""
        return await self._now() != b""

    async def nearest(self, query: FindKnownAnswers) -> tuple[AnswerMatch, ...]:
        """The nearest answers that hold on a day, best first."""
        async with self._building:
            if await self._refresh() or self._day != query.on:
                self._matches = {match.id: match for match in _told(self._shelf, query.on)}
                self._index = await asyncio.to_thread(NgramIndex.of, _entries(self._shelf, query.on))
                self._day = query.on
        found = [(self._matches[one.id], one.sure) for one in self._index.nearest(query.text, MOST)]
        return tuple(AnswerMatch(m.id, m.title, m.answer, m.link, sure, m.example) for m, sure in found)

    async def _refresh(self) -> bool:
        """Read the shelf anew where it was changed since; the index of an older one is forgotten."""
        version = await self._now()
        if version == self._version:
            return False
        async with self.reader.connect() as connection:
            self._shelf = await read(connection, self.seals)
        self._version, self._day = version, None
        return True

    async def _now(self) -> bytes:
        async with self.reader.connect() as connection:
            found = await connection.execute(select(tables.shelf.c.version))
            return found.scalar() or b""


def _told(shelf: FaqCatalogue, on: date) -> Iterable[AnswerMatch]:
    for one in shelf.known:
        if one.holds(on):
            yield AnswerMatch(OWN + one.id, one.question, one.answer, one.link, example=one.example)
    for post in shelf.posted:
        yield AnswerMatch(PUBLIC + post.id, post.question, post.answer)


def _entries(shelf: FaqCatalogue, on: date) -> list[IndexedEntry]:
    own = [IndexedEntry(OWN + k.id, k.texts) for k in shelf.known if k.holds(on)]
    return own + [IndexedEntry(PUBLIC + p.id, (p.question, p.answer)) for p in shelf.posted]


async def read(connection: AsyncConnection, seals: Keyring) -> FaqCatalogue:
    """The whole shelf."""
    known, board = tables.knowledge.c, tables.board.c
    rows = await connection.execute(select(known.id, known.sealed).order_by(known.place, known.id))
    own = [KNOWN.validate_json(seals.question.open(r.sealed, "knowledge", r.id, "entry")) for r in rows]
    newest = select(board.id, board.sealed).order_by(board.answered_on.desc(), board.id)
    rows = await connection.execute(newest)
    posted = [POSTED.validate_json(seals.question.open(r.sealed, "board", r.id, "post")) for r in rows]
    return FaqCatalogue(tuple(own), tuple(posted))


async def put_known(act: SaveFaqEntry, batch: WriteBatch) -> None:
    """Write one entry."""
    column, entry = tables.knowledge.c, act.entry
    known = (await batch.connection.execute(select(column.place).where(column.id == entry.id))).scalar()
    last = (await batch.connection.execute(select(column.place).order_by(column.place.desc()))).scalar()
    batch.put("knowledge", **row(entry, known if known is not None else (last or 0) + 1, batch.seals))
    changed(batch)
    await batch.note("office", "knowledge", entry.id)


def changed(batch: WriteBatch) -> None:
    """What is known is another than before."""
    batch.put("shelf", id=SHELF, version=secrets.token_bytes(16))


def row(entry: FaqEntry, place: int, seals: Keyring) -> dict[str, object]:
    """The row of an entry."""
    sealed = seals.question.seal(KNOWN.dump_json(entry), "knowledge", entry.id, "entry")
    return {"id": entry.id, "place": place, "until": entry.until, "off": entry.off, "sealed": sealed}


async def replace_all(batch: WriteBatch, entries: Iterable[FaqEntry]) -> None:
    """Write all entries, and nothing else remains."""
    await batch.connection.execute(delete(tables.knowledge))
    for place, entry in enumerate(entries, start=1):
        batch.insert("knowledge", **row(entry, place, batch.seals))
    changed(batch)
    await batch.note("office", "knowledge", "import")
