"""The sentences of the tables, and the ways in which people write the same one."""

import re
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parent
TONES = re.compile("[่-๋]")


def load_sentences(name: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The two parts of a table, each sentence with the heading above it."""
    parts: tuple[list[tuple[str, str]], list[tuple[str, str]]] = ([], [])
    for part, text in zip(parts, (FOLDER / name).read_text("utf-8").split("---\n"), strict=True):
        heading = ""
        for line in text.splitlines():
            if line.startswith("# "):
                heading = line.removeprefix("# ")
            else:
                part.append((heading, line))
    return parts


def iterate_spellings(sentence: str) -> Iterator[str]:
    """A sentence as it stands, without spaces, with too many, without tones, and with a sign without width."""
    yield sentence
    yield sentence.replace(" ", "")
    yield sentence.replace(" ", "   ")
    yield TONES.sub("", sentence)
    yield sentence.replace("ำ", "ํา").replace("แ", "เเ")
    yield f"\u200b{sentence}\u200b"
