"""What is read of texts by their meaning: who reads it, and the vectors that are kept.

Vectors are made once for each entry of the FAQ and each published question, and kept encrypted: from the vector of a
text much of the text can be guessed. A question of a citizen is never kept as a vector.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from storage.errors import StorageError

_HASH_BYTES = 32


class MeaningUnavailableError(StorageError):
    """Nobody reads meanings now: letters answer alone."""


@dataclass(frozen=True, slots=True)
class SimilarText:
    """A text that was loaded. place: its place in what was loaded, from 0; similarity: cosine, -1 to 1."""

    place: int
    similarity: float


class MeaningReader(Protocol):
    """Reads texts by their meaning. Each method raises `MeaningUnavailableError`.

    model: its name, kept with each vector. generation: changes when what was loaded is lost.
    """

    @property
    def model(self) -> str: ...

    @property
    def generation(self) -> int: ...

    async def embed(self, texts: Sequence[str]) -> list[bytes]:
        """Return the vector of each text of an answer, as bytes."""
        ...

    async def load(self, vectors: Sequence[bytes]) -> int:
        """Load the vectors to search; return the generation that has them."""
        ...

    async def find_nearest(self, question: str, most: int) -> list[SimilarText]:
        """Return the texts nearest in meaning to a question, nearest first."""
        ...


def pack_vectors(model: str, texts: Sequence[str], vectors: Sequence[bytes]) -> bytes:
    """Return the vectors of an entry's texts as they are kept, with what they were made from."""
    return _hash_source(model, texts) + b"".join(vectors)


def unpack_vectors(model: str, texts: Sequence[str], content: bytes) -> list[bytes] | None:
    """Return the vector of each text; None where they were made by another model or from other texts."""
    whole = content[_HASH_BYTES:]
    if content[:_HASH_BYTES] != _hash_source(model, texts) or not texts or len(whole) % len(texts):
        return None
    size = len(whole) // len(texts)
    return [whole[at : at + size] for at in range(0, len(whole), size)]


def _hash_source(model: str, texts: Sequence[str]) -> bytes:
    digest = hashlib.sha256(model.encode())
    for text in texts:
        digest.update(b"\0" + text.encode())
    return digest.digest()
