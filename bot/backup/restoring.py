"""Restore a backup into an empty place: beside it first, and under its name only once all of it is there."""

import asyncio
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

from bot.backup.keys_file import DeskKeys, merge_keys, parse_keys_file
from bot.statistics.splits import get_stored_span
from ita_stats.calendar import to_bangkok_date
from storage.backup.age_files import Identity, open_age_file
from storage.backup.archive import BackupManifest, DeskManifest, unpack_archive
from storage.backup.database_copy import DatabaseCopy, RowOpener, list_case_ids, list_evidence_places
from storage.backup.evidence_copies import restore_evidence
from storage.backup.finish_restore import FinishedRestore, RestoreFacts, finish_restore
from storage.backup.folder import BackupFolder, format_stamp, remove_folder
from storage.backup.ledger import LedgerKeys
from storage.backup.ledger_file import DeskLedger, LedgerFile, parse_ledger_file
from storage.backup.taken_back import is_forgotten
from storage.crypto.key_files import DeskPaths, KeyFiles, load_or_create_keys, write_key_files
from storage.crypto.keyring import Keyring
from storage.errors import BackupDamagedError, BackupError
from storage.files.directories import create_private_directory, fsync_directory, sync_file
from storage.store import open_store


@dataclass(frozen=True, slots=True)
class RestoreSource:
    """The files of a backup. ledgers, keys: newest first; folder: where the evidence is."""

    backup: Path
    ledgers: Sequence[Path]
    keys: Sequence[Path]
    folder: BackupFolder


@dataclass(frozen=True, slots=True)
class RestoredDesk:
    """What came of a desk. rows: by table; cases, had: their ids, as restored and as in the backup.

    key_files: its keys, which a rehearsal never writes to disk.

    erased: cases that were erased after the backup, and are again; renewed: things of which a part was taken back after
    it, so that only newer backups have them; taken_back: the ids of such cases.
    """

    rows: Mapping[str, int]
    cases: frozenset[str]
    had: frozenset[str]
    erased: int
    renewed: int
    taken_back: frozenset[str]
    finished: FinishedRestore
    key_files: KeyFiles


@dataclass
class RestoreResult:
    """What was restored. findings: what is not as it should be, in English, without content."""

    made_at: datetime
    desks: dict[str, RestoredDesk] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)


def find_restore_source(backup: Path) -> RestoreSource:
    """Return the files that belong to a backup, by the layout of its folder. Raises BackupError."""
    folder = BackupFolder(backup.absolute().parent.parent)
    if not backup.is_file():
        raise BackupError(f"{backup}: ไม่มีไฟล์นี้ / there is no such file")
    if backup.suffix != ".age" or backup.absolute().parent.name in {"ledgers", "keys"}:
        raise BackupError(
            f"{backup}: ไฟล์นี้ไม่ใช่ชุดสำรอง เลือกไฟล์ที่ชื่อลงท้าย .age ในโฟลเดอร์ backups"
            " / this file is another than the backup; choose the one in the folder `backups` whose name ends in .age"
        )
    ledgers = [folder.get_ledger_path(stamp) for stamp in reversed(folder.list_ledgers())]
    if not ledgers:
        raise BackupError(
            f"{folder.path / 'ledgers'}: ไม่มีบัญชีกุญแจ (ledger) ถ้าไม่มี จะเปิดชุดสำรองไม่ได้"
            " / no ledger is there; without one a backup cannot be opened"
        )
    keys = [folder.get_keys_path(stamp) for stamp in reversed(folder.list_keys())]
    return RestoreSource(backup, ledgers, keys, folder)


async def restore_backup(
    source: RestoreSource, identity: Identity, target: Path, now: datetime, keys_at: Sequence[DeskPaths] = ()
) -> RestoreResult:
    """Restore into a folder that is empty or not there. keys_at: where the desks' keys are, if they are in no backup.

    Whatever happens meanwhile, the folder has nothing or all. Raises BackupError, DiskFullError, OSError.
    """
    work = await asyncio.to_thread(_prepare_work, target)
    try:
        result = await restore_into(source, identity, work, now, keys_at)
        await asyncio.to_thread(_put_in_place, work / "home", target)
    finally:
        await asyncio.to_thread(remove_folder, work)
    return result


