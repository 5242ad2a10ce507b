"""The file of the desks' keys in a backup."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from storage.crypto.key_files import KEY_NAMES, KeyFiles
from storage.errors import BackupDamagedError

DeskKeys = Mapping[str, Mapping[int, bytes]]
"""The keys of a desk by name and version."""


def build_keys_file(desks: Mapping[str, KeyFiles]) -> bytes:
    """Return the content of the file: every version of every key of each desk."""
    found = {
        desk: {
            name: {str(version): b64encode(key).decode() for version, key in keys[name].items()}
            for name in KEY_NAMES
        }
        for desk, keys in desks.items()
    }
    return json.dumps(found).encode()


def identify_keys(desks: Mapping[str, KeyFiles], folder: Path) -> str:
    """Return a digest by which it is known whether the keys of desks are those that were written to a folder before."""
    proofs = {
        desk: {name: proof.hex() for name, proof in keys.prove().items()} for desk, keys in desks.items()
    }
    return sha256(json.dumps([str(folder.absolute()), proofs], sort_keys=True).encode()).hexdigest()


def parse_keys_file(content: bytes) -> Mapping[str, DeskKeys]:
    """Parse the content of such a file. Raises BackupDamagedError."""
    try:
        return {
            str(desk): {
                name: {int(version): b64decode(key, validate=True) for version, key in keys[name].items()}
                for name in KEY_NAMES
            }
            for desk, keys in json.loads(content).items()
        }
    except (ValueError, KeyError, AttributeError):
        raise BackupDamagedError("this file has no keys of desks") from None


def merge_keys(*found: Mapping[str, DeskKeys]) -> dict[str, dict[str, dict[int, bytes]]]:
    """Merge the keys of several files, which may be of before and after a new version was made.

    Raises BackupDamagedError where one version has two keys.
    """
    merged: dict[str, dict[str, dict[int, bytes]]] = {}
    for desks in found:
        for desk, keys in desks.items():
            for name, versions in keys.items():
                own = merged.setdefault(desk, {}).setdefault(name, {})
                for version, key in versions.items():
                    if own.setdefault(version, key) != key:
                        raise BackupDamagedError(
                            f"{desk}: two files have another {name} key of version {version}"
                        )
    return merged
