"""The FAQ with published questions: rows on disk, and a search index in memory.

The index is built from the rows on first use, and again when the catalogue's version has changed. Every writer changes
the version in its own transaction, so a command beside a running server takes effect at the next question.
"""

import asyncio
import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.questions.faq_messages import (
    FAQ_ENTRY_PREFIX,
    PUBLISHED_QUESTION_PREFIX,
    ApproveFaqEntry,
    DiscardFaqDraft,
    FaqCatalogue,
    FaqEntry,
    PublishedQuestion,
    SaveFaqEntry,
)
from handlers.questions.joined_search import find_answers
from handlers.questions.messages import AnswerMatch, FindKnownAnswers
from handlers.questions.search_index import IndexedEntry, NgramIndex
from storage import tables
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.errors import ConflictError
from storage.questions.meaning import (
    MeaningReader,
    MeaningUnavailableError,
    SimilarText,
)
from storage.questions.similar_questions import SimilarQuestions
from storage.staff.members import format_actor
from storage.unreadable_rows import decode_rows

T = TypeVar("T")

FAQ_ENTRY_CODEC = TypeAdapter(FaqEntry)
PUBLISHED_QUESTION_CODEC = TypeAdapter(PublishedQuestion)
CATALOGUE_ROW_ID = 1
MAX_FAQ_MATCHES = 3

FIRST_LOAD_SECONDS = 3.0
"""Seconds that the first question after a start waits for the vectors to be loaded."""

SIMILAR_TEXTS = 64
"""Texts nearest in meaning that are looked at: the best of an entry counts, and one may have a dozen."""


@dataclass(frozen=True, slots=True)
class CatalogueState:
    """Which entries are searched: the version of the catalogue, and the day on which they are valid."""

    version: bytes
    day: date


