"""Evidence beside backups: copied once, whole or not at all."""

from hashlib import sha256
from pathlib import Path

import pytest

from storage.backup.archive import EvidenceEntry
from storage.backup.evidence_copies import EvidenceGoneError, copy_evidence, is_whole, restore_evidence
from storage.files.sealed_files import SealedFolder


@pytest.fixture
def source(tmp_path: Path) -> SealedFolder:
    """A folder with two sealed files."""
    folder = SealedFolder(tmp_path / "evidence")
    folder.folder.mkdir()
    for place in ("aa", "bb"):
        folder.path_of(place).write_bytes(place.encode() * 5000)
    return folder


def test_a_file_is_copied_once_and_listed_with_its_hash(tmp_path: Path, source: SealedFolder) -> None:
    target = tmp_path / "backup"
    entries = copy_evidence(source, ["aa", "bb"], target, {})
    assert [entry.place for entry in entries] == ["aa", "bb"]
    assert entries[0] == EvidenceEntry(place="aa", size=10_000, digest=sha256(b"aa" * 5000).hexdigest())
    source.path_of("aa").unlink()  # so a second copying of it would fail
    assert copy_evidence(source, ["aa", "bb"], target, {entry.place: entry for entry in entries}) == entries
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in target.iterdir())


def test_a_copy_of_another_size_is_made_again(tmp_path: Path, source: SealedFolder) -> None:
    target = tmp_path / "backup"
    entries = copy_evidence(source, ["aa"], target, {})
    (target / "aa.sealed").write_bytes(b"half")
    assert not is_whole(target / "aa.sealed", entries[0])
    copy_evidence(source, ["aa"], target, {"aa": entries[0]})
    assert is_whole(target / "aa.sealed", entries[0])


def test_a_file_that_went_is_told(tmp_path: Path, source: SealedFolder) -> None:
    with pytest.raises(EvidenceGoneError):
        copy_evidence(source, ["cc"], tmp_path / "backup", {})
    assert list((tmp_path / "backup").iterdir()) == []


def test_what_is_damaged_is_not_restored_and_is_told(tmp_path: Path, source: SealedFolder) -> None:
    entries = copy_evidence(source, ["aa", "bb"], tmp_path / "backup", {})
    (tmp_path / "backup" / "aa.sealed").write_bytes(b"ax" * 5000)
    assert restore_evidence(tmp_path / "backup", entries, tmp_path / "new") == ["aa"]
    assert [path.stem for path in (tmp_path / "new").iterdir()] == ["bb"]
