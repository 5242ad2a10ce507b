"""What is in a backup: a manifest, and the files of the desks as one stream (tar)."""

import os
import re
import tarfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, ValidationError

from storage.backup.policy import TablePolicy
from storage.errors import BackupDamagedError
from storage.files.directories import create_private_directory

ARCHIVE_FORMAT = 1
MANIFEST_NAME = "manifest.json"
_SAFE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


class EvidenceEntry(BaseModel):
    """A sealed file of evidence, which is beside the backup. size: bytes; digest: SHA-256 (hex), both as on disk."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    place: str
    size: int
    digest: str


class DeskManifest(BaseModel):
    """What a backup has of a desk. rows: by table; policies: how they were copied.

    waiting_evidence, missing_evidence: files that it does not have, since they came after the night, or were lost.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: dict[str, int]
    policies: dict[str, TablePolicy | None]
    evidence: tuple[EvidenceEntry, ...]
    waiting_evidence: int = 0
    missing_evidence: int = 0


class BackupManifest(BaseModel):
    """What a backup is. version: of the program that made it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = ARCHIVE_FORMAT
    made_at: datetime
    version: str
    desks: dict[str, DeskManifest]


@contextmanager
def stream_archive(manifest: BackupManifest, files: Sequence[tuple[str, Path]]) -> Iterator[BinaryIO]:
    """Yield the reading end of a tar of the manifest and some files, by name; a thread writes the other end.

    Raises at its end what the thread raised, so that a half-written stream is never taken for whole.
    """
    read, write = os.pipe()
    reader, writer = os.fdopen(read, "rb"), os.fdopen(write, "wb")
    with ThreadPoolExecutor(1, "backup-archive") as thread:
        writing = thread.submit(_write_all, writer, manifest, files)
        try:
            yield reader
        finally:
            reader.close()  # a writer that is not done gets an error instead of waiting for ever
    writing.result()


def _write_all(writer: BinaryIO, manifest: BackupManifest, files: Sequence[tuple[str, Path]]) -> None:
    with writer, tarfile.open(fileobj=writer, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        _add_bytes(tar, MANIFEST_NAME, manifest.model_dump_json().encode())
        for name, path in files:
            _add_file(tar, name, path)


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    tar.addfile(_describe(name, len(content)), BytesIO(content))


def _add_file(tar: tarfile.TarFile, name: str, path: Path) -> None:
    with path.open("rb") as file:
        tar.addfile(_describe(name, os.fstat(file.fileno()).st_size), file)


def _describe(name: str, size: int) -> tarfile.TarInfo:
    """Describe a file without its times and owner."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def unpack_archive(tar_file: Path, folder: Path) -> BackupManifest:
    """Unpack a tar into a folder; return its manifest. Raises BackupDamagedError, OSError."""
    create_private_directory(folder)
    try:
        with tarfile.open(tar_file, mode="r|") as tar:
            for entry in tar:
                _unpack_entry(tar, entry, folder)
        manifest = BackupManifest.model_validate_json((folder / MANIFEST_NAME).read_bytes())
    except (tarfile.TarError, ValidationError, FileNotFoundError, EOFError):
        raise BackupDamagedError("what is in this backup is not whole") from None
    if manifest.format != ARCHIVE_FORMAT:
        raise BackupDamagedError("a newer version of this program made this backup; restore it with that one")
    return manifest


def _unpack_entry(tar: tarfile.TarFile, entry: tarfile.TarInfo, folder: Path) -> None:
    content = tar.extractfile(entry) if entry.isreg() else None
    if content is None or not _SAFE_NAME.fullmatch(entry.name):
        raise BackupDamagedError("this backup has a file of a name that no backup has")
    path = folder / entry.name
    create_private_directory(path.parent)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while piece := content.read(1024 * 1024):
            file.write(piece)
