"""Change the keys of a desk beside a server that writes, so that a kill at any instant is made good by another run.

1. Marks in `chores` say which versions are wanted.
2. In one transaction, whose lock keeps every other program from writing, the key files get those versions. What is
   written from then on is under the new keys: each transaction looks at the key files after it has the lock, and who
   reads a value of a version that it does not know looks as well.
3. Everything under older versions of `seal` and `envelope` is encrypted anew, in pieces, until two passes find nothing:
   a few values were encrypted before their transaction began.
4. Files of evidence are written anew, under new names and keys, as in a night.
5. The marks go, with a line in the audit trail.

Older versions stay in the key files: backups and snapshots from before need them, and tracking codes are looked up
under every pepper, since a code that is not known cannot be hashed anew. The `person` key stays: every account is
looked up by it, and none is known until its owner writes.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ita_stats.calendar import to_bangkok_date
from storage import tables
from storage.crypto.aead import generate_key
from storage.crypto.key_files import write_key_file
from storage.db.batch import INSERT_BY_TABLE, WriteBatch
from storage.errors import KeyFileError
from storage.files.directories import acquire_exclusive_lock
from storage.rotation.reseal_cases import reseal_cases, reseal_envelopes
from storage.rotation.reseal_rows import PAUSE_SECONDS, ResealCount, reseal_column
from storage.rotation.sealed_columns import SEALED_COLUMNS, build_old_condition
from storage.store import Store

ROTATED_KEYS = ("pepper", "audit", "envelope", "seal")
"""Keys that are changed, in this order. `person` is not."""

SETTLE_SECONDS = 2.0
"""Pause before the last pass: what another program had encrypted before the change is written by then."""

_ACTOR = "admin"
_MARK = "keys-rotate"
"""Name of the marks in `chores`; a key and the version that is wanted are in their `due`, such as seal.2."""

_LOCK_FILE = ".changing-keys"
_CHORE, _FILE = tables.chores.c, tables.files.c
_MAX_VERSION = 255


@dataclass(frozen=True, slots=True)
class RotationResult:
    """What was done. rows: encrypted anew, with those of cases; unreadable: under an old key, and open no more.

    versions: the newest of each key; waiting_files: evidence that is written anew when there is room.
    """

    versions: Mapping[str, int]
    rows: int
    unreadable: int
    waiting_files: int


@dataclass(frozen=True)
class KeyRotation:
    """Changes the keys of a desk. pause: seconds between two transactions; settle: before the last pass."""

    store: Store
    pause: float = PAUSE_SECONDS
    settle: float = SETTLE_SECONDS

    async def run(self, now: datetime, *, is_only_finishing: bool = False) -> RotationResult:
        """Change the keys, or finish a change that was cut off.

        is_only_finishing: no new versions are made; what is under older ones is encrypted anew.
        Raises KeyFileError, OSError where the key files cannot be written, DiskFullError: run it again then.
        """
        with acquire_exclusive_lock(self.store.keyring.key_files.paths.folder / _LOCK_FILE):
            wanted = await find_unfinished_rotation(self.store)
            if not wanted and not is_only_finishing:
                wanted = self._choose_versions()
                await self._set_marks(wanted)
            await self._add_keys(wanted, now)
            count = await self._reseal_until_settled()
            waiting = await self._rewrite_files(now)
            await self._finish(now)
        newest = {name: max(self.store.keyring.key_files[name]) for name in ROTATED_KEYS}
        return RotationResult(newest, count.changed, count.unreadable + count.damaged, waiting)

    def _choose_versions(self) -> dict[str, int]:
        keys = self.store.keyring.key_files
        wanted = {name: max(keys[name]) + 1 for name in ROTATED_KEYS}
        if max(wanted.values()) > _MAX_VERSION:
            raise KeyFileError(
                f"{keys.paths.folder}: a key has {_MAX_VERSION} versions; there can be no more."
            )
        return wanted

    async def _set_marks(self, wanted: Mapping[str, int]) -> None:
        rows = [{"name": _MARK, "due": f"{name}.{version}"} for name, version in wanted.items()]
        async with self.store.committer.transaction() as connection:
            await connection.execute(INSERT_BY_TABLE["chores"], rows)

    async def _add_keys(self, wanted: Mapping[str, int], now: datetime) -> None:
        """Write the versions that are missing, while nobody else can write to the database."""
        keyring = self.store.keyring
        async with self.store.committer.transaction() as connection:
            missing = {
                name: version for name, version in wanted.items() if max(keyring.key_files[name]) < version
            }
            for name, version in missing.items():
                versions = {**keyring.key_files[name], version: generate_key()}
                await asyncio.to_thread(write_key_file, keyring.key_files.paths.key_paths[name], versions)
            keyring.refresh()
            if any(max(keyring.key_files[name]) < version for name, version in wanted.items()):
                raise KeyFileError(
                    f"{keyring.key_files.paths.folder}: the key files were written and cannot be read again."
                )
            await _store_proofs(connection, keyring.key_files.prove())
            if missing:
                batch = self._make_batch(connection, now)
                await batch.audit(_ACTOR, "keys-changed", "")
                await batch.flush()

    async def _reseal_until_settled(self) -> ResealCount:
        total, is_settled = ResealCount(), False
        while True:
            found = await self._reseal_all()
            total = total.add_pass(found)
            if not found.changed and is_settled:
                return total
            is_settled = not found.changed
            await asyncio.sleep(self.settle if is_settled else self.pause)

    async def _reseal_all(self) -> ResealCount:
        """Go once through all that can be under an older key."""
        total = ResealCount()
        for column in SEALED_COLUMNS:
            total += await reseal_column(self.store, column, self.pause)
        total += await reseal_cases(self.store, self.pause)
        return total + await reseal_envelopes(self.store, self.pause)

    async def _rewrite_files(self, now: datetime) -> int:
        """Write files anew while there is room; return how many wait for the nights."""
        while await self.store.file_rewriter.run(now):
            pass
        due = select(func.count()).where(_FILE.day < to_bangkok_date(now))
        async with self.store.open_read_context() as context:
            return await context.connection.scalar(due) or 0

    async def _finish(self, now: datetime) -> None:
        async with self.store.committer.transaction() as connection:
            ended = await connection.execute(delete(tables.chores).where(_CHORE.name == _MARK))
            if ended.rowcount:
                batch = self._make_batch(connection, now)
                await batch.audit(_ACTOR, "keys-renewed", "")
                await batch.flush()

    def _make_batch(self, connection: AsyncConnection, now: datetime) -> WriteBatch:
        return WriteBatch(connection, self.store.keyring, self.store.committer.daily_keys, now)


async def find_unfinished_rotation(store: Store) -> dict[str, int]:
    """Return the versions of keys that a change which is not finished wants; empty where there is none."""
    async with store.open_read_context() as context:
        rows = await context.connection.execute(select(_CHORE.due).where(_CHORE.name == _MARK))
        marks = [due.partition(".") for due in rows.scalars()]
    return {name: int(version) for name, _, version in marks}


async def count_old_rows(store: Store) -> int:
    """Return how many values are encrypted under an older version of a key."""
    keyring = store.keyring
    conditions = [(one.table, one.build_condition(one.get_cipher(keyring))) for one in SEALED_COLUMNS]
    conditions += [
        (tables.cases, build_old_condition(tables.cases.c.key, keyring.case)),
        (tables.envelopes, build_old_condition(tables.envelopes.c.key, keyring.envelope)),
    ]
    count = 0
    async with store.open_read_context() as context:
        for table, condition in conditions:
            counted = select(func.count()).select_from(table).where(condition)
            count += await context.connection.scalar(counted) or 0
    return count


async def _store_proofs(connection: AsyncConnection, proofs: Mapping[str, bytes]) -> None:
    meta = tables.meta
    stored = set((await connection.execute(select(meta.c.name))).scalars())
    for name in proofs.keys() - stored:
        await connection.execute(meta.insert(), {"name": name, "value": proofs[name]})