@dataclass
class FaqIndex:
    """The FAQ of a desk and its search indexes: by letters, and by meaning where there is an encoder.

    fill: returns the catalogue as everybody reads it, with the office's contact in the answers.
    """

    keyring: Keyring
    reader: AsyncEngine
    meaning: MeaningReader | None = None
    fill: Callable[[FaqCatalogue], FaqCatalogue] = lambda catalogue: catalogue
    wants_meanings: asyncio.Event = field(default_factory=asyncio.Event)
    loads_when_asked: bool = False
    similar: SimilarQuestions = field(default_factory=SimilarQuestions)
    _loaded: asyncio.Event = field(default_factory=asyncio.Event)
    _version: bytes | None = None
    _day: date | None = None
    _catalogue: FaqCatalogue = field(default_factory=FaqCatalogue)
    _shown: FaqCatalogue = field(default_factory=FaqCatalogue)
    _matches: dict[str, AnswerMatch] = field(default_factory=dict)
    _index: NgramIndex = field(default_factory=lambda: NgramIndex.build(()))
    _meanings_of: CatalogueState | None = None
    _generation: int = 0
    _text_owners: Sequence[str] = ()
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def fill_answers(self, fill: Callable[[FaqCatalogue], FaqCatalogue]) -> None:
        """Show everybody the filled answers from now on, also of what was read before."""
        self.fill, self._version = fill, None

    async def load_catalogue(self) -> FaqCatalogue:
        """Return all entries as the office wrote them, with those that are disabled or expired."""
        async with self._lock:
            await self._refresh()
        return self._catalogue

    async def load_shown_catalogue(self) -> FaqCatalogue:
        """Return all entries as everybody reads them, with the office's contact."""
        async with self._lock:
            await self._refresh()
        return self._shown

    async def is_initialized(self) -> bool:
        """Whether the FAQ was ever written."""
        return await self._load_version() != b""

    async def search(self, query: FindKnownAnswers) -> tuple[AnswerMatch, ...]:
        """Return the best matches that are valid on a day, best first."""
        async with self._lock:
            if await self._refresh() or self._day != query.on:
                self._matches = {match.id: match for match in _list_matches(self._shown, query.on)}
                self._index = await asyncio.to_thread(
                    NgramIndex.build, _list_index_entries(self._shown, query.on)
                )
                self._day = query.on
            index, matches = self._index, self._matches  # others may be built while the meaning is read
        similarities = await self._find_similar(query.text, matches)
        wanted = MAX_FAQ_MATCHES + len(query.without)
        hits = [
            one
            for one in find_answers(index, query.text, similarities, wanted)
            if one.id not in query.without
        ][:MAX_FAQ_MATCHES]
        return tuple(replace(matches[one.id], sure=one.sure) for one in hits)

    async def list_entries(self, on: date) -> tuple[list[IndexedEntry], CatalogueState]:
        """Return the entries and published questions that are valid on a day, with their texts."""
        catalogue = await self.load_shown_catalogue()
        return _list_index_entries(catalogue, on), CatalogueState(self._version or b"", on)

    def has_meanings(self, state: CatalogueState, generation: int) -> bool:
        """Whether the vectors of these entries are loaded."""
        return self._meanings_of == state and self._generation == generation

    def use_meanings(self, state: CatalogueState, generation: int, owners: Sequence[str]) -> None:
        """Search by meaning from now on. owners: the entry of each vector that was loaded."""
        self._meanings_of, self._generation, self._text_owners = state, generation, owners
        self.wants_meanings.clear()
        self._loaded.set()

    async def _find_similar(self, text: str, known: Collection[str]) -> dict[str, float] | None:
        """Return the known entries near in meaning, each with its best cosine; None where letters answer alone.

        An entry that has changed since the vectors were loaded is found by what it was, for a minute.
        """
        meaning = self.meaning
        if meaning is None:
            return None
        if self._meanings_of is None and self.loads_when_asked:
            self.wants_meanings.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(FIRST_LOAD_SECONDS):
                    await self._loaded.wait()
            self.loads_when_asked = False  # where it takes longer, nobody else waits
        generation, owners = self._generation, self._text_owners
        similar = list[SimilarText]()
        if self._meanings_of is not None and generation == meaning.generation:
            with suppress(MeaningUnavailableError):
                similar = await meaning.find_nearest(text, SIMILAR_TEXTS)
        # Others may have been loaded before the search had its turn; its places are of those then.
        if not similar or generation != meaning.generation or owners is not self._text_owners:
            self.wants_meanings.set()
            return None
        found = dict[str, float]()
        for hit in similar:
            if hit.place < len(owners) and owners[hit.place] in known:
                found.setdefault(owners[hit.place], hit.similarity)
        return found

    async def _refresh(self) -> bool:
        """Reload the catalogue if its version has changed; True if so."""
        version = await self._load_version()
        if version == self._version:
            return False
        async with self.reader.connect() as connection:
            self._catalogue = await load_faq_catalogue(connection, self.keyring)
        self._shown = self.fill(self._catalogue)
        self._version, self._day = version, None
        return True

    async def _load_version(self) -> bytes:
        async with self.reader.connect() as connection:
            found = await connection.execute(select(tables.shelf.c.version))
            return found.scalar() or b""


def _list_matches(shelf: FaqCatalogue, on: date) -> Iterable[AnswerMatch]:
    for one in shelf.entries:
        if one.is_valid_on(on):
            yield AnswerMatch(
                FAQ_ENTRY_PREFIX + one.id,
                one.question,
                one.answer,
                one.link,
                example=one.example,
                checked=one.checked,
            )
    for post in shelf.published:
        yield AnswerMatch(
            PUBLISHED_QUESTION_PREFIX + post.id, post.question, post.answer, checked=post.answered_on
        )


def _list_index_entries(shelf: FaqCatalogue, on: date) -> list[IndexedEntry]:
    own = [
        IndexedEntry(FAQ_ENTRY_PREFIX + k.id, k.searchable_texts) for k in shelf.entries if k.is_valid_on(on)
    ]
    return own + [
        IndexedEntry(PUBLISHED_QUESTION_PREFIX + p.id, (p.question, p.answer)) for p in shelf.published
    ]


