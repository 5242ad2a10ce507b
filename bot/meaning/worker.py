"""The program of the encoder's process: `python -I -m bot.meaning.worker`.

It imports nothing of this project but this folder and the confinement of decoding processes: what is not in it cannot
leak. Vectors and texts are in its memory only.
"""

import sys
from collections.abc import Callable
from typing import IO, TYPE_CHECKING

from bot.decoding.confinement import confine_process
from bot.meaning.encoder import Encoder, EncoderMissingError, NanoEncoder
from bot.meaning.messages import (
    DIMENSIONS,
    Operation,
    RankedPlace,
    decode_search,
    decode_texts,
    encode_hits,
    read_request,
    write_answer,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_ADDRESS_BYTES = 1536 * 1024 * 1024
"""The model takes 110 MB and 100,000 vectors 154 MB, twice while they are loaded."""

MISSING_ANSWER = b"missing"
READY_ANSWER = b"ready"


class VectorSearch:
    """Answers requests with one encoder and the vectors that were loaded last."""

    def __init__(self, encoder: Encoder) -> None:
        """Begin without vectors."""
        self._encoder = encoder
        self._vectors: NDArray[np.float32] | None = None

    def answer(self, operation: Operation, payload: bytes) -> bytes:
        """Answer one request."""
        import numpy as np

        match operation:
            case Operation.EMBED:
                return self._encoder.embed_answers(decode_texts(payload)).astype(np.float32).tobytes()
            case Operation.LOAD:
                self._vectors = np.frombuffer(payload, dtype=np.float32).reshape(-1, DIMENSIONS)
                return b""
            case Operation.SEARCH:
                text, most = decode_search(payload)
                return encode_hits(self._find_nearest(text, most))

    def _find_nearest(self, text: str, most: int) -> list[RankedPlace]:
        import numpy as np

        if self._vectors is None or not len(self._vectors):
            return []
        similarities = self._vectors @ self._encoder.embed_questions([text])[0]
        most = min(most, len(similarities))
        nearest = np.argpartition(-similarities, most - 1)[:most]
        ordered = nearest[np.argsort(-similarities[nearest], kind="stable")]
        return [RankedPlace(int(place), float(similarities[place])) for place in ordered]


def run_worker(
    load_encoder: Callable[[], Encoder], source: IO[bytes], sink: IO[bytes], confine: Callable[[], object]
) -> None:
    """Load the encoder, confine this process, then answer requests until the owner is gone."""
    try:
        search = VectorSearch(load_encoder())
        search.answer(Operation.EMBED, b'["x"]')  # whatever is loaded late is loaded before the confinement
    except EncoderMissingError:
        write_answer(sink, MISSING_ANSWER)
        return
    confine()
    write_answer(sink, READY_ANSWER)
    while (request := read_request(source)) is not None:
        write_answer(sink, search.answer(request.operation, request.payload))


def confine_encoder() -> None:
    """Confine this process; it may compute as long as the server lives."""
    confine_process(address_bytes=MAX_ADDRESS_BYTES, cpu_seconds=None)


if __name__ == "__main__":
    run_worker(NanoEncoder, sys.stdin.buffer, sys.stdout.buffer, confine_encoder)
