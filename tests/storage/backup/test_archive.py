"""The stream of a backup: packed and unpacked, never half, and nothing outside its folder."""

import io
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.backup.archive import BackupManifest, DeskManifest, stream_archive, unpack_archive
from storage.backup.policy import TABLE_POLICIES
from storage.errors import BackupDamagedError

MANIFEST = BackupManifest(
    made_at=datetime(2026, 11, 30, tzinfo=UTC),
    version="0.6.0",
    desks={"complaints": DeskManifest(rows={"cases": 1}, policies=dict(TABLE_POLICIES), evidence=())},
)


def pack(target: Path, *files: tuple[str, Path]) -> None:
    with stream_archive(MANIFEST, files) as stream:
        target.write_bytes(stream.read())


def test_what_was_packed_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 100_000)
    pack(tmp_path / "tar", ("complaints/desk.sqlite", tmp_path / "a"))
    assert unpack_archive(tmp_path / "tar", tmp_path / "out") == MANIFEST
    unpacked = tmp_path / "out" / "complaints" / "desk.sqlite"
    assert unpacked.read_bytes() == b"x" * 100_000
    assert unpacked.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_read_is_told_at_the_end(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        pack(tmp_path / "tar", ("a", tmp_path / "missing"))


def test_a_reader_that_gives_up_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 1_000_000)

    def read_little() -> None:
        with stream_archive(MANIFEST, [("a", tmp_path / "a")]) as stream:
            stream.read(10)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_little()


@pytest.mark.parametrize("name", ["../a", "/etc/a", "a/../../b", ".hidden", "a/.b", ""])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "tar", "w") as tar:
        entry = tarfile.TarInfo(name)
        entry.size = 1
        tar.addfile(entry, io.BytesIO(b"x"))
    with pytest.raises(BackupDamagedError):
        unpack_archive(tmp_path / "tar", tmp_path / "out")


def test_a_link_is_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "tar", "w") as tar:
        entry = tarfile.TarInfo("a")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(entry)
    with pytest.raises(BackupDamagedError):
        unpack_archive(tmp_path / "tar", tmp_path / "out")


@pytest.mark.parametrize("size", [0, 100, 1500])
def test_a_cut_archive_is_refused(tmp_path: Path, size: int) -> None:
    (tmp_path / "a").write_bytes(b"x" * 100_000)
    pack(tmp_path / "tar", ("a", tmp_path / "a"))
    (tmp_path / "tar").write_bytes((tmp_path / "tar").read_bytes()[:size])
    with pytest.raises(BackupDamagedError):
        unpack_archive(tmp_path / "tar", tmp_path / "out")


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    with stream_archive(MANIFEST.model_copy(update={"format": 2}), ()) as stream:
        (tmp_path / "tar").write_bytes(stream.read())
    with pytest.raises(BackupDamagedError, match="newer version"):
        unpack_archive(tmp_path / "tar", tmp_path / "out")