def _prepare_work(target: Path) -> Path:
    """Return an empty folder beside the target, in which it is made. Raises BackupError where there is something."""
    if target.exists() and any(target.iterdir()):
        raise BackupError(
            f"{target}: โฟลเดอร์นี้ไม่ว่าง กู้คืนลงโฟลเดอร์ว่าง / this folder is not empty; restore into an empty one"
        )
    target = target.absolute()
    create_private_directory(target.parent)
    work = target.with_name(f".{target.name}.restoring")
    remove_folder(work)
    create_private_directory(work)
    return work


def _put_in_place(home: Path, target: Path) -> None:
    """Sync all files to disk, and give the folder its name."""
    for path in home.rglob("*"):
        if path.is_dir():
            fsync_directory(path)
        else:
            sync_file(path)
    fsync_directory(home)
    with suppress(FileNotFoundError):
        target.rmdir()
    home.rename(target)
    fsync_directory(target.absolute().parent)


async def restore_into(
    source: RestoreSource,
    identity: Identity,
    work: Path,
    now: datetime,
    keys_at: Sequence[DeskPaths] = (),
    *,
    is_rehearsal: bool = False,
) -> RestoreResult:
    """Restore into the folder `home` of a folder of work. Raises BackupError, DiskFullError, OSError.

    is_rehearsal: without evidence, and with the keys in memory only: an office may keep them apart from its data.
    """
    home, unpacked = work / "home", work / "unpacked"
    create_private_directory(home)
    manifest = await asyncio.to_thread(_unpack, source.backup, identity, work / "archive.tar", unpacked)
    result = RestoreResult(manifest.made_at)
    ledger = await asyncio.to_thread(_open_newest_ledger, source.ledgers, identity, result.findings)
    if ledger.made_at < manifest.made_at:
        result.findings.append(
            "the newest ledger is older than the backup: what came between cannot be opened"
        )
    keys = await asyncio.to_thread(_open_keys, source.keys, identity, keys_at, result.findings)
    for name, desk in manifest.desks.items():
        paths = DeskPaths.under(home, name)
        if name not in keys or name not in ledger.desks:
            raise BackupError(
                f"{name}: ไม่พบกุญแจของโต๊ะนี้ในไฟล์ใด / the keys of this desk are in none of the files that were found"
            )
        key_files = KeyFiles(paths, keys[name])
        await asyncio.to_thread(create_private_directory, paths.folder)
        if not is_rehearsal:
            await asyncio.to_thread(write_key_files, paths, keys[name])
        result.desks[name] = await _restore_desk(
            key_files, desk, ledger.desks[name], unpacked / name, manifest.made_at, now
        )
        if not is_rehearsal:
            await _restore_evidence(source.folder, paths, desk, unpacked / name, result.findings)
    if (unpacked / "office.toml").exists():
        shutil.copy(unpacked / "office.toml", home / "office.toml")
    return result


async def _restore_evidence(
    folder: BackupFolder, paths: DeskPaths, desk: DeskManifest, unpacked: Path, findings: list[str]
) -> None:
    evidence = folder.get_evidence_folder(paths.desk)
    damaged = await asyncio.to_thread(_restore_files, evidence, paths, desk, unpacked)
    if desk.waiting_evidence:
        findings.append(
            f"{paths.desk}: {desk.waiting_evidence} files of evidence came after the night of the backup: not in it"
        )
    if damaged:
        findings.append(f"{paths.desk}: {len(damaged)} files of evidence are missing or damaged")


