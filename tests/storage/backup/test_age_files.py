"""Files of age: written for two keys, opened again, and never half there."""

import io
from hashlib import sha256
from pathlib import Path

import pytest

from storage.backup.age_files import (
    Identity,
    get_unfinished_path,
    hash_age_file,
    is_recipient,
    open_age_file,
    publish_age_file,
    read_identity_file,
    write_age_file,
)
from storage.errors import BackupDamagedError, BackupKeyError, DiskFullError

CONTENT = bytes(range(256)) * 1000


def write(path: Path, *identities: Identity) -> str:
    digest = write_age_file(path, io.BytesIO(CONTENT), [one.recipient for one in identities])
    publish_age_file(path)
    return digest


def test_both_keys_open_a_file_and_no_other(tmp_path: Path) -> None:
    office, throwaway, path = Identity(), Identity(), tmp_path / "deep" / "a.age"
    digest = write(path, office, throwaway)
    assert digest == sha256(CONTENT).hexdigest()
    assert path.stat().st_mode & 0o777 == 0o600
    for one in (office, throwaway):
        assert hash_age_file(path, one) == digest
    with pytest.raises(BackupKeyError, match="does not open"):
        hash_age_file(path, Identity())
    assert CONTENT[:64] not in path.read_bytes()


@pytest.mark.parametrize("at", [0, 30, 120, 400, 70_000, -1])
def test_a_changed_byte_anywhere_is_found(tmp_path: Path, at: int) -> None:
    office, path = Identity(), tmp_path / "a.age"
    write(path, office)
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)
    with pytest.raises((BackupDamagedError, BackupKeyError)):
        hash_age_file(path, office)


@pytest.mark.parametrize("size", [0, 20, 100, 65_536, 200_000])
def test_a_file_that_was_cut_is_found(tmp_path: Path, size: int) -> None:
    office, path = Identity(), tmp_path / "a.age"
    write(path, office)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(BackupDamagedError):
        hash_age_file(path, office)


def test_a_stream_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "the source is broken")

    with pytest.raises(OSError, match="cannot be written"):
        write_age_file(tmp_path / "a.age", Broken(), [Identity().recipient])
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_as_such(tmp_path: Path) -> None:
    class Full(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(28, "No space left on device")

    with pytest.raises(DiskFullError):
        write_age_file(tmp_path / "a.age", Full(), [Identity().recipient])
    office = Identity()
    write(tmp_path / "b.age", office)
    with pytest.raises(DiskFullError), Path("/dev/full").open("wb", buffering=0) as full:
        open_age_file(tmp_path / "b.age", office, full)  # type: ignore[arg-type]


def test_a_file_counts_only_under_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.age"
    write_age_file(path, io.BytesIO(b"x"), [Identity().recipient])
    assert not path.exists()
    publish_age_file(path)
    assert not get_unfinished_path(path).exists()


def test_a_private_key_is_read_as_age_keygen_writes_it() -> None:
    office = Identity()
    text = f"# created: 2026-11-30\n# public key: {office.recipient}\n{office.key}\n"
    assert read_identity_file(text).recipient == office.recipient
    for wrong in ("", "# nothing", f"{office.key}\n{office.key}", "AGE-SECRET-KEY-1X"):
        with pytest.raises(BackupKeyError):
            read_identity_file(wrong)
    assert is_recipient(office.recipient)
    assert not is_recipient("age1abc")
    assert not is_recipient(str(office.key))
