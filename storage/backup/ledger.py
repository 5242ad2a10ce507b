"""The keys of the ledger: one for each thing that may be erased, made when a backup first meets it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.backup.policy import LedgerKind
from storage.backup.taken_back import FORGET_KEY
from storage.crypto.aead import Cipher, generate_key, hmac_sha256
from storage.crypto.keyring import Keyring
from storage.db.group_commit import GroupCommitWriter
from storage.db.pieces import MAX_PIECE_ROWS, iterate_pieces
from storage.errors import TamperedError

LedgerRows = Mapping[tuple[str, str], bytes]
"""Sealed keys by kind and id, as the table and the file of a ledger have them."""


@dataclass
class LedgerKeys:
    """The keys of a desk's ledger, opened one by one. made: those that were not there, and are to be stored."""

    rows: LedgerRows = field(repr=False)
    keyring: Keyring = field(repr=False)
    made: dict[tuple[str, str], bytes] = field(default_factory=dict, repr=False)
    _opened: dict[tuple[str, str], tuple[bytes, Cipher] | None] = field(default_factory=dict, repr=False)

    def find_cipher(self, kind: str, own: str) -> Cipher | None:
        """Return the cipher of a thing; None where it has no key, or the key cannot be read."""
        if (kind, own) not in self._opened:
            self._opened[kind, own] = self._open(kind, own)
        opened = self._opened[kind, own]
        return None if opened is None else opened[1]

    def find_or_make_cipher(self, kind: str, own: str) -> Cipher:
        """Return the cipher of a thing, under a new key where it has none."""
        known = self.find_cipher(kind, own)
        if known is not None:
            return known
        key = generate_key()
        self.made[kind, own] = self.keyring.ledger.encrypt(key, "ledger", f"{kind}/{own}", "key")
        cipher = self._make_cipher(key)
        self._opened[kind, own] = key, cipher
        return cipher

    def hash_owner(self, kind: str, own: str) -> bytes:
        """Return the hash (32 bytes) that stands for the name of a thing that has a key. Raises KeyError."""
        opened = self._opened[kind, own]
        if opened is None:
            raise KeyError(kind)
        return hmac_sha256(opened[0], b"owner")

    def map_owners(self, kind: LedgerKind) -> Mapping[bytes, str]:
        """Return the names of all things of a kind by their hashes."""
        named = [own for found, own in self.rows if found == kind.value and self.find_cipher(kind.value, own)]
        return {self.hash_owner(kind.value, own): own for own in named}

    def _open(self, kind: str, own: str) -> tuple[bytes, Cipher] | None:
        sealed = self.rows.get((kind, own))
        if sealed is None:
            return None
        try:
            key = self.keyring.ledger.decrypt(sealed, "ledger", f"{kind}/{own}", "key")
        except TamperedError:
            return None
        return key, self._make_cipher(key)

    def _make_cipher(self, key: bytes) -> Cipher:
        # Unpadded: what is sealed once more was padded before.
        return Cipher({1: key}, self.keyring.desk, block=1)


async def load_ledger(connection: AsyncConnection) -> LedgerRows:
    """Return all sealed keys of a desk."""
    table = tables.ledger.c
    rows = (await connection.execute(select(table.kind, table.id, table.sealed))).all()
    return {(row.kind, row.id): row.sealed for row in rows}


async def save_made_keys(committer: GroupCommitWriter, made: Mapping[tuple[str, str], bytes]) -> None:
    """Store new keys, in pieces. Of what was erased meanwhile a key stays, until the next call deletes it."""
    for piece in iterate_pieces(made.items(), MAX_PIECE_ROWS):
        rows = [{"kind": kind, "id": own, "sealed": sealed} for (kind, own), sealed in piece]
        statement = upsert(tables.ledger)
        replaced = statement.on_conflict_do_update(
            index_elements=list(tables.ledger.primary_key), set_={"sealed": statement.excluded.sealed}
        )
        async with committer.transaction() as connection:
            await connection.execute(replaced, rows)
    await delete_keys_of_nobody(committer, made)


async def delete_keys_of_nobody(committer: GroupCommitWriter, made: Iterable[tuple[str, str]]) -> None:
    """Delete keys that were stored just after their things were erased."""
    for piece in iterate_pieces(made, MAX_PIECE_ROWS):
        async with committer.transaction() as connection:
            for kind, own in piece:
                if (await connection.exec_driver_sql(_FIND_OWNER[kind], (own,))).first() is None:
                    await connection.execute(FORGET_KEY, {"of_kind": kind, "of_id": own})


_FIND_OWNER = {
    LedgerKind.CASE.value: "SELECT 1 FROM cases WHERE id = ?",
    LedgerKind.ENVELOPE.value: "SELECT 1 FROM envelopes WHERE case_id = ?",
    LedgerKind.FILE.value: "SELECT 1 FROM files WHERE id = ?",
    LedgerKind.QUESTION.value: "SELECT 1 FROM questions WHERE id = ?",
    LedgerKind.OPINION.value: "SELECT 1 FROM opinions WHERE id = ? AND sealed IS NOT NULL",
    LedgerKind.CONSULTATION.value: "SELECT 1 FROM ballots WHERE code = ? AND key IS NOT NULL",
    LedgerKind.CASE_NEWS.value: "SELECT 1 FROM addresses WHERE lower(hex(mark)) = ?",
    LedgerKind.RESULT_NEWS.value: "SELECT 1 FROM hearers WHERE lower(hex(mark)) = ?",
}
