"""The seals of a desk, one for each purpose, and the marks by which it knows persons and receipts again."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from handlers.dialog.receipt import Receipt
from storage.crypto.aead import BLOCK, Cipher, derived, fresh_key, mark
from storage.crypto.key_files import KeyFiles

BLOCKS = {"session": 448, "address": 64}
"""Bytes of the blocks of some: of talks seven lie on a page of the database and not six; an address is short."""


@dataclass
class Keyring:
    """Made once from a desk's keyring. Each purpose has a key of its own, derived from the seal key."""

    ring: KeyFiles = field(repr=False)
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
        root = Cipher(self.ring["seal"], self.desk)
        for purpose in ("session", "day", "case", "file", "waiting", "address", "staff", "question"):
            setattr(self, purpose, root.derived(purpose, BLOCKS.get(purpose, BLOCK)))
        self.envelope = Cipher(self.ring["envelope"], self.desk)

    @property
    def desk(self) -> str:
        """The desk whose seals these are; bound to everything that is sealed."""
        return self.ring.place.desk

    @property
    def audit_keys(self) -> Mapping[int, bytes]:
        """The keys of the audit trail, by version."""
        return self.ring["audit"]

    @property
    def signing_seed(self) -> bytes:
        """What the desk signs its releases with: derived from the newest audit key."""
        return derived(self.audit_keys[max(self.audit_keys)], "release signature")

    def who(self, *parts: str) -> bytes:
        """A person, by platform and user id: 32 bytes. The id itself is kept nowhere."""
        keys = self.ring["person"]
        return mark(keys[max(keys)], *(part.encode() for part in parts))

    def receipt_mark(self, receipt: Receipt) -> bytes:
        """What is stored of a receipt: its HMAC under the current pepper."""
        keys = self.ring["pepper"]
        return mark(keys[max(keys)], receipt.symbols.encode())

    def receipt_marks(self, receipt: Receipt) -> list[bytes]:
        """All marks under which a receipt may have been stored: one for each pepper."""
        return [mark(key, receipt.symbols.encode()) for key in self.ring["pepper"].values()]

    def salt(self, purpose: str) -> bytes:
        """A secret for a purpose that stays the same as long as the first pepper is kept."""
        keys = self.ring["pepper"]
        return mark(keys[min(keys)], b"salt", purpose.encode())

    def new_case(self, case: str) -> tuple[bytes, Cipher]:
        """A fresh key for a case: wrapped, and as the seal it makes."""
        key = fresh_key()
        return self.case.seal(key, "cases", case, "key"), Cipher({1: key}, self.desk)

    def of_case(self, case: str, wrapped: bytes) -> Cipher:
        """The seal of a case."""
        return Cipher({1: self.case.open(wrapped, "cases", case, "key")}, self.desk)

    def new_envelope(self, case: str) -> tuple[bytes, Cipher]:
        """A fresh key for the envelope of a reporter's name: wrapped under the envelope key, and as a seal."""
        key = fresh_key()
        return self.envelope.seal(key, "envelopes", case, "key"), Cipher({1: key}, self.desk)

    def of_envelope(self, case: str, wrapped: bytes) -> Cipher:
        """The seal of an envelope."""
        return Cipher({1: self.envelope.open(wrapped, "envelopes", case, "key")}, self.desk)
