"""The program of a decoding process: `python -I -m bot.decoding.worker LIBRARY`. One file, then it ends.

It imports nothing of this project but this folder (`tests/house/test_imports.py`): what is not in it cannot leak. Of
the libraries it loads the one that its argument names (`DecodingLibrary`), and allows itself what that one needs.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from bot.decoding.confinement import confine_process
from bot.decoding.messages import (
    ALIVE_ANSWER,
    ALIVE_QUESTION,
    Confinement,
    Decoded,
    DecodingLibrary,
    DecodingRequest,
    Readiness,
    read_request,
    write_answer,
    write_ready,
)

WITHOUT_FILTER = "--without-filter"
"""Argument that leaves the filter of system calls out, as on a kernel that refuses it; for tests."""


@dataclass(frozen=True, slots=True)
class LoadedDecoder:
    """A library that is loaded. is_found: it is installed, and has no hole that is known.

    needs_threads: it starts threads, which limits alone cannot tell from processes, so that it is used behind the
    filter only.
    """

    decode: Callable[[DecodingRequest], Decoded]
    is_found: bool = True
    needs_threads: bool = False


def load_decoder(library: DecodingLibrary) -> LoadedDecoder:
    """Import a library, before this process is confined."""
    match library:
        case DecodingLibrary.PILLOW:
            from bot.decoding.pictures import decode_picture

            return LoadedDecoder(decode_picture)
        case DecodingLibrary.HEIF:
            from bot.decoding.heic import HAS_SAFE_LIBHEIF, decode_heic

            return LoadedDecoder(decode_heic, HAS_SAFE_LIBHEIF, needs_threads=True)
        case DecodingLibrary.PDFIUM:
            from bot.decoding.pdf import HAS_PDFIUM, decode_pdf

            return LoadedDecoder(decode_pdf, HAS_PDFIUM)
        case DecodingLibrary.TEXT:
            from bot.decoding.texts import decode_text

            return LoadedDecoder(decode_text)
        case _:
            assert_never(library)


def run_worker(decoder: LoadedDecoder) -> None:
    """Confine this process, then decode the one file that comes through standard input."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    confinement = confine_process(
        filter_calls=WITHOUT_FILTER not in sys.argv, allow_threads=decoder.needs_threads
    )
    is_usable = decoder.is_found and (confinement is Confinement.SYSCALLS or not decoder.needs_threads)
    write_ready(sink, Readiness(confinement, is_usable))
    if source.read(1) != ALIVE_QUESTION:
        return
    sink.write(ALIVE_ANSWER)
    sink.flush()
    request = read_request(source)
    if request is not None:
        write_answer(sink, decoder.decode(request))


if __name__ == "__main__":
    run_worker(load_decoder(DecodingLibrary(sys.argv[1])))