def _unpack(backup: Path, identity: Identity, archive: Path, folder: Path) -> BackupManifest:
    with archive.open("xb") as file:
        open_age_file(backup, identity, file)
    manifest = unpack_archive(archive, folder)
    archive.unlink()
    return manifest


def _open_small(path: Path, identity: Identity) -> bytes:
    content = BytesIO()
    open_age_file(path, identity, content)
    return content.getvalue()


def _open_newest_ledger(paths: Iterable[Path], identity: Identity, findings: list[str]) -> LedgerFile:
    """Return the newest ledger that opens. Raises BackupDamagedError where none does."""
    for path in paths:
        try:
            return parse_ledger_file(_open_small(path, identity))
        except BackupError as error:
            findings.append(f"{path.name}: this ledger was passed over ({type(error).__name__})")
    raise BackupDamagedError(
        "no ledger can be opened with this private key; without one a backup cannot be opened"
    )


def _open_keys(
    paths: Sequence[Path], identity: Identity, keys_at: Sequence[DeskPaths], findings: list[str]
) -> dict[str, dict[str, dict[int, bytes]]]:
    """Return the keys of all files together, with those that are in place."""
    found = list[Mapping[str, DeskKeys]]()
    for path in paths:
        try:
            found.append(parse_keys_file(_open_small(path, identity)))
        except BackupError as error:
            findings.append(f"{path.name}: this file of keys was passed over ({type(error).__name__})")
    found += [{desk.desk: load_or_create_keys(desk).keys} for desk in keys_at if _has_keys(desk)]
    return merge_keys(*found)


def _has_keys(desk: DeskPaths) -> bool:
    return all(path.exists() for path in desk.key_paths.values())


async def _restore_desk(
    key_files: KeyFiles,
    desk: DeskManifest,
    ledger: DeskLedger,
    unpacked: Path,
    made_at: datetime,
    now: datetime,
) -> RestoredDesk:
    paths = key_files.paths
    opener = RowOpener(LedgerKeys(ledger.rows, Keyring(key_files)))

    def copy() -> dict[str, int]:
        with DatabaseCopy(unpacked / "desk.sqlite", paths.database) as copied:
            copied.begin()
            return copied.copy(desk.policies, opener)

    rows = await asyncio.to_thread(copy)
    forgotten = {name for name, sealed in ledger.rows.items() if is_forgotten(sealed)}
    had = frozenset(await asyncio.to_thread(list_case_ids, unpacked / "desk.sqlite"))
    has = frozenset(await asyncio.to_thread(list_case_ids, paths.database))
    renewed = opener.unreadable | {name for name in forgotten if name[0] == "cases" and name[1] in had}
    taken_back = frozenset(own for kind, own in renewed if kind == "cases")
    erased = sorted(had - has - taken_back)
    finished = await _finish(key_files, made_at, now, erased, ledger)
    return RestoredDesk(rows, has, had, len(erased), len(renewed), taken_back, finished, key_files)


async def _finish(
    key_files: KeyFiles, made_at: datetime, now: datetime, erased: Sequence[str], ledger: DeskLedger
) -> FinishedRestore:
    async with open_store(key_files, now) as store:
        today = to_bangkok_date(now)
        settled: list[date] = [
            span.first
            for span in await store.split_spans.list_all()
            if not span.settled and get_stored_span(span).settling_day <= today
        ]
        facts = RestoreFacts(made_at, now, format_stamp(made_at), erased, ledger.numbers)
        return await finish_restore(store, facts, settled)


def _restore_files(evidence: Path, paths: DeskPaths, desk: DeskManifest, unpacked: Path) -> list[str]:
    """Put back evidence that the restored database has, releases and anchors; return damaged files of evidence."""
    wanted = set(list_evidence_places(paths.database))
    damaged = restore_evidence(
        evidence, [entry for entry in desk.evidence if entry.place in wanted], paths.folder / "evidence"
    )
    for part in ("releases", "anchors"):
        if (unpacked / part).is_dir():
            shutil.copytree(unpacked / part, paths.folder / part)
    return damaged
