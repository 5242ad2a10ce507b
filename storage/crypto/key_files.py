"""The key files of a desk: made once, never overwritten, refused when they are missing, equal or readable by others.

A file holds a line for each version, `1 <base64 of 32 bytes>`; the highest seals, the others only open and look up.
"""

import base64
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from storage.crypto.aead import KEY_BYTES, generate_key
from storage.errors import KeyFileError
from storage.files.directories import acquire_exclusive_lock, create_private_directory, fsync_directory

KEY_NAMES = ("seal", "pepper", "person", "audit", "envelope")


@dataclass(frozen=True, slots=True)
class DeskPaths:
    """Where a desk keeps its things. keys: a path for each of `NAMES`."""

    desk: str
    folder: Path
    database: Path
    key_paths: Mapping[str, Path]

    @classmethod
    def under(cls, home: Path, desk: str) -> "DeskPaths":
        """The places of a desk that sets nothing itself."""
        folder = home / desk
        return cls(desk, folder, folder / "desk.sqlite", {n: folder / "keys" / f"{n}.key" for n in KEY_NAMES})


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """The keys of a desk, by name and version. Its repr tells nothing."""

    paths: DeskPaths
    keys: Mapping[str, Mapping[int, bytes]]

    def __repr__(self) -> str:
        return f"KeyFiles({self.paths.desk})"

    def __getitem__(self, name: str) -> Mapping[int, bytes]:
        return self.keys[name]


def load_or_create_keys(place: DeskPaths) -> KeyFiles:
    """The keys of a desk; made afresh where neither keys nor database exist yet. Raises KeyTrouble."""
    create_private_directory(place.folder)
    with acquire_exclusive_lock(
        place.folder / ".opening"
    ):  # two first starts at once agree on one set of keys
        missing = [name for name in KEY_NAMES if not place.key_paths[name].exists()]
        if missing and place.database.exists():
            raise KeyFileError(
                f"{place.key_paths[missing[0]]}: this key is missing, and {place.database} was sealed with it. "
                "Put the key back from its backup; without it nothing can be opened."
            )
        for name in missing:
            _create_key_file(place.key_paths[name])
    ring = KeyFiles(place, {name: _read_key_file(place.key_paths[name]) for name in KEY_NAMES})
    assert_distinct_keys([ring])
    return ring


def assert_distinct_keys(rings: Iterable[KeyFiles]) -> None:
    """Raise KeyTrouble where two keys are equal, in one desk or across desks."""
    found = [
        (f"{ring.paths.key_paths[name]} version {version}", key)
        for ring in rings
        for name in KEY_NAMES
        for version, key in ring[name].items()
    ]
    for (one, first), (other, second) in combinations(found, 2):
        if first == second:
            raise KeyFileError(f"{one} and {other} are the same key; each must be made on its own.")


def _create_key_file(path: Path) -> None:
    create_private_directory(path.parent)
    young = path.with_suffix(".new")  # a start that is killed leaves no empty key under the key's own name
    with os.fdopen(os.open(young, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(b"1 " + base64.b64encode(generate_key()) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    young.rename(path)
    fsync_directory(path.parent)


def _read_key_file(path: Path) -> Mapping[int, bytes]:
    try:
        mode, text = stat.S_IMODE(path.stat().st_mode), path.read_text("ascii", errors="replace")
    except OSError as trouble:
        raise KeyFileError(f"{path}: this key cannot be read ({trouble.strerror}).") from None
    if os.name == "posix" and mode & 0o077:
        raise KeyFileError(
            f"{path}: others can read this key (mode {mode:04o}). Set it right: chmod 600 {path}"
        )
    keys: dict[int, bytes] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        version, key = _parse_key_line(line)
        if not 0 < version < 256 or len(key) != KEY_BYTES:
            raise KeyFileError(
                f"{path}, line {number}: not a key; a line is a version and 32 bytes in base64."
            )
        if version in keys:
            raise KeyFileError(f"{path}, line {number}: version {version} stands twice.")
        keys[version] = key
    if not keys:
        raise KeyFileError(f"{path}: the file is empty. Put the key back from its backup.")
    return keys


def _parse_key_line(line: str) -> tuple[int, bytes]:
    """The version and the key of a line; what is neither comes out as 0 and nothing."""
    version, _, encoded = line.strip().partition(" ")
    try:
        key = base64.b64decode(encoded.strip(), validate=True)
    except ValueError:
        return 0, b""
    return int(version) if version.isascii() and version.isdigit() else 0, key
