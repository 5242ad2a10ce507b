"""What a decoding process and its owner tell each other through two pipes.

In turn: the process says that it is ready and how it is confined; the owner asks whether it is alive and is answered;
the owner sends one file; the process answers with pixels, or with why there are none. Whoever reads the answer has to
take it for a stranger's: the file may have taken the process over.
"""

import struct
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import IO, TypeAlias

MAX_SIDE_PIXELS = 2400
"""Pixels of the longer side of what is handed out: enough to read a photographed page."""

MAX_DECODED_PIXELS = {
    "image/jpeg": 50_000_000,
    "image/png": 40_000_000,
    "image/gif": 16_000_000,
    "image/webp": 16_000_000,
    "image/bmp": 40_000_000,
    "image/tiff": 40_000_000,
    "image/heic": 50_000_000,
    "image/avif": 16_000_000,
}
"""Largest picture that is decoded, by media type: decoding takes about 250 MB at most."""


class DecodingLibrary(StrEnum):
    """The library that a process loads, by its argument: one process has one, and what another needs is not allowed.

    PILLOW: pictures; one process of it is always started ahead. HEIF: HEIC, whose decoder needs threads. PDFIUM: pages
    of PDF. TEXT: what is written in documents, by the standard library.
    """

    PILLOW = "pillow"
    HEIF = "heif"
    PDFIUM = "pdfium"
    TEXT = "text"


LIBRARY_BY_KIND = {
    **dict.fromkeys(MAX_DECODED_PIXELS, DecodingLibrary.PILLOW),
    "image/heic": DecodingLibrary.HEIF,
    "application/pdf": DecodingLibrary.PDFIUM,
    **dict.fromkeys(
        (
            "text/plain",
            "text/html",
            "message/rfc822",
            "application/rtf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            "application/vnd.ms-outlook",
            "application/zip",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "application/vnd.oasis.opendocument.text",
            "application/vnd.oasis.opendocument.spreadsheet",
            "application/vnd.oasis.opendocument.presentation",
        ),
        DecodingLibrary.TEXT,
    ),
}
"""What a file is decoded with, by media type."""

ALIVE_QUESTION, ALIVE_ANSWER = b"?", b"!"

MAX_PAGES = 999
"""Pages of a file that can be looked at."""

KINDS_WITH_PAGES = frozenset({"image/tiff", "application/pdf"})
"""Of others the first picture is shown: they are films, previews, or the same in another size."""

_READY = struct.Struct(">5sBB")
_READY_WORD = b"ready"
_REQUEST = struct.Struct(">80sHI")
_ANSWER = struct.Struct(">BBIIH")
_BANDS = {"RGB": 3, "RGBA": 4}
MAX_TEXT_CHARACTERS = 200_000
"""Characters of a text that are handed out: some eighty pages."""

_TEXT_BANDS = 0
"""Stands in an answer for the bands of a picture: it is a text."""


