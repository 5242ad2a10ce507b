"""Files that are encrypted with age: for the office's key, and for a throwaway key that proves that they open.

The throwaway key is made in memory and never stored; once it is forgotten, only the office's private key opens a file.
"""

import errno
import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Protocol

import pyrage

from storage.errors import BackupDamagedError, BackupKeyError, DiskFullError
from storage.files.directories import create_private_directory, fsync_directory

UNFINISHED_SUFFIX = ".new"
"""End of the name of a file that is still being written."""


class Reader(Protocol):
    """What a stream is read from: a file, or the end of a pipe."""

    def read(self, size: int = ..., /) -> bytes: ...


class Identity:
    """A private key of age (X25519)."""

    def __init__(self, text: str = "") -> None:
        """Read a private key, `AGE-SECRET-KEY-1…`; make a new one of an empty text. Raises `BackupKeyError`."""
        try:
            self.key = pyrage.x25519.Identity.from_str(text) if text else pyrage.x25519.Identity.generate()
        except pyrage.IdentityError:
            raise BackupKeyError(
                "this is no private key of age, which begins with AGE-SECRET-KEY-1"
            ) from None

    @property
    def recipient(self) -> str:
        """The public key, `age1…`, that files are encrypted for."""
        return str(self.key.to_public())


def read_identity_file(text: str) -> Identity:
    """Read a file of `age-keygen`: comments, and a private key on a line of its own. Raises `BackupKeyError`."""
    lines = [line.strip() for line in text.splitlines()]
    keys = [line for line in lines if line and not line.startswith("#")]
    if len(keys) != 1:
        raise BackupKeyError("one private key of age is expected, on a line of its own")
    return Identity(keys[0])


def is_recipient(text: str) -> bool:
    """Whether a text is a public key of age."""
    try:
        pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        return False
    return True


class _HashingReader:
    """Hashes what is read through it."""

    def __init__(self, source: Reader) -> None:
        self.digest = sha256()
        self._source = source

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self.digest.update(piece)
        return piece


class _HashingWriter:
    """Hashes what is written to it, and stores it nowhere."""

    def __init__(self) -> None:
        self.digest = sha256()

    def write(self, piece: bytes) -> int:
        self.digest.update(piece)
        return len(piece)

    def flush(self) -> None:
        """Do nothing: nothing is stored."""


def write_age_file(target: Path, source: Reader, recipients: Sequence[str]) -> str:
    """Encrypt a stream into a file beside the target, `….new`; return the SHA-256 (hex) of the content.

    It is on disk when this returns, and gets its name by `publish_age_file`. Nothing is left after an error. Raises
    `DiskFullError`, OSError.
    """
    create_private_directory(target.parent)
    unfinished = get_unfinished_path(target)
    unfinished.unlink(missing_ok=True)
    reader = _HashingReader(source)
    keys = [pyrage.x25519.Recipient.from_str(one) for one in recipients]
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sealed:
            _encrypt(reader, sealed, keys)
            sealed.flush()
            os.fsync(sealed.fileno())
    except BaseException as error:
        unfinished.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise DiskFullError("there is no room for a backup") from None
        raise
    return reader.digest.hexdigest()


def _encrypt(reader: _HashingReader, sealed: BinaryIO, keys: Sequence[object]) -> None:
    try:
        pyrage.encrypt_io(reader, sealed, keys)
    except pyrage.EncryptError as error:
        if f"Errno {errno.ENOSPC}" in str(error):  # the library tells it in words alone
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from None
        raise OSError(f"a backup cannot be written ({error})") from None


def get_unfinished_path(target: Path) -> Path:
    """Return where a file is written until it is whole."""
    return target.with_name(target.name + UNFINISHED_SUFFIX)


def publish_age_file(target: Path) -> None:
    """Give a finished file its name; it is on disk when this returns. Raises OSError."""
    get_unfinished_path(target).replace(target)
    fsync_directory(target.parent)


def hash_age_file(path: Path, identity: Identity) -> str:
    """Decrypt a file to its end; return the SHA-256 (hex) of its content. Raises as `open_age_file`."""
    writer = _HashingWriter()
    open_age_file(path, identity, writer)
    return writer.digest.hexdigest()


def open_age_file(path: Path, identity: Identity, writer: "BinaryIO | _HashingWriter") -> None:
    """Decrypt a file into another. What was written before an error is not to be believed.

    Raises `BackupKeyError` where the key does not open it or `BackupDamagedError` where it is cut or altered, OSError.
    """
    with path.open("rb") as sealed:
        try:
            pyrage.decrypt_io(sealed, writer, [identity.key])
        except pyrage.DecryptError as error:
            if "No matching keys" in str(error):
                raise BackupKeyError(f"{path}: this private key does not open it") from None
            raise BackupDamagedError(f"{path}: this file is damaged") from None
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise DiskFullError("there is no room to open a backup") from None
            if error.errno is not None:
                raise
            raise BackupDamagedError(
                f"{path}: this file is damaged"
            ) from None  # the library's "decryption error"
