"""The seals of a desk, one for each purpose, and the marks by which it knows persons and receipts again."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from handlers.dialog.receipt import Receipt
from storage.crypto.aead import PADDING_BLOCK, Cipher, derive_key, generate_key, hmac_sha256
from storage.crypto.key_files import KeyFiles

PADDING_BLOCKS = {"session": 448, "address": 64}
"""Bytes of the blocks of some: of talks seven lie on a page of the database and not six; an address is short."""


@dataclass
class Keyring:
    """Made once from a desk's keyring. Each purpose has a key of its own, derived from the seal key."""

    key_files: KeyFiles = field(repr=False)
    session: Cipher = field(init=False, repr=False)
    day: Cipher = field(init=False, repr=False)
    case: Cipher = field(init=False, repr=False)
    file: Cipher = field(init=False, repr=False)
    waiting: Cipher = field(init=False, repr=False)
    address: Cipher = field(init=False, repr=False)
    staff: Cipher = field(init=False, repr=False)
    question: Cipher = field(init=False, repr=False)
    envelope: Cipher = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Derive the keys."""
        root = Cipher(self.key_files["seal"], self.desk)
        for purpose in ("session", "day", "case", "file", "waiting", "address", "staff", "question"):
            setattr(self, purpose, root.derive(purpose, PADDING_BLOCKS.get(purpose, PADDING_BLOCK)))
        self.envelope = Cipher(self.key_files["envelope"], self.desk)

    @property
    def desk(self) -> str:
        """The desk whose seals these are; bound to everything that is sealed."""
        return self.key_files.paths.desk

    @property
    def audit_keys(self) -> Mapping[int, bytes]:
        """The keys of the audit trail, by version."""
        return self.key_files["audit"]

    @property
    def signing_seed(self) -> bytes:
        """What the desk signs its releases with: derived from the newest audit key."""
        return derive_key(self.audit_keys[max(self.audit_keys)], "release signature")

    def hash_id(self, *parts: str) -> bytes:
        """A person, by platform and user id: 32 bytes. The id itself is kept nowhere."""
        keys = self.key_files["person"]
        return hmac_sha256(keys[max(keys)], *(part.encode() for part in parts))

    def hash_receipt(self, receipt: Receipt) -> bytes:
        """What is stored of a receipt: its HMAC under the current pepper."""
        keys = self.key_files["pepper"]
        return hmac_sha256(keys[max(keys)], receipt.symbols.encode())

    def list_receipt_hashes(self, receipt: Receipt) -> list[bytes]:
        """All marks under which a receipt may have been stored: one for each pepper."""
        return [hmac_sha256(key, receipt.symbols.encode()) for key in self.key_files["pepper"].values()]

    def derive_salt(self, purpose: str) -> bytes:
        """A secret for a purpose that stays the same as long as the first pepper is kept."""
        keys = self.key_files["pepper"]
        return hmac_sha256(keys[min(keys)], b"salt", purpose.encode())

    def create_case_cipher(self, case: str) -> tuple[bytes, Cipher]:
        """A fresh key for a case: wrapped, and as the seal it makes."""
        key = generate_key()
        return self.case.encrypt(key, "cases", case, "key"), Cipher({1: key}, self.desk)

    def unwrap_case_cipher(self, case: str, wrapped: bytes) -> Cipher:
        """The seal of a case."""
        return Cipher({1: self.case.decrypt(wrapped, "cases", case, "key")}, self.desk)

    def create_envelope_cipher(self, case: str) -> tuple[bytes, Cipher]:
        """A fresh key for the envelope of a reporter's name: wrapped under the envelope key, and as a seal."""
        key = generate_key()
        return self.envelope.encrypt(key, "envelopes", case, "key"), Cipher({1: key}, self.desk)

    def unwrap_envelope_cipher(self, case: str, wrapped: bytes) -> Cipher:
        """The seal of an envelope."""
        return Cipher({1: self.envelope.decrypt(wrapped, "envelopes", case, "key")}, self.desk)
