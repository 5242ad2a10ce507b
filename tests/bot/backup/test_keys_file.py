"""The file of the desks' keys."""

from pathlib import Path

import pytest

from bot.backup.keys_file import build_keys_file, merge_keys, parse_keys_file
from storage.crypto.key_files import DeskPaths, load_or_create_keys, write_key_files
from storage.errors import BackupDamagedError


def test_keys_are_read_as_they_were_written(tmp_path: Path) -> None:
    keys = load_or_create_keys(DeskPaths.under(tmp_path, "complaints"))
    parsed = parse_keys_file(build_keys_file({"complaints": keys}))
    assert parsed == {"complaints": keys.keys}
    write_key_files(DeskPaths.under(tmp_path / "new", "complaints"), parsed["complaints"])
    assert load_or_create_keys(DeskPaths.under(tmp_path / "new", "complaints")).keys == keys.keys


def test_versions_of_several_files_are_put_together() -> None:
    old, new = {"d": {"seal": {1: b"a"}}}, {"d": {"seal": {1: b"a", 2: b"b"}, "audit": {1: b"c"}}}
    assert merge_keys(old, new) == {"d": {"seal": {1: b"a", 2: b"b"}, "audit": {1: b"c"}}}
    with pytest.raises(BackupDamagedError, match="another seal key of version 1"):
        merge_keys(old, {"d": {"seal": {1: b"z"}}})


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"d": {}}', b'{"d": {"seal": {"1": "?"}}}'])
def test_what_is_no_file_of_keys_is_told(content: bytes) -> None:
    with pytest.raises(BackupDamagedError):
        parse_keys_file(content)
