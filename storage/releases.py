"""Releases of the statistics: their manifests and figures, the scheduled runs that made them, and their postings."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.staff.registers.messages import ImportState
from storage import tables
from storage.crypto.keyring import Keyring
from storage.db.batch import INSERT_BY_TABLE, WriteBatch
from storage.db.epoch_minutes import from_epoch_minutes, to_epoch_minutes
from storage.db.group_commit import GroupCommitWriter
from storage.db.number_floors import NumberKind, select_number_floor
from storage.errors import ConflictError
from storage.release_approval import approve_release
from storage.tables.rules import imports

RELEASE_JOB, RELEASE_START_JOB = "release", "release-since"
"""Names in the `chores` table: a scheduled run that is done, and the day from which runs are scheduled."""


@dataclass(frozen=True, slots=True)
class StoredRelease:
    """A release. `manifest`: the bytes of its manifest.json; `figures`: of its statistics.json."""

    fiscal_year: int
    number: int
    period: str
    layout: str
    as_of: date
    made_at: datetime
    held: bool
    manifest: bytes
    figures: bytes

    @property
    def name(self) -> str:
        """The name that people use: number/year, such as 3/2570."""
        return f"{self.number}/{self.fiscal_year}"


@dataclass(frozen=True, slots=True)
class ReleasePosting:
    """The state of publishing a release at a place. `due`: next attempt; `trouble`: an error code, empty if none."""

    place: str
    due: datetime
    attempts: int = 0
    done: bool = False
    trouble: str = ""


@dataclass
class ReleaseStore:
    """Stores releases. Of a stored release only `held` ever changes."""

    committer: GroupCommitWriter
    keyring: Keyring
    _reader: AsyncEngine

    async def list_all(self) -> list[StoredRelease]:
        """Return every release, in the order in which they were made."""
        async with self._reader.connect() as connection:
            rows = await connection.execute(select(tables.releases).order_by(tables.releases.c.seq))
            return [_row_to_release(row) for row in rows]

    async def find(self, fiscal_year: int, number: int) -> StoredRelease | None:
        table = tables.releases
        query = select(table).where(table.c.fiscal_year == fiscal_year, table.c.number == number)
        async with self._reader.connect() as connection:
            row = (await connection.execute(query)).first()
        return _row_to_release(row) if row else None

    async def load_number_floor(self, fiscal_year: int) -> int:
        """Return the last number of a fiscal year that may be taken by a release that is not stored here; else 0."""
        asked = {"floor_kind": NumberKind.RELEASE.value, "floor_year": fiscal_year}
        async with self._reader.connect() as connection:
            return (await connection.execute(select(select_number_floor()), asked)).scalar() or 0

    async def save(self, kept: StoredRelease, by: str, run: str = "") -> None:
        """Store a release, with a line in the audit trail. `run`: the scheduled run that is marked done with it.

        Raises `ConflictError` where the number or the run is taken, or an import is being reversed, the cases of which
        were counted.
        """
        table = tables.releases
        row: dict[str, object] = {name: getattr(kept, name) for name in kept.__slots__}
        row |= {"made_at": to_epoch_minutes(kept.made_at), "figures": zlib.compress(kept.figures, 9)}
        async with self.committer.transaction() as connection:
            is_undoing = imports.c.state == ImportState.UNDOING.value
            if (await connection.execute(select(imports.c.id).where(is_undoing))).first() is not None:
                raise ConflictError("an import is being reversed")
            last = (await connection.execute(select(func.max(table.c.seq)))).scalar() or 0
            await connection.execute(insert(table), {**row, "seq": last + 1})
            if run:
                await connection.execute(INSERT_BY_TABLE["chores"], {"name": RELEASE_JOB, "due": run})
            await self._audit(
                WriteBatch(connection, self.keyring, self.committer.daily_keys, kept.made_at),
                by,
                kept,
                "released",
            )

    async def approve(self, kept: StoredRelease, by: str, now: datetime) -> bool:
        """Let a held release be published. False where it is not held any more."""
        async with self.committer.transaction() as connection:
            batch = WriteBatch(connection, self.keyring, self.committer.daily_keys, now)
            done = await approve_release(kept.name, by, batch)
            await batch.flush()
        return done

    async def _audit(self, batch: WriteBatch, by: str, kept: StoredRelease, what: str) -> None:
        await batch.audit(by, what, kept.name)
        await batch.flush()

    async def record_first_start(self, now: datetime) -> None:
        """Record when the desk was first opened: from then on releases are scheduled.

        An earlier instant replaces a later one, for a desk whose clock was ahead at its first start.
        """
        table, at = tables.chores, _to_utc_iso(now)
        async with self._reader.connect() as connection:
            noted = list(
                (
                    await connection.execute(select(table.c.due).where(table.c.name == RELEASE_START_JOB))
                ).scalars()
            )
        if any(since <= at for since in noted):
            return
        async with self.committer.transaction() as connection:
            await connection.execute(
                upsert(table).on_conflict_do_nothing(), {"name": RELEASE_START_JOB, "due": at}
            )

    async def load_runs(self) -> tuple[datetime, set[str]]:
        """Return since when releases are scheduled, and the runs that are done."""
        table = tables.chores
        query = select(table.c.name, table.c.due).where(table.c.name.in_((RELEASE_JOB, RELEASE_START_JOB)))
        async with self._reader.connect() as connection:
            rows = (await connection.execute(query)).all()
        since = min(row.due for row in rows if row.name == RELEASE_START_JOB)
        return datetime.fromisoformat(since), {row.due for row in rows if row.name == RELEASE_JOB}

    async def load_postings(self, kept: StoredRelease) -> Mapping[str, ReleasePosting]:
        """Return the postings of a release, done or pending, by place."""
        table = tables.postings
        one = (table.c.fiscal_year == kept.fiscal_year) & (table.c.number == kept.number)
        async with self._reader.connect() as connection:
            rows = (await connection.execute(select(table).where(one))).all()
        return {
            r.place: ReleasePosting(r.place, from_epoch_minutes(r.due), r.attempts, r.done, r.trouble)
            for r in rows
        }

    async def save_posting(self, kept: StoredRelease, posting: ReleasePosting) -> None:
        """Insert or update the posting of a release at a place."""
        found = {name: getattr(posting, name) for name in posting.__slots__} | {
            "due": to_epoch_minutes(posting.due)
        }
        changing = upsert(tables.postings).values(fiscal_year=kept.fiscal_year, number=kept.number, **found)
        found.pop("place")
        async with self.committer.transaction() as connection:
            await connection.execute(
                changing.on_conflict_do_update(index_elements=list(tables.postings.primary_key), set_=found)
            )


def _row_to_release(row: Row[Any]) -> StoredRelease:
    return StoredRelease(
        row.fiscal_year,
        row.number,
        row.period,
        row.layout,
        row.as_of,
        from_epoch_minutes(row.made_at),
        row.held,
        row.manifest,
        zlib.decompress(row.figures),
    )


def _to_utc_iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="minutes")
