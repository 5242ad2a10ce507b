"""Make a backup beside a running server: both desks at one instant, proven to open before an older one goes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version as installed
from io import BytesIO
from pathlib import Path

from bot.backup.keys_file import build_keys_file, identify_keys
from bot.backup.rehearsal import rehearse_restore
from bot.backup.restoring import RestoreSource
from bot.backup.state import read_backup_state, update_backup_state
from bot.bootstrap import App, RunningDesk
from bot.desk_names import DeskName
from storage.backup.age_files import (
    Identity,
    Reader,
    get_unfinished_path,
    hash_age_file,
    publish_age_file,
    write_age_file,
)
from storage.backup.archive import BackupManifest, DeskManifest, EvidenceEntry, stream_archive
from storage.backup.database_copy import (
    DatabaseCopy,
    RowSealer,
    count_waiting_evidence,
    list_case_ids,
    list_evidence_places,
)
from storage.backup.evidence_copies import EvidenceGoneError, copy_evidence
from storage.backup.folder import BackupFolder, parse_stamp, remove_folder
from storage.backup.ledger import LedgerKeys, save_made_keys
from storage.backup.ledger_file import LedgerFile, load_desk_ledger
from storage.backup.policy import TABLE_POLICIES
from storage.backup.room import require_room
from storage.errors import BackupDamagedError, StorageError
from storage.files.atomic_write import PRIVATE_MODES, replace_file
from storage.files.directories import create_private_directory, wait_for_exclusive_lock

LOCK_FILE, SCRATCH_FOLDER = ".backup", ".backup-work"
"""In ITA_HOME: a lock, since one backup is made at a time, and where it works."""

_MOST_TRIES = 3
"""How often the desks are copied anew where a file of evidence went meanwhile."""

StepCallback = Callable[[str], None]
"""Called at the start of each step with its name; for tests that cut a run off there."""


@dataclass(frozen=True, slots=True)
class BackupResult:
    """A backup that was made. findings: what the rehearsal found; empty where all was well.

    waiting_evidence: files that came since the night, which are in the next backup.
    """

    stamp: str
    size: int
    evidence_files: int
    evidence_bytes: int
    waiting_evidence: int
    removed_backups: int
    findings: tuple[str, ...]


@dataclass(frozen=True)
class BackupJob:
    """What is backed up, where to and for whom. office: the office's file, where there is one."""

    app: App
    folder: BackupFolder
    recipient: str
    office: Path | None = None
    on_step: StepCallback = field(default=lambda _: None)

    @property
    def home(self) -> Path:
        """The folder of all data."""
        return self.app.settings.home

    async def run(self, now: datetime) -> BackupResult:
        """Write the ledger, then a backup, prove both, and remove what is too old. Remembers how it went.

        Raises BackupError, DiskFullError, OSError: then what was there before is there still.
        """
        async with self._working() as scratch:
            try:
                return await self._make(scratch, now)
            except (StorageError, OSError) as error:
                with suppress(StorageError, OSError):
                    self.folder.remove_unfinished()
                    await self._write_missing_ledger(now)
                update_backup_state(self.home, tried_at=now, problem=type(error).__name__)
                raise

    async def run_ledger(self, now: datetime) -> str:
        """Write the ledger alone, prove it, and remove older ones; return its stamp. Raises as `run`."""
        async with self._working():
            stamp, throwaway = self.folder.choose_stamp(now), Identity()
            await self._write_ledger(stamp, throwaway, now)
        return stamp

    async def _write_missing_ledger(self, now: datetime) -> None:
        """Write the ledger alone, where a backup failed before it had one: erasure has to hold without backups too."""
        written = read_backup_state(self.home).ledger_at
        if written is None or written < now:
            await self._write_ledger(self.folder.choose_stamp(now), Identity(), now)

    @asynccontextmanager
    async def _working(self) -> AsyncIterator[Path]:
        """Hold the lock, with an empty folder to work in."""
        scratch = self.home / SCRATCH_FOLDER
        async with wait_for_exclusive_lock(self.home / LOCK_FILE):
            await asyncio.to_thread(remove_folder, scratch)
            await asyncio.to_thread(self.folder.remove_unfinished)
            create_private_directory(scratch)
            try:
                yield scratch
            finally:
                await asyncio.to_thread(remove_folder, scratch)

    async def _make(self, scratch: Path, now: datetime) -> BackupResult:
        stamp, throwaway = self.folder.choose_stamp(now), Identity()
        databases = [desk.paths.database for desk in self.app.desks.values()]
        await asyncio.to_thread(require_room, databases, self.home, self.folder.path)
        desks = await self._copy_desks(scratch)
        # Before the backup is there: a ledger that opens it must never be missing.
        self.on_step("ledger")
        await self._write_ledger(stamp, throwaway, now)
        manifest = BackupManifest(
            made_at=parse_stamp(stamp) or now, version=installed("ita-bot"), desks=desks
        )
        self.on_step("seal")
        await self._seal(stamp, throwaway, manifest, scratch)
        self.on_step("rehearse")
        findings = (
            *_find_missing_evidence(manifest),
            *await self._rehearse(stamp, throwaway, scratch, now),
        )
        self.on_step("publish")
        size = await asyncio.to_thread(self._publish, stamp, manifest)
        self.on_step("remove")
        removed = await asyncio.to_thread(self.folder.remove_old_backups) if not findings else 0
        update_backup_state(
            self.home,
            made_at=manifest.made_at,
            rehearsed_at=now,
            rehearsal_findings=findings,
            tried_at=now,
            problem="",
        )
        listed = [entry for desk in desks.values() for entry in desk.evidence]
        waiting = sum(desk.waiting_evidence for desk in desks.values())
        return BackupResult(
            stamp, size, len(listed), sum(one.size for one in listed), waiting, removed, findings
        )

    async def _copy_desks(self, scratch: Path) -> dict[str, DeskManifest]:
        """Copy databases and evidence. Where a file went in between, both anew."""
        for attempt in range(1, _MOST_TRIES + 1):
            work = scratch / f"copy{attempt}"
            create_private_directory(work)
            self.on_step("copy")
            rows = await self._copy_databases(work)
            self.on_step("evidence")
            is_last = attempt == _MOST_TRIES
            try:
                evidence = {
                    name: await asyncio.to_thread(self._copy_evidence, name, work, is_last=is_last)
                    for name in rows
                }
            except EvidenceGoneError:
                await asyncio.to_thread(remove_folder, work)
                continue
            for name in rows:
                (work / f"{name}.sqlite").rename(scratch / f"{name}.sqlite")
            return {
                name: self._describe_desk(scratch / f"{name}.sqlite", rows[name], evidence[name])
                for name in rows
            }
        raise EvidenceGoneError("files of evidence go faster than they can be copied")

    def _describe_desk(
        self, database: Path, rows: dict[str, int], evidence: tuple[EvidenceEntry, ...]
    ) -> DeskManifest:
        return DeskManifest(
            rows=rows,
            policies=dict(TABLE_POLICIES),
            evidence=evidence,
            waiting_evidence=count_waiting_evidence(database),
            missing_evidence=len(list_evidence_places(database)) - len(evidence),
        )

    async def _copy_databases(self, work: Path) -> dict[DeskName, dict[str, int]]:
        """Copy the databases of all desks as they are at one instant; return the rows by desk and table."""
        async with AsyncExitStack() as stack:
            copies = dict[DeskName, DatabaseCopy]()
            for name, desk in self.app.desks.items():
                copy = DatabaseCopy(desk.paths.database, work / f"{name}.sqlite")
                copies[name] = stack.enter_context(copy)
            for copy in copies.values():
                copy.begin()
            return {
                name: await self._copy_database(self.app.desks[name], copy) for name, copy in copies.items()
            }

    async def _copy_database(self, desk: RunningDesk, copy: DatabaseCopy) -> dict[str, int]:
        keys = LedgerKeys(await asyncio.to_thread(copy.load_ledger), desk.store.keyring)
        rows = await asyncio.to_thread(copy.copy, TABLE_POLICIES, RowSealer(keys))
        await save_made_keys(desk.store.committer, keys)
        return rows

    def _copy_evidence(self, desk: DeskName, work: Path, *, is_last: bool) -> tuple[EvidenceEntry, ...]:
        """Copy the evidence of a desk. In the last try what is missing is left out: one lost file stops no backup."""
        places = list_evidence_places(work / f"{desk}.sqlite")
        target = self.folder.get_evidence_folder(desk)
        return copy_evidence(
            self.app.desks[desk].store.evidence.files,
            places,
            target,
            self._load_known_evidence(desk),
            is_loss_accepted=is_last,
        )

    def _load_known_evidence(self, desk: str) -> dict[str, EvidenceEntry]:
        stamps = self.folder.list_backups()
        try:
            lines = self.folder.read_evidence_list(stamps[-1]) if stamps else []
        except (OSError, ValueError):
            return {}
        return {
            place: EvidenceEntry(place=place, size=size, digest=digest)
            for of, place, size, digest in lines
            if of == desk
        }

    async def _write_ledger(self, stamp: str, throwaway: Identity, now: datetime) -> None:
        ledgers = {}
        for name, desk in self.app.desks.items():
            async with desk.store.open_read_context() as context:
                ledgers[str(name)] = await load_desk_ledger(context.connection)
            # After the rows were read: keys that seal one of them are in their files by then.
            desk.store.keyring.refresh()
        await self._write_new_keys(stamp, throwaway)
        content = LedgerFile(made_at=parse_stamp(stamp) or now, desks=ledgers).model_dump_json().encode()
        path = self.folder.get_ledger_path(stamp)
        await asyncio.to_thread(self._write_proven, path, BytesIO(content), throwaway)
        await asyncio.to_thread(publish_age_file, path)
        await asyncio.to_thread(self.folder.remove_old_ledgers, now)
        update_backup_state(self.home, ledger_at=parse_stamp(stamp) or now)

    async def _write_new_keys(self, stamp: str, throwaway: Identity) -> None:
        """Write the keys, where they are others than before: a ledger that they do not open loses all older backups."""
        keys = {str(name): desk.store.keyring.key_files for name, desk in self.app.desks.items()}
        known = identify_keys(keys, self.folder.path)
        if read_backup_state(self.home).keys == known:
            return
        path, content = self.folder.get_keys_path(stamp), build_keys_file(keys)
        await asyncio.to_thread(self._write_proven, path, BytesIO(content), throwaway)
        await asyncio.to_thread(publish_age_file, path)
        update_backup_state(self.home, keys=known)

    async def _seal(self, stamp: str, throwaway: Identity, manifest: BackupManifest, scratch: Path) -> None:
        """Write the archive and the keys, each under a name that does not count yet."""
        files = await asyncio.to_thread(self._list_files, scratch)
        keys = build_keys_file(
            {str(name): desk.store.keyring.key_files for name, desk in self.app.desks.items()}
        )

        def write() -> None:
            self._write_proven(self.folder.get_keys_path(stamp), BytesIO(keys), throwaway)
            with stream_archive(manifest, files) as stream:
                self._write_proven(self.folder.get_backup_path(stamp), stream, throwaway)

        await asyncio.to_thread(write)

    def _write_proven(self, path: Path, content: Reader, throwaway: Identity) -> None:
        """Write a file and open it again. Raises BackupDamagedError where that gives something else."""
        digest = write_age_file(path, content, [self.recipient, throwaway.recipient])
        if hash_age_file(get_unfinished_path(path), throwaway) != digest:
            raise BackupDamagedError(f"{path}: what was written cannot be read again; see to this disk")

    def _list_files(self, scratch: Path) -> list[tuple[str, Path]]:
        files = [(f"{name}/desk.sqlite", scratch / f"{name}.sqlite") for name in self.app.desks]
        for name, desk in self.app.desks.items():
            for part in ("releases", "anchors"):
                root = desk.paths.folder / part
                files += [
                    (f"{name}/{path.relative_to(desk.paths.folder)}", path) for path in _list_tree(root)
                ]
        if self.office is not None and self.office.is_file():
            files.append(("office.toml", self.office))
        return files

    async def _rehearse(
        self, stamp: str, throwaway: Identity, scratch: Path, now: datetime
    ) -> tuple[str, ...]:
        source = RestoreSource(
            get_unfinished_path(self.folder.get_backup_path(stamp)),
            (self.folder.get_ledger_path(stamp),),
            (get_unfinished_path(self.folder.get_keys_path(stamp)),),
            self.folder,
        )
        live = dict[str, frozenset[str]]()
        for name, desk in self.app.desks.items():
            live[name] = frozenset(await asyncio.to_thread(list_case_ids, desk.paths.database))
        return tuple(await rehearse_restore(source, throwaway, scratch / "rehearsal", now, live))

    def _publish(self, stamp: str, manifest: BackupManifest) -> int:
        """Give the files their names, that of the backup last; return the bytes of the backup."""
        lines = [
            f"{desk} {entry.place} {entry.size} {entry.digest}\n"
            for desk, had in manifest.desks.items()
            for entry in had.evidence
        ]
        replace_file(self.folder.get_evidence_list_path(stamp), "".join(lines).encode(), PRIVATE_MODES[1])
        publish_age_file(self.folder.get_keys_path(stamp))
        path = self.folder.get_backup_path(stamp)
        publish_age_file(path)
        return path.stat().st_size


def _list_tree(root: Path) -> Sequence[Path]:
    """Return the files of a folder and its folders, without those that are hidden or half written."""
    return [
        path
        for path in sorted(root.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(root).parts)
    ]


def _find_missing_evidence(manifest: BackupManifest) -> list[str]:
    """Return what is to be said of files of evidence that the databases have and the backup has not."""
    missing = {name: desk.missing_evidence for name, desk in manifest.desks.items()}
    return [f"{name}: {count} files of evidence are missing" for name, count in missing.items() if count]
