"""The vectors of the FAQ: made where missing, kept encrypted, loaded into the process that searches them."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.questions.search_index import IndexedEntry
from storage import tables
from storage.crypto.keyring import Keyring
from storage.db.group_commit import GroupCommitWriter
from storage.errors import TamperedError
from storage.questions.faq import CatalogueState, FaqIndex
from storage.questions.meaning import (
    MeaningReader,
    MeaningUnavailableError,
    pack_vectors,
    unpack_vectors,
)

T = TypeVar("T")

ROWS_PER_PIECE = 200
LOOK_AGAIN_SECONDS = 20.0
"""Seconds after which a changed FAQ is read for its meaning; until then letters alone find what is new."""

RETRY_SECONDS = 5.0

ENTRIES_PER_PIECE = 8
"""Entries whose vectors are made and written together: a second or so of the encoder's process."""


@dataclass
class MeaningStore:
    """The vectors of a desk's FAQ."""

    committer: GroupCommitWriter
    keyring: Keyring
    reader: AsyncEngine
    faq: FaqIndex
    _whole_for: tuple[CatalogueState, str] | None = None

    async def keep_prepared(self, get_today: Callable[[], date]) -> None:
        """Prepare after each change of the FAQ, and when a question is asked, until cancelled."""
        while True:
            await self.prepare(get_today())
            wanted = self.faq.wants_meanings
            await asyncio.sleep(RETRY_SECONDS if wanted.is_set() else 0)  # it is unavailable now
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN_SECONDS):
                    await wanted.wait()

    async def prepare(self, today: date) -> int:
        """Make the vectors that are missing, and load all where others are loaded. Returns how many entries were read.

        What is made stays where it is interrupted. 0 where meaning is turned off or unavailable now, and where nothing
        is missing and nobody has asked yet: the encoder's memory is taken when somebody does.
        """
        meaning = self.faq.meaning
        if meaning is None:
            return 0
        entries, state = await self.faq.list_entries(today)
        nobody_asks = not self.faq.wants_meanings.is_set()
        if self.faq.has_meanings(state, meaning.generation) or (
            nobody_asks and self._whole_for == (state, meaning.model)
        ):
            return 0
        known = await self._load_vectors(meaning.model, entries)
        missing = [entry for entry in entries if entry.id not in known]
        if not missing and nobody_asks:
            self._whole_for = state, meaning.model
            self.faq.loads_when_asked = True
            return 0
        try:
            for some in _split(missing, ENTRIES_PER_PIECE):
                known |= await self._make_vectors(meaning, some)
            vectors = [(entry.id, vector) for entry in entries for vector in known[entry.id]]
            generation = await meaning.load([vector for _, vector in vectors])
        except MeaningUnavailableError:
            return 0
        self.faq.use_meanings(state, generation, [owner for owner, _ in vectors])
        await self._delete_others({entry.id for entry in entries})
        return len(missing)

    async def _load_vectors(self, model: str, entries: Sequence[IndexedEntry]) -> dict[str, list[bytes]]:
        """Return the vectors that are kept and still right, by entry."""
        known = dict[str, list[bytes]]()
        table = tables.meanings.c
        for some in _split(entries, ROWS_PER_PIECE):
            texts = {entry.id: entry.texts for entry in some}
            async with self.reader.connect() as connection:
                rows = list(
                    await connection.execute(select(table.id, table.sealed).where(table.id.in_(texts)))
                )
            known |= await asyncio.to_thread(
                self._unseal_rows, model, texts, [(r.id, r.sealed) for r in rows]
            )
        return known

    def _unseal_rows(
        self, model: str, texts: dict[str, tuple[str, ...]], rows: Sequence[tuple[str, bytes]]
    ) -> dict[str, list[bytes]]:
        found = dict[str, list[bytes]]()
        for entry, sealed in rows:
            try:
                content = self.keyring.question.decrypt(sealed, "meanings", entry, "vectors")
            except TamperedError:  # made anew
                continue
            vectors = unpack_vectors(model, texts[entry], content)
            if vectors is not None:
                found[entry] = vectors
        return found

    async def _make_vectors(
        self, meaning: MeaningReader, entries: Sequence[IndexedEntry]
    ) -> dict[str, list[bytes]]:
        vectors = await meaning.embed([text for entry in entries for text in entry.texts])
        made, at = dict[str, list[bytes]](), 0
        for entry in entries:
            made[entry.id] = vectors[at : at + len(entry.texts)]
            at += len(entry.texts)
        rows = [
            {"id": entry.id, "sealed": self._seal(meaning.model, entry, made[entry.id])} for entry in entries
        ]
        statement = insert(tables.meanings)
        replacing = statement.on_conflict_do_update(
            index_elements=["id"], set_={"sealed": statement.excluded.sealed}
        )
        async with self.committer.transaction() as connection:
            await connection.execute(replacing, rows)
        return made

    def _seal(self, model: str, entry: IndexedEntry, vectors: Sequence[bytes]) -> bytes:
        content = pack_vectors(model, entry.texts, vectors)
        return self.keyring.question.encrypt(content, "meanings", entry.id, "vectors")

    async def _delete_others(self, entries: set[str]) -> None:
        """Delete the vectors of entries that are gone or not valid."""
        async with self.reader.connect() as connection:
            kept = {row.id for row in await connection.execute(select(tables.meanings.c.id))}
        for some in _split(sorted(kept - entries), ROWS_PER_PIECE):
            async with self.committer.transaction() as connection:
                await connection.execute(delete(tables.meanings).where(tables.meanings.c.id.in_(some)))


def _split(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield items in pieces of at most a size."""
    return (items[at : at + size] for at in range(0, len(items), size))
