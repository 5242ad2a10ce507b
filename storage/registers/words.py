"""Words and headings of registers that somebody explained, so that they are asked once.

A word is kept as its keyed hash: who steals the database with every key can confirm a word that they guess, and reads
none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.messages import ToldWord, WordKind
from storage.crypto.aead import hmac_sha256
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.tables.rules import register_words


@dataclass(frozen=True, slots=True)
class WordMemory:
    """What a desk was told, by the marks of words."""

    salt: bytes
    values: Mapping[tuple[str, bytes], str]

    def recall(self, kind: WordKind, word: str) -> str | None:
        """Return what a folded word means; None where nobody said."""
        return self.values.get((kind.value, _mark(self.salt, word))) if self.values else None


async def load_words(connection: AsyncConnection, keyring: Keyring) -> WordMemory:
    """Load all words that a desk was told of."""
    rows = await connection.execute(select(register_words))
    return WordMemory(_derive_salt(keyring), {(row.kind, row.mark): row.value for row in rows})


def remember_words(words: Sequence[ToldWord], import_id: int | None, batch: WriteBatch) -> None:
    """Remember words, in place of what was said of them before, until the import is reversed that they came with.

    import_id: None where they came with none, and stay.
    """
    salt = _derive_salt(batch.keyring)
    for one in words:
        mark = _mark(salt, one.word)
        batch.upsert("register_words", kind=one.kind.value, mark=mark, value=one.value, import_id=import_id)


async def forget_words(import_id: int, connection: AsyncConnection) -> None:
    """Forget the words that came with an import: it is reversed since something was understood wrongly."""
    await connection.execute(delete(register_words).where(register_words.c.import_id == import_id))


def _derive_salt(keyring: Keyring) -> bytes:
    return keyring.derive_salt("register words")


def _mark(salt: bytes, word: str) -> bytes:
    return hmac_sha256(salt, word.encode())