class Confinement(IntEnum):
    """How a decoding process is held. SYSCALLS: a filter lets it read, write and take memory, and do nothing else.

    LIMITS: the kernel refuses the filter; the process can open nothing and start nothing, but may signal others.
    """

    LIMITS = 1
    SYSCALLS = 2


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a process tells before it is given a file. has_library: its library is installed, and is a safe one."""

    confinement: Confinement
    has_library: bool = True


class DecodingFailure(IntEnum):
    """Why there is nothing to see. STOPPED: the process was ended by a limit, crashed, or answered nonsense.

    LOCKED: it wants a password.
    """

    UNREADABLE = 1
    TOO_LARGE = 2
    STOPPED = 3
    LOCKED = 4


@dataclass(frozen=True, slots=True)
class Pixels:
    """A decoded picture. mode: `RGB` or `RGBA`, a byte for each letter; rows from the top, without gaps.

    pages: how many the file has, at most `MAX_PAGES`.
    """

    mode: str
    width: int
    height: int
    data: bytes = field(repr=False)
    pages: int = 1


@dataclass(frozen=True, slots=True)
class ReadText:
    """What is written in a document, at most `MAX_TEXT_CHARACTERS`. is_cut: it says more than that."""

    text: str = field(repr=False)
    is_cut: bool = False


Decoded: TypeAlias = Pixels | ReadText | DecodingFailure
"""What a process answers."""


def cut_text(text: str) -> ReadText:
    """Return as much of a text as is handed out."""
    return ReadText(text[:MAX_TEXT_CHARACTERS], len(text) > MAX_TEXT_CHARACTERS)


@dataclass(frozen=True, slots=True)
class DecodingRequest:
    """One file. kind: its media type, found by its content. page: which of its pages, from 0."""

    kind: str
    content: bytes = field(repr=False)
    page: int = 0


def write_ready(stream: IO[bytes], readiness: Readiness) -> None:
    """Write that the process is confined and waits for a file."""
    stream.write(_READY.pack(_READY_WORD, readiness.confinement, readiness.has_library))
    stream.flush()


def read_ready(stream: IO[bytes]) -> Readiness | None:
    """Read what the process tells; None where it ended or wrote something else."""
    told = stream.read(_READY.size)
    if len(told) < _READY.size:
        return None
    word, number, found = _READY.unpack(told)
    return (
        Readiness(Confinement(number), found == 1)
        if word == _READY_WORD and number in {*Confinement}
        else None
    )


def write_request(stream: IO[bytes], request: DecodingRequest) -> None:
    """Write a file. Raises OSError where the process ends meanwhile."""
    stream.write(_REQUEST.pack(request.kind.encode("ascii"), request.page, len(request.content)))
    stream.write(request.content)
    stream.flush()


def read_request(stream: IO[bytes]) -> DecodingRequest | None:
    """Read a file; None where the owner ended first."""
    head = stream.read(_REQUEST.size)
    if len(head) < _REQUEST.size:
        return None
    kind, page, size = _REQUEST.unpack(head)
    content = stream.read(size)
    return (
        DecodingRequest(kind.rstrip(b"\0").decode("ascii"), content, page) if len(content) == size else None
    )


def write_answer(stream: IO[bytes], answer: Decoded) -> None:
    """Write pixels or a text, or why there are none."""
    if isinstance(answer, Pixels):
        stream.write(_ANSWER.pack(0, _BANDS[answer.mode], answer.width, answer.height, answer.pages))
        stream.write(answer.data)
    elif isinstance(answer, ReadText):
        content = answer.text.encode("utf-8", "replace")
        stream.write(_ANSWER.pack(0, _TEXT_BANDS, len(content), answer.is_cut, 0))
        stream.write(content)
    else:
        stream.write(_ANSWER.pack(answer, 0, 0, 0, 0))
    stream.flush()


def read_answer(stream: IO[bytes]) -> Decoded:
    """Read an answer, at most as much as the largest picture. What is not exactly one is `STOPPED`."""
    head = stream.read(_ANSWER.size)
    if len(head) < _ANSWER.size:
        return DecodingFailure.STOPPED
    failure, bands, width, height, pages = _ANSWER.unpack(head)
    if failure:
        return DecodingFailure(failure) if failure in {*DecodingFailure} else DecodingFailure.STOPPED
    if bands == _TEXT_BANDS:
        return _read_text(stream, width, is_cut=height == 1)
    modes = [mode for mode, count in _BANDS.items() if count == bands]
    if (
        not modes
        or not all(0 < side <= MAX_SIDE_PIXELS for side in (width, height))
        or not 0 < pages <= MAX_PAGES
    ):
        return DecodingFailure.STOPPED
    data = stream.read(width * height * bands)
    whole = len(data) == width * height * bands
    return Pixels(modes[0], width, height, data, pages) if whole else DecodingFailure.STOPPED


def _read_text(stream: IO[bytes], size: int, *, is_cut: bool) -> ReadText | DecodingFailure:
    if not 0 < size <= 4 * MAX_TEXT_CHARACTERS:
        return DecodingFailure.STOPPED
    content = stream.read(size)
    text = content.decode("utf-8", "replace")
    whole = len(content) == size and len(text) <= MAX_TEXT_CHARACTERS
    return ReadText(text, is_cut) if whole else DecodingFailure.STOPPED
