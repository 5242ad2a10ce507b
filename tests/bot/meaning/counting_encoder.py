"""A process of the encoder whose vectors count words, and which obeys orders that a text gives.

`die` ends it in the middle of a request, `hang` keeps it from answering, `lie` answers with places that are not there.
"""

import os
import sys
import time
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from bot.meaning.encoder import EncoderMissingError
from bot.meaning.messages import DIMENSIONS
from bot.meaning.worker import confine_encoder, run_worker

WORDS_OF_ONE_MEANING = {"ตั๋วครู": "ใบอนุญาต", "ตังค์": "เงิน"}


class CountingEncoder:
    """Texts with the same words are near."""

    def embed_questions(self, texts: Sequence[str]) -> Any:
        for text in texts:
            if text == "die":
                os._exit(1)
            if text == "hang":
                time.sleep(60)
            if text == "lie":
                sys.stdout.buffer.write(b"\1\7\0\0\0nothing")
                sys.stdout.buffer.flush()
        return self.embed_answers(texts)

    def embed_answers(self, texts: Sequence[str]) -> Any:
        vectors = np.full((len(texts), DIMENSIONS), 1e-6, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.split():
                plain = WORDS_OF_ONE_MEANING.get(word, word)
                vectors[row, zlib.crc32(plain.encode()) % DIMENSIONS] += 1
        scaled = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return scaled.astype(np.float32)


def load() -> CountingEncoder:
    if "--missing" in sys.argv:
        raise EncoderMissingError("not installed")
    if "--broken" in sys.argv:
        sys.exit(3)
    return CountingEncoder()


if __name__ == "__main__":
    run_worker(load, sys.stdin.buffer, sys.stdout.buffer, confine_encoder)