async def load_faq_catalogue(connection: AsyncConnection, keyring: Keyring) -> FaqCatalogue:
    """Load all entries in their order, and all published questions, newest first."""
    known, board = tables.knowledge.c, tables.board.c
    rows = await connection.execute(select(known.id, known.sealed).order_by(known.place, known.id))
    own = _decode_catalogue_rows("knowledge", "entry", FAQ_ENTRY_CODEC, rows, keyring)
    newest = select(board.id, board.sealed).order_by(board.answered_on.desc(), board.id)
    rows = await connection.execute(newest)
    posted = _decode_catalogue_rows("board", "post", PUBLISHED_QUESTION_CODEC, rows, keyring)
    return FaqCatalogue(own, posted)


def _decode_catalogue_rows(
    table: str, field_name: str, codec: TypeAdapter[T], rows: Iterable[Any], keyring: Keyring
) -> tuple[T, ...]:
    """Decode rows of ids and encrypted content; those that cannot be read are left out."""
    found, _ = decode_rows(
        table,
        rows,
        lambda row: codec.validate_json(keyring.question.decrypt(row.sealed, table, row.id, field_name)),
        lambda row: row.id,
    )
    return tuple(found)


async def save_faq_entry(act: SaveFaqEntry, batch: WriteBatch) -> None:
    """Insert or update one entry."""
    await _save_entry(act.entry, batch)
    await batch.audit("office", "knowledge", act.entry.id)


async def approve_faq_entry(act: ApproveFaqEntry, batch: WriteBatch) -> None:
    """Save a checked entry. Raises `ConflictError` where it was discarded meanwhile."""
    found = select(tables.knowledge.c.id).where(tables.knowledge.c.id == act.entry.id)
    if (await batch.connection.execute(found)).first() is None:
        raise ConflictError("it was discarded before")
    await _save_entry(act.entry, batch)
    await batch.audit(format_actor(act.staff), "knowledge-checked", act.entry.id)


async def discard_faq_draft(act: DiscardFaqDraft, batch: WriteBatch) -> None:
    """Delete an entry. Raises `ConflictError` where it is gone."""
    gone = await batch.connection.execute(
        delete(tables.knowledge).where(tables.knowledge.c.id == act.entry_id)
    )
    if not gone.rowcount:
        raise ConflictError("it was discarded before")
    bump_catalogue_version(batch)
    await batch.audit(format_actor(act.staff), "knowledge-discarded", act.entry_id)


async def _save_entry(entry: FaqEntry, batch: WriteBatch) -> None:
    column = tables.knowledge.c
    known = (await batch.connection.execute(select(column.place).where(column.id == entry.id))).scalar()
    last = (await batch.connection.execute(select(column.place).order_by(column.place.desc()))).scalar()
    batch.upsert(
        "knowledge", **faq_entry_to_row(entry, known if known is not None else (last or 0) + 1, batch.keyring)
    )
    bump_catalogue_version(batch)


def bump_catalogue_version(batch: WriteBatch) -> None:
    """Record that the catalogue has changed, so that indexes are rebuilt."""
    batch.upsert("shelf", id=CATALOGUE_ROW_ID, version=secrets.token_bytes(16))


def faq_entry_to_row(entry: FaqEntry, place: int, keyring: Keyring) -> dict[str, object]:
    """Return the row of an entry."""
    sealed = keyring.question.encrypt(FAQ_ENTRY_CODEC.dump_json(entry), "knowledge", entry.id, "entry")
    return {"id": entry.id, "place": place, "until": entry.until, "off": entry.off, "sealed": sealed}


async def replace_faq_entries(batch: WriteBatch, entries: Iterable[FaqEntry]) -> None:
    """Replace all entries."""
    await batch.connection.execute(delete(tables.knowledge))
    for place, entry in enumerate(entries, start=1):
        batch.insert("knowledge", **faq_entry_to_row(entry, place, batch.keyring))
    bump_catalogue_version(batch)
    await batch.audit("office", "knowledge", "import")
