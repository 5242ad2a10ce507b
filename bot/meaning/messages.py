"""What the process of the encoder and its owner tell each other through two pipes.

Each request has one answer, in order. Vectors are rows of float32 in the machine's byte order, each of length 1.
The owner takes an answer for a stranger's: texts of citizens are read by native code there.
"""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import IO

DIMENSIONS = 384
"""Numbers of a vector: multilingual-e5-small, and what replaces it, has to have as many."""

VECTOR_BYTES = DIMENSIONS * 4

MAX_TEXTS = 100_000
"""Vectors that can be searched: 154 MB."""

MAX_TEXT_LENGTH = 2_000
"""Characters of a text that are read; the model itself reads windows of 512 tokens."""

_REQUEST, _ANSWER = struct.Struct("=BI"), struct.Struct("=BI")
_HIT = struct.Struct("=If")


class Operation(IntEnum):
    """What is asked. EMBED: vectors of texts of answers. LOAD: the vectors to search. SEARCH: the nearest of them."""

    EMBED = 1
    LOAD = 2
    SEARCH = 3


@dataclass(frozen=True, slots=True)
class EncoderRequest:
    """A request. payload: JSON of texts (EMBED), vectors (LOAD), a count and a text (SEARCH)."""

    operation: Operation
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RankedPlace:
    """A text that was loaded. place: its place in what was loaded, from 0; similarity: cosine, -1 to 1."""

    place: int
    similarity: float


def encode_texts(texts: Sequence[str]) -> bytes:
    """Return the payload of texts to embed."""
    return json.dumps([text[:MAX_TEXT_LENGTH] for text in texts], ensure_ascii=False).encode()


def decode_texts(payload: bytes) -> list[str]:
    """Return the texts of a payload."""
    return [str(text) for text in json.loads(payload)]


def encode_search(text: str, most: int) -> bytes:
    """Return the payload of a search for at most so many texts."""
    return struct.pack("=I", most) + text[:MAX_TEXT_LENGTH].encode()


def decode_search(payload: bytes) -> tuple[str, int]:
    """Return the text and the count of a search."""
    (most,) = struct.unpack_from("=I", payload)
    return payload[4:].decode(), most


def encode_hits(hits: Sequence[RankedPlace]) -> bytes:
    """Return the payload of an answer to a search."""
    return b"".join(_HIT.pack(hit.place, hit.similarity) for hit in hits)


def decode_hits(payload: bytes, size: int) -> list[RankedPlace]:
    """Return the texts that were found. size: how many were loaded. Raises ValueError for what is none."""
    if len(payload) % _HIT.size:
        raise ValueError("not whole")
    hits = [RankedPlace(place, similarity) for place, similarity in _HIT.iter_unpack(payload)]
    if not all(hit.place < size and -1.001 <= hit.similarity <= 1.001 for hit in hits):
        raise ValueError("no place or no cosine")
    return hits


def write_request(stream: IO[bytes], request: EncoderRequest) -> None:
    """Write a request. Raises OSError where the process ends meanwhile."""
    stream.write(_REQUEST.pack(request.operation, len(request.payload)))
    stream.write(request.payload)
    stream.flush()


def read_request(stream: IO[bytes]) -> EncoderRequest | None:
    """Read a request; None where the owner is gone."""
    head = stream.read(_REQUEST.size)
    if len(head) < _REQUEST.size:
        return None
    operation, size = _REQUEST.unpack(head)
    payload = stream.read(size)
    return EncoderRequest(Operation(operation), payload) if len(payload) == size else None


def write_answer(stream: IO[bytes], payload: bytes) -> None:
    """Write an answer."""
    stream.write(_ANSWER.pack(1, len(payload)))
    stream.write(payload)
    stream.flush()


def read_answer(stream: IO[bytes], most: int) -> bytes:
    """Read an answer of at most so many bytes. Raises ValueError where it is none, as when the process ended."""
    head = stream.read(_ANSWER.size)
    if len(head) < _ANSWER.size:
        raise ValueError("the process ended")
    known, size = _ANSWER.unpack(head)
    if known != 1 or size > most:
        raise ValueError("no answer")
    payload = stream.read(size)
    if len(payload) < size:
        raise ValueError("the process ended")
    return payload
