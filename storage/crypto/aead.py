"""Encryption and keyed hashes: AES-256-GCM for values and files, HMAC-SHA256 for identifiers, Ed25519 for signatures.

An encrypted value is `format, key version, 12-byte nonce, AES-256-GCM ciphertext`. The plaintext is padded to blocks
(512 bytes, unless a purpose has its own), so that its length reveals little. Desk, table, row and field are associated
data, so that a value decrypts in no other place.
"""

import hmac
import os
from collections.abc import Callable, Iterable, Iterator, Mapping

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.errors import TamperedError

CIPHERTEXT_FORMAT = 1
PADDING_BLOCK = 512
"""Default block size: plaintexts are padded to a multiple of this many bytes."""

HMAC_BYTES = 32

NONCE_BYTES = 12
KEY_BYTES = 32


def generate_key() -> bytes:
    """Return 32 random bytes."""
    return os.urandom(KEY_BYTES)


def derive_key(key: bytes, purpose: str) -> bytes:
    """Derive a key for a purpose, by HKDF-SHA256 (RFC 5869)."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"ita-bot " + purpose.encode()).derive(key)


def hmac_sha256(key: bytes, *parts: bytes) -> bytes:
    """Return the HMAC-SHA256 (32 bytes) of parts, each prefixed with its length."""
    return hmac.digest(key, _join_parts(parts), "sha256")


class HmacKey:
    """HMACs under one key, at a third of what `hmac_sha256` costs."""

    def __init__(self, key: bytes) -> None:
        self._begun = HMAC(key, SHA256())

    def __call__(self, *parts: bytes) -> bytes:
        """Return what `hmac_sha256` returns."""
        own = self._begun.copy()
        own.update(_join_parts(parts))
        return own.finalize()


def _join_parts(parts: tuple[bytes, ...]) -> bytes:
    return b"".join([len(part).to_bytes(4, "big") + part for part in parts])


def constant_time_equal(a: bytes, b: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(a, b)


def sign_message(seed: bytes, message: bytes) -> bytes:
    """Return the Ed25519 signature (RFC 8032, 64 bytes) of a message under the key of a 32-byte seed."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def derive_public_key(seed: bytes) -> bytes:
    """Return the public key (32 bytes) that verifies signatures of a seed."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def is_valid_signature(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature of a message is by the owner of a public key. Malformed keys have signed nothing."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


class Cipher:
    """Encrypts under the newest version of a key; decrypts under any version it has, whatever the block size.

    renew: asked for a cipher with newer versions, where a value is of a version that this one has not.
    """

    def __init__(
        self,
        keys: Mapping[int, bytes],
        desk: str,
        block: int = PADDING_BLOCK,
        renew: "Callable[[], Cipher] | None" = None,
    ) -> None:
        self._keys, self._renew = dict(keys), renew
        self._ciphers = {version: AESGCM(key) for version, key in keys.items()}
        self._current = max(keys)
        self._head, self._desk, self._block = bytes((CIPHERTEXT_FORMAT, self._current)), desk, block

    def derive(
        self, purpose: str, block: int = PADDING_BLOCK, renew: "Callable[[], Cipher] | None" = None
    ) -> "Cipher":
        """Derive a cipher of the same versions for a purpose. `block`: its padding block, in bytes."""
        keys = {version: derive_key(key, purpose) for version, key in self._keys.items()}
        return Cipher(keys, self._desk, block, renew)

    @property
    def head(self) -> bytes:
        """The first bytes of what is encrypted now: format and newest version."""
        return self._head

    @property
    def old_heads(self) -> tuple[bytes, ...]:
        """The first bytes of what was encrypted under each older version."""
        return tuple(
            bytes((CIPHERTEXT_FORMAT, version)) for version in self._keys if version != self._current
        )

    def encrypt(self, data: bytes, table: str, row: str, field: str) -> bytes:
        """Encrypt data for one place."""
        head, nonce, size = self._head, os.urandom(NONCE_BYTES), len(data)
        padded = size.to_bytes(4, "big") + data + bytes(-(4 + size) % self._block)
        place = self._associated_data(head, table, row, field)
        return head + nonce + self._ciphers[self._current].encrypt(nonce, padded, place)

    def decrypt(self, blob: bytes, table: str, row: str, field: str) -> bytes:
        """Decrypt what was encrypted for that place. Raises `TamperedError`."""
        head, nonce, rest = blob[:2], blob[2 : 2 + NONCE_BYTES], blob[2 + NONCE_BYTES :]
        if len(head) == 2 and head[1] not in self._keys and self._renew is not None:
            newer = self._renew()
            if newer is not self and head[1] in newer._keys:
                return newer.decrypt(blob, table, row, field)
        if len(head) < 2 or head[0] != CIPHERTEXT_FORMAT or head[1] not in self._keys:
            raise TamperedError(f"a sealed value of {table}.{field} is of no known format or key")
        try:
            padded = self._ciphers[head[1]].decrypt(
                nonce, rest, self._associated_data(head, table, row, field)
            )
        except (InvalidTag, ValueError):
            raise TamperedError(f"a sealed value of {table}.{field} does not open") from None
        size = int.from_bytes(padded[:4], "big")
        return padded[4 : 4 + size]

    def _associated_data(self, head: bytes, table: str, row: str, field: str) -> bytes:
        return f"{self._desk}|{table}|{row}|{field}".encode() + head


CHUNK_BYTES = 64 * 1024


class StreamEncryptor:
    """Encrypts a stream in chunks of 64 KiB; each nonce has the chunk's index and whether it is the last.

    So truncated, moved or added chunks are detected (the STREAM construction of Hoang et al., 2015). The key must be
    fresh for each stream, since the nonces are counted.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher, self._rest, self._place = AESGCM(key), b"", 0

    def update(self, piece: bytes) -> Iterator[bytes]:
        """Add data; yield the chunks that are complete. One full chunk is held back, since it may be the last."""
        self._rest += piece
        while len(self._rest) > CHUNK_BYTES:
            chunk, self._rest = self._rest[:CHUNK_BYTES], self._rest[CHUNK_BYTES:]
            yield self._cipher.encrypt(_make_nonce(self._place, last=False), chunk, None)
            self._place += 1

    def finalize(self) -> bytes:
        """Return the last chunk."""
        return self._cipher.encrypt(_make_nonce(self._place, last=True), self._rest, None)


def decrypt_stream(key: bytes, chunks: Iterable[tuple[bytes, bool]], first: int = 0) -> Iterator[bytes]:
    """Decrypt chunks, each given with whether it is the last. first: the index of the first. Raises `TamperedError`."""
    cipher = AESGCM(key)
    for place, (chunk, last) in enumerate(chunks, first):
        try:
            yield cipher.decrypt(_make_nonce(place, last=last), chunk, None)
        except (InvalidTag, ValueError):
            raise TamperedError("a sealed file does not open") from None


ENCRYPTED_CHUNK_BYTES = CHUNK_BYTES + 16  # the ciphertext carries a 16-byte tag


def _make_nonce(place: int, *, last: bool) -> bytes:
    return place.to_bytes(11, "big") + bytes([last])
