"""Key files of a desk: created once, never overwritten, refused when missing, equal, or readable by others.

A file has a line for each version, `1 <base64 of 32 bytes>`. The highest version encrypts; the others only decrypt and
look up.
"""

import base64
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from storage.crypto.aead import KEY_BYTES, generate_key, hmac_sha256
from storage.errors import KeyFileError
from storage.files.atomic_write import PRIVATE_MODES, replace_file
from storage.files.directories import acquire_exclusive_lock, create_private_directory

KEY_NAMES = ("seal", "pepper", "person", "audit", "envelope")


@dataclass(frozen=True, slots=True)
class DeskPaths:
    """Where a desk stores its files. `key_paths`: a path for each of `KEY_NAMES`."""

    desk: str
    folder: Path
    database: Path
    key_paths: Mapping[str, Path]

    @classmethod
    def under(cls, home: Path, desk: str) -> "DeskPaths":
        """Return the default paths of a desk."""
        folder = home / desk
        return cls(desk, folder, folder / "desk.sqlite", {n: folder / "keys" / f"{n}.key" for n in KEY_NAMES})


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """The keys of a desk, by name and version. Its repr contains no key."""

    paths: DeskPaths
    keys: Mapping[str, Mapping[int, bytes]]

    def __repr__(self) -> str:
        return f"KeyFiles({self.paths.desk})"

    def __getitem__(self, name: str) -> Mapping[int, bytes]:
        return self.keys[name]

    def has_all_of(self, other: "KeyFiles") -> bool:
        """Whether every version of every key of another is here, unchanged."""
        return all(
            self.keys[name].get(version) == key
            for name, versions in other.keys.items()
            for version, key in versions.items()
        )

    def prove(self) -> Mapping[str, bytes]:
        """Return an HMAC for each version of each key, by `name.version`: it shows which key it is, and tells none."""
        return {
            f"{name}.{version}": hmac_sha256(key, b"fits", self.paths.desk.encode(), name.encode())
            for name in KEY_NAMES
            for version, key in self[name].items()
        }


def load_or_create_keys(paths: DeskPaths) -> KeyFiles:
    """Load a desk's keys; create them where neither keys nor database exist. Raises `KeyFileError`."""
    create_private_directory(paths.folder)
    with acquire_exclusive_lock(
        paths.folder / ".opening"
    ):  # two first starts at once agree on one set of keys
        missing = [name for name in KEY_NAMES if not paths.key_paths[name].exists()]
        if missing and paths.database.exists():
            raise KeyFileError(
                f"{paths.key_paths[missing[0]]}: this key is missing, and {paths.database} was sealed with it. "
                "Put the key back from its backup; without it nothing can be opened."
            )
        for name in missing:
            write_key_file(paths.key_paths[name], {1: generate_key()})
    return load_keys(paths)


def load_keys(paths: DeskPaths) -> KeyFiles:
    """Load a desk's keys, and create none. Raises `KeyFileError`."""
    ring = KeyFiles(paths, {name: _read_key_file(paths.key_paths[name]) for name in KEY_NAMES})
    assert_distinct_keys([ring])
    return ring


def assert_distinct_keys(rings: Iterable[KeyFiles]) -> None:
    """Raise `KeyFileError` where two keys are equal, in one desk or across desks."""
    found = [
        (f"{ring.paths.key_paths[name]} version {version}", key)
        for ring in rings
        for name in KEY_NAMES
        for version, key in ring[name].items()
    ]
    for (one, first), (other, second) in combinations(found, 2):
        if first == second:
            raise KeyFileError(f"{one} and {other} are the same key; each must be made on its own.")


def read_key_stamps(paths: DeskPaths) -> tuple[tuple[int, int, int] | None, ...]:
    """Return what changes of a key file when it is replaced, for each; None for one that cannot be looked at."""
    return tuple(_read_stamp(paths.key_paths[name]) for name in KEY_NAMES)


def _read_stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def write_key_files(paths: DeskPaths, keys: Mapping[str, Mapping[int, bytes]]) -> None:
    """Write the key files of a desk, each as a whole, over those that are there. Raises OSError."""
    for name, versions in keys.items():
        write_key_file(paths.key_paths[name], versions)


def write_key_file(path: Path, versions: Mapping[int, bytes]) -> None:
    """Write a key file as a whole: a program that is killed leaves no empty key under its name. Raises OSError."""
    create_private_directory(path.parent)
    lines = [f"{version} {base64.b64encode(key).decode()}\n" for version, key in sorted(versions.items())]
    replace_file(path, "".join(lines).encode(), PRIVATE_MODES[1])


def _read_key_file(path: Path) -> Mapping[int, bytes]:
    try:
        mode, text = stat.S_IMODE(path.stat().st_mode), path.read_text("ascii", errors="replace")
    except OSError as error:
        raise KeyFileError(f"{path}: this key cannot be read ({error.strerror}).") from None
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
    """Return the version and the key of a line; version 0 or an empty key where it is malformed."""
    version, _, encoded = line.strip().partition(" ")
    try:
        key = base64.b64decode(encoded.strip(), validate=True)
    except ValueError:
        return 0, b""
    return int(version) if version.isascii() and version.isdigit() else 0, key
