"""The keys of the ledger: one for each thing that may be erased, made when a backup first meets it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.backup.policy import LedgerKind
from storage.crypto.aead import Cipher, generate_key, hmac_sha256
from storage.crypto.keyring import Keyring
from storage.db.group_commit import GroupCommitWriter
from storage.db.pieces import MAX_PIECE_ROWS, iterate_pieces
from storage.errors import TamperedError

PAUSE_SECONDS = 0.15
"""Pause between two pieces of keys, longer than SQLite waits before it asks for a lock again (100 ms)."""

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
    """Return all sealed keys of a desk, and the marks of those that were forgotten."""
    table = tables.ledger.c
    rows = (await connection.execute(select(table.kind, table.id, table.sealed))).all()
    return {(row.kind, row.id): row.sealed for row in rows}


async def save_made_keys(committer: GroupCommitWriter, keys: LedgerKeys) -> None:
    """Store new keys, in pieces, beside a server that writes.

    None is stored of what was erased since the ledger was read with the rows that the keys seal, or of which a part was
    taken back: its row of the ledger is another then, and what was sealed stays sealed for good.
    Between pieces nothing is held for a while: who waits for the lock of another program asks for it again every 100 ms
    only, and would not get in between transactions that follow each other at once.
    """
    for number, piece in enumerate(iterate_pieces(keys.made.items(), MAX_PIECE_ROWS)):
        if number:
            await asyncio.sleep(PAUSE_SECONDS)
        async with committer.transaction() as connection:
            names = [name for name, _ in piece]
            there = await _find_owners(connection, names)
            now = await _load_keys(connection, names)
            rows = [
                {"kind": name[0], "id": name[1], "sealed": sealed}
                for name, sealed in piece
                if name in there and now.get(name) == keys.rows.get(name)
            ]
            if rows:
                await connection.execute(_REPLACE_KEY, rows)


async def _load_keys(connection: AsyncConnection, names: Sequence[tuple[str, str]]) -> LedgerRows:
    table = tables.ledger.c
    found = select(table.kind, table.id, table.sealed).where(tuple_(table.kind, table.id).in_(names))
    return {(row.kind, row.id): row.sealed for row in (await connection.execute(found)).all()}


async def _find_owners(connection: AsyncConnection, names: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return which things are there, of kinds and ids."""
    found = set[tuple[str, str]]()
    for kind in {kind for kind, _ in names}:
        owned = tuple(own for of, own in names if of == kind)
        query = f"{_SELECT_OWNERS[kind]} IN ({', '.join('?' * len(owned))})"
        found |= {(kind, row[0]) for row in await connection.exec_driver_sql(query, owned)}
    return found


_INSERT_KEY = upsert(tables.ledger)
_REPLACE_KEY = _INSERT_KEY.on_conflict_do_update(
    index_elements=list(tables.ledger.primary_key), set_={"sealed": _INSERT_KEY.excluded.sealed}
)

_SELECT_OWNERS = {
    LedgerKind.CASE.value: "SELECT id FROM cases WHERE id",
    LedgerKind.ENVELOPE.value: "SELECT case_id FROM envelopes WHERE case_id",
    LedgerKind.FILE.value: "SELECT id FROM files WHERE id",
    LedgerKind.QUESTION.value: "SELECT id FROM questions WHERE id",
    LedgerKind.OPINION.value: "SELECT id FROM opinions WHERE sealed IS NOT NULL AND id",
    LedgerKind.CONSULTATION.value: "SELECT code FROM ballots WHERE key IS NOT NULL AND code",
    LedgerKind.CASE_NEWS.value: "SELECT lower(hex(mark)) FROM addresses WHERE lower(hex(mark))",
    LedgerKind.RESULT_NEWS.value: "SELECT lower(hex(mark)) FROM hearers WHERE lower(hex(mark))",
}
"""The things of each kind that are not erased, by the name that the ledger has."""
