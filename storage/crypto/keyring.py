"""The ciphers of a desk, one for each purpose, and the keyed hashes of persons and receipts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from handlers.dialog.codes.one_time_code import OneTimeCode
from handlers.dialog.receipt import Receipt
from storage.crypto.aead import PADDING_BLOCK, Cipher, HmacKey, derive_key, generate_key, hmac_sha256
from storage.crypto.key_files import KeyFiles, load_keys, read_key_stamps
from storage.errors import KeyFileError

PADDING_BLOCKS = {"session": 448, "address": 64, "ledger": 1}
"""Padding blocks in bytes. With 448, seven sessions fit on a database page instead of six; addresses are short."""

_PURPOSES = ("session", "day", "case", "file", "waiting", "address", "staff", "question", "ledger")
_ADDRESS_PLACE = ("outbox", "", "back")
"""The table, row and field that an address is bound to: none of one row, since sessions and events carry it too."""


@dataclass
class Keyring:
    """The derived keys of a desk. Each purpose has its own key, derived from the seal key."""

    key_files: KeyFiles = field(repr=False)
    session: Cipher = field(init=False, repr=False)
    day: Cipher = field(init=False, repr=False)
    case: Cipher = field(init=False, repr=False)
    file: Cipher = field(init=False, repr=False)
    waiting: Cipher = field(init=False, repr=False)
    address: Cipher = field(init=False, repr=False)
    staff: Cipher = field(init=False, repr=False)
    question: Cipher = field(init=False, repr=False)
    ledger: Cipher = field(init=False, repr=False)
    envelope: Cipher = field(init=False, repr=False)
    _person_hash: HmacKey = field(init=False, repr=False)
    _file_owner_hash: HmacKey = field(init=False, repr=False)
    _stamps: tuple[tuple[int, int, int] | None, ...] = field(default=(), init=False, repr=False)

    def __post_init__(self) -> None:
        """Derive the keys."""
        self._derive()

    def refresh(self) -> bool:
        """Take over versions that were added to the key files since; return whether there are any.

        Files that cannot be read, or lack a version that is known here, change nothing: the next start names them.
        """
        stamps = read_key_stamps(self.key_files.paths)
        if stamps == self._stamps:
            return False
        self._stamps = stamps
        try:
            found = load_keys(self.key_files.paths)
        except KeyFileError:
            return False
        if found.keys == self.key_files.keys or not found.has_all_of(self.key_files):
            return False
        self.key_files = found
        self._derive()
        return True

    def _renew(self, purpose: str) -> Cipher:
        """Return the cipher of a purpose after a look at the key files."""
        self.refresh()
        renewed: Cipher = getattr(self, purpose)
        return renewed

    def _derive(self) -> None:
        root = Cipher(self.key_files["seal"], self.desk)
        for purpose in _PURPOSES:
            block = PADDING_BLOCKS.get(purpose, PADDING_BLOCK)
            setattr(self, purpose, root.derive(purpose, block, partial(self._renew, purpose)))
        persons = self.key_files["person"]
        self._person_hash = HmacKey(persons[max(persons)])
        self._file_owner_hash = HmacKey(self.derive_salt("file owner"))
        self.envelope = Cipher(self.key_files["envelope"], self.desk, renew=partial(self._renew, "envelope"))

    @property
    def desk(self) -> str:
        """The name of the desk; bound to everything that is encrypted."""
        return self.key_files.paths.desk

    @property
    def audit_keys(self) -> Mapping[int, bytes]:
        """The keys of the audit trail, by version."""
        return self.key_files["audit"]

    @property
    def signing_seed(self) -> bytes:
        """The Ed25519 seed that signs the desk's releases: derived from the newest audit key."""
        return derive_key(self.audit_keys[max(self.audit_keys)], "release signature")

    def hash_id(self, *parts: str) -> bytes:
        """Return the hash (32 bytes) of an id, such as a platform and user id. The id itself is not stored."""
        return self._person_hash(*[part.encode() for part in parts])

    def hash_file_owner(self, case: str, line: int) -> bytes:
        """Return the hash by which a file is found that came with a line of a case's history."""
        return self._file_owner_hash(case.encode(), str(line).encode())

    def hash_receipt(self, receipt: Receipt) -> bytes:
        """Return the HMAC of a receipt under the current pepper. Only this is stored."""
        keys = self.key_files["pepper"]
        return hmac_sha256(keys[max(keys)], receipt.symbols.encode())

    def list_receipt_hashes(self, receipt: Receipt) -> list[bytes]:
        """Return all hashes under which a receipt may be stored: one for each pepper."""
        return [hmac_sha256(key, receipt.symbols.encode()) for key in self.key_files["pepper"].values()]

    def hash_one_time_code(self, code: OneTimeCode) -> bytes:
        """Return the HMAC of a one-time code under the current pepper. Only this is stored."""
        keys = self.key_files["pepper"]
        return hmac_sha256(keys[max(keys)], b"one-time code", code.digits.encode())

    def list_one_time_code_hashes(self, code: OneTimeCode) -> list[bytes]:
        """Return all hashes under which a one-time code may be stored: one for each pepper."""
        digits = code.digits.encode()
        return [hmac_sha256(key, b"one-time code", digits) for key in self.key_files["pepper"].values()]

    def derive_salt(self, purpose: str) -> bytes:
        """Derive a secret for a purpose. It is stable while the first pepper is kept."""
        keys = self.key_files["pepper"]
        return hmac_sha256(keys[min(keys)], b"salt", purpose.encode())

    def encrypt_address(self, address: str) -> bytes:
        """Encrypt where an answer goes, as a platform addresses a person: the `reply_to` of an event."""
        return self.address.encrypt(address.encode(), *_ADDRESS_PLACE)

    def decrypt_address(self, sealed: bytes) -> str:
        """Decrypt where an answer goes. Raises `TamperedError`."""
        return self.address.decrypt(sealed, *_ADDRESS_PLACE).decode()

    def create_case_cipher(self, case: str) -> tuple[bytes, Cipher]:
        """Create a key for a case; return it wrapped, and its cipher."""
        key = generate_key()
        return self.case.encrypt(key, "cases", case, "key"), Cipher({1: key}, self.desk)

    def unwrap_case_cipher(self, case: str, wrapped: bytes) -> Cipher:
        """Return the cipher of a case's wrapped key."""
        return Cipher({1: self.case.decrypt(wrapped, "cases", case, "key")}, self.desk)

    def rewrap_case_key(self, case: str, wrapped: bytes) -> bytes:
        """Return a case's key wrapped under the newest version of the seal key. Raises `TamperedError`."""
        return self.case.encrypt(self.case.decrypt(wrapped, "cases", case, "key"), "cases", case, "key")

    def create_envelope_cipher(self, case: str) -> tuple[bytes, Cipher]:
        """Create a key for the envelope of a reporter's name; return it wrapped (envelope key), and its cipher."""
        key = generate_key()
        return self.envelope.encrypt(key, "envelopes", case, "key"), Cipher({1: key}, self.desk)

    def unwrap_envelope_cipher(self, case: str, wrapped: bytes) -> Cipher:
        """Return the cipher of an envelope's wrapped key."""
        return Cipher({1: self.envelope.decrypt(wrapped, "envelopes", case, "key")}, self.desk)
