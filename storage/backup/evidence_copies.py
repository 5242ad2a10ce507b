"""The evidence beside backups: sealed files as they are on disk, each copied once, and listed with its hash."""

import os
import shutil
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from storage.backup.age_files import UNFINISHED_SUFFIX
from storage.backup.archive import EvidenceEntry
from storage.errors import BackupError
from storage.files.directories import create_private_directory, fsync_directory, sync_file
from storage.files.sealed_files import SealedFolder

_PIECE_BYTES = 1024 * 1024


class EvidenceGoneError(BackupError):
    """A file was written anew or erased while it was to be copied. Try again with the database as it is now."""


def copy_evidence(
    source: SealedFolder,
    places: Sequence[str],
    target: Path,
    known: Mapping[str, EvidenceEntry],
    *,
    is_loss_accepted: bool = False,
) -> tuple[EvidenceEntry, ...]:
    """Copy files that are not there yet, or not whole; return them all with their hashes.

    known: what earlier backups listed, by place. A file that is damaged in the source is copied as it is: a rehearsal
    finds it. One that is missing is left out where its loss is accepted. Raises EvidenceGoneError, OSError.
    """
    create_private_directory(target)
    entries = list[EvidenceEntry]()
    for place in places:
        path = target / f"{place}.sealed"
        entry = known.get(place)
        if entry is None or not path.exists() or path.stat().st_size != entry.size:
            try:
                entry = _copy_file(source.path_of(place), path)
            except EvidenceGoneError:
                if not is_loss_accepted:
                    raise
                continue
        entries.append(entry)
    fsync_directory(target)
    return tuple(entries)


def _copy_file(source: Path, target: Path) -> EvidenceEntry:
    unfinished, digest, size = target.with_name(target.name + UNFINISHED_SUFFIX), sha256(), 0
    unfinished.unlink(missing_ok=True)
    try:
        with (
            SealedFolder(source.parent).open(source.stem) as sealed,
            os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy,
        ):
            while piece := sealed.read(_PIECE_BYTES):
                digest.update(piece)
                size += len(piece)
                copy.write(piece)
            copy.flush()
            os.fsync(copy.fileno())
        unfinished.replace(target)
    except FileNotFoundError:
        unfinished.unlink(missing_ok=True)
        raise EvidenceGoneError("a file of evidence went while it was to be copied") from None
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return EvidenceEntry(place=source.stem, size=size, digest=digest.hexdigest())


def is_whole(path: Path, entry: EvidenceEntry) -> bool:
    """Whether a file is the one that a backup listed. False where it is not there."""
    digest = sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                digest.update(piece)
    except FileNotFoundError:
        return False
    return digest.hexdigest() == entry.digest


def restore_evidence(source: Path, entries: Sequence[EvidenceEntry], target: Path) -> list[str]:
    """Copy evidence back; return the names of files that are missing or damaged, which are not copied.

    Raises OSError.
    """
    create_private_directory(target)
    damaged = []
    for entry in entries:
        path = source / f"{entry.place}.sealed"
        if not is_whole(path, entry):
            damaged.append(entry.place)
            continue
        copied = target / path.name
        shutil.copyfile(path, copied)
        copied.chmod(0o600)
        sync_file(copied)
    fsync_directory(target)
    return damaged
