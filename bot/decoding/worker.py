"""The program of a decoding process: `python -I -m bot.decoding.worker`. One file, then it ends.

It imports nothing of this project but this folder (`tests/house/test_imports.py`): what is not in it cannot leak.
"""

import sys
from collections.abc import Callable

from bot.decoding.confinement import confine_process
from bot.decoding.messages import (
    ALIVE_ANSWER,
    ALIVE_QUESTION,
    Confinement,
    DecodingFailure,
    DecodingRequest,
    Pixels,
    Readiness,
    read_request,
    write_answer,
    write_ready,
)
from bot.decoding.pictures import DECODES_HEIC, decode_picture

WITHOUT_FILTER = "--without-filter"
"""Argument that leaves the filter of system calls out, as on a kernel that refuses it; for tests."""

WITHOUT_HEIC = "--without-heic"
"""Argument that leaves its decoder unused, as where none is installed; for tests."""


def run_worker(
    decode: Callable[[DecodingRequest], Pixels | DecodingFailure], *, decodes_heic: bool = False
) -> None:
    """Confine this process, then decode the one file that comes through standard input."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    confinement = confine_process(filter_calls=WITHOUT_FILTER not in sys.argv)
    # Its library needs threads, which limits alone cannot tell from processes.
    write_ready(sink, Readiness(confinement, decodes_heic and confinement is Confinement.SYSCALLS))
    if source.read(1) != ALIVE_QUESTION:
        return
    sink.write(ALIVE_ANSWER)
    sink.flush()
    request = read_request(source)
    if request is not None:
        write_answer(sink, decode(request))


if __name__ == "__main__":
    run_worker(decode_picture, decodes_heic=DECODES_HEIC and WITHOUT_HEIC not in sys.argv)
