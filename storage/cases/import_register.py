"""Import of an old register: cases without content, all or none of a file, and each file once.

The work is done in pieces, so that nobody who writes meanwhile waits for more than one:

1. The cases are set down in `import_rows`, which nothing but this module reads.
2. One transaction decides: a row in `imports`, and counters behind the new numbers. Before it the import does not
   exist; what was set down is deleted after a crash. From then on it is whole, whatever happens.
3. Piece by piece, the cases become cases, with history, facts and lines of the audit trail. What a crash left over is
   finished by the next start.

Reversing one is decided and carried out in the same way (`storage.registers.import_undo`).
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.complaints.messages import ImportedCase, ToldWord
from handlers.staff.registers.messages import ImportState, ImportSummary
from storage import tables
from storage.cases.writes import LATE_ENTRY_MARK
from storage.crypto.aead import hmac_sha256
from storage.db.batch import INSERT_BY_TABLE, WriteBatch
from storage.db.group_commit import GroupCommitWriter
from storage.db.pieces import MAX_PIECE_ROWS, delete_in_pieces, iterate_pieces
from storage.errors import ConflictError, LockHeldError, UnreadableRowError
from storage.files.directories import hold_lock_file, wait_for_exclusive_lock
from storage.registers.import_undo import decide_undo, find_import
from storage.registers.imported_case import ImportedPiece, insert_imported_case
from storage.registers.undo_pieces import finish_undoing
from storage.registers.words import WordMemory, load_words, remember_words
from storage.tables.rules import import_rows, imports
from storage.unreadable_rows import log_unreadable_row, reading_row

CASES_PER_PIECE = 17
"""Each takes up to eleven rows: itself, its import, two lines of history, six facts and a line of the audit trail."""

PIECES_PER_TRANSACTION = 20
"""Pieces that are set down in one transaction; each is one row of a few kilobytes."""

PAUSE_SECONDS = 0.002
"""Seconds between two transactions, in which another process that waits for the database finds it free."""

_IMPORT_ROWS = import_rows.c
IS_IMPORT_LEFT = or_(
    exists().select_from(import_rows), exists().where(imports.c.state == ImportState.UNDOING.value)
)
"""Whether an import is running or was interrupted, or one is being reversed."""


_PIECE_CODEC = TypeAdapter(ImportedPiece)


@dataclass(frozen=True, slots=True)
class _Decision:
    """What is written when an import is decided, beside its cases."""

    id: int
    digest: bytes
    words: tuple[ToldWord, ...]
    today: date


@dataclass
class RegisterImporter:
    """Imports registers, one at a time. lock_file: held meanwhile, between processes."""

    committer: GroupCommitWriter
    reader: AsyncEngine
    lock_file: Path
    _damaged: set[int] = field(default_factory=set)
    """Places of pieces that were decided and cannot be read: left as they are, and logged once."""

    async def find_import_date(self, content: bytes) -> date | None:
        """Return the day on which a file was imported; None where it was not."""
        column = imports.c
        async with self.reader.connect() as connection:
            found = select(column.on).where(column.digest == self._hash_content(content))
            return (await connection.execute(found)).scalar()

    async def load_words(self) -> WordMemory:
        """Load what this desk was told of words."""
        async with self.reader.connect() as connection:
            return await load_words(connection, self.committer.keyring)

    async def count_imports(self) -> int:
        """Return how often a file was imported, or an import reversed."""
        async with self.reader.connect() as connection:
            rows = await connection.execute(select(imports.c.state))
            return sum(2 if row.state == ImportState.UNDONE else 1 for row in rows)

    async def count_late_entries(self) -> int:
        """Return how many cases officers entered that were received on an earlier day."""
        table = tables.chores
        query = select(func.count()).select_from(table).where(table.c.name == LATE_ENTRY_MARK)
        async with self.reader.connect() as connection:
            return (await connection.execute(query)).scalar() or 0

    async def find_duplicates(self, cases: Iterable[ImportedCase]) -> list[ImportedCase]:
        """Return the cases whose register number exists already."""
        column, found = tables.cases.c, list[ImportedCase]()
        async with self.reader.connect() as connection:
            for several in iterate_pieces(cases, MAX_PIECE_ROWS):
                years, numbers = {case.fiscal_year for case in several}, {case.number for case in several}
                query = select(column.fiscal_year, column.number).where(
                    column.fiscal_year.in_(years), column.number.in_(numbers)
                )
                known = {(row.fiscal_year, row.number) for row in await connection.execute(query)}
                found += [case for case in several if (case.fiscal_year, case.number) in known]
        return found

    async def import_cases(
        self,
        content: bytes,
        cases: Sequence[ImportedCase],
        answer_by: Callable[[date], date],
        today: date,
        now: datetime,
        along: Callable[[], None] = lambda: None,
        words: Sequence[ToldWord] = (),
    ) -> int:
        """Import all cases of a file, or none; return the number of the import.

        along: called after each case, for a progress bar. words: what somebody explained, which is remembered if the
        import is. Raises `ConflictError` where a number is taken or the file known.
        """
        digest = self._hash_content(content)
        await self.committer.ensure_daily_key(now)
        async with wait_for_exclusive_lock(self.lock_file):
            await self._settle(now)
            known = await self._load_counters()
            if await self.find_import_date(content) or await self.find_duplicates(cases):
                raise ConflictError("the file or a number of it is in the register already")
            id_ = await self._find_next_id()
            decision = _Decision(id_, digest, tuple(words), today)
            try:
                await self._set_down(decision, cases, answer_by)
                await self._decide(decision, cases, known, now)
            except BaseException:
                await asyncio.shield(self._discard_undecided())
                raise
            await self._finish(now, along)
            return id_

    async def find_import(self, id_: int) -> ImportSummary:
        """Find an import, with what stands in the way of reversing it."""
        async with self.reader.connect() as connection:
            return await find_import(id_, connection)

    async def undo_import(self, id_: int, now: datetime) -> ImportSummary:
        """Reverse an import, or return what stands in the way of that. It waits for an import that is running."""
        await self.committer.ensure_daily_key(now)
        async with wait_for_exclusive_lock(self.lock_file):
            await self._settle(now)
            async with self.committer.transaction() as connection:
                found = await decide_undo(id_, connection)
            if found.obstacle is not None:
                return found
            await self._settle(now)
        return replace(await self.find_import(id_), obstacle=None)

    @asynccontextmanager
    async def hold_off(self, now: datetime) -> AsyncIterator[None]:
        """Finish the import that is running or was interrupted, and begin none meanwhile: for who counts cases."""
        async with wait_for_exclusive_lock(self.lock_file):
            await self._settle(now)
            yield

    async def finish_interrupted(self, now: datetime) -> int:
        """Finish what was decided before a crash, and delete what was not. Returns the number of cases finished.

        An import that is running is left alone.
        """
        with suppress(LockHeldError), hold_lock_file(self.lock_file, "import"):
            return await self._settle(now)
        return 0

    async def _settle(self, now: datetime) -> int:
        """Settle what is left of an earlier import; the caller holds the lock, so nobody works on it."""
        async with self.reader.connect() as connection:
            is_left = (await connection.execute(select(IS_IMPORT_LEFT))).scalar_one()
        if not is_left:
            return 0
        await self.committer.ensure_daily_key(now)
        await self._discard_undecided()
        count = await self._finish(now, lambda: None)
        return count + await finish_undoing(self.committer, self.reader, now)

    async def _find_next_id(self) -> int:
        async with self.reader.connect() as connection:
            return ((await connection.execute(select(func.max(imports.c.id)))).scalar() or 0) + 1

    async def _set_down(
        self, decision: _Decision, cases: Sequence[ImportedCase], answer_by: Callable[[date], date]
    ) -> None:
        """Write the cases to `import_rows`."""
        async with self.reader.connect() as connection:
            last = (await connection.execute(select(func.max(_IMPORT_ROWS.place)))).scalar()
        first = 0 if last is None else last + 1  # behind damaged ones of an earlier import
        for numbered in iterate_pieces(
            enumerate(iterate_pieces(cases, CASES_PER_PIECE), first), PIECES_PER_TRANSACTION
        ):
            rows = []
            for place, several in numbered:
                dated = tuple((case, answer_by(case.received_on)) for case in several)
                piece = ImportedPiece(dated, decision.today, decision.id)
                sealed = self.committer.keyring.case.encrypt(
                    _PIECE_CODEC.dump_json(piece), "import_rows", str(place), "cases"
                )
                rows.append({"place": place, "digest": decision.digest, "sealed": sealed})
                await asyncio.sleep(0)
            async with self.committer.transaction() as connection:
                await connection.execute(INSERT_BY_TABLE["import_rows"], rows)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _decide(
        self, decision: _Decision, cases: Sequence[ImportedCase], known: Mapping[int, int], now: datetime
    ) -> None:
        """Write the marker, and counters behind the imported numbers. Raises `ConflictError`.

        known: the counters when the numbers were looked for: what was filed since has the numbers behind them.
        """
        last = dict[int, int]()
        for case in cases:
            last[case.fiscal_year] = max(last.get(case.fiscal_year, 0), case.number)
        column = tables.counters.c
        async with self.committer.transaction() as connection:
            found = await connection.execute(select(column.fiscal_year, column.last))
            current: dict[int, int] = {row.fiscal_year: row.last for row in found}
            if any(known.get(c.fiscal_year, 0) < c.number <= current.get(c.fiscal_year, 0) for c in cases):
                raise ConflictError("a case got one of the numbers meanwhile")
            batch = WriteBatch(connection, self.committer.keyring, self.committer.daily_keys, now)
            counters = {
                year: (current.get(year, 0), max(number, current.get(year, 0)))
                for year, number in last.items()
            }
            for year, (_, after) in counters.items():
                batch.upsert("counters", fiscal_year=year, last=after)
            newest = await connection.scalar(select(func.max(tables.releases.c.seq)))
            batch.insert(
                "imports",
                digest=decision.digest,
                on=decision.today,
                rows=len(cases),
                id=decision.id,
                state=ImportState.DONE.value,
                counters=json.dumps(counters),
                last_release=newest or 0,
                kept=0,
                undone_on=None,
            )
            remember_words(decision.words, decision.id, batch)
            await batch.flush()

    async def _finish(self, now: datetime, along: Callable[[], None]) -> int:
        """Make cases of what was decided, a piece a transaction. Returns their number."""
        decided = _IMPORT_ROWS.digest.in_(select(imports.c.digest))
        query = select(import_rows).where(decided).order_by(_IMPORT_ROWS.place).limit(1)
        count = 0
        while True:
            async with self.committer.transaction() as connection:
                left = query.where(_IMPORT_ROWS.place.not_in(self._damaged))
                row = (await connection.execute(left)).first()
                if row is None:
                    return count
                piece = self._open_piece(row)
                if piece is None:  # it keeps back no other, and no release
                    continue
                batch = WriteBatch(connection, self.committer.keyring, self.committer.daily_keys, now)
                for case, answer_by in piece.cases:
                    await insert_imported_case(case, answer_by, piece, batch)
                await batch.flush()
                await connection.execute(delete(import_rows).where(_IMPORT_ROWS.place == row.place))
            for _ in piece.cases:
                along()
            count += len(piece.cases)
            await asyncio.sleep(PAUSE_SECONDS)

    def _open_piece(self, row: Row[Any]) -> ImportedPiece | None:
        """Return the cases of a row of `import_rows`; None where they cannot be read, which is logged."""
        try:
            with reading_row("import_rows", str(row.place)):
                opened = self.committer.keyring.case.decrypt(
                    row.sealed, "import_rows", str(row.place), "cases"
                )
                return _PIECE_CODEC.validate_json(opened)
        except UnreadableRowError as error:
            log_unreadable_row(error)
            self._damaged.add(row.place)
            return None

    async def _discard_undecided(self) -> None:
        await delete_in_pieces(
            self.committer, import_rows, _IMPORT_ROWS.digest.not_in(select(imports.c.digest))
        )

    async def _load_counters(self) -> dict[int, int]:
        column = tables.counters.c
        async with self.reader.connect() as connection:
            found = await connection.execute(select(column.fiscal_year, column.last))
            return {row.fiscal_year: row.last for row in found}

    def _hash_content(self, content: bytes) -> bytes:
        """Keyed, so that somebody who steals the database cannot confirm which file was imported."""
        return hmac_sha256(self.committer.keyring.derive_salt("imports"), content)
